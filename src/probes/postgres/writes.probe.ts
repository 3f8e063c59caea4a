import { z } from 'zod';
import type { Finding } from '../../domain/probe/finding.ts';
import { defineProbe, type ProbeContext } from '../../domain/probe/probe.ts';
import type { With } from '../../domain/probe/targets/targets.ts';
import { verdict } from '../support.ts';
import { clientSessions, databases, expectedTables } from './databases.ts';

const params = z.strictObject({
  database: z.enum(databases).default('agentManager').meta({ description: 'Which of the two databases.' }),
});
type Params = z.output<typeof params>;
type Deps = Pick<With<'postgres'>, 'postgres' | 'platform'>;

interface ReadOnly {
  /** The statement by which it is set there. */
  readonly set_by: string;
}

interface Denied {
  readonly role: string;
  readonly table: string;
}

/**
 * Roles that are connected here and made to write here: they own a table of the platform or the database, or may write to some
 * of its tables. A role that only reads lacks nothing. What a role may do as another one that it belongs to counts too.
 */
const writers = `
  tables AS (
    SELECT c.oid, c.relname, c.relowner FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relname = ANY($1) AND c.relkind IN ('r', 'p') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  ),
  connected AS (
    SELECT DISTINCT r.oid, r.rolname, r.rolsuper FROM pg_stat_activity JOIN pg_roles r ON r.oid = usesysid
    WHERE ${clientSessions} AND datname = current_database()
  ),
  rights AS (
    SELECT c.oid AS role, t.relname, bool_or(c.rolsuper OR EXISTS (
      SELECT FROM pg_roles g WHERE pg_has_role(c.oid, g.oid, 'MEMBER')
        AND (has_table_privilege(g.oid, t.oid, 'INSERT') OR has_any_column_privilege(g.oid, t.oid, 'INSERT')))) AS granted
    FROM connected c CROSS JOIN tables t GROUP BY 1, 2
  ),
  writers AS (
    SELECT oid, rolname, rolsuper FROM connected c
    WHERE c.oid = (SELECT datdba FROM pg_database WHERE datname = current_database())
      OR EXISTS (SELECT FROM tables WHERE relowner = c.oid) OR EXISTS (SELECT FROM rights WHERE role = c.oid AND granted)
  )`;

export const postgresWrites = defineProbe({
  id: 'postgres.writes',
  doc: `Can the services write to a database?
Looks for default_transaction_read_only where it is set for the server, the database or a role that is connected, and for
tables of the platform into which no connected role may insert, although one of them is made to write here.
It writes nothing. What a session has set for itself is not seen, and a superuser may do all.`,
  params,
  part: 'postgres',
  needs: ['postgres'],
  timeoutMs: 8_000,
  emits: ['PG_READ_ONLY', 'PG_WRITE_DENIED'],
  async run({ database }: Params, { deps, signal }: ProbeContext<Deps>) {
    const { postgres, platform } = deps;
    const name = postgres.databaseName(database);
    if (name === undefined) return { status: 'skipped', reason: 'not-configured' };
    const tables = expectedTables[database].map((table) => platform.tables[table]);
    const readOnly = await postgres.query<ReadOnly>(database, readOnlySql, [tables], { signal });
    const denied = await postgres.query<Denied>(database, deniedSql, [tables], { signal });
    return verdict([...readOnly.slice(0, 1).map(isReadOnly(name)), ...lacking(name, denied)], {
      database: name,
    });
  },
});

/**
 * `reset_val` is what a new session of ours starts with: of the server, this database, or our own role, which the other two
 * rows leave out. https://www.postgresql.org/docs/current/view-pg-settings.html
 */
const readOnlySql = `WITH ${writers},
  ours AS (
    SELECT s.setrole, s.setdatabase FROM pg_db_role_setting s, unnest(s.setconfig) AS c(line)
    WHERE c.line ~* '^default_transaction_read_only=(on|true|t|yes|y|1)$'
      AND s.setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
  )
  SELECT set_by FROM (
    SELECT 1 AS rank, 'ALTER SYSTEM' AS set_by FROM pg_settings
      WHERE name = 'default_transaction_read_only' AND reset_val = 'on'
        AND NOT EXISTS (SELECT FROM ours WHERE setrole IN (0, (SELECT oid FROM pg_roles WHERE rolname = current_user)))
    UNION ALL SELECT 2, format('ALTER DATABASE %I', current_database()) FROM ours WHERE setrole = 0
    UNION ALL SELECT 3, format('ALTER ROLE %I%s', rolname, CASE WHEN setdatabase = 0 THEN '' ELSE format(' IN DATABASE %I', current_database()) END)
      FROM ours JOIN writers ON writers.oid = setrole AND NOT rolsuper
  ) found ORDER BY rank, set_by`;

const deniedSql = `WITH ${writers}
  SELECT relname AS table, string_agg(DISTINCT rolname, ', ') AS role
  FROM rights JOIN writers ON writers.oid = rights.role
  GROUP BY relname HAVING NOT bool_or(granted) ORDER BY relname`;

const isReadOnly =
  (database: string) =>
  ({ set_by: setBy }: ReadOnly): Finding => ({
    code: 'PG_READ_ONLY',
    severity: 'critical',
    part: 'postgres',
    subject: database,
    facts: { database, setBy },
  });

function lacking(database: string, denied: readonly Denied[]): readonly Finding[] {
  const [first] = denied;
  if (first === undefined) return [];
  return [
    {
      code: 'PG_WRITE_DENIED',
      // Whether a service writes as this role cannot be seen from here.
      severity: 'warning',
      part: 'postgres',
      subject: database,
      facts: {
        ...{ database, role: first.role, count: denied.length },
        tables: denied.map(({ table }) => table).join(', '),
      },
    },
  ];
}
