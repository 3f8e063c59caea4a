/** The four programs as plain processes of this machine. */

import { join } from 'node:path';
import { type ServicePart, serviceConfig, workflowFiles } from './config.ts';
import { type Addresses, clusterId, secrets } from './platform.ts';

export interface ProcessOptions {
  /** Result of `build-services.sh`. */
  readonly services: string;
  /** Configuration is kept in `<folder>/config/<part>/`, models in `<folder>/models`. */
  readonly folder: string;
  readonly addresses: Addresses;
  /** Ports to listen on, on 127.0.0.1. */
  readonly ports: Readonly<Record<'agent-manager' | 'orchestrator-service' | 'reasoning-service', number>>;
}

export interface ProcessSpec {
  readonly part: ServicePart;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Files to write before the start, by path. */
  readonly files: Readonly<Record<string, string>>;
  /** Command that has to succeed before the start. */
  readonly before?: readonly string[];
}

/** How to start each program, in an order in which they can be started. */
export function processSpecs(options: ProcessOptions): readonly ProcessSpec[] {
  const { services, folder, addresses, ports } = options;
  const file = (part: ServicePart) => join(folder, 'config', part, 'config.yaml');
  const listen = (port: number) => ({ 'server.host': '127.0.0.1', 'server.port': port });
  const spec = (
    part: ServicePart,
    env: Readonly<Record<string, string>>,
    more: Readonly<Record<string, unknown>>,
  ): ProcessSpec => ({
    part,
    command: join(services, 'bin', part),
    args: [],
    env: { AETHERIUS_CONFIG_FILE: file(part), ...env },
    files: { [file(part)]: serviceConfig(part, addresses, more) },
  });
  const nats = { NATS_PASSWORD: secrets.nats.password };
  const database = { DATABASE_PASSWORD: secrets.postgres.password };
  const token = { AGENT_AUTH_TOKEN: secrets.agentToken };
  const workflows = join(folder, 'config/orchestrator-service/workflows');
  const model = join(folder, 'models/isolation-forest.joblib');
  const python = join(services, 'python/bin/python3');
  const app = join(services, 'reasoning/app');
  const source = {
    MODEL_SOURCE: join(services, 'reasoning/models/isolation-forest.joblib'),
    AETHERIUS_MODEL_PATH: model,
  };
  const orchestrator = spec(
    'orchestrator-service',
    { ...database, ...nats },
    {
      ...listen(ports['orchestrator-service']),
      'workflows.dir': workflows,
    },
  );
  return [
    spec(
      'agent-manager',
      { ...database, ...nats, ...token, REDIS_PASSWORD: secrets.redis.password },
      listen(ports['agent-manager']),
    ),
    {
      ...orchestrator,
      files: {
        ...orchestrator.files,
        ...Object.fromEntries(
          Object.entries(workflowFiles()).map(([name, text]) => [join(workflows, name), text]),
        ),
      },
    },
    {
      ...spec(
        'reasoning-service',
        {
          ...source,
          NEO4J_PASSWORD: secrets.neo4j.password,
          OPENBLAS_NUM_THREADS: '1',
          OMP_NUM_THREADS: '1',
        },
        { ...listen(ports['reasoning-service']), 'model.path': model },
      ),
      command: python,
      args: [join(app, 'reasoning_service.py')],
      before: [python, join(app, 'fetch_model.py')],
    },
    spec('collect-agent', { ...nats, ...token, AGENT_ID: 'process-node', CLUSTER_ID: clusterId }, {}),
  ];
}
