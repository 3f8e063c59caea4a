import { z } from 'zod';
import { TargetError } from '../../domain/kernel/errors.ts';
import { defineProbe, type ProbeContext } from '../../domain/probe/probe.ts';
import type { With } from '../../domain/probe/targets/targets.ts';
import { verdict } from '../support.ts';

const params = z.strictObject({});
type Deps = Pick<With<'neo4j'>, 'neo4j'>;

export const neo4jClients = defineProbe({
  id: 'neo4j.clients',
  doc: `Counts the clients connected to Neo4j besides the bot.
Only reasoning-service uses the knowledge graph, so a connection is its witness.`,
  params,
  part: 'neo4j',
  needs: ['neo4j'],
  timeoutMs: 9_000,
  emits: [],
  async run(_params: z.output<typeof params>, { deps, signal }: ProbeContext<Deps>) {
    try {
      const rows = await deps.neo4j.run<{ agent: string | null }>(
        'CALL dbms.listConnections() YIELD connector, userAgent RETURN userAgent AS agent',
        {},
        { signal },
      );
      const others = rows.filter((row) => row.agent !== 'aetherius-bot').length;
      return verdict([], { total: others, 'sessions.reasoning-service': others });
    } catch (error) {
      // The procedure is for administrators, and not every edition has it.
      if (error instanceof TargetError && (error.stage === 'rejected' || error.stage === 'protocol'))
        return { status: 'skipped', reason: 'not-installed' };
      throw error;
    }
  },
});
