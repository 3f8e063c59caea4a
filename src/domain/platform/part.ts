/** The things an environment is made of (R-PLAT3). */
export const partIds = [
  'agent-manager',
  'orchestrator-service',
  'reasoning-service',
  'collect-agent',
  'postgres',
  'redis',
  'nats',
  'neo4j',
  'runtime',
] as const;
export type PartId = (typeof partIds)[number];

export const serviceIds = ['agent-manager', 'orchestrator-service', 'reasoning-service'] as const;
export type ServiceId = (typeof serviceIds)[number];

/**
 * Who needs whom to do its work, by what the services name as their dependencies in `/health/status`. `runtime` carries
 * everything and is judged apart.
 */
export const dependencies: Readonly<Record<PartId, readonly PartId[]>> = {
  'agent-manager': ['postgres', 'redis', 'nats'],
  'orchestrator-service': ['postgres', 'agent-manager', 'reasoning-service'],
  'reasoning-service': ['neo4j'],
  'collect-agent': ['nats', 'agent-manager'],
  postgres: [],
  redis: [],
  nats: [],
  neo4j: [],
  runtime: [],
};

/** Every part `part` stands on, directly or not, nearest first. */
export function foundations(part: PartId): readonly PartId[] {
  const seen: PartId[] = [];
  const queue = [...dependencies[part]];
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    if (seen.includes(next)) continue;
    seen.push(next);
    queue.push(...dependencies[next]);
  }
  return seen;
}

/** Distance from the bottom of the graph: 0 for parts that need nothing. Roots sort before consequences. */
export function depth(part: PartId): number {
  const below = dependencies[part];
  return below.length === 0 ? 0 : 1 + Math.max(...below.map(depth));
}
