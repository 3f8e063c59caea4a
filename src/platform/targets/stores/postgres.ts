import type { Pool, PoolClient } from 'pg';
import type { CallOptions } from '../../../domain/kernel/call.ts';
import { listedStage } from '../../../domain/kernel/driver-errors.ts';
import { AppError, TargetError } from '../../../domain/kernel/errors.ts';
import { present } from '../../../domain/kernel/present.ts';
import type { ValueSource } from '../../../domain/platform/source.ts';
import { protocolPorts } from '../../../domain/platform/table.ts';
import type { DatabaseId, PostgresTarget, StatementOptions } from '../../../domain/probe/targets/postgres.ts';
import {
  type Address,
  bounded,
  CircuitBreaker,
  DeadlinePassed,
  defaultTimeouts,
  socketStage,
  type Timeouts,
  targetError,
} from '../failure.ts';
import { tcpCheck } from '../network/tcp-check.ts';
import type { TlsOptions } from '../network/tls.ts';
import { createPlaces, type Places } from './places.ts';
import type { SharedConnections } from './shared-connection.ts';

export interface PostgresSettings {
  /** With credentials; its database is not used. */
  readonly url: string;
  readonly databases: Readonly<Partial<Record<DatabaseId, string | undefined>>>;
  /** Default: the configuration names them. */
  readonly sources?: Readonly<Partial<Record<DatabaseId, ValueSource>>>;
  readonly tls?: TlsOptions;
}

/** The bot's own sessions, so that probes can leave them out of what they count. */
export const applicationName = 'aetherius-bot';

/** Sessions of a run at one database: a look costs little. */
const mostSessions = 2;

/** The server ended one statement, for its time or for a lock that it waited on; it answers the next one. */
const cancelled: ReadonlySet<unknown> = new Set(['57014', '55P03']);

/** Loads the driver, so that no measurement has to wait for it. */
export async function loadPostgresDriver(): Promise<void> {
  await import('pg');
}

/**
 * PostgreSQL under diagnosis: at most two sessions a database, read-only, made new for a run and closed when idle,
 * so that a look costs little and always meets today's credentials. TargetErrors carry `sqlstate` when the server gave one.
 */
export function createPostgresTarget(
  settings: PostgresSettings,
  book: SharedConnections,
  timeouts: Timeouts = defaultTimeouts,
): PostgresTarget {
  const url = new URL(settings.url);
  const address: Address = {
    what: 'PostgreSQL',
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port || protocolPorts.postgres),
  };
  const secrets = [decodeURIComponent(url.password)].filter((secret) => secret !== '');
  const breaker = new CircuitBreaker(undefined, undefined, ({ facts }) => cancelled.has(facts['sqlstate']));

  const connection = (database: string) => {
    const own = new URL(url);
    own.pathname = `/${encodeURIComponent(database)}`;
    if (settings.tls !== undefined) own.searchParams.delete('sslmode');
    return {
      connectionString: own.href,
      application_name: applicationName,
      connectionTimeoutMillis: timeouts.connectMs + timeouts.callMs,
      ...present({ ssl: settings.tls === undefined ? undefined : { ...settings.tls } }),
    };
  };

  const pools = new Map<string, ReturnType<typeof makePool>>();
  const placesOf = new Map<string, Places>();
  /** Of work in batches, which would else open a session for each of them. */
  const batches: typeof pools = new Map();
  const makePool = (database: string, max = mostSessions) =>
    book.share<Pool>({
      async open() {
        const { default: pg } = await import('pg');
        return survive(new pg.Pool({ ...connection(database), max, idleTimeoutMillis: 1_500 }));
      },
      async close(pool) {
        await pool.end();
      },
    });

  const nameOf = (id: DatabaseId): string => {
    const name = settings.databases[id];
    if (name === undefined)
      throw new AppError('NOT_FOUND', 'database is not configured', { facts: { database: id } });
    return name;
  };

  async function translate(error: unknown, connected: boolean): Promise<Error> {
    if (error instanceof TargetError || error instanceof AppError) return error;
    if (error instanceof DeadlinePassed) {
      const seen = connected ? 'open' : await tcpCheck(address.host, address.port, { timeoutMs: 500 });
      return targetError(seen === 'open' ? 'no-answer' : seen, address);
    }
    const code = (error as { code?: unknown }).code;
    if (typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code))
      return targetError(listedStage('postgres', code) ?? 'unknown-error', address, {
        cause: error,
        secrets,
        facts: { sqlstate: code },
      });
    const stage = socketStage(error) ?? listedStage('pg', error instanceof Error ? error.message : '');
    return targetError(stage ?? 'unknown-error', address, { cause: error, secrets });
  }

  async function withClient<T>(
    options: CallOptions,
    connect: () => Promise<PoolClient>,
    work: (client: PoolClient) => Promise<T>,
  ): Promise<T> {
    let connected = false;
    const timeoutMs = options.timeoutMs ?? timeouts.callMs;
    try {
      return await bounded({ ...options, timeoutMs }, async (signal) => {
        const client = await connect();
        connected = true;
        let released = false;
        const release = (destroy: boolean) => {
          if (released) return;
          released = true;
          client.release(destroy);
        };
        // A session that is still busy with a query we no longer wait for must not be used again.
        signal.addEventListener('abort', () => release(true), { once: true });
        if (signal.aborted) {
          release(true);
          throw new TargetError('aborted', 'stopped waiting');
        }
        try {
          return await work(client);
        } catch (error) {
          release(socketStage(error) !== undefined);
          throw error;
        } finally {
          release(false);
        }
      });
    } catch (error) {
      throw await translate(error, connected);
    }
  }

  const queryIn = async <Row extends object>(
    database: string,
    sql: string,
    values: readonly unknown[] = [],
    options: CallOptions = {},
  ): Promise<readonly Row[]> => {
    const shared = pools.get(database) ?? makePool(database);
    pools.set(database, shared);
    const places = placesOf.get(database) ?? createPlaces(mostSessions);
    placesOf.set(database, places);
    const timeoutMs = options.timeoutMs ?? timeouts.callMs;
    return places.use(options.signal, () =>
      breaker.run(() =>
        shared.use((pool) =>
          withClient(
            options,
            () => pool.connect(),
            async (client) => {
              await readOnly(client, timeoutMs);
              const result = await client.query<Row>(sql, [...values]);
              return result.rows;
            },
          ),
        ),
      ),
    );
  };

  /** One statement that may write, on a session of this pool. */
  const executeIn = <Row extends object>(
    pool: Pool,
    sql: string,
    values: readonly unknown[],
    options: CallOptions & StatementOptions,
  ): Promise<readonly Row[]> => {
    const { lockTimeoutMs, timeoutMs = timeouts.callMs } = options;
    return withClient(
      // What the server ends is heard of; its answer takes a moment.
      lockTimeoutMs === undefined ? options : { ...options, timeoutMs: timeoutMs + 1_000 },
      () => pool.connect(),
      async (client) => {
        if (lockTimeoutMs !== undefined)
          await client.query(
            `SET lock_timeout = ${Math.round(lockTimeoutMs)}; SET statement_timeout = ${Math.round(timeoutMs)}`,
          );
        if (options.endsWithClient === true) await endWithClient(client);
        return (await client.query<Row>(sql, [...values])).rows;
      },
    );
  };

  return {
    databaseName: (id) => settings.databases[id],
    databaseSource: (id) => settings.sources?.[id],
    queryIn,
    async query<Row extends object>(
      id: DatabaseId,
      sql: string,
      values: readonly unknown[] = [],
      options: CallOptions = {},
    ): Promise<readonly Row[]> {
      return queryIn<Row>(nameOf(id), sql, values, options);
    },
    async execute<Row extends object>(
      id: DatabaseId,
      sql: string,
      values: readonly unknown[] = [],
      options: CallOptions & StatementOptions = {},
    ): Promise<readonly Row[]> {
      const database = nameOf(id);
      if (options.keepsSession === true) {
        const shared = batches.get(database) ?? makePool(database, 1);
        batches.set(database, shared);
        return shared.use((pool) => executeIn<Row>(pool, sql, values, options));
      }
      const { default: pg } = await import('pg');
      const pool = survive(new pg.Pool({ ...connection(database), max: 1 }));
      try {
        return await executeIn<Row>(pool, sql, values, options);
      } finally {
        // Not awaited: ending waits for a server that may be silent.
        void pool.end().catch(() => undefined);
      }
    },
  };
}

/**
 * A session that ends while nothing runs on it, idle or between two statements, is no news: the next call finds out for
 * itself. Without listeners it would end the process.
 */
function survive(pool: Pool): Pool {
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}

/** How often the server looks whether its client is still there (milliseconds). */
const clientCheckMs = 2_000;

/** A statement of a process that is gone holds its locks for nobody. A server that cannot see it says so: never mind. */
async function endWithClient(client: PoolClient): Promise<void> {
  try {
    await client.query('SELECT set_config(name, $1, false) FROM pg_settings WHERE name = $2', [
      String(clientCheckMs),
      'client_connection_check_interval',
    ]);
  } catch (error) {
    if (socketStage(error) !== undefined) throw error;
  }
}

/** Sessions that cannot write, with how long a statement may run there (milliseconds). */
const prepared = new WeakMap<PoolClient, number>();

/** Nothing it runs can write, and nothing runs longer than this one waits. */
async function readOnly(client: PoolClient, timeoutMs: number): Promise<void> {
  const mostMs = Math.max(100, Math.round(timeoutMs));
  const before = prepared.get(client);
  if (before === mostMs) return;
  const once = 'SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY; SET lock_timeout = 1000; ';
  await client.query(`${before === undefined ? once : ''}SET statement_timeout = ${mostMs}`);
  prepared.set(client, mostMs);
}
