import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runner } from 'node-pg-migrate';
import { Client, escapeIdentifier } from 'pg';
import type { Logger } from '../../domain/kernel/clock.ts';
import { AppError } from '../../domain/kernel/errors.ts';
import { processKinds } from '../../domain/kernel/process-kind.ts';
import { applicationRole, clientConfig, type DatabaseConfig, kindRole } from './connection.ts';
import { translate } from './errors.ts';
import { beginWith } from './session.ts';

/** The same number of levels below the package root in `src` and in `dist`. */
export const migrationsFolder = fileURLToPath(new URL('../../../migrations', import.meta.url));

/** Any constant will do, as long as all our processes use the same one. */
const lockKey = 0x6165_7468_6d69;

export interface MigrateOptions {
  /** The owner of the tables: DATABASE_MIGRATION_URL, DATABASE_DIRECT_URL or DATABASE_URL. */
  readonly database: DatabaseConfig;
  /** Login of the application when it is another one: it is made a member of the role that it runs as. */
  readonly admit?: { readonly login: string; readonly role: string };
  readonly logger: Logger;
  /** How long to wait for another process that is migrating, in milliseconds; default 60 s. */
  readonly waitMs?: number;
}

/**
 * Brings the schema up to date; several processes may do so at once. Returns the names applied by this call.
 * AppError DEPENDENCY_UNAVAILABLE when PostgreSQL cannot be reached, TIMED_OUT when another process migrates
 * for too long, BUG when a migration fails (the migration leaves no change).
 */
export async function migrate(options: MigrateOptions): Promise<readonly string[]> {
  const { database, logger, waitMs = 60_000 } = options;
  const client = new Client(clientConfig(database));
  client.on('error', (err) => logger.warn({ err }, 'the migrating PostgreSQL connection broke'));
  try {
    await client.connect();
    await client.query(beginWith({ lock_timeout: waitMs }));
    // Held by the transaction of the migrations: behind a pooler the lock of a session would be somebody else's.
    await client.query('SELECT pg_advisory_xact_lock($1)', [lockKey]);
    await refuseWithoutRoles(client);
    const applied = await runner({
      dbClient: withinTransaction(client),
      dir: migrationsFolder,
      direction: 'up',
      migrationsTable: 'aetherius_migrations',
      noLock: true,
      singleTransaction: true,
      checkOrder: true,
      logger: quiet(logger),
    });
    // So that `doctor` and start-up can tell, as the application, whether the schema is the one they know.
    await client.query(
      `GRANT SELECT ON aetherius_migrations TO ${[applicationRole, ...kindRoles].join(', ')}`,
    );
    await client.query(rightsOfReceivers);
    await admit(client, options.admit);
    await client.query('COMMIT');
    return applied.map(({ name }) => name);
  } catch (error) {
    throw translate(error);
  } finally {
    // What was not committed is gone with the connection.
    await client.end().catch(() => undefined);
  }
}

/** The runner's own transaction is ours: what it begins has begun, and what it ends is ended by us. */
function withinTransaction(client: Client): Client {
  const own = new Set(['BEGIN', 'COMMIT', 'ROLLBACK']);
  const query = (text: unknown, ...rest: unknown[]) =>
    typeof text === 'string' && own.has(text)
      ? Promise.resolve({ rows: [], rowCount: 0 })
      : Reflect.apply(client.query, client, [text, ...rest]);
  return new Proxy(client, { get: (of, name) => (name === 'query' ? query : Reflect.get(of, name)) });
}

/**
 * A superuser, or a role that runs programs or writes files on the server, that this login is or may become; undefined
 * as it should be. The audit log and the grants of `aetherius_app` do not bind a superuser (PostgreSQL, "Superuser
 * Status" and "Predefined Roles"). AppError DEPENDENCY_UNAVAILABLE when PostgreSQL cannot be reached.
 */
export async function superuserOf(
  database: DatabaseConfig,
): Promise<{ readonly login: string; readonly role: string } | undefined> {
  const client = new Client(clientConfig(database));
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query(beginWith({ statement_timeout: 5000 }));
    const { rows } = await client.query<{ login: string; role: string }>(superuserQuery);
    return rows[0];
  } catch (error) {
    throw translate(error);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Gives `login` and `role`, or no row. */
export const superuserQuery = `
  SELECT session_user AS login, rolname AS role FROM pg_roles
   WHERE (rolsuper OR rolname IN ('pg_execute_server_program', 'pg_write_server_files'))
     AND pg_has_role(session_user, oid, 'MEMBER')
   ORDER BY rolsuper DESC, rolname <> session_user, rolname LIMIT 1`;

/**
 * Who receives alerts may add them and do nothing else: it reads nothing, not even what it has added. Its role may be made
 * after the tables, by somebody who may make roles: an installation without alerts needs no such role (ADR 0077).
 */
const rightsOfReceivers = `
  DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = '${kindRole('alerts')}') THEN
      EXECUTE format('GRANT USAGE ON SCHEMA %I TO ${kindRole('alerts')}', current_schema());
      GRANT INSERT (environment, fingerprint, starts_at, status, ends_at, name, labels, notes) ON alerts
        TO ${kindRole('alerts')};
    END IF;
  END $$`;

const kindRoles = [...processKinds.map(kindRole), kindRole('cli')];

/**
 * The roles of the processes are made by a login that may make roles; where the owner of the tables may not, somebody else
 * has made them. Asked before anything is changed, because PostgreSQL's own refusal says nothing of what to do.
 */
async function refuseWithoutRoles(client: Client): Promise<void> {
  const { rows } = await client.query<{ login: string; may: boolean; lacking: string[] }>(
    `SELECT current_user AS login, (SELECT rolcreaterole OR rolsuper FROM pg_roles WHERE rolname = current_user) AS may,
       ARRAY(SELECT wanted FROM unnest($1::text[]) AS wanted LEFT JOIN pg_roles ON rolname = wanted
             WHERE oid IS NULL OR NOT (pg_has_role(current_user, oid, 'MEMBER WITH ADMIN OPTION')
               OR EXISTS (SELECT FROM pg_roles AS app WHERE app.rolname = $2 AND pg_has_role(app.oid, pg_roles.oid, 'MEMBER')))) AS lacking`,
    [kindRoles, applicationRole],
  );
  const { login = '', may = true, lacking = [] } = rows[0] ?? {};
  if (may || lacking.length === 0) return;
  throw new AppError(
    'INVALID_INPUT',
    `the login ${login} may not make roles, so somebody who may runs deploy/compose/roles.sql first; it lacks ${lacking.join(', ')}`,
    { facts: { reason: 'database-roles-missing', login, lacking: lacking.join(', ') } },
  );
}

/** Whether this login may change the schema, and which parts are missing. AppError as `migrate`. */
export async function schemaState(
  database: DatabaseConfig,
): Promise<{ readonly owns: boolean; readonly missing: readonly string[] }> {
  const client = new Client(clientConfig(database));
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query(beginWith({ statement_timeout: 5000 }));
    const { rows } = await client.query<{ there: boolean; owns: boolean }>(
      // Where there is nothing yet: a login that may make tables, but no member of one kind alone.
      `SELECT c.oid IS NOT NULL AS there, CASE WHEN c.oid IS NOT NULL THEN pg_has_role(current_user, c.relowner, 'USAGE')
         ELSE has_schema_privilege(current_schema(), 'CREATE') AND NOT EXISTS (
           SELECT FROM pg_roles AS kind WHERE kind.rolname = ANY($1) AND pg_has_role(current_user, kind.oid, 'MEMBER')
             AND NOT EXISTS (SELECT FROM pg_roles AS app WHERE app.rolname = $2 AND pg_has_role(current_user, app.oid, 'MEMBER'))) END AS owns
       FROM (SELECT to_regclass('aetherius_migrations') AS name) AS wanted LEFT JOIN pg_class AS c ON c.oid = wanted.name`,
      [kindRoles, applicationRole],
    );
    const { there = false, owns = false } = rows[0] ?? {};
    const applied = there
      ? (await client.query<{ name: string }>('SELECT name FROM aetherius_migrations')).rows.map(
          ({ name }) => name,
        )
      : [];
    return { owns, missing: knownMigrations().filter((name) => !applied.includes(name)) };
  } catch (error) {
    throw translate(error);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Names of the migrations of this version, in their order. */
export function knownMigrations(): readonly string[] {
  return readdirSync(migrationsFolder)
    .filter((file) => file.endsWith('.sql'))
    .map((file) => file.replace(/\.sql$/, ''))
    .sort();
}

async function admit(client: Client, admitted: MigrateOptions['admit']): Promise<void> {
  if (admitted === undefined) return;
  const { login, role } = admitted;
  const { rows } = await client.query<{ member: boolean }>(
    `SELECT pg_has_role($1::name, $2::name, 'MEMBER') AS member`,
    [login, role],
  );
  if (rows[0]?.member === true) return;
  await client.query(`GRANT ${role} TO ${escapeIdentifier(login)}`);
}

function quiet(logger: Logger) {
  const line = (text: unknown) => logger.debug({ text: String(text) }, 'migration');
  return { debug: line, info: line, warn: line, error: line };
}
