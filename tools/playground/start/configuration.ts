import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { people, places } from '@aetherius/slack-emulator';
import { agentManagerRole, type DemoPlatform, demoThresholds } from '../demo/platform.ts';

export interface Setup {
  /** Folder of this playground; PostgreSQL's user may pass through it. */
  readonly dir: string;
  readonly demo: DemoPlatform;
  /** Of the product's own PostgreSQL. */
  readonly databaseUrl: string;
  /** Of the product's own Redis. */
  readonly redisUrl: string;
  /** Where the bot answers the command line. */
  readonly cliPort: number;
}

/**
 * Writes the product's configuration into the playground's folder, with the secrets as files beside it, so that
 * every process finds them without variables of its own. Returns the variables that all processes of the product need.
 */
export function writeConfiguration({
  dir,
  demo,
  databaseUrl,
  redisUrl,
  cliPort,
}: Setup): Record<string, string> {
  const secrets = join(dir, 'secrets');
  mkdirSync(secrets, { recursive: true, mode: 0o700 });
  const secret = (name: string, value: string): string => {
    writeFileSync(join(secrets, name), value, { mode: 0o600 });
    return `{ file: ${JSON.stringify(join('secrets', name))} }`;
  };
  const service = (name: string): string => `${name}: { url: "http://127.0.0.1:${demo.service(name).port}" }`;
  const parts = [
    `postgres: { url: ${secret('postgres-url', demo.databaseUrl('agent_manager'))}, databases: { agentManager: agent_manager, orchestrator: orchestrator } }`,
    ...(demo.redis === undefined ? [] : [`redis: { url: ${secret('redis-url', demo.redis.url)} }`]),
    ...(demo.nats === undefined
      ? []
      : [`nats: { url: "${demo.nats.url}", monitorUrl: "${demo.nats.monitorUrl}" }`]),
    `neo4j: { url: "bolt://127.0.0.1:${demo.bolt.port}", user: neo4j, password: ${secret('neo4j-password', demo.neo4jPassword)} }`,
  ];
  writeFileSync(
    join(dir, 'aetherius.yaml'),
    `environments:
  demo:
    runtime: { kind: kubernetes, namespace: aetherius, agentNamespace: kube-system, kubeconfig: ${JSON.stringify(join(dir, 'kubeconfig.yaml'))} }
    services:
      ${['agent-manager', 'orchestrator-service', 'reasoning-service'].map(service).join('\n      ')}
    ${parts.join('\n    ')}
    platform: { parts: { agent-manager: { databaseRole: ${agentManagerRole} } } }
    thresholds: ${JSON.stringify(demoThresholds)}
slack:
  defaultEnvironment: demo
  channels:
    ${places.ops}: { environment: demo, language: en, digest: { at: "09:00", timezone: Europe/Berlin } }
    ${places.incidents}: { environment: demo, language: zh-CN, digest: { at: "09:00", timezone: Asia/Shanghai } }
approvals:
  approvers:
    oncall: { users: [${people.requester}, ${people.approver}, ${people.chinese}] }
  tiers:
    1: { by: [oncall] }
    2: { by: [oncall] }
    3: { by: [oncall] }
`,
  );
  writeFileSync(join(dir, 'kubeconfig.yaml'), kubeconfig(demo.kube.url));
  return {
    AETHERIUS_CONFIG: join(dir, 'aetherius.yaml'),
    DATABASE_URL: databaseUrl,
    REDIS_URL: redisUrl,
    AUDIT_KEY: 'playground-only-key-playground-only-key',
    TOKEN_KEY: 'playground-only-token-key-playground-only',
    CLI_PORT: `${cliPort}`,
  };
}

function kubeconfig(url: string): string {
  return `apiVersion: v1
kind: Config
clusters: [{ name: demo, cluster: { server: "${url}" } }]
users: [{ name: demo, user: { token: playground-only-kubernetes-token } }]
contexts: [{ name: demo, context: { cluster: demo, user: demo } }]
current-context: demo
`;
}

/**
 * Writes a shell script that runs the command line against this playground, and returns the line to type in another
 * terminal, in any folder. Whom it speaks for says the token that it is given: `/aetherius token` in the page issues one.
 */
export function writeCommandLine(
  dir: string,
  entry: string,
  loader: string,
  variables: Readonly<Record<string, string>>,
): string {
  const script = join(dir, 'aetherius');
  // Where the bot answers; a bot itself has no use for it, and says so.
  const exports = Object.entries({
    ...variables,
    AETHERIUS_URL: `http://127.0.0.1:${variables.CLI_PORT}`,
  }).map(([name, value]) => `export ${name}=${quoted(value)}`);
  writeFileSync(
    script,
    [
      '#!/bin/sh',
      ...exports,
      `exec ${[process.execPath, '--import', loader, entry].map(quoted).join(' ')} "$@"`,
      '',
    ].join('\n'),
    { mode: 0o700 },
  );
  return `sh ${quoted(script)} health --env demo`;
}

/** For a POSIX shell; left alone where nothing in it means anything to the shell. */
const quoted = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
