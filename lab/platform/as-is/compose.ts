/** The Compose file of the platform as it is, and the files beside it. */

import { readFileSync } from 'node:fs';
import { parseDocument, stringify } from 'yaml';
import { initialPassword, neo4jConf } from '../../components/neo4j.ts';
import type { LabPart } from '../../types.ts';
import { dependencyFiles } from '../config.ts';
import { imageOf } from '../platform.ts';
import { type AsIsForm, asIsDatabases, asIsImages, asIsSecrets } from './names.ts';

const { postgres, redis, neo4j } = asIsSecrets;
const read = (name: string) => readFileSync(new URL(name, import.meta.url), 'utf8');

/** The file in the image of orchestrator-service with the three keys that `started` changes. */
export function startedOrchestratorFile(): string {
  const document = parseDocument(read('config/orchestrator-service.yaml'));
  document.setIn(['database', 'password'], postgres.password);
  document.setIn(['redis', 'addr'], 'redis:6379');
  document.setIn(['redis', 'password'], redis.password);
  return document.toString();
}

/** Configuration files of the stores, by `<part>/<name>`. They are the lab's: without them no server starts here. */
export function asIsStoreFiles(): Readonly<Record<string, string>> {
  const conf = neo4jConf({ listen: '0.0.0.0', boltPort: 7687, httpPort: 7474, home: '/var/lib/neo4j' });
  return {
    ...Object.fromEntries(
      Object.entries(dependencyFiles().postgres).map(([name, text]) => [`postgres/${name}`, text]),
    ),
    'neo4j/neo4j.conf': conf,
  };
}

/** Every file beside the Compose file, by its path there. */
export function asIsFiles(form: AsIsForm): Readonly<Record<string, string>> {
  return {
    ...Object.fromEntries(Object.entries(asIsStoreFiles()).map(([name, text]) => [`config/${name}`, text])),
    'monitoring/prometheus.yml': read('monitoring/prometheus.yml'),
    'monitoring/alerts.yml': read('monitoring/alerts.yml'),
    ...(form === 'started'
      ? {
          'config/orchestrator-service/config.yaml': startedOrchestratorFile(),
          'config/collect-agent/config.yaml': read('config/collect-agent.yaml'),
        }
      : {}),
  };
}

/** The Compose file's SQL, by its database. */
export function asIsSql(): Readonly<Record<string, string>> {
  const [manager, orchestrator] = asIsDatabases.scripts;
  return { [manager]: read('init-db.sql'), [orchestrator]: read('init-orchestrator.sql') };
}

/** Names of the containers, by part. */
export const asIsContainers = {
  'agent-manager': 'aetherius-agent-manager',
  'orchestrator-service': 'aetherius-orchestrator',
  'reasoning-service': 'aetherius-reasoning',
  'collect-agent': 'aetherius-agent',
  postgres: 'aetherius-postgres',
  redis: 'aetherius-redis',
  nats: 'aetherius-nats',
  neo4j: 'aetherius-neo4j',
} as const satisfies Readonly<Record<LabPart, string>>;

type Condition = 'service_healthy' | 'service_started';
const after = (conditions: Readonly<Record<string, Condition>>) =>
  Object.fromEntries(Object.entries(conditions).map(([name, condition]) => [name, { condition }]));
const stores = {
  postgres: 'service_healthy',
  redis: 'service_healthy',
  nats: 'service_healthy',
} as const;
const probe = (...test: readonly string[]) => ({
  test: ['CMD', ...test],
  interval: '15s',
  timeout: '5s',
  retries: 3,
});
const storeProbe = (...test: readonly string[]) => ({ ...probe(...test), interval: '5s' });
/** In place of pg_isready and cypher-shell, which the lab's images do not have. */
const listens = (port: number) => storeProbe('sh', '-c', `netstat -ltn | grep -q ':${port} '`);

/** Text of `docker-compose.yml`: no project name, no named connections, checks that cannot pass. */
export function renderAsIsCompose(form: AsIsForm): string {
  const started = form === 'started';
  const service = (more: Readonly<Record<string, unknown>>) => ({ networks: ['aetherius'], ...more });
  const url = `postgres://${postgres.user}:${postgres.password}@postgres:5432/aetherius?sslmode=disable`;
  const services = {
    postgres: service({
      image: imageOf('postgres', 'tools'),
      container_name: asIsContainers.postgres,
      environment: {
        POSTGRES_USER: postgres.user,
        POSTGRES_PASSWORD: postgres.password,
        POSTGRES_DB: 'aetherius',
      },
      ports: ['5432:5432'],
      volumes: ['./config/postgres:/etc/postgresql', 'postgres_data:/var/lib/postgresql'],
      healthcheck: listens(5432),
    }),
    redis: service({
      image: imageOf('redis', 'tools'),
      container_name: asIsContainers.redis,
      entrypoint: ['/usr/bin/redis-server', '--requirepass', redis.password],
      ports: ['6379:6379'],
      healthcheck: storeProbe('/usr/bin/redis-cli', 'ping'),
    }),
    nats: service({
      image: imageOf('nats', 'tools'),
      container_name: asIsContainers.nats,
      entrypoint: ['/usr/bin/nats-server', '-js', '-m', '8222'],
      ports: ['4222:4222', '8222:8222', '6222:6222'],
      healthcheck: storeProbe('wget', '-q', '-O-', 'http://localhost:8222/healthz'),
    }),
    neo4j: service({
      image: imageOf('neo4j', 'tools'),
      container_name: asIsContainers.neo4j,
      environment: {
        NEO4J_INITIAL_AUTH: initialPassword(neo4j.user, neo4j.password).replaceAll('$', '$$$$'),
      },
      ports: ['7474:7474', '7687:7687'],
      volumes: ['./config/neo4j:/etc/neo4j', 'neo4j_data:/var/lib/neo4j'],
      healthcheck: { ...listens(7687), start_period: '40s', retries: 20 },
    }),
    'agent-manager': service({
      image: asIsImages['agent-manager'],
      container_name: asIsContainers['agent-manager'],
      environment: {
        NATS_URL: 'nats://nats:4222',
        DATABASE_URL: url,
        REDIS_URL: `redis://:${redis.password}@redis:6379/0`,
        SERVER_PORT: '8080',
        LOG_LEVEL: 'info',
        ...(started
          ? {
              DB_HOST: 'postgres',
              DB_PASSWORD: postgres.password,
              REDIS_ADDR: 'redis:6379',
              REDIS_PASSWORD: redis.password,
            }
          : {}),
      },
      ports: ['8080:8080'],
      depends_on: after(stores),
      restart: 'unless-stopped',
      healthcheck: probe('wget', '-q', '-O-', 'http://localhost:8080/health'),
    }),
    'orchestrator-service': service({
      image: asIsImages['orchestrator-service'],
      container_name: asIsContainers['orchestrator-service'],
      environment: {
        NATS_URL: 'nats://nats:4222',
        DATABASE_URL: url,
        REDIS_URL: `redis://:${redis.password}@redis:6379/1`,
        AGENT_MANAGER_URL: 'http://agent-manager:8080',
        REASONING_SERVICE_URL: 'http://reasoning-service:8082',
        SERVER_PORT: '8081',
        LOG_LEVEL: 'info',
        ...(started ? { DB_HOST: 'postgres' } : {}),
      },
      ports: ['8081:8081'],
      ...(started ? { volumes: ['./config/orchestrator-service:/app/configs:ro'] } : {}),
      depends_on: after({ 'agent-manager': started ? 'service_started' : 'service_healthy', ...stores }),
      restart: 'unless-stopped',
      healthcheck: probe('wget', '-q', '-O-', 'http://localhost:8081/health'),
    }),
    'reasoning-service': service({
      image: asIsImages['reasoning-service'],
      container_name: asIsContainers['reasoning-service'],
      environment: {
        NEO4J_URI: 'bolt://neo4j:7687',
        NEO4J_USER: neo4j.user,
        NEO4J_PASSWORD: neo4j.password,
        SERVER_HOST: '0.0.0.0',
        SERVER_PORT: '8082',
        LOG_LEVEL: 'INFO',
      },
      ports: ['8082:8082'],
      depends_on: after({ neo4j: 'service_healthy' }),
      restart: 'unless-stopped',
      healthcheck: probe('python', '-c', "import requests; requests.get('http://localhost:8082/health')"),
    }),
    ...(started
      ? {
          'collect-agent': service({
            image: asIsImages['collect-agent'],
            container_name: asIsContainers['collect-agent'],
            volumes: ['./config/collect-agent:/etc/aetherius:ro'],
            depends_on: after({ nats: 'service_healthy' }),
            restart: 'unless-stopped',
          }),
        }
      : {}),
  };
  return stringify(
    {
      version: '2.4',
      services,
      networks: { aetherius: { driver: 'bridge' } },
      volumes: { postgres_data: {}, neo4j_data: {} },
    },
    { lineWidth: 0 },
  );
}
