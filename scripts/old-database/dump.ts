import { hostname } from 'node:os';
import type { Pool } from 'pg';

/** What was sent and is never looked at again; the product forgets it by itself after a while. */
const without: Readonly<Record<string, string>> = {
  outbox: `state NOT IN ('sent', 'superseded')`,
  inbox: `handled_at IS NULL AND payload IS NOT NULL`,
};

/**
 * All rows as INSERT statements, in the order of the names of the tables. Triggers and references are not looked at
 * while they are read in, as in a restored backup. The first line says when it was taken.
 * Throws when a row names this machine.
 */
export async function dumpOf(pool: Pool): Promise<string> {
  const { rows: tables } = await pool.query<{ name: string }>(
    `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename`,
  );
  const { rows: clock } = await pool.query<{ now: string }>(
    `SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.USZ') AS now`,
  );
  const lines = [
    `-- Taken ${clock[0]?.now}`,
    `SET session_replication_role = replica;`,
    // The migrations have made it; its one row moves on.
    `DELETE FROM audit_head;`,
  ];
  for (const { name } of tables) lines.push(...(await insertsOf(pool, name)));
  lines.push(`SET session_replication_role = DEFAULT;`, '');
  const text = lines.join('\n');
  if (text.includes(`@${hostname()}-`)) throw new Error('the dump names this machine');
  return text;
}

async function insertsOf(pool: Pool, table: string): Promise<readonly string[]> {
  const { rows: columns } = await pool.query<{ name: string; sequence: string | null }>(
    `SELECT column_name AS name, pg_get_serial_sequence($1, column_name) AS sequence
     FROM information_schema.columns
     WHERE table_schema = 'public' AND table_name = $1 ORDER BY ordinal_position`,
    [table],
  );
  const names = columns.map(({ name }) => `"${name}"`);
  const values = names.map((name) => `quote_nullable(${name}::text)`).join(` || ', ' || `);
  const { rows } = await pool.query<{ line: string }>(
    `SELECT ${values} AS line FROM "${table}" WHERE ${without[table] ?? 'true'} ORDER BY 1`,
  );
  if (rows.length === 0) return [];
  const into = `INSERT INTO ${table} (${names.join(', ')})`;
  const lines = rows.map(({ line }, index) => `(${line})${index === rows.length - 1 ? ';' : ','}`);
  const counted = columns.filter(({ sequence }) => sequence !== null);
  return [
    `${into}${counted.length > 0 ? ' OVERRIDING SYSTEM VALUE' : ''} VALUES`,
    ...lines,
    ...counted.map(
      ({ name, sequence }) => `SELECT setval('${sequence}', (SELECT max("${name}") FROM ${table}));`,
    ),
  ];
}
