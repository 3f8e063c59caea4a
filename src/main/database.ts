import { retrying } from '../domain/kernel/back-off.ts';
import type { Logger } from '../domain/kernel/clock.ts';
import { AppError } from '../domain/kernel/errors.ts';
import { present } from '../domain/kernel/present.ts';
import type { ProcessEnv, ProcessRole } from '../domain/settings/process-env.ts';
import { systemClock } from '../platform/process/clock.ts';
import { databaseOf } from '../platform/settings/database.ts';
import { roleFor } from '../platform/store/connection.ts';
import { loginRights } from '../platform/store/login-rights.ts';
import { migrate, schemaState, superuserOf } from '../platform/store/migrate.ts';

interface Options {
  readonly env: ProcessEnv;
  readonly role: ProcessRole | 'migration';
  readonly logger: Logger;
}

/**
 * Migrates with the login that owns the tables, and waits for the process that has it when this one does not. Refuses logins
 * with which nothing in the database holds. AppError INVALID_INPUT says what to do, in one sentence.
 */
export async function bringSchemaUpToDate(options: Options): Promise<void> {
  const { env, role, logger } = options;
  const url = env.DATABASE_MIGRATION_URL ?? env.DATABASE_DIRECT_URL ?? env.DATABASE_URL;
  if (url === undefined) return;
  await refuseSuperusers(options);
  const database = databaseOf(url, env, `aetherius-${role}-migrate`);
  if (env.DATABASE_MIGRATION_URL === undefined && !(await mayMigrate(options, database))) return;
  const login = env.DATABASE_MIGRATION_URL === undefined ? undefined : userOf(env.DATABASE_URL?.reveal());
  const applied = await patiently(logger, () =>
    migrate({
      database,
      logger,
      ...present({
        admit: login === undefined || role === 'migration' ? undefined : { login, role: roleFor(role) },
      }),
    }),
  );
  if (applied.length > 0) logger.info({ applied }, 'the schema was brought up to date');
}

/** False once the schema is there, made by its owner. */
async function mayMigrate(
  { logger }: Options,
  database: Parameters<typeof schemaState>[0],
): Promise<boolean> {
  return patiently(logger, async () => {
    const { owns, missing } = await schemaState(database);
    if (!owns && missing.length > 0)
      throw new AppError(
        'DEPENDENCY_UNAVAILABLE',
        'the schema is not up to date, and this login may not change it; run aetherius-bot --role migration',
        { facts: { dependency: 'postgres', reason: 'schema-behind', missing: missing.join(', ') } },
      );
    return owns;
  });
}

/**
 * R-A15: a process runs as its own kind. A login that may also act as another kind is said, because then the database
 * does not keep that login from writing decisions.
 */
export async function checkLogin(
  { env, role, logger }: Options & { readonly role: ProcessRole },
  { mustBeSeparate }: { readonly mustBeSeparate: boolean },
): Promise<void> {
  if (env.DATABASE_URL === undefined) return;
  const database = databaseOf(env.DATABASE_URL, env, `aetherius-${role}-login`);
  const { login, kinds, all, owns } = await patiently(logger, () => loginRights(database));
  const wanted = roleFor(role);
  if (!(role === 'all' ? all : kinds.includes(role)))
    throw new AppError(
      'INVALID_INPUT',
      `DATABASE_URL: the login ${login} may not act as ${wanted}; the owner of the tables allows it with: GRANT ${wanted} TO "${login}"`,
      { facts: { reason: 'database-role', login, role: wanted } },
    );
  if (role === 'all') return;
  const others = [...kinds.filter((kind) => kind !== role), ...(owns ? ['owner'] : [])];
  if (others.length === 0) return;
  if (mustBeSeparate)
    throw new AppError(
      'INVALID_INPUT',
      `DATABASE_URL: the login ${login} of role ${role} may also act as ${others.join(', ')}; docs/guides/operate.md says how to give each role its own`,
      { facts: { reason: 'database-not-separate', login, others: others.join(', ') } },
    );
  logger.warn({ login, others }, 'this login may also act as another kind of process');
}

/**
 * What keeps the audit log and the rows of a fix as they are does not bind a superuser (R-L4); the owner's
 * functions run with the owner's rights.
 */
export async function refuseSuperusers({ env, role, logger }: Options): Promise<void> {
  for (const variable of ['DATABASE_URL', 'DATABASE_DIRECT_URL', 'DATABASE_MIGRATION_URL'] as const) {
    const url = env[variable];
    if (url === undefined) continue;
    const found = await patiently(logger, () => superuserOf(databaseOf(url, env, `aetherius-${role}-login`)));
    if (found === undefined) continue;
    const is = found.role === found.login ? 'is a superuser' : `can become ${found.role}`;
    throw new AppError(
      'INVALID_INPUT',
      `${variable}: the login ${found.login} ${is}, which the bot does not run as; docs/guides/operate.md says how to make one that is not`,
      { facts: { reason: 'database-superuser', ...found } },
    );
  }
}

/** A database that is still starting is waited for, half a minute at most; any other fault ends the start. */
function patiently<T>(logger: Logger, work: () => Promise<T>): Promise<T> {
  return retrying(work, {
    clock: systemClock,
    backOff: { firstMs: 500, mostMs: 5000 },
    again(error, attempt) {
      if (!(error instanceof AppError) || !error.retryable || attempt === 10) return false;
      logger.warn({ attempt, code: error.code }, `waits: ${error.message}`);
      return true;
    },
  });
}

function userOf(url: string | undefined): string | undefined {
  if (url === undefined) return undefined;
  const user = decodeURIComponent(new URL(url).username);
  return user === '' ? undefined : user;
}
