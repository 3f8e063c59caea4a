/** Configuration files of every part, as the runtimes put them into ConfigMaps and folders. */

import { readdirSync, readFileSync } from 'node:fs';
import { parseDocument } from 'yaml';
import { neo4jConf } from '../components/neo4j.ts';
import type { LabPart } from '../types.ts';
import { type Addresses, ports } from './platform.ts';

const read = (name: string) => readFileSync(new URL(name, import.meta.url), 'utf8');

/** Keys of each service's file that hold the addresses of others. */
const addressed = {
  'agent-manager': (to) => ({
    'database.host': to.postgres.host,
    'database.port': to.postgres.port,
    'redis.addr': to.redis,
    'nats.url': to.nats,
  }),
  'orchestrator-service': (to) => ({
    'database.host': to.postgres.host,
    'database.port': to.postgres.port,
    'nats.url': to.nats,
    'services.agent_manager': to.agentManager,
    'services.reasoning': to.reasoning,
  }),
  'reasoning-service': (to) => ({ 'neo4j.uri': to.neo4j }),
  'collect-agent': (to) => ({ 'nats.url': to.nats }),
} satisfies Partial<Record<LabPart, (to: Addresses) => Readonly<Record<string, unknown>>>>;

export type ServicePart = keyof typeof addressed;
export const serviceParts = Object.keys(addressed) as readonly ServicePart[];

/** `config.yaml` of a service. `more` sets further dotted keys. */
export function serviceConfig(
  part: ServicePart,
  to: Addresses,
  more: Readonly<Record<string, unknown>> = {},
): string {
  const document = parseDocument(read(`config/${part}.yaml`));
  for (const [key, value] of Object.entries({ ...addressed[part](to), ...more })) {
    document.setIn(key.split('.'), value);
  }
  return document.toString();
}

/** Workflow files by name. */
export function workflowFiles(): Readonly<Record<string, string>> {
  const names = readdirSync(new URL('workflows/', import.meta.url)).filter((name) => name.endsWith('.yaml'));
  return Object.fromEntries(names.sort().map((name) => [name, read(`workflows/${name}`)]));
}

/** Files of the dependencies by part, for containers (fixed ports, all interfaces). */
export function dependencyFiles(): Readonly<
  Record<'postgres' | 'redis' | 'nats' | 'neo4j', Readonly<Record<string, string>>>
> {
  return {
    postgres: {
      'postgresql.conf': read('config/postgresql.conf'),
      'pg_hba.conf': read('config/pg_hba.conf'),
    },
    redis: { 'redis.conf': read('config/redis.conf') },
    nats: { 'nats.conf': read('config/nats.conf') },
    neo4j: { 'neo4j.conf': neo4jConf({ listen: '0.0.0.0', boltPort: ports.neo4j, home: '/var/lib/neo4j' }) },
  };
}

/** Every configuration file of a platform, keyed `<part>/<path>`: the layout of a config folder. */
export function configFiles(to: Addresses): Readonly<Record<string, string>> {
  const files: Record<string, string> = {};
  for (const part of serviceParts) files[`${part}/config.yaml`] = serviceConfig(part, to);
  for (const [name, text] of Object.entries(workflowFiles()))
    files[`orchestrator-service/workflows/${name}`] = text;
  for (const [part, own] of Object.entries(dependencyFiles())) {
    for (const [name, text] of Object.entries(own)) files[`${part}/${name}`] = text;
  }
  return files;
}
