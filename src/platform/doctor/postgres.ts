import { Client } from 'pg';
import { AppError } from '../../domain/kernel/errors.ts';
import type { Facts } from '../../domain/kernel/facts.ts';
import type { Person } from '../../domain/kernel/person.ts';
import { present } from '../../domain/kernel/present.ts';
import type { Check, CheckState } from '../../domain/settings/doctor.ts';
import { applicationRole, clientConfig, type DatabaseConfig, direct, kindRole } from '../store/connection.ts';
import { translate } from '../store/errors.ts';
import { hears } from '../store/listener.ts';
import { rightsOver } from '../store/login-rights.ts';
import { knownMigrations, superuserQuery } from '../store/migrate.ts';
import { beginWith, isPooled } from '../store/session.ts';

const check = (key: string, state: CheckState, facts: Facts = {}, remedy?: string): Check => ({
  area: 'postgres',
  key: `postgres.${key}`,
  state,
  facts,
  ...present({ remedy }),
});

/** Clock of the database against ours, in milliseconds (positive: the database is ahead), for the clock check. */
export interface DatabaseExamination {
  readonly checks: readonly Check[];
  readonly offsetMs?: number;
}

/** Looks at our own PostgreSQL as the application would use it. Changes nothing. */
export async function examinePostgres(
  database: DatabaseConfig,
  now: () => number,
): Promise<DatabaseExamination> {
  const client = new Client(clientConfig(database));
  client.on('error', () => undefined);
  try {
    await client.connect();
  } catch (error) {
    await client.end().catch(() => undefined);
    return { checks: [check('unreachable', 'failed', { reason: reasonOf(error) })] };
  }
  try {
    const checks: Check[] = [];
    const pooled = await isPooled(client);
    // What is set for a transaction is set behind a pooler, too.
    await client.query(beginWith({ statement_timeout: 5000 }));
    const before = now();
    const { rows } = await client.query<{ version: number; login: string; now: Date; sync: string }>(
      `SELECT current_setting('server_version_num')::int AS version, current_user AS login,
              clock_timestamp() AS now, current_setting('synchronous_commit') AS sync`,
    );
    const after = now();
    const row = rows[0];
    if (row === undefined) throw new AppError('BUG', 'a query without rows');
    checks.push(
      check('reach', 'ok', { version: Math.floor(row.version / 10_000), latencyMs: after - before }),
    );
    checks.push(
      check(
        'durable',
        row.sync === 'off' ? 'failed' : 'ok',
        { value: row.sync },
        row.sync === 'off' ? `ALTER ROLE "${row.login}" SET synchronous_commit = on;` : undefined,
      ),
    );
    checks.push(...(await superuser(client)));
    checks.push(...(await migrations(client)), ...(await roleRights(client)));
    checks.push(...(await sockets(client)), ...(await forged(client)));
    checks.push(...(await switchedOff(client)));
    await client.query('ROLLBACK');
    if (pooled) checks.push(check('pooler', 'ok'));
    checks.push(await notifications(database));
    return { checks, offsetMs: Math.round(row.now.getTime() - (before + after) / 2) };
  } catch (error) {
    return { checks: [check('unreadable', 'unknown', { reason: reasonOf(error) })] };
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** How the bot hears of new work: by notifications, and over which connection, or because it asks. */
async function notifications(database: DatabaseConfig): Promise<Check> {
  const client = new Client(clientConfig(direct(database)));
  client.on('error', () => undefined);
  const variable = database.directUrl === undefined ? 'DATABASE_URL' : 'DATABASE_DIRECT_URL';
  try {
    await client.connect();
    return (await hears(client, database))
      ? check('listen', 'ok', { variable })
      : check('polled', 'warning', { variable });
  } catch (error) {
    return check('listen-unreachable', 'failed', { variable, reason: reasonOf(error) });
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** SQLSTATE, or the socket's own word. */
function reasonOf(error: unknown): string {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? code : translate(error).code;
}

/** Slack's count of the app's sockets against that of the bot processes, as it was compared last. */
async function sockets(client: Client): Promise<readonly Check[]> {
  const { rows: there } = await client.query<{ readable: boolean }>(
    "SELECT coalesce(has_table_privilege(to_regclass('slack_socket_count'), 'SELECT'), false) AS readable",
  );
  if (there[0]?.readable !== true) return [];
  const { rows } = await client.query<{ slack: number; ours: number; inARow: number }>(
    'SELECT slack, ours, in_a_row AS "inARow" FROM slack_socket_count',
  );
  return rows.map(({ slack, ours, inARow }) => {
    const [key, state] =
      inARow === 0
        ? (['sockets', 'ok'] as const)
        : inARow === 1
          ? (['sockets-more', 'warning'] as const)
          : (['sockets-strangers', 'failed'] as const);
    return { area: 'slack', key: `slack.${key}`, state, facts: { slack, ours } };
  });
}

/** What somebody has written in the bot's place within a week, as bots and workers found it (R-S1, R-A16). */
async function forged(client: Client): Promise<readonly Check[]> {
  const { rows: there } = await client.query<{ readable: boolean }>(
    "SELECT coalesce(has_table_privilege(to_regclass('audit_log'), 'SELECT'), false) AS readable",
  );
  if (there[0]?.readable !== true) return [];
  const { rows } = await client.query<{ count: number; last: Date }>(
    `SELECT count(*)::int AS count, max(ts) AS last FROM audit_log
     WHERE action IN ('decision.forged', 'delivery.forged') AND ts > clock_timestamp() - interval '7 days' HAVING count(*) > 0`,
  );
  return rows.map(({ count, last }) => ({
    area: 'audit',
    key: 'audit.forged',
    state: 'failed',
    facts: { count, last: last.toISOString() },
  }));
}

/** Fixes that somebody has switched off (R-X10). */
async function switchedOff(client: Client): Promise<readonly Check[]> {
  const { rows: there } = await client.query<{ readable: boolean }>(
    "SELECT coalesce(has_table_privilege(to_regclass('kill_switches'), 'SELECT'), false) AS readable",
  );
  if (there[0]?.readable !== true) return [];
  const { rows } = await client.query<{ scope: string; reason: string; by: Person; at: Date }>(
    `SELECT scope, reason, by, at FROM kill_switches
     WHERE active AND (until IS NULL OR until > clock_timestamp()) ORDER BY scope`,
  );
  return rows.map(({ scope, reason, by, at }) =>
    check(scope === '*' ? 'fixes-off' : 'fix-off', 'warning', {
      ...{ scope, why: reason, person: by.userId, since: at.toISOString() },
    }),
  );
}

/** The bot does not start with such a login. */
async function superuser(client: Client): Promise<readonly Check[]> {
  const { rows } = await client.query<{ login: string; role: string }>(superuserQuery);
  return rows.map(({ login, role }) =>
    check('superuser', 'failed', { login, role }, `CREATE ROLE the_bot LOGIN IN ROLE ${kindRole('bot')};`),
  );
}

async function migrations(client: Client): Promise<readonly Check[]> {
  const known = knownMigrations();
  const { rows: present } = await client.query<{ present: boolean; readable: boolean }>(
    `SELECT to_regclass('aetherius_migrations') IS NOT NULL AS present,
            coalesce(has_table_privilege(to_regclass('aetherius_migrations'), 'SELECT'), true) AS readable`,
  );
  if (present[0]?.readable === false) return [check('migrations-unreadable', 'unknown')];
  const applied =
    present[0]?.present === true
      ? (
          await client.query<{ name: string }>('SELECT name FROM aetherius_migrations ORDER BY name')
        ).rows.map((r) => r.name)
      : [];
  const missing = known.filter((name) => !applied.includes(name));
  const newer = applied.filter((name) => !known.includes(name));
  if (missing.length > 0) return [check('migrations-missing', 'failed', { missing: missing.join(', ') })];
  if (newer.length > 0) return [check('migrations-newer', 'warning', { newer: newer.join(', ') })];
  return [check('migrations', 'ok', { applied: applied.length })];
}

/**
 * R-A15, R-L4: as which kinds of processes this login may act, and whether those may do more with the audit log than add
 * to it and read it.
 */
async function roleRights(client: Client): Promise<readonly Check[]> {
  const { login, kinds, all, cli, owns } = await rightsOver(client);
  const roles = all ? [applicationRole] : kinds.map(kindRole);
  if (roles.length === 0 && cli) return [check('role', 'ok', { role: kindRole('cli'), login })];
  const [role, ...others] = roles;
  if (role === undefined)
    return [
      check(
        'role-missing',
        'failed',
        { role: applicationRole, login },
        `GRANT ${kindRole('bot')} TO "${login}"; -- or ${kindRole('worker')}, ${kindRole('scheduler')}: one for each kind of process`,
      ),
    ];
  const checks = [check('role', 'ok', { role, login })];
  // One process with all roles has such a login, and then whoever takes the worker over may decide.
  if (all || others.length > 0)
    checks.push(check('not-separate', 'warning', { login, roles: roles.join(', ') }));
  // Who receives alerts has nothing to do with the record.
  if (role !== kindRole('alerts')) checks.push(...(await auditRights(client, role)));
  if (owns) checks.push(check('owner', 'warning', { login }));
  return checks;
}

async function auditRights(client: Client, role: string): Promise<readonly Check[]> {
  const { rows } = await client.query<{ name: string; may: boolean }>(
    `SELECT privilege AS name, has_table_privilege($1, to_regclass('audit_log'), privilege) AS may
       FROM unnest(ARRAY['SELECT','INSERT','UPDATE','DELETE','TRUNCATE']) AS privilege
      WHERE to_regclass('audit_log') IS NOT NULL`,
    [role],
  );
  if (rows.length === 0) return [];
  const may = rows.filter((row) => row.may).map((row) => row.name);
  const surplus = may.filter((name) => name !== 'SELECT' && name !== 'INSERT');
  const lacking = ['SELECT', 'INSERT'].filter((name) => !may.includes(name));
  if (lacking.length > 0)
    return [
      check(
        'audit-lacking',
        'failed',
        { lacking: lacking.join(', ') },
        `GRANT SELECT, INSERT ON audit_log TO ${role};`,
      ),
    ];
  if (surplus.length > 0)
    return [
      check(
        'audit-surplus',
        'failed',
        { surplus: surplus.join(', ') },
        `REVOKE ${surplus.join(', ')} ON audit_log FROM ${role};`,
      ),
    ];
  return [check('audit', 'ok', { role })];
}
