import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { DiagnoseOutput } from '../../../src/cli/output-schemas.ts';
import { aetherius } from '../../support/cli.ts';
import { useRedis } from '../../support/redis.ts';
import { closedPort } from '../../support/targets.ts';

const full = useRedis(['--maxmemory', '6mb']);
const well = useRedis(['--maxmemory', '200mb']);
const folder = mkdtempSync(join(tmpdir(), 'cli-diagnose-'));
const file = join(folder, 'a.yaml');

beforeAll(async () => {
  const environment = (name: string) => ({ runtime: { kind: 'none' }, redis: { url: { env: name } } });
  writeFileSync(
    file,
    stringify({
      environments: { full: environment('FULL'), well: environment('WELL'), gone: environment('GONE') },
    }),
  );
  // Until it takes no more: the policy of these servers evicts nothing.
  for (let n = 0; ; n += 1) {
    const taken = await full.call('SET', `cache:${n}`, 'x'.repeat(50_000)).then(
      () => true,
      () => false,
    );
    if (!taken) break;
    if (n > 1_000) throw new Error('it takes all that it is given');
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = async (environment: string, words: readonly string[], ...before: readonly string[]) => {
  const port = await closedPort();
  return aetherius(['--config', file, ...before, 'diagnose', ...words, '--env', environment], {
    FULL: full.server.url,
    WELL: well.server.url,
    GONE: `redis://127.0.0.1:${port}`,
  });
};
const json = async (environment: string) => {
  const answer = await run(environment, ['D3'], '--output', 'json');
  return { exit: answer.exit, output: DiagnoseOutput.parse(JSON.parse(answer.out)) };
};

describe('aetherius diagnose', () => {
  it('names a cause with its evidence and ends with exit code 1, in words and in JSON of the published schema', async () => {
    const { exit, output } = await json('full');
    const text = await run('full', ['redis', 'memory', 'full']);

    expect(exit).toBe(1);
    expect(output).toMatchObject({ environment: 'full', overall: 'cause-found', changes: [] });
    const [top] = output.diagnoses.flatMap(({ causes }) => causes);
    expect(top).toMatchObject({ id: 'D3.a', verdict: 'confirmed' });
    expect(top?.for.length).toBeGreaterThan(0);
    expect(top?.remedies[0]).toMatchObject({
      remediation: 'redis.set-eviction-policy',
      commands: ['aetherius fix redis.set-eviction-policy --env full'],
    });
    expect(top?.remedies[0]?.text).toBe('Let Redis evict old keys');
    expect(text).toMatchObject({ exit: 1, err: '' });
    expect(text.out).toContain('D3.a');
  });

  it('rules every cause out where all is well, with exit code 0', async () => {
    const { exit, output } = await json('well');

    expect(exit).toBe(0);
    expect(output.overall).toBe('no-cause');
    expect(output.diagnoses.flatMap(({ causes }) => causes).map(({ verdict }) => verdict)).not.toContain(
      'confirmed',
    );
  });

  it('answers in Chinese when asked to', async () => {
    const { out } = await run('full', ['内存', '满了', 'redis'], '--lang', 'zh-CN');

    expect(out).toMatch(/D3 .*\p{Script=Han}/u);
  });

  it('does not say that all is well of a server that it could not check at: exit code 2', async () => {
    const { exit, output } = await json('gone');

    expect(exit).toBe(2);
    expect(output.overall).toBe('unknown');
  });

  it('says in words what could not be seen and why, and in JSON by name as well', async () => {
    const { output } = await json('gone');
    const [text, chinese] = [await run('gone', ['D3']), await run('gone', ['D3'], '--lang', 'zh-CN')];

    const [missing] = output.diagnoses.flatMap(({ causes }) => causes.flatMap((cause) => cause.missing));
    expect(missing).toMatchObject({ probe: expect.stringMatching(/^redis\./), why: 'refused' });
    expect(text.out).toContain(`? ${missing?.text}\n`);
    expect(text.out).not.toContain(missing?.probe);
    expect(chinese.out).toMatch(/ \? .*\p{Script=Han}/u);
  });

  it.each([
    ['K1', 'A Pod does not start'],
    ['C1', 'A configuration change has no effect'],
    ['N1', 'Services cannot reach each other'],
  ])('W13 says in one line that %s cannot be checked where no runtime is configured', async (id, symptom) => {
    const text = await run('well', [id]);
    const { out } = await run('well', [id], '--output', 'json');

    const output = DiagnoseOutput.parse(JSON.parse(out));
    expect(output.diagnoses).toMatchObject([{ id, uncheckable: true }]);
    expect(text.out).toContain(`${id} ${symptom}`);
    expect(text.out).not.toContain(`${id}.a`);
    expect([text.exit, output.overall]).toEqual([2, 'unknown']);
  });

  it('refuses words about something else with exit code 64', async () => {
    expect(await run('well', ['lunch', 'tomorrow'])).toMatchObject({ exit: 64, out: '' });
  });
});
