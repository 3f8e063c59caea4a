import type { Clock, Logger } from '../domain/kernel/clock.ts';
import { AppError } from '../domain/kernel/errors.ts';
import { present } from '../domain/kernel/present.ts';
import type { Config } from '../domain/settings/config.ts';
import { settingsWithoutEffect } from '../domain/settings/effect.ts';
import type { FullRole, ProcessEnv, ProcessRole } from '../domain/settings/process-env.ts';
import { systemClock } from '../platform/process/clock.ts';
import { createHttpServer } from '../platform/process/http-server.ts';
import { type Component, createLifecycle } from '../platform/process/lifecycle.ts';
import { createMetrics, type Metrics } from '../platform/process/metrics.ts';
import { servesMetrics, statusRoutes } from '../platform/process/status.ts';
import {
  createProcessRedaction,
  type ProcessRedaction,
  secretsOf,
} from '../platform/redact/process-redactor.ts';
import { bringSchemaUpToDate, checkLogin, refuseSuperusers } from './database.ts';
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
  /** Default: one that knows the secrets of `env`, but no secret that is read later. */
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
  /** Where alerts arrive, if they may. */
  readonly alertsPort?: number;
  /** Names of what failed to stop; empty when all went well. */
  stop(budgetMs?: number): Promise<readonly string[]>;
}

/** Starts one process of the product: its roles, and the status server that says how it is. */
export async function startProcess(options: ProcessOptions): Promise<RunningProcess> {
  const { env, logger, config } = options;
  const redaction =
    options.redaction ?? createProcessRedaction({ env, known: secretsOf(env), settings: config.redaction });
  const { role } = options;
  // It may not even read which migrations there are.
  if (role === 'alerts') await refuseSuperusers(options);
  else await bringSchemaUpToDate(options);
  await checkLogin(options, { mustBeSeparate: config.signing !== undefined });
  if (role !== 'all' && role !== 'alerts' && config.signing === undefined)
    logger.warn({}, 'decisions are not signed; docs/guides/operate.md says how each process gets a key');
  for (const { setting, why, other } of settingsWithoutEffect(config, env, options.role, options.ignored))
    logger.error({ setting, why, other }, 'a setting has no effect; `aetherius doctor` says why');
  const { metrics, clock, ground, parts } =
    role === 'alerts'
      ? await receivingAlone(options, redaction)
      : await wholeProcess({ ...options, role }, redaction);
  const replaced = redaction.counts;
  metrics.gauge('aetherius_redacted_secrets', 'Secrets that were replaced on their way out.', () =>
    Object.values(replaced()).reduce((sum, count) => sum + count, 0),
  );
  metrics.gauge(
    'aetherius_withheld_texts',
    'Texts that were withheld, because they could not be checked for secrets.',
    () => replaced().withheld ?? 0,
  );
  const reach = { host: env.STATUS_HOST ?? env.HOST, ...present({ metricsToken: env.METRICS_TOKEN }) };
  if (!servesMetrics(reach))
    logger.warn({}, 'metrics are served to nobody: METRICS_TOKEN is not set, and others reach the port');
  const routes = statusRoutes({
    metrics,
    ...reach,
    alive: () => lifecycle.state() !== 'stopped',
    checks: {
      lifecycle: () => (lifecycle.state() === 'ready' ? undefined : lifecycle.state()),
      ...Object.assign({}, ...parts.map(({ checks }) => checks)),
    },
  });
  const status = createHttpServer({ host: reach.host, port: env.STATUS_PORT, routes, logger });
  const lifecycle = createLifecycle(
    [
      ...ground,
      { name: 'status', start: () => status.start(), stop: () => status.stop() },
      ...parts.flatMap(({ components }): readonly Component[] => components),
    ],
    { logger, clock },
  );
  await lifecycle.start();
  logger.info({ role: options.role, statusPort: status.port() }, 'ready');
  const cliPort = parts.find((part) => part.cliPort !== undefined)?.cliPort?.();
  const alertsPort = parts.find((part) => part.alertsPort !== undefined)?.alertsPort?.();
  const slackPort = parts.find((part) => part.slackPort !== undefined)?.slackPort?.();
  return {
    statusPort: status.port(),
    ...present({ slackPort, cliPort, alertsPort }),
    stop: (budgetMs = env.SHUTDOWN_GRACE_MS) => lifecycle.stop(budgetMs),
  };
}

interface Running {
  readonly metrics: Metrics;
  readonly clock: Clock;
  /** Started first and stopped last. */
  readonly ground: readonly Component[];
  readonly parts: readonly RoleParts[];
}

/** A process that stands on the whole store. */
async function wholeProcess(
  options: ProcessOptions & { readonly role: FullRole },
  redaction: ProcessRedaction,
): Promise<Running> {
  const shared = await openShared({ ...options, redaction });
  const parts = await rolesOf(options, shared).catch(async (error: unknown) => {
    for (const component of sharedComponents(shared)) await component.stop?.(1000);
    throw error;
  });
  const postgres = async () => {
    await shared.store.ping();
    return undefined;
  };
  const { metrics, clock } = shared;
  return {
    ...{ metrics, clock, ground: sharedComponents(shared) },
    parts: [{ components: [], checks: { postgres } }, ...parts],
  };
}

/** A process that receives alerts has no store, no Redis and no key: it adds rows to one table. */
async function receivingAlone(options: ProcessOptions, redaction: ProcessRedaction): Promise<Running> {
  const metrics = createMetrics(options.role);
  const { alertsRole } = await import('./alerts-role.ts');
  const receiving = { ...options, metrics, clock: systemClock, redactorOf: redaction.redactorOf };
  const part = alertsRole(receiving);
  if (part === undefined)
    throw new AppError('INVALID_INPUT', 'role alerts: no environment of the configuration has alerts', {
      facts: { reason: 'configuration' },
    });
  return { metrics, clock: systemClock, ground: [], parts: [part] };
}

async function rolesOf(options: ProcessOptions, shared: Shared): Promise<readonly RoleParts[]> {
  const { role, config } = options;
  const environments = options.environments ?? Object.keys(config.environments);
  const has = (wanted: FullRole): boolean => role === 'all' || role === wanted;
  const receives = role === 'all' && options.env.ALERTS_PORT !== undefined;
  // A role's code is loaded only where it runs: a bot has no driver of any target in memory.
  return [
    ...(has('worker') ? [(await import('./worker-role.ts')).workerRole(shared, environments)] : []),
    ...(has('scheduler') ? [(await import('./scheduler-role.ts')).schedulerRole(shared)] : []),
    ...(has('bot') ? [await (await import('./bot-role.ts')).botRole(shared)] : []),
    ...(receives ? receiversOf((await import('./alerts-role.ts')).alertsRole(receivingWith(shared))) : []),
  ];
}

const receiversOf = (part: RoleParts | undefined): readonly RoleParts[] => (part === undefined ? [] : [part]);

const receivingWith = ({ env, config, logger, metrics, clock, redaction }: Shared) => ({
  ...{ env, config, logger, metrics, clock, redactorOf: redaction.redactorOf },
});
