/** R-L7: what people type, beside the log: it can go, and whoever changes or loses it is found by both verifiers. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { auditExitCodes } from '../../../src/cli/context.ts';
import { auditHash, auditMac } from '../../../src/domain/audit/audit.ts';
import { unanchored } from '../../../src/domain/audit/record.ts';
import { Retention } from '../../../src/domain/settings/retention.ts';
import { systemClock } from '../../../src/platform/process/clock.ts';
import { createAuditService } from '../../../src/services/audit/audit.service.ts';
import { createKillSwitchService } from '../../../src/services/fix/decide/kill-switch.service.ts';
import { createRetentionSweeper } from '../../../src/services/schedule/retention.service.ts';
import { approvalsConfig, createHarness, memoryDirectory, person } from '../../support/approvals.ts';
import { aged } from '../../support/audit-damages.ts';
import { aetherius } from '../../support/cli.ts';
import { silentLogger } from '../../support/logger.ts';
import { auditKey, type TestDatabase, usePostgres } from '../../support/postgres.ts';
import { serveCommandLine } from '../../support/served.ts';

const postgres = usePostgres();
const keys = new Map([[auditKey.id, auditKey.secret]]);
const folder = mkdtempSync(join(tmpdir(), 'aetherius-texts-'));
const shellEnv = { AUDIT_KEY: auditKey.secret, AUDIT_KEY_ID: auditKey.id };
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const old = 'Zhang Wei asked for it';
const young = 'Li Na asked for it';

/** Both verifiers, of a database or of an exported file; they must agree. */
async function verdictOf(of: { database: TestDatabase } | { file: string }) {
  const product =
    'file' in of
      ? (JSON.parse(
          (
            await aetherius(['--output', 'json', 'audit', 'verify', '--export', of.file], {
              ...shellEnv,
              AETHERIUS_CONFIG: join(folder, 'none.yaml'),
            })
          ).out,
        ) as { verdict: string; seq?: number })
      : await createAuditService({ store: of.database.store(), keys }).verify();
  const args = 'file' in of ? ['--export', of.file] : ['--database', of.database.url];
  const done = await promisify(execFile)(
    process.execPath,
    ['tools/audit-verifier/verify.mjs', ...args, '--json'],
    { env: { PATH: process.env.PATH, ...shellEnv } },
  ).then(
    ({ stdout }) => ({ code: 0, stdout }),
    (error: unknown) => error as { code: number; stdout: string },
  );
  const { verdict, seq } = JSON.parse(done.stdout) as { verdict: string; seq?: number };
  const said = { verdict: product.verdict, seq: 'seq' in product ? product.seq : undefined };
  expect({ verdict, seq }).toEqual(said);
  expect(done.code).toBe(verdict === 'intact' ? 0 : auditExitCodes[verdict as 'text-missing']);
  return said;
}

const append = (database: TestDatabase, reason: string, more = {}) =>
  database
    .store()
    .tx((tx) => tx.audit.append({ actor: 'T:U1', actorTeam: 'T', action: 'test', reason, ...more }));

/** The scheduler, with its own rights alone. */
async function sweep(database: TestDatabase): Promise<number> {
  const store = database.store({ database: { url: await database.kindUrl('scheduler') }, role: null });
  const { sweep: once } = createRetentionSweeper({
    ...{ store, record: unanchored, keep: Retention.parse({}), clock: systemClock, logger: silentLogger },
    budgetMs: 60_000,
  });
  return once();
}

let recorded: Promise<TestDatabase> | undefined;
const record = async () => postgres.clone(await (recorded ??= recordedOnce()));

/** Three rows of 500 days ago, one of today. */
async function recordedOnce(): Promise<TestDatabase> {
  const database = await postgres.migrated();
  await append(database, old);
  await append(database, old, { action: 'token.issued', facts: { name: `of ${old}`, token: 't' } });
  await database.store().tx((tx) => tx.audit.append({ actor: 'a', actorTeam: 't', action: 'test' }));
  await aged(database, 500);
  await append(database, young);
  return database;
}

/** Every row of every table, as text. */
async function everything(database: TestDatabase): Promise<string> {
  const tables = await database.sql<{ name: string }>(
    "SELECT format('%I', relname) AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace",
  );
  const parts = await Promise.all(
    tables.map(({ name }) => database.sql(`SELECT row_to_json(t)::text AS row FROM ${name} t`)),
  );
  return JSON.stringify(parts);
}

const pastTriggers = (database: TestDatabase, text: string) =>
  database.sql(
    `ALTER TABLE audit_texts DISABLE TRIGGER ALL; ${text}; ALTER TABLE audit_texts ENABLE TRIGGER ALL`,
  );

describe('R-L7: what a person has typed', () => {
  it('stands beside the log, and the row has another digest of the same words each time', async () => {
    const database = await record();
    const rows = await database.store().tx((tx) => tx.audit.rows(1, 10));

    const texts = [rows[0]?.reason, rows[1]?.reason, rows[1]?.facts?.name, rows[3]?.reason];
    for (const text of texts) expect(text).toMatch(/^text:[0-9a-f]{64}$/);
    expect(new Set(texts).size).toBe(4);
    expect(rows[1]?.facts?.token).toBe('t');
    expect(JSON.stringify(rows)).not.toContain('asked for it');
    expect(await database.sql('SELECT seq::int, field, text FROM audit_texts ORDER BY seq, field')).toEqual([
      { seq: 1, field: 'reason', text: old },
      { seq: 2, field: 'facts.name', text: `of ${old}` },
      { seq: 2, field: 'reason', text: old },
      { seq: 4, field: 'reason', text: young },
    ]);
    expect(await verdictOf({ database })).toMatchObject({ verdict: 'intact' });
  });

  it('in a row of before stays in that row, and the row stays valid', async () => {
    const database = await record();
    const [last] = await database.store().tx((tx) => tx.audit.rows(4, 1));
    if (last === undefined) throw new Error('no row');
    const row = {
      seq: 5,
      keyId: auditKey.id,
      ts: last.ts,
      actor: 'a',
      actorTeam: 't',
      action: 'test',
      reason: old,
    };
    const hash = auditHash(row, last.hash);
    await database.sql(
      `INSERT INTO audit_log (seq, prev_hash, hash, mac, key_id, ts, actor, actor_team, action, reason)
       VALUES (5, $1, $2, $3, $4, $5, 'a', 't', 'test', $6)`,
      [last.hash, hash, auditMac(auditKey.secret, hash), auditKey.id, last.ts, old],
    );
    await database.sql('UPDATE audit_head SET seq = 5, hash = $1', [hash]);
    expect(await verdictOf({ database })).toMatchObject({ verdict: 'intact' });
  });

  it('goes when it is old, after a row that says so; the record holds, and no table has it any more', async () => {
    const database = await record();
    expect(await everything(database)).toContain(old);

    expect(await sweep(database)).toBe(3);

    const [said] = await database.store().tx((tx) => tx.audit.rows(5, 10));
    expect(said).toMatchObject({
      action: 'audit.texts-removed',
      facts: { through: 2, texts: 3, days: 400 },
    });
    expect(await everything(database)).not.toContain(old);
    expect(await everything(database)).toContain(young);
    expect(await verdictOf({ database })).toMatchObject({ verdict: 'intact' });
    // Nothing more is old: no row, no removal.
    expect(await sweep(database)).toBe(0);
    expect(await database.store().tx((tx) => tx.audit.rows(6, 10))).toEqual([]);
  });

  it('goes on being removed where a process ended between the row and the removal', async () => {
    const database = await record();
    await database.store().tx((tx) =>
      tx.audit.append({
        actor: 'system',
        actorTeam: '-',
        action: 'audit.texts-removed',
        facts: { through: 2 },
      }),
    );
    expect(await verdictOf({ database })).toMatchObject({ verdict: 'intact' });
    expect(await sweep(database)).toBe(3);
    expect(await database.store().tx((tx) => tx.audit.rows(6, 10))).toEqual([]);
    expect(await verdictOf({ database })).toMatchObject({ verdict: 'intact' });
  });

  it('is said once and never taken back, however many schedulers look at once', async () => {
    const database = await record();
    await Promise.all([1, 2, 3, 4].map(() => sweep(database)));
    const said = () => database.sql("SELECT facts FROM audit_log WHERE action = 'audit.texts-removed'");
    expect(await said()).toMatchObject([{ facts: { through: 2 } }]);
    // One that had looked before, and was held up.
    for (const through of [1, 2])
      await expect(
        database.store().tx((tx) =>
          tx.audit.append({
            actor: 'a',
            actorTeam: 't',
            action: 'audit.texts-removed',
            facts: { through },
          }),
        ),
      ).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(await said()).toHaveLength(1);
    expect(await verdictOf({ database })).toMatchObject({ verdict: 'intact' });
  });

  it('lost, or put back as something else, is found also where others were removed', async () => {
    const lost = await record();
    await sweep(lost);
    await pastTriggers(lost, 'DELETE FROM audit_texts WHERE seq = 4');
    expect(await verdictOf({ database: lost })).toEqual({ verdict: 'text-missing', seq: 4 });

    const madeUp = await record();
    await sweep(madeUp);
    await madeUp.sql(
      `SET session_replication_role = replica; INSERT INTO audit_texts (seq, field, salt, text) VALUES (1, 'reason', '00', '${young}')`,
    );
    expect(await verdictOf({ database: madeUp })).toEqual({ verdict: 'text-altered', seq: 1 });
  });

  it('is read and removed by nobody who need not, and changed by nobody', async () => {
    const database = await record();
    const as = async (kind: 'bot' | 'worker' | 'scheduler' | 'cli', text: string) => {
      const client = new Client({ connectionString: await database.kindUrl(kind) });
      await client.connect();
      try {
        return await client.query(text);
      } finally {
        await client.end();
      }
    };
    for (const kind of ['worker', 'scheduler'] as const)
      await expect(as(kind, 'SELECT text FROM audit_texts')).rejects.toThrow('permission denied');
    for (const kind of ['bot', 'worker', 'cli'] as const)
      await expect(as(kind, 'DELETE FROM audit_texts')).rejects.toThrow('permission denied');
    for (const kind of ['bot', 'scheduler'] as const)
      await expect(as(kind, "UPDATE audit_texts SET text = 'x'")).rejects.toThrow('permission denied');
    for (const text of ['TRUNCATE audit_texts', "UPDATE audit_texts SET text = 'x'"])
      await expect(database.sql(text)).rejects.toThrow('does not change');
    // No row says that it goes; then one does, and only what is old goes.
    await expect(as('scheduler', 'DELETE FROM audit_texts')).rejects.toThrow('no row says');
    await database.store().tx((tx) =>
      tx.audit.append({
        actor: 'system',
        actorTeam: '-',
        action: 'audit.texts-removed',
        facts: { through: 4 },
      }),
    );
    await expect(as('scheduler', 'DELETE FROM audit_texts WHERE seq = 4')).rejects.toThrow('it is young');
    await expect(as('scheduler', 'DELETE FROM audit_texts WHERE seq < 3')).resolves.toMatchObject({
      rowCount: 3,
    });
  });
});

describe('R-L7: the same words where they were typed', () => {
  const policy = {
    ...approvalsConfig,
    approvers: { ...approvalsConfig.approvers, emergency: { users: ['UREQ', 'UONCALL'] } },
    breakGlass: { by: ['emergency'], notify: 'C0AUDIT' },
  };
  const words = 'Zhang Wei of the night shift wants it';

  /** Fixes that were rejected, run by break-glass with a closed and with an open follow-up; a switch; a token. */
  async function decided(database: TestDatabase) {
    const h = createHarness(database.store(), { policy });
    const ask = async (target: string) => {
      const { id } = await h.offered({ target });
      await h.service.request({ ...h.input(id, 'UREQ'), reason: words });
      return id;
    };
    const rejected = await ask('a');
    await h.service.reject({ ...h.input(rejected, 'UBOSS'), reason: words });
    const looked = await ask('b');
    const open = await ask('c');
    await h.refresh();
    for (const id of [looked, open]) {
      await h.service.breakGlass({ ...h.input(id, 'UREQ'), reason: words });
      await h.execute(id);
    }
    await h.service.closeFollowUp({ ...h.input(looked, 'ULEAD'), reason: words });
    const switches = createKillSwitchService({ ...h.common, actions: [] });
    const { id: _none, ...by } = h.input('', 'ULEAD');
    await switches.stop({ ...by, scope: '*', reason: words });
    await switches.release({ ...by, scope: '*', reason: words });
    await database.sql(
      `INSERT INTO tokens (id, digest, owner, name, expires_at) VALUES ('old', 'd', '{}', $1, now()), ('live', 'd', '{}', 'mine', now() + interval '1 day')`,
      [words],
    );
    return { h, rejected, looked, open };
  }

  /** As if all of it had happened so many days earlier. */
  async function earlier(database: TestDatabase, days: number): Promise<void> {
    await aged(database, days);
    const columns = {
      remediations: ['finished_at'],
      approvals: ['decided_at'],
      follow_ups: ['opened_at', 'closed_at'],
      kill_switches: ['at'],
      tokens: ['revoked_at', 'expires_at'],
    };
    for (const [table, names] of Object.entries(columns)) {
      const set = names.map((name) => `${name} = ${name} - interval '${days} days'`).join(', ');
      const live = table === 'tokens' ? "WHERE id <> 'live'" : '';
      await database.sql(`SET session_replication_role = replica; UPDATE ${table} SET ${set} ${live}`);
    }
    // What was sent has a time of its own, which is over by then.
    await database.sql('TRUNCATE outbox');
  }

  it('goes from there in the same pass, and what says so stays; what a follow-up still needs stays', async () => {
    const database = await postgres.migrated();
    const { h, rejected, looked, open } = await decided(database);
    await earlier(database, 399);
    expect(await sweep(database)).toBe(0);
    await earlier(database, 2);

    expect(await sweep(database)).toBeGreaterThan(10);

    for (const id of [rejected, looked]) {
      const row = await h.row(id);
      expect(row).toMatchObject({ reasonKeptDays: 400 });
      expect(row.reason).toBeUndefined();
      const [vote] = await database.store().tx((tx) => tx.remediations.approvals(id));
      expect(vote).toMatchObject({ reasonKeptDays: 400 });
      expect(vote?.reason).toBeUndefined();
    }
    expect((await h.row(open)).reason).toBe(words);
    expect(await database.sql('SELECT note FROM follow_ups WHERE closed_at IS NOT NULL')).toEqual([
      { note: null },
    ]);
    expect(await database.sql('SELECT id, name FROM tokens ORDER BY id')).toEqual([
      { id: 'live', name: 'mine' },
      { id: 'old', name: '' },
    ]);
    expect(await verdictOf({ database })).toMatchObject({ verdict: 'intact' });

    await database.sql(
      `SET session_replication_role = replica; UPDATE follow_ups SET closed_by_id = 'T0HOME:ULEAD', closed_by = '{}',
         closed_at = now() - interval '401 days' WHERE closed_at IS NULL`,
    );
    await sweep(database);
    expect(await everything(database)).not.toContain(words);
    expect(await everything(database)).not.toContain('of the night shift');
  });

  it('is taken from nobody who is at work there, and the scheduler may take nothing else', async () => {
    const database = await postgres.migrated();
    const { rejected, looked } = await decided(database);
    await earlier(database, 500);
    const holder = new Client({ connectionString: database.url });
    await holder.connect();
    try {
      await holder.query('BEGIN');
      await holder.query('SELECT FROM remediations WHERE id = $1 FOR UPDATE', [rejected]);
      await sweep(database);
      const reasons = async (id: string) =>
        (
          await database.sql<{ reason: string | null }>('SELECT reason FROM remediations WHERE id = $1', [id])
        )[0];
      expect(await reasons(rejected)).toEqual({ reason: words });
      expect(await reasons(looked)).toEqual({ reason: null });
    } finally {
      await holder.end();
    }
    const scheduler = new Client({ connectionString: await database.kindUrl('scheduler') });
    await scheduler.connect();
    try {
      for (const text of [
        'UPDATE remediations SET reason = NULL',
        'UPDATE approvals SET reason = NULL',
        'UPDATE follow_ups SET note = NULL',
      ])
        await expect(scheduler.query(text)).rejects.toThrow('permission denied');
      // Whatever it asks for, what is younger than 30 days stays.
      await database.sql(
        "SET session_replication_role = replica; UPDATE approvals SET reason = 'why', decided_at = now()",
      );
      await database.sql(
        "SET session_replication_role = replica; UPDATE remediations SET reason = 'why', finished_at = now() - interval '29 days'",
      );
      await scheduler.query('SELECT forget_typed(0, 100)');
      expect(await database.sql("SELECT FROM remediations WHERE reason = 'why'")).toHaveLength(3);
      expect((await database.sql("SELECT FROM approvals WHERE reason = 'why'")).length).toBeGreaterThan(2);
    } finally {
      await scheduler.end();
    }
    // Nor may the bot take a note once it stands.
    await database.sql(
      "SET session_replication_role = replica; UPDATE follow_ups SET note = 'x' WHERE closed_at IS NOT NULL",
    );
    const bot = new Client({ connectionString: await database.kindUrl('bot') });
    await bot.connect();
    try {
      await expect(bot.query('UPDATE follow_ups SET note = NULL')).rejects.toThrow('closed once');
    } finally {
      await bot.end();
    }
  });
});

describe('R-L7, R-L10: an export', () => {
  let database: TestDatabase;
  let served: Awaited<ReturnType<typeof serveCommandLine>>;
  const config = { environments: { prod: { runtime: { kind: 'none' } } }, approvals: approvalsConfig };
  beforeAll(async () => {
    database = await record();
    served = await serveCommandLine({ database, config, directory: memoryDirectory(), record: unanchored });
  });
  afterAll(() => served?.stop());

  it.each(['jsonl', 'csv'] as const)(
    'as %s has what was typed, before and after a part was removed; a changed and a lost text are found',
    async (format) => {
      const own = await served.as(person('ULEAD'));
      const name = (part: string) => join(folder, `${part}.${format}`);
      const export_ = async (part: string, ...more: string[]) => {
        const done = await own('audit', 'export', '--format', format, '-o', name(part), ...more);
        expect(done).toMatchObject({ exit: 0, err: '' });
        return { file: name(part), text: readFileSync(name(part), 'utf8') };
      };
      const whole = await export_('whole');
      expect(whole.text).toContain(young);
      expect(await verdictOf({ file: whole.file })).toMatchObject({ verdict: 'intact' });

      await sweep(database);
      const after = await export_('after');
      expect(after.text).not.toContain(old);
      expect(after.text).toContain(young);
      expect(await verdictOf({ file: after.file })).toMatchObject({ verdict: 'intact' });
      // The rows alone that were removed; the row that says so is not among them.
      const part = await export_('part', '--from', '1', '--to', '3');
      expect(await verdictOf({ file: part.file })).toMatchObject({ verdict: 'intact' });

      const manifest = readFileSync(`${after.file}.manifest.json`, 'utf8');
      const changed = (what: string, text: string) => {
        writeFileSync(name(what), text);
        writeFileSync(`${name(what)}.manifest.json`, manifest);
        return name(what);
      };
      const altered = changed('altered', after.text.replaceAll(young, 'nobody asked for it'));
      expect(await verdictOf({ file: altered })).toEqual({ verdict: 'text-altered', seq: 4 });
      const typed =
        format === 'csv'
          ? /,"\{""reason"":\{""salt"":""\w+"",""text"":""Li Na asked for it""\}\}"/
          : /\{"reason":\{"salt":"\w+","text":"Li Na asked for it"\}\}/;
      expect(after.text).toMatch(typed);
      const lost = changed('lost', after.text.replace(typed, format === 'csv' ? ',' : 'null'));
      expect(await verdictOf({ file: lost })).toEqual({ verdict: 'text-missing', seq: 4 });
    },
    60_000,
  );
});
