/** Names, ports, users and passwords of the lab's platform, in one place. */

import type { LabPart } from '../types.ts';

export const secrets = {
  postgres: { user: 'aetherius', password: 'postgres_pass' },
  redis: { password: 'redis_pass' },
  nats: { user: 'aetherius', password: 'nats_pass' },
  neo4j: { user: 'neo4j', password: 'neo4j_pass' },
  /** The bot's own user in Neo4j: whoever logs in as another's is shut out with it. */
  neo4jBot: { user: 'aetherius_bot', password: 'bot_graph_pass' },
  agentToken: 'lab-agent-token-1',
} as const;

export const databases = { agentManager: 'agent_manager', orchestrator: 'orchestrator' } as const;

export const ports = {
  'agent-manager': 8080,
  'orchestrator-service': 8081,
  'reasoning-service': 8082,
  postgres: 5432,
  redis: 6379,
  nats: 4222,
  natsMonitor: 8222,
  neo4j: 7687,
} as const;

/** Stream of stored events, as the guide creates it. */
export const eventStream = { name: 'EVENTS', subjects: ['aetherius.events.>'], maxAgeHours: 24 } as const;

export const clusterId = 'prod-cluster';

export const version = '1';

/** `tools`: with busybox; `bare`: nothing but the static binary. */
export type Flavour = 'tools' | 'bare';

const bareParts: readonly LabPart[] = ['agent-manager', 'orchestrator-service', 'collect-agent'];

/** Image of a part; parts whose program is not static have one flavour only. */
export function imageOf(part: LabPart, flavour: Flavour): string {
  const suffix = flavour === 'bare' && bareParts.includes(part) ? '-bare' : '';
  return `lab.local/${part}${suffix}:${version}`;
}

/** Where every part finds the others. */
export interface Addresses {
  readonly agentManager: string;
  readonly reasoning: string;
  readonly postgres: { readonly host: string; readonly port: number };
  readonly redis: string;
  readonly nats: string;
  readonly neo4j: string;
}

/** By the names of Services and containers; agents of another namespace need `suffix` (`.aetherius`). */
export function namedAddresses(suffix = ''): Addresses {
  return {
    agentManager: `http://agent-manager${suffix}:${ports['agent-manager']}`,
    reasoning: `http://reasoning-service${suffix}:${ports['reasoning-service']}`,
    postgres: { host: `postgres${suffix}`, port: ports.postgres },
    redis: `redis${suffix}:${ports.redis}`,
    nats: `nats://nats${suffix}:${ports.nats}`,
    neo4j: `bolt://neo4j${suffix}:${ports.neo4j}`,
  };
}
