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

export const asIsPorts = {
  'agent-manager': 8080,
  'orchestrator-service': 8081,
  'reasoning-service': 8082,
  postgres: 5432,
  redis: 6379,
  nats: 4222,
  neo4j: 7687,
} as const;

export const asIsImages = {
  'agent-manager': 'aetherius/agent-manager:latest',
  'orchestrator-service': 'aetherius/orchestrator-service:latest',
  'reasoning-service': 'aetherius/reasoning-service:latest',
  'collect-agent': 'aetherius/collect-agent:latest',
} as const;

/** What the manifests say of the platform on Kubernetes. */
export const asIsKubernetes = {
  namespace: 'aetherius',
  agentNamespace: 'aetherius-agent',
  images: { ...asIsImages, 'collect-agent': 'aetherius/collect-agent:v1.0.0' },
  replicas: { 'agent-manager': 3, 'orchestrator-service': 2, 'reasoning-service': 2, nats: 3 },
} as const;

/** What `started` changes in the manifests, and nothing else: the guide of the lab has the same list. */
export const startedKubernetesEdits = [
  'agent-manager-config and orchestrator-config: logging.level, logging.format and database.ssl_mode',
  'agent-manager: variable DB_PASSWORD, from the same Secret as DATABASE_PASSWORD',
  'orchestrator-config: database.password and redis.password',
  'orchestrator-service: no liveness probe',
  'NATS: without --js and --sd',
  'agent-config: central_endpoint names the Service of NATS',
  'the databases aetherius_agent_manager and aetherius_orchestrator are created, empty',
] as const;

/** What `started` changes in the Compose file, and nothing else: the guide of the lab has the same list. */
export const startedEdits = [
  'agent-manager: variables DB_HOST, DB_PASSWORD, REDIS_ADDR and REDIS_PASSWORD',
  'orchestrator-service: variable DB_HOST',
  'orchestrator-service: database.password, redis.addr and redis.password in its file',
  'orchestrator-service: it waits for the start of agent-manager, not for its health',
  'collect-agent: a service of the Compose file, with nats://nats:4222 as its endpoint',
] as const;
