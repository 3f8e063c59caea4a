/** A stored diagnosis is kept as a case through the bot, and judged again offline by the same version and by another. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ReplayOutput } from '../../../src/cli/output-schemas.ts';
import { runShell } from '../../../src/cli/wiring-run.ts';
import { redisMemory } from '../../../src/diagnoses/redis-memory.diagnosis.ts';
import { Case } from '../../../src/domain/case/case.ts';
import type { ProbeOutcome } from '../../../src/domain/probe/probe.ts';
import { systemIds } from '../../../src/platform/process/clock.ts';
import { outcomesOf, verdictsOf } from '../../support/diagnosis.ts';
import { hostile } from '../../support/hostile-text.ts';
import { leaked, plantedSecrets } from '../../support/planted-secrets.ts';
import { type TestDatabase, usePostgres } from '../../support/postgres.ts';
import { type ServedBot, serveCommandLine } from '../../support/served.ts';
import { asPerson, directoryOf, member } from '../../support/slack-people.ts';

const postgres = usePostgres();
const open = { users: [member.userId], usergroups: [], channels: [] };
const config = {
  environments: {
    prod: { runtime: { kind: 'none' } },
    closed: { runtime: { kind: 'none' }, access: { read: { ...open, users: ['UOTHER'] } } },
  },
};
let database: TestDatabase;
let bot: ServedBot;

beforeAll(async () => {
  database = await postgres.migrated();
  bot = await serveCommandLine({ database, config, directory: directoryOf() });
});
afterAll(() => bot.stop());

const seen = outcomesOf(redisMemory, [
  { code: 'REDIS_MEMORY_AT_LIMIT', probe: 'redis.memory' },
  { code: 'REDIS_POLICY_NOEVICTION', probe: 'redis.eviction-policy' },
]);

/** A diagnosis as a worker leaves it. */
async function stored(environment: string, outcomes: readonly ProbeOutcome[]): Promise<string> {
  const id = systemIds.uuid();
  const causes = Object.entries(verdictsOf(redisMemory, outcomes)).map(([cause, verdict]) => ({
    ...{ id: cause, part: 'redis', verdict },
  }));
  const summary = { diagnoses: ['D3'], causes, overall: 'cause-found' };
  await database.store().tx(async (tx) => {
    await tx.runs.insert({ id, kind: 'diagnose', environment, params: { symptom: 'D3' }, source: 'slash' });
    await tx.runs.claim(id, 'w', 60_000);
    await tx.runs.saveOutcomes(id, outcomes);
    await tx.runs.finish(id, 'w', 'complete', summary);
  });
  return id;
}

const keep = async (...args: readonly string[]) =>
  (await bot.as(asPerson(member.userId)))('--output', 'json', 'case', 'keep', ...args);

function fileWith(kept: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'case-'));
  writeFileSync(join(folder, 'one.json'), kept);
  return folder;
}

async function replayed(...args: readonly string[]) {
  const [out, err]: [string[], string[]] = [[], []];
  const exit = await runShell(['--output', 'json', 'replay', ...args], {
    ...{ env: {}, locale: 'en', version: '1', signal: new AbortController().signal },
    ...{ out: (text: string) => void out.push(text), err: (text: string) => void err.push(text) },
  } as unknown as Parameters<typeof runShell>[1]);
  return { exit, out: out.join(''), err: err.join('') };
}

describe('a case', () => {
  it('is kept from a stored run with what a person says, and comes to the same offline', async () => {
    const id = await stored('prod', seen);
    const { exit, out } = await keep(id.slice(-8), '--cause', 'D3.a', '--note', 'no limit since Monday');
    const kept = Case.parse(JSON.parse(out));
    expect(exit).toBe(0);
    expect(kept).toMatchObject({ run: { id, environment: 'prod' }, diagnoses: ['D3'] });
    expect(kept.right).toEqual({ cause: 'D3.a', note: 'no limit since Monday' });
    expect(kept.outcomes).toHaveLength(seen.length);

    const again = await replayed(fileWith(out));
    expect(again).toMatchObject({ exit: 0, err: '' });
    expect(ReplayOutput.parse(JSON.parse(again.out))).toMatchObject({
      changed: 0,
      cases: [{ run: id, changed: [], right: { cause: 'D3.a', confirmed: true } }],
    });
  });

  it('names each verdict that is another one, with exit code 1', async () => {
    const id = await stored('prod', seen);
    const kept = Case.parse(JSON.parse((await keep(id)).out));
    const other = {
      ...kept,
      told: kept.told.map((one) => (one.id === 'D3.a' ? { ...one, verdict: 'ruled-out' } : one)),
    };
    const again = await replayed(fileWith(JSON.stringify(other)));
    expect(again.exit).toBe(1);
    expect(JSON.parse(again.out)).toMatchObject({
      changed: 1,
      cases: [{ changed: [{ id: 'D3.a', part: 'redis', before: 'ruled-out', now: 'confirmed' }] }],
    });
  });

  it('has no planted secret in it, and takes hostile text as it is', async () => {
    const texts = [...plantedSecrets.map(({ value }) => value), ...hostile.map(({ text }) => text)];
    const dirty = seen.map((outcome) => ({
      ...outcome,
      findings: outcome.findings.map((finding) => ({
        ...finding,
        facts: { said: texts.join('\n').replaceAll('\u0000', '') },
        excerpts: texts.map((text) => ({
          source: 'redis',
          lines: text.replaceAll('\u0000', '').split('\n'),
        })),
      })),
    }));
    const id = await stored('prod', dirty);
    const { exit, out } = await keep(id, '--note', plantedSecrets[0].value);
    expect(exit).toBe(0);
    expect(leaked(out)).toEqual([]);
    expect((await replayed(fileWith(out))).exit).toBe(0);
  });

  it('is at most 5 MiB, is of a diagnosis, and names a cause that there is', async () => {
    const [first, ...others] = seen;
    if (first === undefined) throw new Error('nothing seen');
    const large = await stored('prod', [{ ...first, facts: { much: 'a b '.repeat(1_400_000) } }, ...others]);
    expect(await keep(large)).toMatchObject({ exit: 64, out: '' });
    expect((await keep(large)).err).toContain('at most 5 MiB');
    const id = await stored('prod', seen);
    expect((await keep(id, '--cause', 'no-cause')).err).toContain('no diagnosis has a cause “no-cause”');
    expect((await keep('00000000')).err).toContain('There is no run 00000000');
    // As text it would be escaped for a terminal, and be no case any more.
    const asText = await (await bot.as(asPerson(member.userId)))('case', 'keep', id);
    expect(asText).toMatchObject({ exit: 64, out: '' });
    expect(asText.err).toContain('aetherius --output json case keep');
    const empty = await stored('prod', []);
    expect((await keep(empty)).err).toContain('is no diagnosis');
  });

  it('is for whoever may read the environment', async () => {
    const id = await stored('closed', seen);
    const { exit, out } = await keep(id);
    expect([exit, out]).toEqual([1, '']);
  });

  it('is refused where a file is none, is too large, or is not there', async () => {
    for (const [text, said] of [
      ['{}', 'is no case'],
      [' '.repeat(5 * 2 ** 20 + 1), 'larger than 5 MiB'],
    ] as const) {
      const { exit, err } = await replayed(fileWith(text));
      expect(exit).toBe(2);
      expect(err).toContain(said);
    }
    expect((await replayed('/none/such.json')).exit).toBe(2);
    expect((await replayed(mkdtempSync(join(tmpdir(), 'case-')))).err).toContain('There is no case');
  });
});
