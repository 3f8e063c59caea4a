import { type ClientConfig, Pool, type PoolClient, type QueryResultRow } from 'pg';
import { gated, plainRedactor, type RedactorOf } from './gate.ts';

/** Of a connection, only what tells how it is: statements go through the gate. */
export type GatedClient = Pick<PoolClient, 'on' | 'release'>;
export type GatedPool = Pick<Pool, 'on' | 'end'> & { connect(): Promise<GatedClient> };

/** Sends one statement, whose parameters pass the gate, over a connection or over any one of the pool. */
export type SendStatement = <Row extends QueryResultRow>(
  over: GatedClient | GatedPool,
  text: string,
  values: readonly unknown[] | undefined,
  silentForMs: number,
) => Promise<{ readonly rows: Row[]; readonly rowCount: number | null }>;

/** The only pools to our own database. What `connect` gives cannot send a statement by itself. */
export function createGatedPool(options: {
  readonly config: ClientConfig;
  readonly size: number;
  readonly idleMs: number;
  readonly redactorOf?: RedactorOf;
}): { readonly pool: GatedPool; readonly query: SendStatement } {
  const { config, size, idleMs, redactorOf = plainRedactor } = options;
  const pool: GatedPool = new Pool({ ...config, max: size, idleTimeoutMillis: idleMs });
  return {
    pool,
    query: (over, text, values = [], silentForMs) =>
      (over as Pool | PoolClient).query({
        text,
        ...(values.length === 0 ? {} : { values: gated(values, redactorOf) }),
        query_timeout: silentForMs,
      } as { text: string }),
  };
}
