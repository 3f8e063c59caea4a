import type { DatabaseId, PostgresTarget } from '../../domain/targets.ts';

export const databases = ['agentManager', 'orchestrator'] as const satisfies readonly DatabaseId[];

/** Tables the guide's queries need, by database (problems.md, "Platform under diagnosis"). */
export const expectedTables: Readonly<Record<DatabaseId, readonly string[]>> = {
  agentManager: ['agents', 'clusters', 'events', 'commands'],
  orchestrator: ['workflows', 'workflow_executions', 'strategies'],
};

/** Statistics are server-wide: any configured database serves to read them. */
export function anyDatabase(postgres: PostgresTarget): DatabaseId {
  return databases.find((id) => postgres.databaseName(id) !== undefined) ?? 'agentManager';
}

/** Sessions of clients other than the bot; without rights on statistics `backend_type` and names are null. */
export const clientSessions = `datname IS NOT NULL AND pid <> pg_backend_pid()
  AND (backend_type = 'client backend' OR backend_type IS NULL)
  AND coalesce(application_name, '') <> 'aetherius-bot'`;
