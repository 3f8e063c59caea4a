import { describe, expect, it } from 'vitest';
import type { CliContext } from '../../../src/cli/context.ts';
import { healthCommand } from '../../../src/cli/health.command.ts';
import { HealthOutput } from '../../../src/cli/output-schemas.ts';
import { unmarked } from '../../../src/cli/screen.ts';
import type { HealthReport, PartState } from '../../../src/domain/health/health.ts';
import { asInGuide } from '../../../src/domain/platform/platform.ts';
import type { Finding } from '../../../src/domain/probe/finding.ts';
import type { Config } from '../../../src/domain/settings/config.ts';
import { parseConfig } from '../../../src/platform/settings/config.ts';
import { wordsIn } from '../../../src/text/words.ts';

const config = parseConfig('environments: { prod: { runtime: { kind: none } } }', {
  ...{ role: 'command-line', where: 'a', folder: '/', env: {} },
});

const report = (state: PartState, latencyMs: number, findings: readonly Finding[]): HealthReport => ({
  ...{ environment: 'prod', overall: state === 'up' ? 'healthy' : 'findings', roots: [], complete: true },
  rows: [
    {
      ...{ part: 'redis', state, latencyMs, fact: { key: 'hung', facts: {} }, findings, pending: 0 },
      witnesses: [
        { key: 'runtime-running', facts: {} },
        { key: 'second-look', facts: { beside: 'postgres' } },
      ],
    },
  ],
});

interface Seen {
  readonly settings?: Config;
  readonly output?: 'json' | 'text';
  readonly findings?: readonly Finding[];
}

/** Sees one state after the other, and is interrupted after the last. */
async function watched(
  states: readonly PartState[],
  options: { watch?: boolean; interval?: number } = {},
  { settings = config, output = 'text', findings = [] }: Seen = {},
) {
  const stop = new AbortController();
  const printed: string[] = [];
  const slept: number[] = [];
  let looks = 0;
  let released = 0;
  const context = {
    ...{ words: wordsIn('en'), output, signal: stop.signal, now: () => new Date(0) },
    ...{ config: () => Promise.resolve(settings), recorded: () => Promise.resolve(undefined) },
    out: (text: string) => void printed.push(unmarked(text)),
    sleep: (ms: number) => {
      slept.push(ms);
      if (looks < states.length) return Promise.resolve();
      stop.abort();
      return Promise.reject(new Error('interrupted'));
    },
    checks: () =>
      Promise.resolve({
        rules: {
          calls: () => [],
          judge: () => report(states[looks++] ?? 'up', looks, findings),
        },
        again: () => Promise.resolve([]),
        runner: { run: () => Promise.resolve([]) },
        targets: {
          forRun: () =>
            Promise.resolve({
              ...{ environment: 'prod', platform: asInGuide },
              release: () => Promise.resolve(void (released += 1)),
            }),
        },
      }),
  };
  const exit = await healthCommand(context as unknown as CliContext, options);
  return { exit, printed: printed.filter((text) => text !== ''), slept, released };
}

describe('health --watch', () => {
  it('prints again what changed, and ends with what it saw last', async () => {
    const seen = await watched(['up', 'up', 'down', 'down', 'up'], { watch: true, interval: 3 });

    expect(seen.printed.map((text) => /^(up|down) /m.exec(text)?.[1])).toEqual(['up', 'down', 'up']);
    expect(seen.slept).toEqual([3000, 3000, 3000, 3000, 3000]);
    expect(seen.exit).toBe(0);
    expect(seen.released).toBe(5);
  });

  it('ends with exit code 1 while something is wrong', async () => {
    expect((await watched(['up', 'down'], { watch: true, interval: 1 })).exit).toBe(1);
  });

  it('is not asked for by itself', async () => {
    expect(await watched(['down'])).toMatchObject({ exit: 1, slept: [], printed: [expect.any(String)] });
  });
});

it('a witness that saw the opposite is named as against, and never as one that confirms', async () => {
  const { printed } = await watched(['down']);

  expect(printed[0]).toContain('against it: its Pod or container, which runs');
  expect(printed[0]).not.toMatch(/confirmed by [^;]*runs/);
  expect(printed[0]).toMatch(/confirmed by .*second/i);
});

describe('what the configuration accepts for good', () => {
  const settings = parseConfig(
    'environments: { prod: { runtime: { kind: none }, known: [{ part: redis, cause: NO_MEMORY_LIMIT, reason: small on purpose }] } }',
    { ...{ role: 'command-line', where: 'a', folder: '/', env: {} } },
  );
  const finding = (severity: Finding['severity']): Finding => ({
    ...{ code: 'NO_MEMORY_LIMIT', severity, part: 'redis', subject: 'redis', facts: {} },
  });
  const look = async (output: 'json' | 'text', severity: Finding['severity']) => {
    const { exit, printed } = await watched(
      ['degraded'],
      {},
      { settings, output, findings: [finding(severity)] },
    );
    return { exit, said: printed.join('\n') };
  };

  it('is named with its reason, and counted all the same', async () => {
    const text = await look('text', 'warning');
    expect(text.exit).toBe(1);
    expect(text.said).toContain(
      'Accepted in the configuration, and counted all the same:\n  NO_MEMORY_LIMIT of Redis: small on purpose',
    );
    const json = HealthOutput.parse(JSON.parse((await look('json', 'warning')).said));
    expect(json.accepted).toEqual([{ part: 'redis', cause: 'NO_MEMORY_LIMIT', reason: 'small on purpose' }]);
    expect(json.parts[0]?.findings).toHaveLength(1);
  });

  it('does not cover what is critical', async () => {
    expect((await look('text', 'critical')).said).not.toContain('Accepted');
  });
});
