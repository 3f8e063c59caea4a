import type { Clock, Logger } from '../domain/kernel/clock.ts';
import { AppError } from '../domain/kernel/errors.ts';
import type { AlertsConfig } from '../domain/settings/alerts.ts';
import type { Config } from '../domain/settings/config.ts';
import type { ProcessEnv } from '../domain/settings/process-env.ts';
import { alertRoute } from '../platform/alerts/route.ts';
import { createHttpServer } from '../platform/process/http-server.ts';
import type { Metrics } from '../platform/process/metrics.ts';
import { databaseOf } from '../platform/settings/database.ts';
import { createAlertSink } from '../platform/store/alert-sink.ts';
import type { RedactorOf } from '../platform/store/gate.ts';
import type { RoleParts } from './shared.ts';

export interface Receiving {
  readonly env: ProcessEnv;
  readonly config: Config;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly redactorOf: RedactorOf;
}

/** Shorter ones can be guessed by trying. */
const leastSecretBytes = 16;

/**
 * Receives alerts: it holds the secrets of the environments that have some, and a login that may add alerts and do nothing
 * else. Undefined where no environment has alerts.
 */
export function alertsRole(receiving: Receiving): RoleParts | undefined {
  const { env, config, logger, clock, metrics, redactorOf } = receiving;
  const { DATABASE_URL: url, ALERTS_PORT: port } = env;
  const environments = Object.entries(config.environments).flatMap(([name, { alerts }]) =>
    alerts === undefined ? [] : [{ name, alerts }],
  );
  if (environments.length === 0) return undefined;
  if (url === undefined || port === undefined)
    throw new AppError('INVALID_INPUT', 'DATABASE_URL or ALERTS_PORT is missing', {
      facts: { reason: 'configuration' },
    });
  const sink = createAlertSink({
    ...{ database: databaseOf(url, env, 'aetherius-alerts'), logger, redactorOf },
  });
  let stored = 0;
  let turnedAway = 0;
  metrics.gauge('aetherius_alerts_stored', 'Alerts that arrived and are stored.', () => stored);
  metrics.gauge(
    'aetherius_alert_requests_refused',
    'Requests with alerts that were not answered with 200.',
    () => turnedAway,
  );
  const routes = environments.map(({ name, alerts }) =>
    alertRoute({
      ...{ environment: name, sink, clock, logger },
      secrets: () => secretsOf(alerts),
      onAnswer(status, count) {
        if (status === 200) stored += count;
        else turnedAway += 1;
      },
    }),
  );
  const server = createHttpServer({ host: env.HOST, port, routes, logger });
  return {
    alertsPort: () => server.port(),
    checks: {
      alerts: async () => {
        await sink.ping();
        return undefined;
      },
    },
    components: [
      { name: 'alerts in PostgreSQL', stop: () => sink.close() },
      {
        name: 'alerts',
        async start() {
          for (const { name, alerts } of environments) await checkSecrets(name, alerts);
          await server.start();
        },
        stop: () => server.stop(),
      },
    ],
  };
}

/** Read again for each request, so that one that has changed counts at once. */
async function secretsOf({ secret, oldSecret }: AlertsConfig): Promise<readonly string[]> {
  const now = await secret.reveal();
  return oldSecret === undefined ? [now] : [now, await oldSecret.reveal()];
}

async function checkSecrets(environment: string, alerts: AlertsConfig): Promise<void> {
  for (const secret of await secretsOf(alerts))
    if (Buffer.byteLength(secret) < leastSecretBytes)
      throw new AppError(
        'INVALID_INPUT',
        `environments.${environment}.alerts: a secret has less than ${leastSecretBytes} bytes; \`openssl rand -hex 32\` makes one`,
        { facts: { reason: 'configuration', environment } },
      );
}
