/** Names, users and passwords of the platform as it is, in one place. */

/** As Compose calls the project when the file says no name: by its folder. */
export const asIsProject = 'docker-compose';

export type AsIsForm = 'verbatim' | 'started';

export const asIsSecrets = {
  postgres: { user: 'aetherius', password: 'aetherius_pass' },
  redis: { password: 'redis_pass' },
  neo4j: { user: 'neo4j', password: 'neo4j_pass' },
} as const;

export const asIsDatabases = {
  program: 'aetherius',
  scripts: ['aetherius_agent_manager', 'aetherius_orchestrator'],
} as const;

export const asIsImages = {
  'agent-manager': 'aetherius/agent-manager:latest',
  'orchestrator-service': 'aetherius/orchestrator-service:latest',
  'reasoning-service': 'aetherius/reasoning-service:latest',
  'collect-agent': 'aetherius/collect-agent:latest',
} as const;

/** What `started` changes, and nothing else: the guide of the lab has the same list. */
export const startedEdits = [
  'agent-manager: variables DB_HOST, DB_PASSWORD, REDIS_ADDR and REDIS_PASSWORD',
  'orchestrator-service: variable DB_HOST',
  'orchestrator-service: database.password, redis.addr and redis.password in its file',
  'orchestrator-service: it waits for the start of agent-manager, not for its health',
  'collect-agent: a service of the Compose file, with nats://nats:4222 as its endpoint',
] as const;
