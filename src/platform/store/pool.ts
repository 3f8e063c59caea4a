import { type ClientBase, type ClientConfig, Pool, type PoolClient, type QueryResultRow } from 'pg';
import type { Logger } from '../../domain/kernel/clock.ts';
import { gated, plainRedactor, type RedactorOf } from './gate.ts';
import { beginWith, isPooled, type Settings, setForSession } from './session.ts';

/** Of a connection, only what tells how it is: statements go through the gate. */
export type GatedClient = Pick<PoolClient, 'release'>;
export type GatedPool = Pick<Pool, 'end'> & { connect(): Promise<GatedClient> };

/** Sends one statement, whose parameters pass the gate, over a connection. */
export type SendStatement = <Row extends QueryResultRow>(
  over: GatedClient,
  text: string,
  values: readonly unknown[] | undefined,
  silentForMs: number,
) => Promise<{ readonly rows: Row[]; readonly rowCount: number | null }>;

/** One statement on any connection of the pool, as a transaction of its own. */
export type SendAlone = <Row extends QueryResultRow>(
  text: string,
  values: readonly unknown[] | undefined,
  silentForMs: number,
) => Promise<{ readonly rows: Row[] }>;

export interface PoolOptions {
  readonly config: ClientConfig;
  /** Set once on a connection of our own, and behind a pooler in each transaction. */
  readonly settings: Settings;
  readonly size: number;
  readonly idleMs: number;
  readonly logger: Logger;
  readonly redactorOf?: RedactorOf;
}

export interface Gated {
  readonly pool: GatedPool;
  readonly query: SendStatement;
  readonly alone: SendAlone;
  /** What a transaction on this connection begins with; `more` wins over the settings of the pool. */
  begin(client: GatedClient, more?: Settings): string;
  /** Whether each statement needs a transaction around it, because the connection keeps no settings. */
  needsTransaction(client: GatedClient): boolean;
}

/** The only pools to our own database. What `connect` gives cannot send a statement by itself. */
export function createGatedPool(options: PoolOptions): Gated {
  const { config, settings, size, idleMs, logger, redactorOf = plainRedactor } = options;
  const pooled = new WeakSet<object>();
  const pool = new Pool({
    ...config,
    max: size,
    idleTimeoutMillis: idleMs,
    // The pool waits for it before it gives the connection to anybody, which its types do not say.
    onConnect: (async (client: ClientBase) => {
      if (await isPooled(client)) pooled.add(client);
      else await setForSession(client, settings);
    }) as (client: ClientBase) => void,
  });
  // Without these two a connection that breaks while no statement runs on it would end the process: one that lies idle,
  // and one in somebody's hands between two statements.
  pool.on('error', (err) => logger.warn({ err }, 'an idle PostgreSQL connection broke'));
  pool.on('connect', (client) =>
    client.on('error', (err) => logger.debug({ err }, 'a PostgreSQL connection broke')),
  );
  const query: SendStatement = (over, text, values = [], silentForMs) =>
    (over as PoolClient).query({
      text,
      ...(values.length === 0 ? {} : { values: gated(values, redactorOf) }),
      query_timeout: silentForMs,
    } as { text: string });
  const begin: Gated['begin'] = (client, more = {}) =>
    beginWith(pooled.has(client) ? { ...settings, ...more } : more);
  return {
    pool,
    query,
    begin,
    needsTransaction: (client) => pooled.has(client),
    async alone(text, values, silentForMs) {
      const client = await pool.connect();
      let fine = false;
      try {
        const whole = pooled.has(client);
        if (whole) await query(client, begin(client), [], silentForMs);
        const answer = await query<never>(client, text, values, silentForMs);
        if (whole) await query(client, 'COMMIT', [], silentForMs);
        fine = true;
        return answer;
      } finally {
        // A connection in an unknown state is not given to the next one.
        client.release(!fine);
      }
    },
  };
}
