import { z } from 'zod';
import { type Stage, TargetError } from '../../domain/errors.ts';
import { serviceIds } from '../../domain/part.ts';
import { defineProbe } from '../../domain/probe.ts';
import type { Targets } from '../../domain/targets.ts';

const reachable = [...serviceIds, 'postgres', 'redis', 'nats', 'neo4j'] as const;
type Reachable = (typeof reachable)[number];

/** What only the other end can have said. */
const arrived: ReadonlySet<Stage> = new Set(['refused', 'no-answer', 'closed', 'limit', 'auth', 'protocol']);

/** The cheapest thing that opens a connection to the part; undefined when it is not configured. */
function knock(targets: Targets, part: Reachable, signal: AbortSignal): Promise<unknown> | undefined {
  const { services, postgres, redis, nats, neo4j } = targets;
  switch (part) {
    case 'postgres':
      return postgres?.query('agentManager', 'SELECT 1', [], { signal });
    case 'redis':
      return redis?.call('PING', [], { signal });
    case 'nats':
      return nats?.connect({ signal });
    case 'neo4j':
      return neo4j?.verify({ signal });
    default: {
      const url = services?.find(part)?.url;
      return url === undefined ? undefined : services?.request(`${url}/health/live`, { signal });
    }
  }
}

export const networkPath = defineProbe({
  id: 'network.path',
  doc: `Does the network carry a connection from the bot to a part?

Opens a connection to the part's address. Any answer, a refusal too, shows that packets arrive; only silence to the
connection attempt itself is a broken way. What the part then says is another probe's question.`,
  params: z.strictObject({ part: z.enum(reachable).describe('The part to reach.') }),
  part: ({ part }) => part,
  needs: [],
  timeoutMs: 10_000,
  emits: ['NETWORK_SILENT'],
  async run({ part }, { deps, signal }: { deps: Targets; signal: AbortSignal }) {
    const knocked = knock(deps, part, signal);
    if (knocked === undefined) return { status: 'skipped', reason: 'not-configured' };
    try {
      await knocked;
      return { status: 'healthy' };
    } catch (error) {
      if (!(error instanceof TargetError)) throw error;
      if (arrived.has(error.stage)) return { status: 'healthy', facts: { answer: error.stage } };
      if (error.stage !== 'connect-timeout') throw error;
      const { host = null, port = null } = error.facts;
      return {
        status: 'unhealthy',
        findings: [
          {
            code: 'NETWORK_SILENT',
            severity: 'critical',
            part,
            subject: `${host ?? part}:${port ?? ''}`,
            facts: { host, port },
          },
        ],
      };
    }
  },
});
