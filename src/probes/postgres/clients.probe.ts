import { z } from 'zod';
import type { PartId } from '../../domain/platform/part.ts';
import { partNamed } from '../../domain/platform/part-names.ts';
import { databaseOwners } from '../../domain/platform/table.ts';
import { defineProbe, type ProbeContext } from '../../domain/probe/probe.ts';
import type { With } from '../../domain/probe/targets/targets.ts';
import { count, sessionFacts, verdict } from '../support.ts';
import { askAnywhere, clientSessions } from './databases.ts';

const params = z.strictObject({});
type Deps = Pick<With<'postgres'>, 'postgres' | 'platform'>;

export const postgresClients = defineProbe({
  id: 'postgres.clients',
  doc: `Counts the clients connected to PostgreSQL, by part of the platform.
A session belongs to the part in its application name; without one, to the owner of its database.
It is a witness for health: a service that holds sessions runs.`,
  params,
  part: 'postgres',
  needs: ['postgres'],
  timeoutMs: 8_000,
  emits: [],
  async run(_params: z.output<typeof params>, { deps, signal }: ProbeContext<Deps>) {
    const { postgres, platform } = deps;
    const rows = await askAnywhere<{ database: string; application: string | null; sessions: number }>(
      postgres,
      `SELECT datname AS database, application_name AS application, count(*)::int AS sessions
       FROM pg_stat_activity WHERE ${clientSessions} GROUP BY 1, 2`,
      [],
      { signal },
    );
    const owners = ownersOf(postgres);
    const counts = new Map<PartId, number>();
    let total = 0;
    for (const row of rows) {
      total += row.sessions;
      count(counts, partNamed(row.application ?? '', platform) ?? owners.get(row.database), row.sessions);
    }
    return verdict([], { total, ...sessionFacts(counts, [...owners.values()]) });
  },
});

/** The service that owns each database; empty when both services share one. */
function ownersOf(postgres: Deps['postgres']): ReadonlyMap<string, PartId> {
  const manager = postgres.databaseName('agentManager');
  const orchestrator = postgres.databaseName('orchestrator');
  const owners = new Map<string, PartId>();
  if (manager === orchestrator) return owners;
  if (manager !== undefined) owners.set(manager, databaseOwners.agentManager);
  if (orchestrator !== undefined) owners.set(orchestrator, databaseOwners.orchestrator);
  return owners;
}
