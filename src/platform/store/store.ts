import { backOff } from '../../domain/kernel/back-off.ts';
import type { Clock, Ids, Logger } from '../../domain/kernel/clock.ts';
import { AppError } from '../../domain/kernel/errors.ts';
import { present } from '../../domain/kernel/present.ts';
import type { Signer } from '../../domain/kernel/signing.ts';
import { inTime, within } from '../../domain/kernel/within.ts';
import type { Outbox } from '../../domain/message/outbox.ts';
import type { Seal } from '../../domain/message/seal.ts';
import type { Store, Tx } from '../../domain/ports/store.ts';
import { systemClock, systemIds } from '../process/clock.ts';
import type { AuditKey } from './audit.ts';
import { applicationRole, clientConfig, type DatabaseConfig } from './connection.ts';
import { isRetryable, noAnswer, translate } from './errors.ts';
import { plainRedactor, type RedactorOf } from './gate.ts';
import { createListener } from './listener.ts';
import { createOutbox } from './outbox.ts';
import { createPoll } from './poll.ts';
import { createGatedPool, type GatedClient, type GatedPool } from './pool.ts';
import type { Query, QueryResultRow } from './query.ts';
import { createTx } from './tx.ts';

export interface StoreOptions {
  readonly database: DatabaseConfig;
  readonly auditKey: AuditKey;
  /** Signs what is written as this process's (R-L9). */
  readonly signer?: Signer | undefined;
  /** Seals what the bot makes, and knows it again (R-A10). */
  readonly seal?: Seal | undefined;
  /** Told of each append that found another head than the last row. */
  readonly onBrokenRecord?: () => void;
  readonly logger: Logger;
  /** Connections for transactions (default 10); one more listens. */
  readonly poolSize?: number;
  /** Bounds each statement unless the transaction says otherwise; default 5 s. */
  readonly statementTimeoutMs?: number;
  /** Default `aetherius_app`; `null` stays the role that logged in. */
  readonly role?: string | null;
  /** No transaction may write. */
  readonly readOnly?: boolean;
  readonly ids?: Ids;
  readonly clock?: Clock;
  readonly random?: () => number;
  /** What stands in the gate; default redactors that know no secrets. */
  readonly redactorOf?: RedactorOf;
}

export interface PostgresStore extends Store {
  readonly outbox: Outbox;
}

/** Tries of one transaction that lost against another. */
const maxTries = 6;
/** What the server's own timeout is given before the client stops waiting for a server that is silent. */
const silenceMs = 500;
/** Longest goodbye. */
const closeMs = 3000;

/**
 * Our own PostgreSQL. Connects lazily: it may be down when this is called. Errors are AppErrors:
 * DEPENDENCY_UNAVAILABLE (cannot be reached), TIMED_OUT, CONFLICT (a constraint said no), BUG.
 */
export function createStore(options: StoreOptions): PostgresStore {
  const { logger, clock = systemClock, ids = systemIds, random = Math.random, signer } = options;
  const redactorOf = options.redactorOf ?? plainRedactor;
  const defaultTimeoutMs = options.statementTimeoutMs ?? 5000;
  const role = options.role === undefined ? applicationRole : options.role;
  const settings = {
    ...present({ role: role ?? undefined }),
    statement_timeout: defaultTimeoutMs,
    idle_in_transaction_session_timeout: 30_000,
    ...(options.readOnly === true ? { default_transaction_read_only: 'on' } : {}),
  };
  const gate = createGatedPool({
    config: clientConfig(options.database),
    settings,
    size: options.poolSize ?? 10,
    idleMs: 60_000,
    logger,
    redactorOf,
  });
  const { pool } = gate;

  const poll = createPoll();
  const attempt = async <T>(
    work: (query: Query) => Promise<T>,
    timeoutMs: number,
    mode: 'transaction' | 'single',
  ): Promise<T> => {
    const client = await connect(pool, timeoutMs);
    let broken = false;
    let failure: Error | undefined;
    const run = async <Row extends QueryResultRow>(text: string, values?: readonly unknown[]) => {
      try {
        const { rows, rowCount } = await gate.query<Row>(client, text, values, timeoutMs + silenceMs);
        return { rows, count: rowCount ?? 0 };
      } catch (error) {
        const translated = translate(error);
        broken ||= translated.code === 'DEPENDENCY_UNAVAILABLE';
        failure ??= isRetryable(error) ? new RetryableConflict(translated) : translated;
        throw failure;
      }
    };
    let statements = 0;
    const once: typeof run = (text, values) => {
      statements += 1;
      if (statements > 1) return Promise.reject(new AppError('BUG', 'more than one statement'));
      return run(text, values);
    };
    const transaction = mode === 'transaction' || gate.needsTransaction(client);
    try {
      if (!transaction) return await work(once);
      await run(gate.begin(client, timeoutMs === defaultTimeoutMs ? {} : { statement_timeout: timeoutMs }));
      const result = await work(mode === 'single' ? once : run);
      // COMMIT after a failed statement rolls back without an error: somebody swallowed it.
      if (failure !== undefined) throw failure;
      await run('COMMIT');
      return result;
    } catch (error) {
      if (!broken && transaction) await run('ROLLBACK').catch(() => undefined);
      throw error;
    } finally {
      // A connection in an unknown state is not given to the next transaction.
      client.release(broken);
    }
  };

  const retried = async <T>(
    work: (query: Query) => Promise<T>,
    timeoutMs = defaultTimeoutMs,
    mode: 'transaction' | 'single' = 'transaction',
  ): Promise<T> => {
    for (let tries = 1; ; tries += 1) {
      try {
        return await attempt(work, Math.max(1, Math.round(timeoutMs)), mode);
      } catch (error) {
        if (!(error instanceof RetryableConflict)) throw error;
        if (tries === maxTries) throw error.reason;
        await clock.sleep(backOff(tries, { firstMs: 20, mostMs: 1000, random }));
      }
    }
  };

  const txOf = (query: Query): Tx =>
    createTx({
      ...{ query, ids, auditKey: options.auditKey, signer, seal: options.seal, redactorOf },
      onBrokenRecord(facts) {
        logger.error(
          facts,
          'the head of the audit log is not its last row: nothing is written down or decided',
        );
        options.onBrokenRecord?.();
      },
    });

  const listener = createListener({
    ...{ database: options.database, logger, clock, random },
    poll: () => retried(poll, 2000, 'single'),
  });

  return {
    tx: (work, { statementTimeoutMs } = {}) => retried((query) => work(txOf(query)), statementTimeoutMs),
    single: (work) => retried((query) => work(txOf(query)), defaultTimeoutMs, 'single'),
    listen: (topic, callback) => listener.listen(topic, callback),
    outbox: createOutbox((work) => retried(work), ids, options.seal),
    async ping(signal) {
      signal?.throwIfAborted();
      await retried((query) => query('SELECT 1'), 1500, 'single');
    },
    async close() {
      // Saying goodbye waits for the server, which may be silent.
      await inTime(closeMs, Promise.all([listener.close(), pool.end()]));
    },
  };
}

/** Carries a lost conflict past the caller's `catch` of AppErrors, so that it is retried and not handled. */
class RetryableConflict extends Error {
  readonly reason: AppError;

  constructor(reason: AppError) {
    super('the transaction lost a conflict', { cause: reason });
    this.name = 'RetryableConflict';
    this.reason = reason;
  }
}

/** Gets a connection within the statement's timeout: a caller in a hurry does not wait longer for one. */
async function connect(pool: GatedPool, withinMs: number): Promise<GatedClient> {
  const coming = pool.connect();
  try {
    return await within(withinMs, coming, { late: noAnswer });
  } catch (error) {
    coming.then((client) => client.release()).catch(() => undefined);
    throw translate(error);
  }
}
