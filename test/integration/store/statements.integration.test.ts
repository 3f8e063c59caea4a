/** R-A15: every statement of every login on every table, tried one by one on a real PostgreSQL. */
import { Client } from 'pg';
import { beforeAll, expect, it } from 'vitest';
import { type DatabaseLogin, logins, ownersFunctions, statements } from '../../support/database-rights.ts';
import { type TestDatabase, usePostgres } from '../../support/postgres.ts';

const postgres = usePostgres();
let database: TestDatabase;
let tables: readonly Table[];

interface Column {
  readonly name: string;
  readonly type: string;
}
interface Table {
  readonly name: string;
  /** Those that a statement may give a value. */
  readonly columns: readonly Column[];
}

const old = "clock_timestamp() - interval '40 days'";
/** A value of each type, and another one. */
const valuesOf: Readonly<Record<string, readonly [string, string]>> = {
  uuid: ["'00000000-0000-4000-8000-000000000001'", "'00000000-0000-4000-8000-000000000002'"],
  text: ["'x'", "'y'"],
  jsonb: ["'{}'", `'{"changed": true}'`],
  'timestamp with time zone': [old, "clock_timestamp() - interval '1 day'"],
  'timestamp without time zone': [old, "clock_timestamp() - interval '1 day'"],
  bigint: ['1', '2'],
  integer: ['1', '2'],
  smallint: ['1', '2'],
  boolean: ['true', 'false'],
  bytea: ["'x'", "'y'"],
  ARRAY: ["'{x}'", "'{y}'"],
  'character varying': ["'x'", "'y'"],
};

const hash = 'a'.repeat(64);
/** What a row must be to be one that nobody needs any more: what is under way is kept by triggers. */
const overs: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  runs: { state: "'complete'" },
  alerts: { status: "'firing'" },
  run_probes: { status: "'healthy'" },
  outbox: { kind: "'render'", state: "'sent'" },
  remediations: { state: "'succeeded'", waits_for: 'NULL', undo_of: 'NULL', successor: 'NULL' },
  approvals: { decision: "'approve'" },
  remediation_steps: { direction: "'apply'", outcome: "'done'" },
  directory_snapshot: { kind: "'person'" },
  // Nothing of it is whole, closed or revoked, so that no trigger keeps it as it is.
  bundles: { bytes: 'NULL', sha256: 'NULL' },
  follow_ups: { closed_at: 'NULL', closed_by: 'NULL', closed_by_id: 'NULL' },
  temporary_changes: { closed_at: 'NULL', outcome: 'NULL', over_at: 'NULL' },
  tokens: { revoked_at: 'NULL' },
  mutes: { kind: "'mute'", severity: "'warning'", ended: 'NULL', ended_at: 'NULL' },
  // A row that says that the texts beside it may go.
  audit_log: { hash: `'${hash}'`, action: "'audit.texts-removed'", facts: `'{"through": 9}'` },
  audit_head: { hash: `'${hash}'` },
};

/** What is tried instead of a copy of that row. */
const inserts: Readonly<Record<string, string>> = {
  // The next row, as a process with a key would have it but for hash and MAC.
  audit_log: `INSERT INTO audit_log (seq, prev_hash, hash, mac, key_id, ts, actor, actor_team, action, signature)
    SELECT seq + 1, hash, 'h', 'm', 'k', clock_timestamp(), 'a', 't', 'audit.tried', 's' FROM audit_head`,
  // With a row of its own; alone none is taken from anybody (integration/audit/one-login).
  audit_texts: `WITH added AS (INSERT INTO audit_log (seq, prev_hash, hash, mac, key_id, ts, actor, actor_team, action, signature)
      SELECT seq + 1, hash, 'h', 'm', 'k', clock_timestamp(), 'a', 't', 'audit.tried', 's' FROM audit_head RETURNING seq)
    INSERT INTO audit_texts (seq, field, salt, text) SELECT seq, 'reason', '00', 'x' FROM added`,
};
const insertValues: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  remediations: { state: "'proposed'" },
  bundle_pieces: { at: '7' },
};

beforeAll(async () => {
  database = await postgres.migrated();
  const rows = await database.sql<{ name: string; column: string; type: string }>(
    `SELECT c.table_name AS name, column_name AS column, data_type AS type FROM information_schema.columns AS c
     JOIN information_schema.tables AS t USING (table_schema, table_name)
     WHERE table_schema = 'public' AND table_type = 'BASE TABLE' AND is_generated = 'NEVER' AND identity_generation IS NULL
     ORDER BY table_name, ordinal_position`,
  );
  tables = [...new Set(rows.map(({ name }) => name))].map((name) => ({
    name,
    columns: rows.filter((row) => row.name === name).map(({ column, type }) => ({ name: column, type })),
  }));
  await database.sql(
    `SET session_replication_role = replica; DELETE FROM audit_head; DELETE FROM aetherius_migrations;
     ${tables.map((table) => insertInto(table, overs[table.name])).join(';\n')}`,
  );
  await database.sql(
    `DO $$ BEGIN CREATE ROLE login_of_all LOGIN PASSWORD 'kind_pass' IN ROLE aetherius_app;
     EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$`,
  );
});

const valueOf = ({ type }: Column, which: 0 | 1): string => {
  const value = valuesOf[type]?.[which];
  if (value === undefined) throw new Error(`no value of type ${type}`);
  return value;
};

function insertInto({ name, columns }: Table, more: Readonly<Record<string, string>> = {}): string {
  const values = columns.map((column) => more[column.name] ?? valueOf(column, 0));
  return `INSERT INTO ${name} (${columns.map((column) => `"${column.name}"`).join(', ')}) VALUES (${values.join(', ')})`;
}

async function as(login: DatabaseLogin): Promise<Client> {
  const url = async () => {
    if (login === 'owner') return database.loginUrl;
    if (login !== 'all') return database.kindUrl(login);
    const all = new URL(await database.kindUrl('bot'));
    all.username = 'login_of_all';
    return all.href;
  };
  const client = new Client({ connectionString: await url() });
  await client.connect();
  return client;
}

/** Refused by a grant, or by a trigger whatever the grants; a constraint says no to what was let in. */
const refusals: ReadonlySet<string> = new Set(['42501', '23000', 'P0001']);
const lets: ReadonlySet<string> = new Set(['23502', '23503', '23505', '23514', '0A000']);

async function isLet(client: Client, text: string): Promise<boolean> {
  await client.query('BEGIN');
  const code = await client.query(text).then(
    () => undefined,
    (error: { readonly code?: string; readonly message: string }) => {
      if (error.code === undefined || !(refusals.has(error.code) || lets.has(error.code)))
        throw new Error(`${text}: ${error.code} ${error.message}`);
      return error.code;
    },
  );
  await client.query('ROLLBACK');
  return code === undefined || lets.has(code);
}

/** `S` all of it, `s` some columns, nothing. */
async function some(
  letter: string,
  columns: readonly Column[],
  whole: () => Promise<boolean>,
  one: (column: Column) => Promise<boolean>,
): Promise<string> {
  if (await whole()) return letter;
  for (const column of columns) if (await one(column)) return letter.toLowerCase();
  return '';
}

async function statementsOf(client: Client, table: Table): Promise<string> {
  const { name, columns } = table;
  const tries = (text: string) => () => isLet(client, text);
  const set = (column: Column) => `UPDATE ${name} SET "${column.name}" = ${valueOf(column, 1)}`;
  const all = async (): Promise<boolean> => {
    for (const column of columns) if (!(await isLet(client, set(column)))) return false;
    return true;
  };
  const letters = [
    await some('S', columns, tries(`SELECT * FROM ${name}`), ({ name: column }) =>
      isLet(client, `SELECT "${column}" FROM ${name}`),
    ),
    await some(
      'I',
      columns,
      tries(inserts[name] ?? insertInto(table, { ...overs[name], ...insertValues[name] })),
      (column) => isLet(client, `INSERT INTO ${name} ("${column.name}") VALUES (${valueOf(column, 0)})`),
    ),
    await some('U', columns, all, (column) => isLet(client, set(column))),
    (await isLet(client, `DELETE FROM ${name}`)) ? 'D' : '',
    (await isLet(client, `TRUNCATE ${name} CASCADE`)) ? 'T' : '',
  ];
  return letters.join('');
}

it('R-A15: each login can do with each table what is written down, and nothing else', {
  timeout: 240_000,
}, async () => {
  const found: Record<string, Partial<Record<DatabaseLogin, string>>> = {};
  for (const login of logins) {
    const client = await as(login);
    for (const table of tables) {
      const can = await statementsOf(client, table);
      found[table.name] = { ...found[table.name], ...(can === '' ? {} : { [login]: can }) };
    }
    await client.end();
  }

  expect(found).toEqual(statements);
});

it('R-A15: each login can call the functions of the owner that are written down, and no other', async () => {
  const functions = await database.sql<{ name: string; types: string[] }>(
    `SELECT proname AS name, ARRAY(SELECT format_type(type, NULL) FROM unnest(proargtypes) AS type) AS types
     FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosecdef AND prorettype <> 'trigger'::regtype ORDER BY 1`,
  );
  const found: Record<string, DatabaseLogin[]> = {};
  for (const login of logins) {
    const client = await as(login);
    for (const { name, types } of functions) {
      found[name] ??= [];
      const values = types.map((type) =>
        type === 'double precision' ? '1' : (valuesOf[type]?.[0] ?? "'x'"),
      );
      if (await isLet(client, `SELECT ${name}(${values.join(', ')})`)) found[name].push(login);
    }
    await client.end();
  }

  expect(found).toEqual(ownersFunctions);
});
