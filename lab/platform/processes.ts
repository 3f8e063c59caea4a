/** The four programs as plain processes of this machine. */

import { join } from 'node:path';
import type { Ports, ProcessSpec } from '../runtimes/processes.ts';
import type { LabPart } from '../types.ts';
import { type ServicePart, serviceConfig, workflowFiles } from './config.ts';
import { type Addresses, clusterId, secrets } from './platform.ts';

export interface ProcessOptions {
  /** Result of `build-services.sh`. */
  readonly services: string;
  readonly ports: Ports;
  readonly configFolder: (part: LabPart) => string;
}

const loopback = (port: number) => `127.0.0.1:${port}`;

function addressesOf(ports: Ports): Addresses {
  return {
    agentManager: `http://${loopback(ports['agent-manager'])}`,
    reasoning: `http://${loopback(ports['reasoning-service'])}`,
    postgres: { host: '127.0.0.1', port: ports.postgres },
    redis: loopback(ports.redis),
    nats: `nats://${loopback(ports.nats)}`,
    neo4j: `bolt://${loopback(ports.neo4j)}`,
  };
}

/** How to start each program; files are relative to its configuration folder. */
export function processSpecs(options: ProcessOptions): readonly ProcessSpec[] {
  const { services, ports, configFolder } = options;
  const addresses = addressesOf(ports);
  const listen = (port: number) => ({ 'server.host': '127.0.0.1', 'server.port': port });
  const spec = (
    part: ServicePart,
    env: Readonly<Record<string, string>>,
    more: Readonly<Record<string, unknown>>,
    files: Readonly<Record<string, string>> = {},
  ): ProcessSpec => ({
    part,
    command: join(services, 'bin', part),
    args: [],
    env: { AETHERIUS_CONFIG_FILE: join(configFolder(part), 'config.yaml'), ...env },
    files: { 'config.yaml': serviceConfig(part, addresses, more), ...files },
  });
  const nats = { NATS_PASSWORD: secrets.nats.password };
  const database = { DATABASE_PASSWORD: secrets.postgres.password };
  const token = { AGENT_AUTH_TOKEN: secrets.agentToken };
  const workflows = Object.entries(workflowFiles()).map(([name, text]) => [`workflows/${name}`, text]);
  const model = join(configFolder('reasoning-service'), 'models/isolation-forest.joblib');
  return [
    spec(
      'agent-manager',
      { ...database, ...nats, ...token, REDIS_PASSWORD: secrets.redis.password },
      listen(ports['agent-manager']),
    ),
    spec(
      'orchestrator-service',
      { ...database, ...nats },
      {
        ...listen(ports['orchestrator-service']),
        'workflows.dir': join(configFolder('orchestrator-service'), 'workflows'),
      },
      Object.fromEntries(workflows),
    ),
    {
      ...spec(
        'reasoning-service',
        {
          MODEL_SOURCE: join(services, 'reasoning/models/isolation-forest.joblib'),
          NEO4J_PASSWORD: secrets.neo4j.password,
          OPENBLAS_NUM_THREADS: '1',
          OMP_NUM_THREADS: '1',
        },
        { ...listen(ports['reasoning-service']), 'model.path': model },
      ),
      command: join(services, 'python/bin/python3'),
      args: [join(services, 'reasoning/app/reasoning_service.py'), '--fetch-model'],
    },
    spec('collect-agent', { ...nats, ...token, AGENT_ID: 'process-node', CLUSTER_ID: clusterId }, {}),
  ];
}
