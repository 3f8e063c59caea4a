import type { Logger } from '../../domain/kernel/clock.ts';
import { inTime, within } from '../../domain/kernel/within.ts';
import type { AlertSink } from '../../domain/ports/alerts.ts';
import { addAlerts, addedAlerts } from './alerts.ts';
import { clientConfig, type DatabaseConfig, roleFor } from './connection.ts';
import { noAnswer, translate } from './errors.ts';
import type { RedactorOf } from './gate.ts';
import { createGatedPool } from './pool.ts';

export interface AlertSinkOptions {
  readonly database: DatabaseConfig;
  readonly logger: Logger;
  readonly redactorOf: RedactorOf;
  /** Bounds each statement; default 3 s. */
  readonly statementTimeoutMs?: number;
}

const closeMs = 3000;

/**
 * Adds alerts to our own PostgreSQL as a role that may do nothing else, also in a process with all roles. It has no
 * transaction to offer: one statement stores a whole body, or stores no alert.
 */
export function createAlertSink(options: AlertSinkOptions): AlertSink {
  const { logger, redactorOf, statementTimeoutMs: timeoutMs = 3000 } = options;
  const gate = createGatedPool({
    config: clientConfig(options.database),
    settings: { role: roleFor('alerts'), statement_timeout: timeoutMs },
    size: 4,
    idleMs: 60_000,
    logger,
    redactorOf,
  });
  const send = async (text: string, values: readonly unknown[] = []): Promise<void> => {
    try {
      await within(2 * timeoutMs, gate.alone(text, values, timeoutMs), { late: noAnswer });
    } catch (error) {
      throw translate(error);
    }
  };
  return {
    async add(environment, alerts) {
      if (alerts.length === 0) return;
      await send(addAlerts, addedAlerts(environment, alerts));
    },
    ping: () => send('SELECT 1'),
    close: async () => {
      await inTime(closeMs, gate.pool.end());
    },
  };
}
