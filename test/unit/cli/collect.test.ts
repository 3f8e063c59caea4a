import { describe, expect, it } from 'vitest';
import { collectCommand } from '../../../src/cli/collect.command.ts';
import type { CliContext } from '../../../src/cli/context.ts';
import type { BundleEntry } from '../../../src/domain/bundle/manifest.ts';
import { parseConfig } from '../../../src/platform/settings/config.ts';
import { wordsIn } from '../../../src/text/words.ts';

const config = parseConfig('environments: { prod: { runtime: { kind: none } } }', {
  ...{ role: 'command-line', where: 'a', folder: '/', env: {} },
});
const times = { startedAt: '2026-03-01T10:00:00.000Z', endedAt: '2026-03-01T10:00:01.000Z' };
const entry = (path: string, more: Partial<BundleEntry>): BundleEntry => ({
  path,
  bytes: 0,
  ...times,
  ...more,
});
const whole = entry('health.json', { bytes: 3, sha256: 'a'.repeat(64) });

/** A bundle with these entries, on a terminal or in a pipe. */
async function collected(entries: readonly BundleEntry[], watched = true) {
  const said: Record<'out' | 'err' | 'progress', string[]> = { out: [], err: [], progress: [] };
  const context = {
    ...{ words: wordsIn('en'), output: 'text', signal: new AbortController().signal },
    ...{ now: () => new Date(times.endedAt), requestId: () => 'id', config: () => Promise.resolve(config) },
    out: (text: string) => void said.out.push(text),
    err: (text: string) => void said.err.push(text),
    ...(watched ? { progress: (line: string) => void said.progress.push(line) } : {}),
    redactorOf: () => Promise.resolve({}),
    bundles: { write: () => Promise.resolve({}) },
    checks: () =>
      Promise.resolve({
        collect: {
          collect: ({ onProgress }: { onProgress(progress: object): void }) => {
            for (const done of [1, 2]) onProgress({ done, of: 2, gaps: [] });
            return Promise.resolve({ manifest: { entries }, archive: { bytes: 9, sha256: 'b'.repeat(64) } });
          },
        },
      }),
  };
  const exit = await collectCommand(context as unknown as CliContext, { out: 'a.tar.gz', since: '1h' });
  return { exit, ...said };
}

describe('collect', () => {
  it('of a whole bundle ends with 0; what does not run has no log to lack', async () => {
    const error = { code: 'log-no-instance', detail: 'no instance of neo4j' };
    const leftOut = { why: 'gives-work', detail: 'services.cpu-profile' } as const;

    const { exit } = await collected([whole, entry('logs/neo4j', { error }), entry('probes/x', { leftOut })]);

    expect(exit).toBe(0);
  });

  it('of one that lacks something ends with 1, and names it', async () => {
    const error = { code: 'timed-out', detail: 'no answer in time' };
    const { exit, out } = await collected([whole, entry('statistics/postgres.json', { error })]);

    expect(exit).toBe(1);
    expect(out.join('\n')).toContain('statistics/postgres.json');
  });

  it('draws one line that is written over, and takes it away at the end', async () => {
    const { progress, err } = await collected([whole]);

    expect(progress.map((line) => /Read (\d) of 2/.exec(line)?.[1] ?? line)).toEqual(['1', '2', '']);
    expect(err).toEqual([]);
  });

  it('says nothing beside its answer where nobody watches', async () => {
    expect((await collected([whole], false)).err).toEqual([]);
  });
});
