import { retrying } from '../domain/kernel/back-off.ts';
import type { Logger } from '../domain/kernel/clock.ts';
import { AppError } from '../domain/kernel/errors.ts';
import { present } from '../domain/kernel/present.ts';
import type { Config } from '../domain/settings/config.ts';
import type { ProcessEnv, Role } from '../domain/settings/process-env.ts';
import { systemClock } from '../platform/process/clock.ts';
import { createHttpServer } from '../platform/process/http-server.ts';
import { type Component, createLifecycle } from '../platform/process/lifecycle.ts';
import { statusRoutes } from '../platform/process/status.ts';
import {
  createProcessRedaction,
  type ProcessRedaction,
  secretsOf,
} from '../platform/redact/process-redactor.ts';
import { databaseOf } from '../platform/settings/database.ts';
import { migrate, superuserOf } from '../platform/store/migrate.ts';
import { openShared, type RoleParts, type Shared, sharedComponents } from './shared.ts';

export interface ProcessOptions {
  readonly role: Exclude<Role, 'command-line'>;
  readonly env: ProcessEnv;
  readonly config: Config;
  /** Environments a worker serves; default all of the configuration. */
  readonly environments?: readonly string[];
  readonly logger: Logger;
  /** Default: one that knows the secrets of `env`, and none that are read later. */
  readonly redaction?: ProcessRedaction;
}

export interface RunningProcess {
  readonly statusPort: number;
  /** In HTTP mode: the port for Slack's requests. */
  readonly slackPort?: number;
  /** Where the command line asks, if it may. */
  readonly cliPort?: number;
  /** Names of what failed to stop; empty when all went well. */
  stop(budgetMs?: number): Promise<readonly string[]>;
}

/** Starts one process of the product: its roles, and the status server that says how it is. */
export async function startProcess(options: ProcessOptions): Promise<RunningProcess> {
  const { env, logger, config } = options;
  await bringSchemaUpToDate(options);
  const redaction =
    options.redaction ?? createProcessRedaction({ env, known: secretsOf(env), settings: config.redaction });
  const shared = await openShared({ ...options, redaction });
  const parts = await rolesOf(options, shared).catch(async (error: unknown) => {
    for (const component of sharedComponents(shared)) await component.stop?.(1000);
    throw error;
  });
  const replaced = redaction.counts;
  shared.metrics.gauge('aetherius_redacted_secrets', 'Secrets that were replaced on their way out.', () =>
    Object.values(replaced()).reduce((sum, count) => sum + count, 0),
  );
  shared.metrics.gauge(
    'aetherius_withheld_texts',
    'Texts that were withheld, because they could not be checked for secrets.',
    () => replaced()['withheld'] ?? 0,
  );
  const routes = statusRoutes({
    metrics: shared.metrics,
    ...present({ metricsToken: env.METRICS_TOKEN }),
    alive: () => lifecycle.state() !== 'stopped',
    checks: {
      lifecycle: () => (lifecycle.state() === 'ready' ? undefined : lifecycle.state()),
      postgres: async () => {
        await shared.store.ping();
        return undefined;
      },
      ...Object.assign({}, ...parts.map(({ checks }) => checks)),
    },
  });
  const status = createHttpServer({ host: env.HOST, port: env.STATUS_PORT, routes, logger });
  const lifecycle = createLifecycle(
    [
      ...sharedComponents(shared),
      { name: 'status', start: () => status.start(), stop: () => status.stop() },
      ...parts.flatMap(({ components }): readonly Component[] => components),
    ],
    { logger, clock: shared.clock },
  );
  await lifecycle.start();
  logger.info({ role: options.role, statusPort: status.port() }, 'ready');
  const cliPort = parts.find((part) => part.cliPort !== undefined)?.cliPort?.();
  const slackPort = parts.find((part) => part.slackPort !== undefined)?.slackPort?.();
  return {
    statusPort: status.port(),
    ...present({ slackPort, cliPort }),
    stop: (budgetMs = env.SHUTDOWN_GRACE_MS) => lifecycle.stop(budgetMs),
  };
}

async function rolesOf(options: ProcessOptions, shared: Shared): Promise<readonly RoleParts[]> {
  const { role, config } = options;
  const environments = options.environments ?? Object.keys(config.environments);
  const has = (wanted: Role): boolean => role === 'all' || role === wanted;
  // A role's code is loaded only where it runs: a bot has no driver of any target in memory.
  return [
    ...(has('worker') ? [(await import('./worker-role.ts')).workerRole(shared, environments)] : []),
    ...(has('scheduler') ? [(await import('./scheduler-role.ts')).schedulerRole(shared)] : []),
    ...(has('bot') ? [await (await import('./bot-role.ts')).botRole(shared)] : []),
  ];
}

async function bringSchemaUpToDate({ env, role, logger }: ProcessOptions): Promise<void> {
  const url = env.DATABASE_MIGRATION_URL ?? env.DATABASE_DIRECT_URL ?? env.DATABASE_URL;
  if (url === undefined) return;
  await refuseSuperusers(env, role, logger);
  const login = env.DATABASE_MIGRATION_URL === undefined ? undefined : userOf(env.DATABASE_URL?.reveal());
  const applied = await patiently(logger, () =>
    migrate({
      database: databaseOf(url, env, `aetherius-${role}-migrate`),
      logger,
      ...present({ applicationLogin: login }),
    }),
  );
  if (applied.length > 0) logger.info({ applied }, 'the schema was brought up to date');
}

/**
 * What keeps the audit log and the rows of a fix as they are holds for nobody who is a superuser (R-L4); the owner's
 * functions run with the owner's rights.
 */
async function refuseSuperusers(env: ProcessEnv, role: Role, logger: Logger): Promise<void> {
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
      logger.warn({ attempt, code: error.code }, 'PostgreSQL does not answer yet');
      return true;
    },
  });
}

function userOf(url: string | undefined): string | undefined {
  if (url === undefined) return undefined;
  const user = decodeURIComponent(new URL(url).username);
  return user === '' ? undefined : user;
}
