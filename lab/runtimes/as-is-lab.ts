/** The platform as it is, on Compose, as a `Lab`: what faults and the campaign reach it by. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { query } from '../components/postgres.ts';
import { asIsContainers } from '../platform/as-is/compose.ts';
import { asIsNames } from '../platform/as-is/installed.ts';
import { asIsDatabases, asIsPorts, asIsProject, asIsSecrets } from '../platform/as-is/names.ts';
import type { Endpoints, LabPart } from '../types.ts';
import { asIsComposeEnvironment, asIsFolder, firstStart } from './as-is.ts';
import { type ComposeLab, type ComposeNames, composeLab } from './compose.ts';
import { configFile, neo4jAnswers, redisAnswers } from './shared.ts';

/** What the agent calls its cluster on Compose. */
const cluster = 'compose-cluster';

/** Addresses of the parts at these hosts. Nothing answers at the one of orchestrator-service. */
export function asIsEndpoints(host: (part: LabPart) => string): Endpoints {
  const at = (part: keyof typeof asIsPorts) => `${host(part)}:${asIsPorts[part]}`;
  const { postgres, redis, neo4j } = asIsSecrets;
  return {
    agentManager: `http://${at('agent-manager')}`,
    orchestrator: `http://${at('orchestrator-service')}`,
    reasoning: `http://${at('reasoning-service')}`,
    postgres: { host: host('postgres'), port: asIsPorts.postgres, ...postgres },
    redis: { host: host('redis'), port: asIsPorts.redis, ...redis },
    nats: { url: `nats://${at('nats')}`, monitorUrl: `http://${host('nats')}:8222` },
    neo4j: { url: `bolt://${at('neo4j')}`, ...neo4j },
  };
}

interface Connections {
  readonly connections: readonly {
    readonly name?: string;
    readonly subscriptions_list?: readonly string[];
  }[];
}

async function answered(url: string): Promise<string> {
  const response = await fetch(url, { signal: AbortSignal.timeout(3000) });
  const body = await response.text();
  if (!response.ok) throw new Error(`${response.status} ${body.slice(0, 120)}`);
  return body;
}

/**
 * What does not work now, one line each, as far as this platform works at all: agents are connected, and none registers;
 * orchestrator-service listens on NATS alone.
 */
export async function unhealthyAsIs(at: Endpoints, database: string, agentClient: string): Promise<string[]> {
  const servers = at.nats.servers ?? [at.nats];
  const clients = async () => {
    const said = await Promise.all(servers.map(({ monitorUrl }) => answered(`${monitorUrl}/connz?subs=1`)));
    return said.flatMap((text) => (JSON.parse(text) as Connections).connections);
  };
  const listens = async (subject: string) => {
    if (!(await clients()).some((one) => one.subscriptions_list?.includes(subject) === true))
      throw new Error(`nobody listens on ${subject}`);
  };
  const { user, password, host, port } = at.postgres;
  const checks: Readonly<Record<LabPart, () => Promise<unknown>>> = {
    'agent-manager': async () => {
      await answered(`${at.agentManager}/health/ready`);
      await listens('aetherius.agent.*.heartbeat');
    },
    'orchestrator-service': () => listens('internal.event.critical'),
    'reasoning-service': () => answered(`${at.reasoning}/health`),
    'collect-agent': async () => {
      if (!(await clients()).some(({ name = '' }) => name.startsWith(agentClient)))
        throw new Error('no client of an agent on NATS');
    },
    postgres: () => query(`postgres://${user}:${password}@${host}:${port}/${database}`, 'SELECT 1'),
    redis: () => redisAnswers(at),
    nats: () => answered(`${at.nats.monitorUrl}/varz`),
    neo4j: () => neo4jAnswers(at),
  };
  const found = await Promise.all(
    Object.entries(checks).map(async ([part, check]) => {
      try {
        await check();
        return [];
      } catch (error) {
        const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
        return [`${part}: ${cause instanceof Error ? cause.message : String(cause)}`];
      }
    }),
  );
  return found.flat();
}

/** Files that are mounted: those of the other programs lie in their images. */
const mounted: Partial<Record<LabPart, string>> = {
  ...{ postgres: configFile.postgres, neo4j: configFile.neo4j },
  ...{ 'orchestrator-service': 'config.yaml', 'collect-agent': 'config.yaml' },
};

const namesOf = (): ComposeNames => ({
  ...asIsNames({
    cluster,
    heartbeatSeconds: 10,
    agentManagerDatabase: asIsDatabases.program,
    host: (part) => part,
  }),
  folder: asIsFolder(),
  alone: true,
  project: () => asIsProject,
  network: () => `${asIsProject}_aetherius`,
  service: (part) => part,
  container: (part) => asIsContainers[part],
  published: (part) => (part === 'collect-agent' ? 0 : asIsPorts[part]),
  file: (part) => mounted[part],
  workflows: 'orchestrator-service/workflows',
  unhealthy: (at) => unhealthyAsIs(at, asIsDatabases.program, `agent-${cluster}`),
});

/** Handle on the platform that is up. */
export function connectAsIs(): ComposeLab {
  if (!existsSync(join(asIsFolder(), 'override.json')))
    throw new Error('the as-is platform is not up here: `lab up compose --platform as-is`');
  return composeLab({
    seed: async () => undefined,
    seedAll: (at) => firstStart(at.postgres.host),
    names: namesOf(),
    endpoints: (host) => asIsEndpoints(() => host),
    environmentConfig: () => asIsComposeEnvironment(),
  });
}
