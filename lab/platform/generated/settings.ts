/** What the programs and stores of a generated installation are set up with. */

import { stringify } from 'yaml';
import { neo4jConf } from '../../components/neo4j.ts';
import type { LabPart } from '../../types.ts';
import { dependencyFiles } from '../config.ts';
import {
  type Installation,
  keyOf,
  type ProgramPart,
  partsOf,
  rowOf,
  type StorePart,
} from './installation.ts';

export const programParts = [
  'agent-manager',
  'orchestrator-service',
  'reasoning-service',
  'collect-agent',
] as const satisfies readonly ProgramPart[];

/** Host and port under which the parts find each other. */
export type AddressOf = (part: LabPart) => { readonly host: string; readonly port: number };

type Values = Readonly<Record<string, string | number | boolean>>;

/** Settings of a program, by the guide's keys, secrets left out. */
export function settingsOf(one: Installation, part: ProgramPart, at: AddressOf): Values {
  const host = (to: LabPart) => at(to).host;
  const url = (scheme: string, to: LabPart) => `${scheme}://${at(to).host}:${at(to).port}`;
  const there = (to: LabPart) => one.parts[to] !== undefined;
  const log = { 'log.level': 'info', 'log.format': one.logs };
  const nats = () => ({
    'nats.url': url('nats', 'nats'),
    'nats.user': one.users.nats,
    ...(one.tls ? { 'nats.tls': true } : {}),
    ...(one.subjectsIn === 'settings' ? one.subjects : {}),
  });
  const database = (name: string) => ({
    'database.host': host('postgres'),
    'database.port': at('postgres').port,
    'database.user': one.users.postgres,
    'database.name': name,
    'database.sslmode': one.tls ? 'require' : 'disable',
    'database.max_open_conns': 20,
    'database.max_idle_conns': 5,
    'database.conn_max_lifetime': 60,
  });
  const { port } = rowOf(one, part);
  const values: Readonly<Record<ProgramPart, () => Values>> = {
    'agent-manager': () => ({
      'server.port': port,
      ...log,
      ...database(one.databases.agentManager),
      'redis.addr': `${host('redis')}:${at('redis').port}`,
      ...(one.tls ? { 'redis.tls': true } : {}),
      ...nats(),
      'event.workers': 10,
      'event.buffer_size': 1000,
      'event.batch_size': 100,
      'event.batch_timeout': 1000,
      'agent.command.default_timeout': 300,
      'agent.command.max_concurrent': 100,
    }),
    'orchestrator-service': () => ({
      ...(port === 0 ? { 'server.enabled': false } : { 'server.port': port }),
      ...log,
      ...database(one.databases.orchestrator),
      ...nats(),
      'executor.workers': 20,
      'executor.queue_size': 1000,
      'services.agent_manager': url('http', 'agent-manager'),
      'services.reasoning': there('reasoning-service') ? url('http', 'reasoning-service') : '',
    }),
    'reasoning-service': () => ({
      'server.port': port,
      ...log,
      'neo4j.uri': url('bolt', 'neo4j'),
      'neo4j.user': 'neo4j',
      'analysis.window': 20000,
      'analysis.history': 20,
    }),
    'collect-agent': () => ({
      ...log,
      ...nats(),
      'agent.cluster_id': one.cluster,
      'event.rate': 2,
      'heartbeat.interval': 3,
    }),
  };
  return values[part]();
}

/** The file with these settings, under the installation's own keys. */
export function settingsFile(one: Installation, values: Values): string {
  const tree: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(values)) {
    const words = keyOf(one, key).split('.');
    let branch = tree;
    for (const word of words.slice(0, -1)) {
      branch[word] ??= {};
      branch = branch[word] as Record<string, unknown>;
    }
    branch[words.at(-1) ?? ''] = value;
  }
  return stringify(tree, { lineWidth: 0 });
}

/** The variable of a key, as the programs of the installation read it. */
export const variableOf = (one: Installation, key: string): string =>
  one.variables[key] ?? `${one.prefix}${keyOf(one, key).replaceAll(/[.-]/g, '_').toUpperCase()}`;

/** The settings as variables. */
export const settingsVariables = (one: Installation, values: Values): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(values).map(([key, value]) => [variableOf(one, key), String(value)]));

/** Keys of the secrets that a program needs, and whose password each is. */
export function secretsOf(
  one: Installation,
  part: ProgramPart,
): Readonly<Record<string, StorePart | 'token'>> {
  const nats = { 'nats.password': 'nats', 'agent.auth_token': 'token' } as const;
  return {
    'agent-manager': { 'database.password': 'postgres', 'redis.password': 'redis', ...nats },
    'orchestrator-service': { 'database.password': 'postgres', 'nats.password': 'nats' },
    'reasoning-service': { 'neo4j.password': 'neo4j' },
    'collect-agent': nats,
  }[part] as Readonly<Record<string, StorePart | 'token'>>;
}

export const secretText = (one: Installation, secret: StorePart | 'token'): string =>
  secret === 'token' ? one.token : one.passwords[secret];

/** What the programs' build of this installation differs in: the text of `profile.json` beside each. */
export function profileOf(one: Installation, part: ProgramPart): Readonly<Record<string, unknown>> {
  const { name } = rowOf(one, part);
  const variables = Object.fromEntries(
    Object.keys(one.variables).map((key) => [key, [variableOf(one, key)]]),
  );
  return {
    service: name,
    keys: one.keys,
    prefix: one.prefix,
    variables,
    defaults: {
      ...(one.subjectsIn === 'programs' ? one.subjects : {}),
      'workflows.dir': one.workflowsFolder,
      'model.path': `${one.modelsFolder}/isolation-forest.joblib`,
    },
    file: one.configFile,
    paths: one.paths,
    health: one.health,
    ...(one.connections === 'programs' ? {} : { connection: one.connections === 'none' ? '' : name }),
  };
}

/** The installation's path for one of the guide's, by the longest that is mapped. */
export function pathOf(one: Installation, path: string): string {
  const [from = '', to = ''] =
    Object.entries(one.paths)
      .filter(([guides]) => path === guides || path.startsWith(`${guides}/`))
      .toSorted(([a], [b]) => b.length - a.length)[0] ?? [];
  return `${to}${path.slice(from.length)}`;
}

/** Where the stores' files are mounted. */
export const storeFolders: Readonly<Record<StorePart, string>> = {
  postgres: '/etc/postgresql',
  redis: '/etc/redis',
  nats: '/etc/nats',
  neo4j: '/etc/neo4j',
};

/** Files of the stores that are there, by part and name. With TLS, `tls.crt` and `tls.key` lie in `/etc/store-tls`. */
export function storeFiles(
  one: Installation,
): Readonly<Partial<Record<StorePart, Readonly<Record<string, string>>>>> {
  const usual = dependencyFiles();
  const port = (part: StorePart) => one.parts[part]?.port ?? 0;
  const [certificate, key] = ['/etc/store-tls/tls.crt', '/etc/store-tls/tls.key'];
  const secure = (lines: readonly string[]) => (one.tls ? `${lines.join('\n')}\n` : '');
  const files: Readonly<Record<StorePart, Readonly<Record<string, string>>>> = {
    postgres: {
      ...usual.postgres,
      'postgresql.conf': `${usual.postgres['postgresql.conf'] ?? ''}port = ${port('postgres')}\n${secure([
        'ssl = on',
        `ssl_cert_file = '${certificate}'`,
        `ssl_key_file = '${key}'`,
      ])}`,
    },
    redis: {
      'redis.conf': `${(usual.redis['redis.conf'] ?? '').replace(
        /^port .*$/m,
        one.tls ? 'port 0' : `port ${port('redis')}`,
      )}${secure([
        `tls-port ${port('redis')}`,
        `tls-cert-file ${certificate}`,
        `tls-key-file ${key}`,
        `tls-ca-cert-file ${certificate}`,
        'tls-auth-clients no',
      ])}`,
    },
    nats: {
      'nats.conf': `${(usual.nats['nats.conf'] ?? '')
        .replace(/^port: .*$/m, `port: ${port('nats')}`)
        .replace(/^http: .*$/m, `http: ${one.parts.nats?.monitorPort ?? 0}`)
        .replace(/user: [^,]*,/, `user: ${one.users.nats},`)}${secure([
        `tls: { cert_file: "${certificate}", key_file: "${key}" }`,
      ])}`,
    },
    neo4j: {
      'neo4j.conf': neo4jConf({ listen: '0.0.0.0', boltPort: port('neo4j'), home: '/var/lib/neo4j' }),
    },
  };
  return Object.fromEntries(
    partsOf(one).flatMap((part) => (part in files ? [[part, files[part as StorePart]]] : [])),
  );
}
