import { beforeEach, describe, expect, it } from 'vitest';
import { anchorMac, auditHash, auditMac } from '../../../src/domain/audit/audit.ts';
import type { AuditRow } from '../../../src/domain/audit/rows.ts';
import { Secret } from '../../../src/domain/kernel/secret.ts';
import { auditKeys } from '../../../src/platform/settings/audit-keys.ts';
import type { PostgresStore } from '../../../src/platform/store/store.ts';
import { createAuditService } from '../../../src/services/audit/audit.service.ts';
import { createHarness, type Harness } from '../../support/approvals.ts';
import { auditKey, type TestDatabase, usePostgres } from '../../support/postgres.ts';

const postgres = usePostgres();
let database: TestDatabase;
let store: PostgresStore;
let h: Harness;

beforeEach(async () => {
  database = await postgres.migrated();
  store = database.store();
  h = createHarness(store, { surface: 'none' });
  for (let index = 0; index < 6; index += 1)
    await store.tx((tx) =>
      tx.audit.append({
        actor: 'T:U1',
        actorTeam: 'T',
        action: 'test',
        from: 'proposed',
        to: 'requested',
        facts: { index },
      }),
    );
});

/** The sum of the application's rights is that of its kinds. */
const writers = 'aetherius_app, aetherius_app_bot, aetherius_app_worker, aetherius_app_scheduler';

/** As somebody who owns the tables and knows SQL, but not the key. */
const tamper = async (text: string, values: readonly unknown[] = []) => {
  await database.sql('ALTER TABLE audit_log DISABLE TRIGGER ALL');
  await database.sql(text, values);
  await database.sql('ALTER TABLE audit_log ENABLE TRIGGER ALL');
};
/** Another head than the last row, past the trigger that refuses it. */
const headNames = (hash: string, seq?: number) =>
  database.sql(
    `SET session_replication_role = replica; UPDATE audit_head SET hash = '${hash}'${seq === undefined ? '' : `, seq = ${seq}`}`,
  );
const rows = () => store.tx((tx) => tx.audit.rows(1, 1000));

/** Makes a row fit again as far as one can without the key. */
async function reseal(row: AuditRow, prevHash: string, mac?: (hash: string) => string): Promise<string> {
  const hash = auditHash(row, prevHash);
  await tamper('UPDATE audit_log SET prev_hash = $1, hash = $2, mac = $3 WHERE seq = $4', [
    ...[prevHash, hash, mac === undefined ? row.mac : mac(hash), row.seq],
  ]);
  return hash;
}

describe('audit', () => {
  it('R-L1, R-L2: each move has a row with who, what, from, to, plan and policy', async () => {
    const row = await h.approved();
    await h.execute(row.id);
    const log = await rows();

    const approved = log.find((row) => row.action === 'remediation.approved');
    expect(approved).toMatchObject({
      ...{
        actor: 'T0HOME:ULEAD',
        actorTeam: 'T0HOME',
        from: 'requested',
        to: 'approved',
        payloadDigest: 'd1',
      },
      policyVersion: h.policy.version,
    });
    expect(approved?.planHash).toMatch(/^[0-9a-f]{64}$/);
    expect(approved?.requestIds).toHaveLength(1);
  });

  it('R-L1: no row, no change: when the audit cannot be written nothing moves', async () => {
    const row = await h.requested();
    await database.sql(`REVOKE INSERT ON audit_log FROM ${writers}`);

    await expect(h.service.approve(h.input(row.id, 'ULEAD'))).rejects.toMatchObject({ code: 'BUG' });

    await database.sql(`GRANT INSERT ON audit_log TO ${writers}`);
    expect((await h.row(row.id)).state).toBe('requested');
  });

  it('R-L3: appends from many connections at once are gap-free and do not fork', async () => {
    const other = database.store();
    const append = (from: PostgresStore, index: number) =>
      from.tx((tx) => tx.audit.append({ actor: 'a', actorTeam: 't', action: 'test', facts: { index } }));

    const chain = async (from: PostgresStore) => {
      for (let index = 0; index < 20; index += 1) await append(from, index);
    };
    await Promise.all(Array.from({ length: 10 }, (_, index) => chain(index % 2 === 0 ? store : other)));

    const log = await rows();
    expect(log).toHaveLength(206);
    expect(log.map((row) => row.seq)).toEqual(log.map((_, index) => index + 1));
    expect((await h.audit.verify()).verdict).toBe('intact');
  });

  it('R-L6: keys are changed one process after the other, without a stop and without a break', async () => {
    const env = (id: string, secret: string, old: string) => ({
      AUDIT_KEY_ID: id,
      AUDIT_KEY: new Secret(secret),
      AUDIT_OLD_KEYS: new Secret(old),
    });
    const former = 'the-former-key-of-the-tests';
    const next = 'the-next-key-of-the-tests';
    // First everybody knows the new key, then one after the other signs with it (docs/guides/operate.md).
    const before = auditKeys(env('k1', former, `k2=${next}`));
    const after = auditKeys(env('k2', next, `k1=${former}`));
    if (before === undefined || after === undefined) throw new Error('no keys');
    const own = await postgres.migrated();
    const old = own.store({ auditKey: before.current });
    const renewed = own.store({ auditKey: after.current });
    for (let index = 0; index < 10; index += 1)
      await (index % 2 === 0 ? old : renewed).tx((tx) =>
        tx.audit.append({ actor: 'a', actorTeam: 't', action: 'test', facts: { index } }),
      );

    for (const keys of [before.all, after.all])
      expect((await createAuditService({ store: old, keys }).verify()).verdict).toBe('intact');
    // Whoever skips the first step cannot check what is signed by then, and says so.
    const skipped = new Map([['k1', former]]);
    expect((await createAuditService({ store: old, keys: skipped }).verify()).verdict).toBe('key-unknown');
  });

  it('R-L4: the application can neither change, delete nor truncate the log', async () => {
    const as = (text: string) => database.sql(`SET ROLE aetherius_app; ${text}`);

    await expect(as("UPDATE audit_log SET actor = 'x'")).rejects.toThrow('permission denied');
    await expect(as('DELETE FROM audit_log')).rejects.toThrow('permission denied');
    await expect(as('TRUNCATE audit_log')).rejects.toThrow('permission denied');
    await expect(database.sql("UPDATE audit_log SET actor = 'x'")).rejects.toThrow('append-only');
    await expect(database.sql('DELETE FROM audit_log')).rejects.toThrow('append-only');
    await expect(database.sql('TRUNCATE audit_log CASCADE')).rejects.toThrow('append-only');
  });

  it('R-L7: what is secret has no way in: facts are short values and texts of ours, parameters come from the catalogue', async () => {
    const row = await h.approved();
    await h.execute(row.id);
    const text = JSON.stringify(await rows());

    expect(text).not.toContain(auditKey.secret);
    expect(text).not.toContain('postgres_pass');
  });
});

describe('R-L6: the verifier says', () => {
  it('intact, when nothing was touched', async () => {
    const log = await rows();

    expect(await h.audit.verify()).toEqual({
      ...{ verdict: 'intact', rows: log.length, head: log.at(-1)?.hash, places: [] },
    });
  });

  it.each([
    'actor',
    'reason',
    'action',
    'payload_digest',
    'plan_hash',
    'to_state',
    'policy_version',
    'key_id',
  ])('row-altered, when %s of a row was changed', async (column) => {
    await tamper(`UPDATE audit_log SET ${column} = 'x' WHERE seq = 3`);

    expect(await h.audit.verify()).toMatchObject({ verdict: 'row-altered', seq: 3 });
  });

  it('link-broken, when a row was changed and made to fit by itself', async () => {
    const row = (await rows())[2]!;
    await tamper("UPDATE audit_log SET actor = 'x' WHERE seq = 3");
    await reseal({ ...row, actor: 'x' }, row.prevHash, (hash) => auditMac(auditKey.secret, hash));

    expect(await h.audit.verify()).toMatchObject({ verdict: 'link-broken', seq: 4 });
  });

  it('mac-invalid, when the whole rest was made to fit without the key', async () => {
    const log = await rows();
    await tamper("UPDATE audit_log SET actor = 'x' WHERE seq = 3");
    let previous = log[1]!.hash;
    for (const row of log.slice(2))
      previous = await reseal(row.seq === 3 ? { ...row, actor: 'x' } : row, previous);
    await headNames(previous);

    expect(await h.audit.verify()).toMatchObject({ verdict: 'mac-invalid', seq: 3 });
  });

  it('gap, when a row in the middle was taken out', async () => {
    await tamper('DELETE FROM audit_log WHERE seq = 3');

    expect(await h.audit.verify()).toMatchObject({ verdict: 'gap', seq: 4 });
  });

  it('tail-cut, when the tail was cut', async () => {
    await tamper('DELETE FROM audit_log WHERE seq > 3');

    expect(await h.audit.verify()).toMatchObject({ verdict: 'tail-cut', seq: 6 });
  });

  it('head-put-back, when the tail was cut and the head with it, because an anchor remembers (R-L5)', async () => {
    const log = await rows();
    const last = log.at(-1)!;
    const anchor = {
      seq: last.seq,
      hash: last.hash,
      keyId: auditKey.id,
      place: 'file' as const,
      at: new Date(),
    };
    await store.tx((tx) => tx.audit.saveAnchor({ ...anchor, mac: anchorMac(auditKey.secret, anchor) }));
    await tamper('DELETE FROM audit_log WHERE seq > 3');
    await headNames(log[2]!.hash, 3);

    expect(await h.audit.verify()).toMatchObject({ verdict: 'head-put-back', seq: last.seq });
  });

  it('anchor-mismatch, when the log was written anew with the key and an anchor remembers the old one', async () => {
    const log = await rows();
    const anchor = { seq: 4, hash: log[3]!.hash, keyId: auditKey.id, place: 'file' as const, at: new Date() };
    await store.tx((tx) => tx.audit.saveAnchor({ ...anchor, mac: anchorMac(auditKey.secret, anchor) }));
    await tamper("UPDATE audit_log SET actor = 'x' WHERE seq = 3");
    let previous = log[1]!.hash;
    for (const row of log.slice(2))
      previous = await reseal(row.seq === 3 ? { ...row, actor: 'x' } : row, previous, (hash) =>
        auditMac(auditKey.secret, hash),
      );
    await headNames(previous);

    expect(await h.audit.verify()).toMatchObject({ verdict: 'anchor-mismatch', seq: 4 });
  });

  it('head-put-back, when the head names another last row', async () => {
    await headNames('a'.repeat(64));

    expect(await h.audit.verify()).toMatchObject({ verdict: 'head-put-back' });
  });

  it('mac-invalid, when an anchor was made up', async () => {
    const log = await rows();
    const anchor = { seq: 2, hash: log[1]!.hash, keyId: auditKey.id, place: 'file' as const, at: new Date() };
    await store.tx((tx) => tx.audit.saveAnchor({ ...anchor, mac: anchorMac('another key', anchor) }));

    expect(await h.audit.verify()).toMatchObject({ verdict: 'mac-invalid', seq: 2 });
  });

  it('key-unknown, when a row is signed with a key nobody has', async () => {
    const other = database.store({ auditKey: { id: 'k-other', secret: 'another secret' } });
    const row = await other.tx((tx) => tx.audit.append({ actor: 'a', actorTeam: 't', action: 'test' }));

    expect(await h.audit.verify()).toMatchObject({ verdict: 'key-unknown', seq: row.seq });
    const keys = new Map([
      [auditKey.id, auditKey.secret],
      ['k-other', 'another secret'],
    ]);
    expect(await createAuditService({ store, keys }).verify()).toMatchObject({ verdict: 'intact' });
  });

  it('lists newest first, of one remediation or of all', async () => {
    const all = await h.audit.list(undefined, 3);

    expect(all.map((row) => row.seq)).toEqual([...all.map((row) => row.seq)].sort((a, b) => b - a));
    expect(await h.audit.list('00000000-0000-7000-8000-000000000000', 5)).toEqual([]);
  });
});
