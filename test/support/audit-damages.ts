/** Every way in which the tests harm a record, and what a verifier must say of it: one table for both verifiers. */
import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { type AuditFault, anchorMac, auditHash, auditMac } from '../../src/domain/audit/audit.ts';
import { anchorText } from '../../src/domain/audit/audit-anchor.ts';
import type { AuditRow } from '../../src/domain/audit/rows.ts';
import { auditKey, type TestDatabase } from './postgres.ts';

/** A record of 12 rows, with anchors of rows 4 and 12 in a file and in a second PostgreSQL. */
export interface Harmed {
  readonly database: TestDatabase;
  readonly rows: () => Promise<readonly AuditRow[]>;
  /** The file of anchors. */
  readonly file: string;
  /** The database of the second server: a copy for this damage alone. */
  ownAnchors(): Promise<TestDatabase>;
  /** As it was when it had six rows: an older dump in the place of the database. */
  restore(): Promise<void>;
  /** The second server does not answer under its address any more. */
  unplug(): void;
}

export interface Damage {
  readonly name: string;
  /** `owner`: of the tables, past triggers; `app`: the application's role; `place`: of the places outside. */
  readonly rights: 'owner' | 'app' | 'place';
  readonly verdict: AuditFault | 'intact';
  readonly seq?: number;
  /** What else both verifiers say, in this order. */
  readonly others?: readonly string[];
  harm(on: Harmed): Promise<unknown>;
}

/** As somebody who owns the tables and knows SQL: past every trigger. */
async function pastTriggers<T>(database: TestDatabase, work: () => Promise<T>): Promise<T> {
  const set = async (what: 'DISABLE' | 'ENABLE') => {
    for (const table of ['audit_log', 'audit_head', 'audit_texts'])
      await database.sql(`ALTER TABLE ${table} ${what} TRIGGER ALL`);
  };
  await set('DISABLE');
  const result = await work();
  await set('ENABLE');
  return result;
}

const owner = ({ database }: Pick<Harmed, 'database'>, text: string, values: readonly unknown[] = []) =>
  pastTriggers(database, () => database.sql(text, values));

const app = ({ database }: Harmed, text: string) => database.sql(`SET ROLE aetherius_app; ${text}`);

/** Makes all rows from `from` on fit again, with the key or without. */
async function reseal(
  on: Harmed,
  from: number,
  change: Partial<AuditRow>,
  withKey: boolean,
): Promise<string> {
  const rows = await on.rows();
  let previous = rows[from - 2]?.hash ?? '0'.repeat(64);
  for (const row of rows.slice(from - 1)) {
    const now = row.seq === from ? { ...row, ...change } : row;
    const hash = auditHash(now, previous);
    const mac = withKey ? auditMac(auditKey.secret, hash) : row.mac;
    await owner(on, 'UPDATE audit_log SET prev_hash = $1, hash = $2, mac = $3, actor = $4 WHERE seq = $5', [
      ...[previous, hash, mac, now.actor, row.seq],
    ]);
    previous = hash;
  }
  return previous;
}

/** As if every row had been written so many days earlier: made anew, with the key. */
export async function aged(database: TestDatabase, days: number): Promise<void> {
  const rows = await database.store().tx((tx) => tx.audit.rows(1, 10_000));
  let previous = '0'.repeat(64);
  await pastTriggers(database, async () => {
    for (const row of rows) {
      const ts = new Date(row.ts.getTime() - days * 24 * 3_600_000);
      const hash = auditHash({ ...row, ts }, previous);
      await database.sql('UPDATE audit_log SET prev_hash = $1, hash = $2, mac = $3, ts = $4 WHERE seq = $5', [
        ...[previous, hash, auditMac(auditKey.secret, hash), ts, row.seq],
      ]);
      previous = hash;
    }
    await database.sql(`UPDATE audit_head SET hash = $1, ts = ts - $2 * interval '1 day'`, [previous, days]);
  });
}

const headAt = async (on: Harmed, seq: number) =>
  owner(on, 'UPDATE audit_head SET seq = $1, hash = $2', [
    seq,
    (await on.rows()).find((row) => row.seq === seq)?.hash ?? '0'.repeat(64),
  ]);

const others = `mac, key_id, ts, actor_team, action, from_state, to_state, reason, request_ids, facts`;
const columns = `prev_hash, hash, mac, key_id, ts, actor, actor_team, action`;

export const damages: readonly Damage[] = [
  { name: 'nothing was touched', rights: 'owner', verdict: 'intact', harm: () => Promise.resolve() },
  {
    name: 'a column was changed',
    ...{ rights: 'owner', verdict: 'row-altered', seq: 5 },
    harm: (on) => owner(on, "UPDATE audit_log SET actor = 'x' WHERE seq = 5"),
  },
  {
    name: 'a fact was changed',
    ...{ rights: 'owner', verdict: 'row-altered', seq: 5 },
    harm: (on) => owner(on, `UPDATE audit_log SET facts = '{"index": 99}' WHERE seq = 5`),
  },
  {
    name: 'a row in the middle was taken out',
    ...{ rights: 'owner', verdict: 'gap', seq: 6 },
    harm: (on) => owner(on, 'DELETE FROM audit_log WHERE seq = 5'),
  },
  {
    name: 'the first row was taken out',
    ...{ rights: 'owner', verdict: 'gap', seq: 2 },
    harm: (on) => owner(on, 'DELETE FROM audit_log WHERE seq = 1'),
  },
  {
    name: 'one row was made anew with the key',
    ...{ rights: 'owner', verdict: 'link-broken', seq: 6 },
    async harm(on) {
      const row = (await on.rows())[4];
      if (row === undefined) throw new Error('no row');
      const hash = auditHash({ ...row, actor: 'x' }, row.prevHash);
      await owner(on, "UPDATE audit_log SET actor = 'x', hash = $1, mac = $2 WHERE seq = 5", [
        ...[hash, auditMac(auditKey.secret, hash)],
      ]);
    },
  },
  {
    name: 'all rows were made to fit without the key, and the head',
    ...{ rights: 'owner', verdict: 'mac-invalid', seq: 5 },
    async harm(on) {
      const head = await reseal(on, 5, { actor: 'x' }, false);
      await owner(on, 'UPDATE audit_head SET hash = $1', [head]);
    },
  },
  {
    name: 'all rows were made anew with the key, and the head',
    ...{ rights: 'owner', verdict: 'anchor-mismatch', seq: 12 },
    async harm(on) {
      const head = await reseal(on, 5, { actor: 'x' }, true);
      await owner(on, 'UPDATE audit_head SET hash = $1', [head]);
      await on.database.sql('DELETE FROM audit_anchors');
    },
  },
  {
    name: 'a row is signed with a key nobody has',
    ...{ rights: 'owner', verdict: 'key-unknown', seq: 13 },
    harm: (on) =>
      on.database
        .store({ auditKey: { id: 'k-other', secret: 'another secret' } })
        .tx((tx) => tx.audit.append({ actor: 'a', actorTeam: 't', action: 'test' })),
  },
  {
    name: 'the end was cut',
    ...{ rights: 'owner', verdict: 'tail-cut', seq: 12 },
    harm: (on) => owner(on, 'DELETE FROM audit_log WHERE seq > 8'),
  },
  {
    name: 'the end was cut and the head put back',
    ...{ rights: 'owner', verdict: 'head-put-back', seq: 12 },
    async harm(on) {
      await owner(on, 'DELETE FROM audit_log WHERE seq > 8');
      await headAt(on, 8);
    },
  },
  {
    name: 'the end was cut, the head put back and what the database notes of anchors deleted',
    ...{ rights: 'owner', verdict: 'older-state', seq: 12 },
    async harm(on) {
      await owner(on, 'DELETE FROM audit_log WHERE seq > 8');
      await headAt(on, 8);
      await on.database.sql('DELETE FROM audit_anchors');
    },
  },
  {
    name: 'the head alone was put back',
    ...{ rights: 'owner', verdict: 'head-put-back', seq: 8 },
    harm: (on) =>
      owner(on, 'UPDATE audit_head SET seq = 8, hash = (SELECT hash FROM audit_log WHERE seq = 8)'),
  },
  {
    name: 'the head names another last row',
    ...{ rights: 'owner', verdict: 'head-put-back', seq: 12 },
    harm: (on) => owner(on, "UPDATE audit_head SET hash = repeat('a', 64)"),
  },
  {
    name: 'the head is gone',
    ...{ rights: 'owner', verdict: 'head-put-back', seq: 12 },
    harm: (on) => on.database.sql('DELETE FROM audit_head'),
  },
  {
    name: 'everything was deleted, and the head stays',
    ...{ rights: 'owner', verdict: 'everything-deleted', seq: 12 },
    harm: (on) => owner(on, 'DELETE FROM audit_log'),
  },
  {
    name: 'everything was deleted, with the head and what the database notes of anchors',
    ...{ rights: 'owner', verdict: 'everything-deleted', seq: 12 },
    async harm(on) {
      await owner(on, 'DELETE FROM audit_log');
      await headAt(on, 0);
      await on.database.sql('DELETE FROM audit_anchors');
    },
  },
  {
    name: 'an older dump was restored',
    ...{ rights: 'owner', verdict: 'older-state', seq: 12 },
    harm: (on) => on.restore(),
  },
  {
    name: 'an older dump was restored and went on past its anchors',
    ...{ rights: 'owner', verdict: 'anchor-mismatch', seq: 12 },
    async harm(on) {
      await on.restore();
      const store = on.database.store();
      for (let index = 0; index < 9; index += 1)
        await store.tx((tx) => tx.audit.append({ actor: 'a', actorTeam: 't', action: 'test' }));
    },
  },
  {
    name: 'a row was added behind the head',
    ...{ rights: 'owner', verdict: 'row-behind-head', seq: 13 },
    harm: (on) =>
      owner(
        on,
        `INSERT INTO audit_log (seq, ${columns}) SELECT 13, ${columns} FROM audit_log WHERE seq = 12`,
      ),
  },
  {
    name: 'a row was added far behind the head',
    ...{ rights: 'owner', verdict: 'row-behind-head', seq: 99 },
    harm: (on) =>
      owner(
        on,
        `INSERT INTO audit_log (seq, ${columns}) SELECT 99, ${columns} FROM audit_log WHERE seq = 12`,
      ),
  },
  {
    name: 'a row was made up, with its chain and the head, without the key',
    ...{ rights: 'app', verdict: 'mac-invalid', seq: 13 },
    async harm(on) {
      const last = (await on.rows()).at(-1);
      if (last === undefined) throw new Error('no row');
      const made = { ...last, seq: 13, actor: 'T:U9' };
      const hash = auditHash(made, last.hash);
      await app(
        on,
        `INSERT INTO audit_log (seq, prev_hash, hash, actor, ${others})
         SELECT 13, '${last.hash}', '${hash}', 'T:U9', ${others} FROM audit_log WHERE seq = 12`,
      );
    },
  },
  {
    name: 'a typed text was changed',
    ...{ rights: 'owner', verdict: 'text-altered', seq: 5 },
    harm: (on) => owner(on, "UPDATE audit_texts SET text = 'because' WHERE seq = 5"),
  },
  {
    name: 'the typed texts of two rows were swapped',
    ...{ rights: 'owner', verdict: 'text-altered', seq: 5 },
    harm: (on) =>
      on.database.sql(
        `SET session_replication_role = replica;
         UPDATE audit_texts SET seq = -seq WHERE seq IN (5, 6);
         UPDATE audit_texts SET seq = CASE seq WHEN -5 THEN 6 ELSE 5 END WHERE seq < 0`,
      ),
  },
  {
    name: 'a typed text was made up for a row that names none',
    ...{ rights: 'owner', verdict: 'text-altered', seq: 5 },
    harm: (on) =>
      owner(on, `INSERT INTO audit_texts (seq, field, salt, text) VALUES (5, 'facts.name', '00', 'made up')`),
  },
  {
    name: 'a typed text was taken out',
    ...{ rights: 'owner', verdict: 'text-missing', seq: 5 },
    harm: (on) => owner(on, 'DELETE FROM audit_texts WHERE seq = 5'),
  },
  {
    name: 'all typed texts were taken out',
    ...{ rights: 'owner', verdict: 'text-missing', seq: 1 },
    harm: (on) => owner(on, 'DELETE FROM audit_texts'),
  },
  {
    name: 'a row was made up that says that typed texts are removed, and they are',
    ...{ rights: 'owner', verdict: 'row-behind-head', seq: 13 },
    async harm(on) {
      await owner(
        on,
        `INSERT INTO audit_log (seq, prev_hash, hash, mac, key_id, ts, actor, actor_team, action, facts)
         SELECT 13, hash, hash, mac, key_id, ts, actor, actor_team, 'audit.texts-removed', '{"through": 12}'
         FROM audit_log WHERE seq = 12`,
      );
      await owner(on, 'DELETE FROM audit_texts');
    },
  },
  {
    name: 'a text was laid beside a row, another row was changed and a third one lost its text',
    ...{ rights: 'owner', verdict: 'row-altered', seq: 7 },
    others: ['text-altered 2', 'text-missing 9'],
    async harm(on) {
      await owner(on, `INSERT INTO audit_texts (seq, field, salt, text) VALUES (2, 'facts.name', '00', 'x')`);
      await owner(on, "UPDATE audit_log SET actor = 'x' WHERE seq = 7");
      await owner(on, 'DELETE FROM audit_texts WHERE seq = 9');
    },
  },
  {
    name: 'a row was changed, another one taken out, and the end cut',
    ...{ rights: 'owner', verdict: 'tail-cut', seq: 12 },
    others: ['row-altered 3', 'gap 7', 'older-state 12 postgres', 'older-state 12 file'],
    async harm(on) {
      await owner(on, "UPDATE audit_log SET actor = 'x' WHERE seq = 3");
      await owner(on, 'DELETE FROM audit_log WHERE seq = 6 OR seq > 8');
    },
  },
  {
    name: 'an anchor was made up in the database',
    ...{ rights: 'app', verdict: 'mac-invalid', seq: 40 },
    harm: (on) =>
      app(
        on,
        `INSERT INTO audit_anchors (seq, hash, mac, key_id, place) VALUES (40, repeat('a', 64), 'x', '${auditKey.id}', 'file')`,
      ),
  },
  {
    name: 'an anchor was made up in the file',
    ...{ rights: 'place', verdict: 'mac-invalid', seq: 12 },
    async harm(on) {
      const last = (await on.rows()).at(-1);
      const bare = {
        seq: 12,
        hash: last?.hash ?? '',
        keyId: auditKey.id,
        place: 'file' as const,
        at: new Date(),
      };
      appendFileSync(on.file, `${anchorText({ ...bare, mac: anchorMac('another key', bare) })}\n`);
    },
  },
  {
    name: 'a line of the file was cut off by a crash',
    ...{ rights: 'place', verdict: 'intact' },
    harm: (on) => Promise.resolve(appendFileSync(on.file, '{"aetherius":"audit-anch')),
  },
  {
    name: 'the newest anchor was taken out of the file',
    ...{ rights: 'place', verdict: 'anchor-missing', seq: 12 },
    harm: (on) => {
      const lines = readFileSync(on.file, 'utf8').trimEnd().split('\n');
      return Promise.resolve(writeFileSync(on.file, `${lines.slice(0, -1).join('\n')}\n`));
    },
  },
  {
    name: 'an older anchor was taken out of the file',
    ...{ rights: 'place', verdict: 'anchor-missing', seq: 4 },
    harm: (on) => {
      const lines = readFileSync(on.file, 'utf8').trimEnd().split('\n');
      return Promise.resolve(writeFileSync(on.file, `${lines.slice(1).join('\n')}\n`));
    },
  },
  {
    name: 'the second PostgreSQL was emptied by its owner',
    ...{ rights: 'place', verdict: 'anchor-missing', seq: 4 },
    async harm(on) {
      const anchors = await on.ownAnchors();
      await anchors.sql('ALTER TABLE aetherius_anchors DISABLE TRIGGER ALL');
      await anchors.sql('DELETE FROM aetherius_anchors');
    },
  },
  {
    name: 'the volume of the file is not there',
    ...{ rights: 'place', verdict: 'anchor-unreachable', seq: 12 },
    harm: (on) => Promise.resolve(rmSync(dirname(on.file), { recursive: true })),
  },
  {
    name: 'the second PostgreSQL does not answer',
    ...{ rights: 'place', verdict: 'anchor-unreachable', seq: 12 },
    harm: (on) => Promise.resolve(on.unplug()),
  },
];
