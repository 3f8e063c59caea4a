/** What an operator writes down of a generated installation: what nobody could find, and on demand what is not as in the guide. */

import { present } from '../../../src/domain/kernel/present.ts';
import type { LabPart } from '../../types.ts';
import { type Installation, partsOf, rowOf } from './installation.ts';
import { type AddressOf, pathOf } from './settings.ts';

/** Addresses as the bot reaches the parts; the monitor of NATS beside them. */
export interface Reached {
  readonly at: AddressOf;
  readonly natsMonitor: string;
}

const guidedHealth = ['/health', '/health/live', '/health/ready', '/health/status'];

/** The `environments.<name>` block: access to the runtime, addresses and credentials; `overridden` adds all that differs from the guide. */
export function environmentOfInstallation(
  one: Installation,
  runtime: Readonly<Record<string, unknown>>,
  { at, natsMonitor }: Reached,
  overridden: boolean,
): Readonly<Record<string, unknown>> {
  const address = (part: LabPart) => `${at(part).host}:${at(part).port}`;
  const healthPaths =
    overridden && one.paths['/health'] !== undefined
      ? { healthPaths: guidedHealth.map((path) => pathOf(one, path)) }
      : {};
  const tls = one.tls ? { tls: { mode: 'require' } } : {};
  const services = (['agent-manager', 'orchestrator-service', 'reasoning-service'] as const).flatMap(
    (part) =>
      (one.parts[part]?.port ?? 0) === 0
        ? []
        : [[part, { url: `http://${address(part)}`, ...healthPaths }] as const],
  );
  const { passwords, users } = one;
  return {
    runtime,
    services: Object.fromEntries(services),
    postgres: {
      url: `postgres://${users.postgres}:${passwords.postgres}@${address('postgres')}/postgres`,
      ...(overridden ? { databases: one.databases } : {}),
      ...tls,
    },
    redis: { url: `${one.tls ? 'rediss' : 'redis'}://:${passwords.redis}@${address('redis')}`, ...tls },
    nats: {
      url: `nats://${users.nats}:${passwords.nats}@${address('nats')}`,
      monitorUrl: natsMonitor,
      ...tls,
    },
    ...(one.parts.neo4j === undefined
      ? {}
      : { neo4j: { url: `bolt://${address('neo4j')}`, user: 'neo4j', password: passwords.neo4j } }),
    ...(overridden ? { platform: overridesOf(one, runtime.kind as 'kubernetes' | 'compose') } : {}),
  };
}

/** Subjects that cover all of a kind: what stands before the first placeholder, and all below. */
const below = (subject: string) => `${subject.slice(0, subject.indexOf('{'))}>`;

/** What differs from the guide, as `docs/guides/another-installation.md` has it written. */
export function overridesOf(
  one: Installation,
  runtime: 'kubernetes' | 'compose',
): Readonly<Record<string, unknown>> {
  const parts = Object.fromEntries(
    partsOf(one).map((part) => {
      const row = rowOf(one, part);
      const program = part !== 'postgres' && part !== 'redis' && part !== 'nats' && part !== 'neo4j';
      return [
        part,
        present({
          workload: runtime === 'kubernetes' && !row.outside ? `${row.kind}/${row.name}` : undefined,
          service: runtime === 'kubernetes' && part !== 'collect-agent' ? row.service : undefined,
          composeService: runtime === 'compose' && !row.outside ? row.name : undefined,
          servicePort:
            runtime === 'kubernetes' && !row.outside && row.servicePort !== row.port
              ? row.servicePort
              : undefined,
          container: runtime === 'kubernetes' ? row.container : undefined,
          port: row.port === 0 ? undefined : row.port,
          monitorPort: row.monitorPort === 0 ? undefined : row.monitorPort,
          configMap: runtime === 'kubernetes' ? row.configMap : undefined,
          configFile: program && one.settings === 'file' ? one.configFile : undefined,
          aliases: one.connections === 'own' && program ? [row.name] : undefined,
        }),
      ];
    }),
  );
  const subject = (kind: string) => one.subjects[`nats.subjects.${kind}`] ?? '';
  const guided = {
    health: '/health',
    live: '/health/live',
    ready: '/health/ready',
    status: '/health/status',
    metrics: '/metrics',
    agents: '/api/v1/agents',
    workflows: '/api/v1/workflows',
    executions: '/api/v1/workflows/executions',
    rootCause: '/api/v1/analyze/root-cause',
  };
  const paths = Object.entries(guided).flatMap(([name, path]) =>
    pathOf(one, path) === path ? [] : [[name, pathOf(one, path)] as const],
  );
  const known = [
    ...['server.port', 'database.host', 'database.port', 'database.user', 'database.max_open_conns'],
    ...['database.max_idle_conns', 'database.conn_max_lifetime', 'nats.url', 'nats.user'],
    ...['nats.subjects.registration', 'event.workers', 'event.buffer_size', 'event.batch_size'],
    ...['event.batch_timeout', 'executor.workers', 'executor.queue_size', 'model.path'],
    ...['agent.command.default_timeout', 'agent.command.max_concurrent'],
  ];
  const keys = Object.entries(one.keys).filter(([key]) => known.includes(key));
  return {
    parts,
    ...(keys.length === 0 ? {} : { keys: Object.fromEntries(keys) }),
    ...(paths.length === 0 ? {} : { paths: Object.fromEntries(paths) }),
    variables: {
      prefix: one.prefix,
      token: one.variables['agent.auth_token'],
      neo4jPassword: one.variables['neo4j.password'],
    },
    files: { workflows: one.workflowsFolder, models: one.modelsFolder },
    subjects: {
      all: `${one.owner}.>`,
      agents: `${subject('registration').split('.').slice(0, 2).join('.')}.>`,
      registration: subject('registration'),
      heartbeat: subject('heartbeat'),
      events: below(subject('announce')),
    },
    streams: { events: one.stream },
  };
}
