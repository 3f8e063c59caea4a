/** The things an environment is made of (R-PLAT3). What is known of each stands in `table.ts`. */
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

/** The parts that run programs of the platform, with a configuration file of the platform's form. */
export const configuredIds = [...serviceIds, 'collect-agent'] as const;
export type ConfiguredId = (typeof configuredIds)[number];
