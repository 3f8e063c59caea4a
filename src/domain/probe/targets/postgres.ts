import type { CallOptions } from '../../kernel/call.ts';
import type { ValueSource } from '../../platform/source.ts';

export type DatabaseId = 'agentManager' | 'orchestrator';

export interface PostgresTarget {
  /** Name of the database behind the id, or undefined when not configured. */
  databaseName(id: DatabaseId): string | undefined;
  /** Where that name comes from; absent: the configuration. */
  databaseSource?(id: DatabaseId): ValueSource | undefined;
  /** Runs in a read-only transaction with a statement timeout, `application_name` = aetherius-bot. */
  query<Row extends object>(
    database: DatabaseId,
    sql: string,
    values?: readonly unknown[],
    options?: CallOptions,
  ): Promise<readonly Row[]>;
  /** As `query`, in a database of any name. */
  queryIn?<Row extends object>(
    name: string,
    sql: string,
    values?: readonly unknown[],
    options?: CallOptions,
  ): Promise<readonly Row[]>;
  /**
   * For remediations alone: one statement outside of a read-only transaction. With `lockTimeoutMs` the server itself
   * ends it when it waits longer for a lock, or runs longer than `timeoutMs`; with `endsWithClient` also soon after
   * this process is gone, where it can see that (PostgreSQL 14 and later).
   */
  execute<Row extends object>(
    database: DatabaseId,
    sql: string,
    values?: readonly unknown[],
    options?: CallOptions & { readonly lockTimeoutMs?: number; readonly endsWithClient?: boolean },
  ): Promise<readonly Row[]>;
}
