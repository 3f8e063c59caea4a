/** The platform as a Compose project. */

import { stringify } from 'yaml';
import { type LabPart, labParts } from '../types.ts';
import { clusterId, type Flavour, imageOf, ports, secrets } from './platform.ts';

export interface ComposeOptions {
  readonly flavour: Flavour;
  /** Folder with `<part>/…` as `configFiles` lays it out, as the engine sees it. */
  readonly configFolder: string;
  /** Folder of the model of reasoning-service, as the engine sees it. */
  readonly modelFolder: string;
  /** Ports are published on this address of the engine's network; default all. */
  readonly publishOn?: string;
}

type Service = Readonly<Record<string, unknown>>;

/** Text of `docker-compose.yml` (format 2.4: limits of memory and CPU hold without Swarm). */
export function renderCompose(options: ComposeOptions): string {
  const publish = (...list: readonly number[]) =>
    list.map((port) =>
      options.publishOn === undefined ? `${port}:${port}` : `${options.publishOn}:${port}:${port}`,
    );
  const config = (part: LabPart, path: string) => `${options.configFolder}/${part}:${path}`;
  const common = (part: LabPart): Service => ({
    image: imageOf(part, options.flavour),
    container_name: `aetherius-${part}`,
    hostname: part,
    restart: 'unless-stopped',
    stop_grace_period: '2s',
    networks: ['aetherius'],
  });
  const nats = { NATS_PASSWORD: secrets.nats.password };
  const database = { DATABASE_PASSWORD: secrets.postgres.password };
  const token = { AGENT_AUTH_TOKEN: secrets.agentToken };
  const own: Readonly<Record<LabPart, Service>> = {
    postgres: {
      environment: { POSTGRES_PASSWORD: secrets.postgres.password },
      volumes: [config('postgres', '/etc/postgresql'), 'postgres:/var/lib/postgresql'],
      ports: publish(ports.postgres),
      mem_limit: '768m',
      cpus: 2,
    },
    redis: {
      environment: { REDIS_PASSWORD: secrets.redis.password },
      volumes: [config('redis', '/etc/redis')],
      ports: publish(ports.redis),
      // So much that its data may take the 1 GiB of the guide.
      mem_limit: '1536m',
      cpus: 1,
    },
    nats: {
      environment: nats,
      volumes: [config('nats', '/etc/nats'), 'nats:/var/lib/nats'],
      ports: publish(ports.nats, ports.natsMonitor),
      mem_limit: '256m',
      cpus: 1,
    },
    neo4j: {
      environment: { NEO4J_AUTH: `${secrets.neo4j.user}/${secrets.neo4j.password}` },
      volumes: [config('neo4j', '/etc/neo4j'), 'neo4j:/var/lib/neo4j'],
      ports: publish(ports.neo4j),
      mem_limit: '1g',
      cpus: 2,
    },
    'agent-manager': {
      environment: { ...database, ...nats, ...token, REDIS_PASSWORD: secrets.redis.password },
      volumes: [config('agent-manager', '/etc/aetherius')],
      ports: publish(ports['agent-manager']),
      mem_limit: '512m',
      cpus: 1,
      depends_on: ['postgres', 'redis', 'nats'],
    },
    'orchestrator-service': {
      environment: { ...database, ...nats },
      volumes: [config('orchestrator-service', '/etc/aetherius')],
      ports: publish(ports['orchestrator-service']),
      mem_limit: '512m',
      cpus: 1,
      depends_on: ['postgres', 'nats'],
    },
    'reasoning-service': {
      environment: { NEO4J_USER: secrets.neo4j.user, NEO4J_PASSWORD: secrets.neo4j.password },
      volumes: [config('reasoning-service', '/etc/aetherius'), `${options.modelFolder}:/app/models`],
      ports: publish(ports['reasoning-service']),
      command: ['--fetch-model'],
      mem_limit: '1g',
      cpus: 1,
      depends_on: ['neo4j'],
    },
    'collect-agent': {
      environment: { ...nats, ...token, AGENT_ID: 'compose-node', CLUSTER_ID: clusterId },
      volumes: [config('collect-agent', '/etc/aetherius')],
      mem_limit: '256m',
      cpus: 0.5,
      depends_on: ['nats', 'agent-manager'],
    },
  };
  return stringify(
    {
      version: '2.4',
      services: Object.fromEntries(labParts.map((part) => [part, { ...common(part), ...own[part] }])),
      networks: { aetherius: { name: 'aetherius' } },
      volumes: { postgres: {}, nats: {}, neo4j: {} },
    },
    { lineWidth: 0 },
  );
}
