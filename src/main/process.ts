import type { Logger } from '../domain/kernel/clock.ts';
import { present } from '../domain/kernel/present.ts';
import type { Config } from '../domain/settings/config.ts';
import { settingsWithoutEffect } from '../domain/settings/effect.ts';
import type { ProcessEnv, ProcessRole } from '../domain/settings/process-env.ts';
import { createHttpServer } from '../platform/process/http-server.ts';
import { type Component, createLifecycle } from '../platform/process/lifecycle.ts';
import { statusRoutes } from '../platform/process/status.ts';
import {
  createProcessRedaction,
  type ProcessRedaction,
  secretsOf,
} from '../platform/redact/process-redactor.ts';
import { bringSchemaUpToDate, checkLogin } from './database.ts';
import { openShared, type RoleParts, type Shared, sharedComponents } from './shared.ts';

export interface ProcessOptions {
  readonly role: ProcessRole;
  readonly env: ProcessEnv;
  readonly config: Config;
  /** SHA-256 of the configuration file, where there is one. */
  readonly fileDigest?: string;
  /** Environments a worker serves; default all of the configuration. */
  readonly environments?: readonly string[];
  /** Variables that are set, and that this role does not read. */
  readonly ignored?: readonly string[];
  readonly logger: Logger;
  /** Default: one that knows the secrets of `env`, and none that are read later. */
  readonly redaction?: ProcessRedaction;
  /** For the campaign of CI alone, no setting: how long a fix has to be seen well at most, where its plan wants longer. */
  readonly stableAtMostMs?: number;
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
  await checkLogin(options, { mustBeSeparate: config.signing !== undefined });
  if (options.role !== 'all' && config.signing === undefined)
    logger.warn({}, 'decisions are not signed; docs/guides/operate.md says how each process gets a key');
  for (const { setting, why, other } of settingsWithoutEffect(config, env, options.role, options.ignored))
    logger.error({ setting, why, other }, 'a setting has no effect; `aetherius doctor` says why');
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
  const has = (wanted: ProcessRole): boolean => role === 'all' || role === wanted;
  // A role's code is loaded only where it runs: a bot has no driver of any target in memory.
  return [
    ...(has('worker') ? [(await import('./worker-role.ts')).workerRole(shared, environments)] : []),
    ...(has('scheduler') ? [(await import('./scheduler-role.ts')).schedulerRole(shared)] : []),
    ...(has('bot') ? [await (await import('./bot-role.ts')).botRole(shared)] : []),
  ];
}
