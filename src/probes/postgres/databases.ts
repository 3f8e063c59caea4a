import type { CallOptions } from '../../domain/kernel/call.ts';
import { AppError, TargetError } from '../../domain/kernel/errors.ts';
import type { TableName } from '../../domain/platform/platform.ts';
import { databaseOwners } from '../../domain/platform/table.ts';
import type { ProbeResult } from '../../domain/probe/probe.ts';
import type { DatabaseId, PostgresTarget } from '../../domain/probe/targets/postgres.ts';

export const databases = ['agentManager', 'orchestrator'] as const satisfies readonly DatabaseId[];

/** Tables the guide's queries need, by database (R-PLAT21). */
export const expectedTables: Readonly<Record<DatabaseId, readonly TableName[]>> = {
  agentManager: ['agents', 'clusters', 'events', 'commands'],
  orchestrator: ['workflows', 'workflow_executions', 'strategies'],
};

/**
 * Throws where the name of a database is only the guide's: that there is none of that name says nothing of this
 * installation (R-PLAT1).
 */
export function mustKnow(postgres: PostgresTarget, id: DatabaseId, name: string): void {
  if (postgres.databaseSource?.(id) === 'documented')
    throw new AppError('NOT_FOUND', 'the name of the database is neither configured nor seen', {
      facts: { reason: 'database-not-recognised', part: databaseOwners[id], database: name },
    });
}

/** As `mustKnow`, of each database that is looked at. */
export function mustKnowAll(postgres: PostgresTarget): void {
  for (const id of databases) {
    const name = postgres.databaseName(id);
    if (name !== undefined) mustKnow(postgres, id, name);
  }
}

/** Statistics are server-wide: any configured database serves to read them. */
export async function askAnywhere<Row extends object>(
  postgres: PostgresTarget,
  sql: string,
  values: readonly unknown[],
  options: CallOptions,
): Promise<readonly Row[]> {
  const id = databases.find((one) => postgres.databaseName(one) !== undefined) ?? 'agentManager';
  try {
    return await postgres.query<Row>(id, sql, values, options);
  } catch (error) {
    if (error instanceof TargetError && error.facts.sqlstate === '3D000')
      mustKnow(postgres, id, postgres.databaseName(id) ?? id);
    throw error;
  }
}

/** Sessions of clients other than the bot; without rights on statistics `backend_type` and names are null. */
export const clientSessions = `datname IS NOT NULL AND pid <> pg_backend_pid()
  AND (backend_type = 'client backend' OR backend_type IS NULL)
  AND coalesce(application_name, '') <> 'aetherius-bot'`;

/** Names of the databases that are the platform's: a server may hold others, whose sessions are not its own. */
export function platformDatabases(postgres: PostgresTarget): readonly string[] {
  return databases.flatMap((id) => postgres.databaseName(id) ?? []);
}

/**
 * Sessions of other roles whose `state`, `query` and `backend_type` are null for want of pg_read_all_stats
 * (PostgreSQL manual, "The Statistics Collector"); workers of the server itself have no user.
 */
export const hiddenSessions = 'backend_type IS NULL AND usename IS NOT NULL AND datname IS NOT NULL';

/** What cannot be seen may be what is looked for: says so, with how many sessions it is. */
export function sessionsHidden(hidden: number): ProbeResult {
  return {
    status: 'inconclusive',
    cause: new AppError('NOT_ALLOWED', 'sessions of other roles are hidden without pg_monitor', {
      facts: { reason: 'sessions-hidden', hidden },
    }),
    facts: { hidden },
  };
}

/** Our own id of the database, by which a remediation names it; nothing for a database that is not ours. */
export function databaseId(postgres: PostgresTarget, name: string): { readonly databaseId?: DatabaseId } {
  const id = databases.find((one) => postgres.databaseName(one) === name);
  return id === undefined ? {} : { databaseId: id };
}
