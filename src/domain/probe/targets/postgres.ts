import type { CallOptions } from '../../kernel/call.ts';
import type { ValueSource } from '../../platform/source.ts';

export type DatabaseId = 'agentManager' | 'orchestrator';

/** How a statement of a remediation runs. */
export interface StatementOptions {
  /** The server itself ends it when it waits longer for a lock (milliseconds), or runs longer than `timeoutMs`. */
  readonly lockTimeoutMs?: number;
  /** The server ends it soon after this process is gone, where it can see that (PostgreSQL 14 and later). */
  readonly endsWithClient?: boolean;
  /** One of many in a row: its session is kept for the next one, until it is idle for a moment or its connection fails. */
  readonly keepsSession?: boolean;
}

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
  /** For remediations alone: one statement outside of a read-only transaction. */
  execute<Row extends object>(
    database: DatabaseId,
    sql: string,
    values?: readonly unknown[],
    options?: CallOptions & StatementOptions,
  ): Promise<readonly Row[]>;
}
