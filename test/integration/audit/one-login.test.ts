/**
 * What somebody does to the record who has one login of ours and no key. The attacks are written as that login; what only
 * the owner can do is planted past the triggers, and must be seen, and stop whoever would build on it.
 */
import { Client } from 'pg';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { auditHash } from '../../../src/domain/audit/audit.ts';
import type { Facts } from '../../../src/domain/kernel/facts.ts';
import { processKinds } from '../../../src/domain/kernel/process-kind.ts';
import { kindRole } from '../../../src/platform/store/connection.ts';
import type { PostgresStore } from '../../../src/platform/store/store.ts';
import { createAuditService } from '../../../src/services/audit/audit.service.ts';
import { createRecordGuard } from '../../../src/services/audit/record-guard.service.ts';
import { processOfBefore } from '../../support/appended-before.ts';
import { createHarness } from '../../support/approvals.ts';
import { createMemoryLogger, silentLogger } from '../../support/logger.ts';
import { auditKey, type TestDatabase, usePostgres } from '../../support/postgres.ts';

const postgres = usePostgres();
const keys = new Map([[auditKey.id, auditKey.secret]]);
/** Rows of each kind of process. */
const ofKind = {
  bot: { action: 'slack.test', reason: 'typed by somebody' },
  worker: { action: 'step.intent', reason: 'typed by somebody' },
  scheduler: { action: 'remediation.expired', reason: 'typed by somebody' },
} as const;
type Kind = keyof typeof ofKind;
const entryOf = (kind: Kind, facts: Facts = {}) => ({
  ...{ actor: 'T:U1', actorTeam: 'T', facts },
  ...ofKind[kind],
});

let whole: TestDatabase;
let database: TestDatabase;
beforeAll(async () => {
  whole = await postgres.migrated();
  for (let index = 1; index <= 6; index += 1)
    await whole.store().tx((tx) => tx.audit.append(entryOf('bot', { index })));
});
beforeEach(async () => {
  database = await postgres.clone(whole);
});

const verify = () => createAuditService({ store: database.store(), keys, places: [] }).verify();

/** As the owner, past every trigger. */
const planted = (text: string) => database.sql(`SET session_replication_role = replica; ${text}`);

/** One statement, or several, of somebody with this login; the SQLSTATE of what refused it. */
async function attempt(kind: Kind, text: string): Promise<string> {
  const client = new Client({ connectionString: await database.kindUrl(kind) });
  await client.connect();
  try {
    await client.query(text);
    return 'done';
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  } finally {
    await client.end();
  }
}

const storeOf = async (kind: Kind): Promise<PostgresStore> =>
  database.store({ database: { url: await database.kindUrl(kind) }, role: kindRole(kind) });

const copied = 'mac, key_id, ts, actor, actor_team, action, from_state';

describe('R-L3: with one login and no key', () => {
  it.each(
    processKinds.flatMap((kind) =>
      [
        ['another hash', `UPDATE audit_head SET hash = repeat('a', 64)`],
        [
          'an older row',
          `UPDATE audit_head SET (seq, hash, ts) = (SELECT seq, hash, ts FROM audit_log WHERE seq = 3)`,
        ],
        ['the row before, step by step', `UPDATE audit_head SET seq = seq - 1`],
        ['a later time, by which everything has expired', `UPDATE audit_head SET ts = 'infinity'`],
        ['nothing', 'DELETE FROM audit_head'],
      ].map(([what, text]) => [kind, what, text] as const),
    ),
  )('the %s’s login does not move the head to %s', async (kind, _what, text) => {
    expect(await attempt(kind, text ?? '')).toBe('42501');

    await (await storeOf('bot')).tx((tx) => tx.audit.append(entryOf('bot')));
    expect(await verify()).toMatchObject({ verdict: 'intact', rows: 7 });
  });

  it.each(
    processKinds.flatMap((kind) =>
      [
        ['behind the head', `SELECT 99, hash, hash, ${copied} FROM audit_log WHERE seq = 6`],
        ['at the end, onto another row', `SELECT 7, prev_hash, hash, ${copied} FROM audit_log WHERE seq = 6`],
        ['in the place of an old one', `SELECT 3, prev_hash, hash, ${copied} FROM audit_log WHERE seq = 3`],
        [
          'of a time that is not yet, by which everything has expired',
          `SELECT 7, hash, repeat('b', 64), mac, key_id, 'infinity', actor, actor_team, action, from_state FROM audit_log WHERE seq = 6`,
        ],
      ].map(([what, text]) => [kind, what, text] as const),
    ),
  )('the %s’s login adds no row %s', async (kind, _what, text) => {
    const row = `INSERT INTO audit_log (seq, prev_hash, hash, ${copied}) ${text}`;

    // As an action that its kind may write, so that nothing else refuses it.
    const own = row.replace(/, action, from_state FROM/, `, '${ofKind[kind].action}', from_state FROM`);
    expect(await attempt(kind, own)).toMatch(/^(?:42501|23505)$/);

    await (await storeOf('bot')).tx((tx) => tx.audit.append(entryOf('bot')));
    expect(await verify()).toMatchObject({ verdict: 'intact', rows: 7 });
  });

  it.each(processKinds)('the %s’s login lays no text beside a row that is there', async (kind) => {
    const free = `INSERT INTO audit_texts (seq, field, salt, text) VALUES (2, 'facts.name', '00', 'planted')`;

    expect(await attempt(kind, free)).toBe('42501');
    // Nor in a transaction that appends a row of its own.
    const store = await storeOf(kind);
    const both = store.tx(async (tx) => {
      await tx.audit.append(entryOf(kind));
      const client = new Client({ connectionString: await database.kindUrl(kind) });
      await client.connect();
      try {
        await client.query(free);
      } finally {
        await client.end();
      }
    });
    await expect(both).rejects.toMatchObject({ code: '42501' });
    expect(await verify()).toMatchObject({ verdict: 'intact', rows: 6 });
  });
});

describe('R-L6: one fault hides no other', () => {
  it('goes on after a planted text, and ends with the worst', async () => {
    await planted(
      `INSERT INTO audit_texts (seq, field, salt, text) VALUES (1, 'facts.name', '00', 'planted');
       UPDATE audit_log SET actor = 'T:somebody-else' WHERE seq = 4;
       DELETE FROM audit_texts WHERE seq = 5`,
    );

    const verdict = await verify();

    expect(verdict).toMatchObject({ verdict: 'row-altered', seq: 4 });
    expect(verdict.verdict !== 'intact' && verdict.faults.map((one) => `${one.verdict} ${one.seq}`)).toEqual([
      'text-altered 1',
      'row-altered 4',
      'text-missing 5',
    ]);
  });
});

describe('R-L3: a head that is not the last row', () => {
  const harm = `UPDATE audit_head SET hash = repeat('a', 64)`;

  it.each(processKinds)('stops the %s before it appends, and is alarmed', async (kind) => {
    const logger = createMemoryLogger();
    let counted = 0;
    const store = database.store({
      ...{ database: { url: await database.kindUrl(kind) }, role: kindRole(kind), logger },
      onBrokenRecord: () => void (counted += 1),
    });
    await planted(harm);

    await expect(store.tx((tx) => tx.audit.append(entryOf(kind)))).rejects.toMatchObject({
      facts: { reason: 'record-broken', head: 6, last: 6 },
    });

    expect(counted).toBe(1);
    expect(logger.lines.filter(({ level }) => level === 'error').map(({ message }) => message)).toEqual([
      'the head of the audit log is not its last row: nothing is written down or decided',
    ]);
    expect(await database.sql('SELECT count(*)::int AS rows FROM audit_log')).toEqual([{ rows: 6 }]);
  });

  it('lets nobody decide, and is put right by the owner alone', async () => {
    const store = database.store();
    const guard = createRecordGuard({
      ...{ store, places: [], keys, logger: silentLogger, clock: { now: () => new Date() } },
    });
    const h = createHarness(store, { record: guard });
    const row = await h.requested();
    await planted(harm);

    await expect(h.service.approve(h.input(row.id, 'ULEAD'))).rejects.toMatchObject({
      facts: { reason: 'record-broken' },
    });
    expect((await h.row(row.id)).state).toBe('requested');
    const right = `UPDATE audit_head SET (seq, hash, ts) = (SELECT seq, hash, ts FROM audit_log ORDER BY seq DESC LIMIT 1)`;
    for (const kind of processKinds) expect(await attempt(kind, right)).toBe('42501');

    await database.sql(`SET ROLE aetherius_bot; ${right}`);
    expect((await h.service.approve(h.input(row.id, 'ULEAD'))).remediation.state).toBe('approved');
    expect(await verify()).toMatchObject({ verdict: 'intact' });
  });
});

describe('R-L3: the version before and this one, side by side', () => {
  it('append by turns and at once, with two rows in a transaction and with texts, and the chain is whole', async () => {
    const before = await Promise.all(
      processKinds.map(async (kind) => ({
        kind,
        process: await processOfBefore(await database.kindUrl(kind)),
      })),
    );
    const now = await Promise.all(processKinds.map(async (kind) => ({ kind, store: await storeOf(kind) })));
    const rounds = 12;

    for (const [index, { kind, process }] of before.entries()) {
      await process.append(entryOf(kind, { index }));
      const store = now[index]?.store;
      await store?.tx((tx) => tx.audit.append(entryOf(kind, { index })));
    }
    await Promise.all([
      ...before.map(async ({ kind, process }) => {
        for (let index = 0; index < rounds; index += 1)
          await process.append(entryOf(kind, { index }), entryOf(kind, { index, second: true }));
      }),
      ...now.map(async ({ kind, store }) => {
        for (let index = 0; index < rounds; index += 1)
          await store.tx(async (tx) => {
            await tx.audit.append(entryOf(kind, { index }));
            await tx.audit.append(entryOf(kind, { index, second: true }));
          });
      }),
    ]);
    await Promise.all(before.map(({ process }) => process.end()));

    const rows = 6 + 6 + 6 * 2 * rounds;
    expect(await verify()).toMatchObject({ verdict: 'intact', rows });
    expect(await database.sql('SELECT count(*)::int AS texts FROM audit_texts')).toEqual([{ texts: rows }]);
    const [end] = await database.sql<{ head: string; last: string }>(
      `SELECT h.hash AS head, l.hash AS last FROM audit_head h JOIN audit_log l USING (seq) WHERE seq = ${rows}`,
    );
    expect(end?.head).toBe(end?.last);
  });

  it('leaves no head behind where the version before would append onto another row', async () => {
    const process = await processOfBefore(await database.kindUrl('worker'));
    const store = await storeOf('bot');
    const [last] = (await database.store().tx((tx) => tx.audit.rows(6, 1))).slice(-1);
    await planted(`UPDATE audit_head SET hash = repeat('a', 64)`);

    await expect(process.append(entryOf('worker'))).rejects.toMatchObject({ code: '42501' });
    await expect(store.tx((tx) => tx.audit.append(entryOf('bot')))).rejects.toMatchObject({
      facts: { reason: 'record-broken' },
    });
    await process.end();
    expect(last?.hash).toBe(auditHash(last ?? ({} as never), last?.prevHash ?? ''));
    expect(await database.sql('SELECT count(*)::int AS rows FROM audit_log')).toEqual([{ rows: 6 }]);
  });
});
