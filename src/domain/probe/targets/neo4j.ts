import type { CallOptions } from '../../kernel/call.ts';

export interface Neo4jTarget {
  /** Bolt handshake and authentication with the configured credentials. */
  verify(
    options?: CallOptions,
  ): Promise<{ readonly latencyMs: number; readonly address: string; readonly version: string }>;
  run<Row extends object>(
    cypher: string,
    params?: Readonly<Record<string, unknown>>,
    options?: CallOptions,
  ): Promise<readonly Row[]>;
}
