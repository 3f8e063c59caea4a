/** R-A17 on a real PostgreSQL: who mutes, what is written down, and what the database refuses whatever the code does. */

import { Client } from 'pg';
import { beforeEach, describe, expect, it } from 'vitest';
import type { AccessRules } from '../../../src/domain/access/access.ts';
import { isStoreAway } from '../../../src/domain/kernel/errors.ts';
import { mostMuteMs } from '../../../src/domain/mute/mute.ts';
import { type Finding, findingKey } from '../../../src/domain/probe/finding.ts';
import { systemIds } from '../../../src/platform/process/clock.ts';
import { kindRole } from '../../../src/platform/store/connection.ts';
import type { MuteInput } from '../../../src/services/mute/contract.ts';
import { createMuteService } from '../../../src/services/mute/mute.service.ts';
import { quietingAfter } from '../../../src/services/mute/quiet.ts';
import { createHarness, type Harness, idOf } from '../../support/approvals.ts';
import { type TestDatabase, usePostgres } from '../../support/postgres.ts';

const postgres = usePostgres();
let database: TestDatabase;
let h: Harness;
beforeEach(async () => {
  database = await postgres.migrated();
  h = createHarness(database.store());
});

const hour = 3_600_000;
const open: AccessRules = { sharedChannels: [], ask: { users: ['UBOSS'], usergroups: [] } };
const closed: AccessRules = { ...open, start: { users: ['ULEAD'], usergroups: [], channels: [] } };

async function service(rules: AccessRules = open) {
  const store = database.store({
    ...{ database: { url: await database.kindUrl('bot') }, role: kindRole('bot') },
  });
  return createMuteService({
    ...{ store, ids: systemIds, policy: h.common.policy, directory: h.common.directory },
    causes: new Set(['D3.a', 'D3.b']),
    accessOf: (environment) => (environment === 'prod' ? rules : undefined),
    said: (what) => ({ text: 'lift' in what ? `muted ${what.mute.cause}` : `lifted ${what.mute.cause}` }),
  });
}

const input = (userId: string, more: Partial<MuteInput> = {}): MuteInput => {
  const { id: _none, planHash: _hash, ...by } = h.input('', userId);
  return {
    ...{ ...by, environment: 'prod', kind: 'mute', reason: 'planned', channel: 'C0INC', language: 'en' },
    ...{ part: 'redis', cause: 'MEMORY_NEAR_LIMIT', seen: { severity: 'warning' } },
    ...more,
  };
};
const audited = () =>
  database.sql<{ action: string; actor: string; facts: Record<string, unknown> }>(
    "SELECT action, actor, facts FROM audit_log WHERE action LIKE 'mute%' ORDER BY seq",
  );
const told = async () =>
  (await database.sql<{ text: string }>("SELECT payload->>'text' AS text FROM outbox ORDER BY seq")).map(
    ({ text }) => text,
  );

describe('R-A17: who mutes', () => {
  it('is whoever may decide; it is told where it was done, and stands in the audit with its reason beside it', async () => {
    const mutes = await service();
    const mute = await mutes.set(input('UONCALL', { forMs: hour }));

    expect(mute).toMatchObject({ cause: 'MEMORY_NEAR_LIMIT', whileThere: false, reason: 'planned' });
    expect(await mutes.list('prod')).toMatchObject([{ id: mute.id, by: { userId: 'UONCALL' } }]);
    expect(await mutes.list('stage')).toEqual([]);
    const { reason: _reason, ...lifter } = input('ULEAD');
    await mutes.lift({ ...lifter, which: { id: mute.id } });
    expect(await mutes.list()).toEqual([]);
    expect(await told()).toEqual(['muted MEMORY_NEAR_LIMIT', 'lifted MEMORY_NEAR_LIMIT']);
    expect(await audited()).toMatchObject([
      { action: 'mute.set', actor: idOf('UONCALL'), facts: { environment: 'prod', part: 'redis' } },
      { action: 'mute.lifted', actor: idOf('ULEAD'), facts: { cause: 'MEMORY_NEAR_LIMIT' } },
    ]);
    expect((await h.audit.verify()).verdict).toBe('intact');
    expect(await database.sql('SELECT text FROM audit_texts WHERE seq > 0')).toMatchObject([
      { text: 'planned' },
    ]);
  });

  it('has a reason without a secret, wherever it is stored', async () => {
    const mutes = await service();
    const secret = 'Tr0ub4dor-and-3-more';
    const reason = `moved to postgres://app:${secret}@db:5432/app`;
    const mute = await mutes.set(input('UONCALL', { forMs: hour, reason }));

    expect(mute.reason).toMatch(/^moved to postgres:/);
    expect(mute.reason).not.toContain(secret);
    for (const table of ['mutes', 'outbox', 'audit_log', 'audit_texts', 'buttons'])
      expect([table, JSON.stringify(await database.sql(`SELECT * FROM ${table}`)).includes(secret)]).toEqual([
        table,
        false,
      ]);
  });

  it('is nobody else: nothing is stored or told, and the attempt is written down', async () => {
    const mutes = await service();
    for (const userId of ['UREQ', 'UNOBODY'])
      await expect(mutes.set(input(userId))).rejects.toMatchObject({ code: 'NOT_ALLOWED' });
    const shut = await service(closed);
    await expect(shut.set(input('UONCALL'))).rejects.toMatchObject({
      code: 'NOT_ALLOWED',
      facts: { reason: 'access-not-named', askUsers: 'UBOSS' },
    });
    await shut.set(input('ULEAD'));
    await expect(
      mutes.lift({
        ...input('UREQ'),
        which: { environment: 'prod', part: 'redis', cause: 'memory_near_limit' },
      }),
    ).rejects.toMatchObject({ code: 'NOT_ALLOWED' });

    expect(await mutes.list()).toHaveLength(1);
    expect(await told()).toEqual(['muted MEMORY_NEAR_LIMIT']);
    const rows = await audited();
    expect(rows.map(({ action }) => action).filter((action) => action === 'mute.refused')).toHaveLength(4);
    expect(rows[0]?.facts).toMatchObject({ refused: 'not-in-policy' });
  });

  it('says for how long of what is critical, and nothing that there is not', async () => {
    const mutes = await service();
    const critical = { cause: 'OOM_KILLED', seen: { severity: 'critical' } } as const;
    const refusals = [
      [input('ULEAD', critical), 'mute-critical'],
      [input('ULEAD', { ...critical, kind: 'known' }), 'known-critical'],
      [input('ULEAD', { ...critical, forMs: mostMuteMs + 1 }), 'mute-too-long'],
      [input('ULEAD', { cause: 'D3' }), 'no-cause'],
      [input('ULEAD', { cause: ['D3', 'z'].join('.') }), 'no-cause'],
      [input('ULEAD', { reason: ' ' }), 'reason-required'],
    ] as const;
    for (const [wish, reason] of refusals)
      await expect(mutes.set(wish)).rejects.toMatchObject({ code: 'INVALID_INPUT', facts: { reason } });
    expect(await mutes.list()).toEqual([]);
    // Nobody has seen it yet: for a time all of it is meant, else nothing that is critical.
    const unseen = (more: Partial<MuteInput> = {}) => {
      const { seen: _seen, ...rest } = input('ULEAD', { cause: 'oom_killed', ...more });
      return rest;
    };
    expect(await mutes.set(unseen({ forMs: hour }))).toMatchObject({
      ...{ cause: 'OOM_KILLED', severity: 'critical' },
    });
    expect(await mutes.set(unseen())).toMatchObject({ severity: 'warning', whileThere: true });
    expect(await mutes.list()).toHaveLength(1);
  });
});

describe('R-A17: a cause of a diagnosis, by its id', () => {
  const at = new Date(0).toISOString();
  const found = (code: Finding['code'], severity: Finding['severity']): Finding => ({
    ...{ code, severity, part: 'redis', subject: 'redis', facts: {} },
  });
  const evidence = [found('REDIS_MEMORY_AT_LIMIT', 'critical'), found('REDIS_POLICY_NOEVICTION', 'warning')];

  /** A diagnosis that has ended with this verdict of D3.a. */
  async function diagnosed(verdict: 'confirmed' | 'possible'): Promise<void> {
    const store = database.store();
    const id = systemIds.uuid();
    const cause = { id: 'D3.a', part: 'redis', verdict, for: evidence.map(findingKey) };
    await store.tx(async (tx) => {
      await tx.runs.insert({ id, kind: 'diagnose', environment: 'prod', params: {}, source: 'slash' });
      await tx.runs.claim(id, 'w', 60_000);
      await tx.runs.saveOutcomes(id, [
        {
          ...{ key: 'redis.memory', probe: 'redis.memory', part: 'redis', status: 'unhealthy', facts: {} },
          ...{ findings: evidence, startedAt: at, durationMs: 1 },
        },
      ]);
      await tx.runs.finish(id, 'w', 'complete', { causes: [cause] });
    });
  }
  const byWord = (more: Partial<MuteInput> = {}) => {
    const { seen: _seen, ...rest } = input('ULEAD', { cause: 'd3.A', forMs: hour, ...more });
    return rest;
  };

  it('is muted with what spoke for it when it was confirmed last, and lifted by the same word', async () => {
    const mutes = await service();
    await expect(mutes.set(byWord())).rejects.toMatchObject({
      facts: { reason: 'cause-not-seen', cause: 'D3.a', symptom: 'D3 redis' },
    });
    await diagnosed('possible');
    await expect(mutes.set(byWord())).rejects.toMatchObject({ facts: { reason: 'cause-not-seen' } });
    await diagnosed('confirmed');
    await expect(mutes.set(byWord({ part: 'nats' }))).rejects.toMatchObject({
      facts: { reason: 'cause-not-seen' },
    });
    await expect(mutes.set(byWord({ kind: 'known' }))).rejects.toMatchObject({
      facts: { reason: 'known-cause' },
    });
    const set = await mutes.set(byWord());

    expect(set).toMatchObject({
      ...{ cause: 'D3.a', severity: 'critical' },
      evidence: [
        { code: 'REDIS_MEMORY_AT_LIMIT', part: 'redis' },
        { code: 'REDIS_POLICY_NOEVICTION', part: 'redis' },
      ],
    });
    expect(await mutes.list('prod')).toEqual([set]);
    const { reason: _reason, ...lifter } = input('ULEAD');
    const which = { environment: 'prod', part: 'redis', cause: 'D3.A' } as const;
    expect(await mutes.lift({ ...lifter, which })).toMatchObject({ id: set.id });
  });
});

describe('R-A17: the database', () => {
  const as = async (kind: 'bot' | 'worker' | 'scheduler') => {
    const client = new Client({ connectionString: await database.kindUrl(kind) });
    await client.connect();
    return client;
  };

  it('keeps a mute as it is, and one that has ended ended; a worker ends it and makes none', async () => {
    const mutes = await service();
    const mute = await mutes.set(input('ULEAD', { forMs: hour }));
    const [bot, worker] = [await as('bot'), await as('worker')];
    for (const text of [
      `UPDATE mutes SET until = until + interval '1 day'`,
      `INSERT INTO mutes (id, environment, part, finding_code, severity, kind, until, while_there, reason, by)
       VALUES (gen_random_uuid(), 'prod', 'nats', 'OOM_KILLED', 'warning', 'known', NULL, false, 'x', '{}')`,
    ])
      await expect(worker.query(text)).rejects.toThrow(/permission denied/);
    await worker.query(`UPDATE mutes SET ended_at = clock_timestamp(), ended = 'rose'`);
    for (const client of [bot, worker])
      await expect(client.query('UPDATE mutes SET ended_at = NULL, ended = NULL')).rejects.toThrow(
        /only ends/,
      );
    for (const [severity, kind, until, whileThere] of [
      ['critical', 'known', 'NULL', false],
      ['critical', 'mute', `clock_timestamp() + interval '1 day'`, true],
      ['warning', 'mute', `clock_timestamp() + interval '31 days'`, false],
      ['warning', 'mute', 'NULL', false],
    ])
      await expect(
        bot.query(`INSERT INTO mutes (id, environment, part, finding_code, severity, kind, until, while_there, reason, by)
          VALUES (gen_random_uuid(), 'prod', 'nats', 'OOM_KILLED', '${severity}', '${kind}', ${until}, ${whileThere}, 'x', '{}')`),
      ).rejects.toThrow(/violates check/);
    await bot.end();
    await worker.end();
    expect(mute).toBeDefined();
    expect(await mutes.list()).toEqual([]);
  });

  it('lets a worker end what has become worse, with a row of the audit, and removes what is over for long', async () => {
    const mutes = await service();
    await mutes.set(input('ULEAD', { forMs: hour }));
    const store = database.store({
      ...{ database: { url: await database.kindUrl('worker') }, role: kindRole('worker') },
    });
    const seen: Finding = {
      ...{ code: 'MEMORY_NEAR_LIMIT', part: 'redis', subject: 'redis', facts: {}, severity: 'critical' },
    };
    const quieting = await store.tx((tx) =>
      quietingAfter(tx, { known: () => [], emitters: new Map() }, 'prod', { findings: [seen], outcomes: [] }),
    );

    expect(quieting.mutes).toEqual([]);
    expect((await audited()).at(-1)).toMatchObject({ action: 'mute.ended', facts: { why: 'rose' } });
    expect((await h.audit.verify()).verdict).toBe('intact');
    const sweeping = database.store({
      ...{ database: { url: await database.kindUrl('scheduler') }, role: kindRole('scheduler') },
    });
    // The server ends a session that pauses for 20 ms between the statement and COMMIT, as a busy machine does.
    const remove = async (left = 20): Promise<{ readonly removed: number }> => {
      try {
        return await sweeping.tx((tx) =>
          tx.retention.remove('mutes', { olderThanMs: 30 * 24 * hour, limit: 9 }),
        );
      } catch (error) {
        if (left === 0 || !isStoreAway(error)) throw error;
        return remove(left - 1);
      }
    };
    expect((await remove()).removed).toBe(0);
    await database.sql('ALTER TABLE mutes DISABLE TRIGGER mutes_keep');
    await database.sql(
      `UPDATE mutes SET created_at = created_at - interval '40 days', until = until - interval '40 days'`,
    );
    await mutes.set(input('ULEAD', { forMs: hour }));
    expect((await remove()).removed).toBe(1);
    expect(await mutes.list()).toHaveLength(1);
  });
});
