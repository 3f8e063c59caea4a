/** What faults share: asking the components, reaching into the node, remembering what has to be put back. */

import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import { connect, type NatsConnection } from 'nats';
import neo4j from 'neo4j-driver';
import { Client } from 'pg';
import { fetchAnyPort } from '../components/any-port.ts';
import { cacheDir, stateDir } from '../components/cache.ts';
import { instance } from '../components/instance.ts';
import { alive, listens, startProcess, stopPid, tail, waitFor } from '../components/process.ts';
import { isCompose } from '../runtimes/compose.ts';
import { isKubernetes, type KubernetesLab } from '../runtimes/kubernetes.ts';
import { type Fault, type Lab, type LabPart, labParts, type Output } from '../types.ts';

/** Keeps a fault's literal types while checking its shape. */
export const defineFault = (fault: Fault): Fault => fault;

/** The platform as one on Kubernetes; throws for another. */
export const onKubernetes = (lab: Lab): KubernetesLab => {
  if (!isKubernetes(lab)) throw new Error('this exists on Kubernetes only');
  return lab;
};

/** An image that is on the node and has a shell: that of Redis. */
export async function shellImage(lab: Lab): Promise<string> {
  const { kind, name, namespace } = onKubernetes(lab).names.workload('redis');
  const found = await onKubernetes(lab).object<{
    spec: { template: { spec: { containers: readonly { image: string }[] } } };
  }>(`${kind}/${name}`, namespace);
  return found?.spec.template.spec.containers[0]?.image ?? '';
}

/** `done`, `failed` or `late`: whether a promise settles within `ms`. */
export async function within(promise: Promise<unknown>, ms: number): Promise<'done' | 'failed' | 'late'> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), ms);
  });
  try {
    return await Promise.race([
      promise.then(
        () => 'done' as const,
        () => 'failed' as const,
      ),
      late,
    ]);
  } finally {
    clearTimeout(timer);
  }
}

export interface PgLogin {
  readonly user?: string;
  readonly password?: string;
  readonly database?: string;
  readonly timeoutMs?: number;
}

/** Runs statements over one new connection and returns the rows of the last. */
export async function pg<Row = Record<string, unknown>>(
  lab: Lab,
  statements: string | readonly string[],
  login: PgLogin = {},
): Promise<Row[]> {
  const { postgres } = await lab.endpoints();
  const client = new Client({
    host: postgres.host,
    port: postgres.port,
    user: login.user ?? postgres.user,
    password: login.password ?? postgres.password,
    database: lab.names.database(login.database ?? 'agent_manager'),
    ...(lab.names.tls ? { ssl: { rejectUnauthorized: false } } : {}),
    connectionTimeoutMillis: login.timeoutMs ?? 5000,
    query_timeout: login.timeoutMs ?? 240_000,
    application_name: 'lab',
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    let rows: Row[] = [];
    for (const text of typeof statements === 'string' ? [statements] : statements)
      rows = (await client.query(text)).rows as Row[];
    return rows;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** For a client of its own: one of the databases, by the guide's name. */
export async function postgresUrl(lab: Lab, database = 'agent_manager'): Promise<string> {
  const { host, port, user, password } = (await lab.endpoints()).postgres;
  const login = `${encodeURIComponent(user)}:${encodeURIComponent(password)}`;
  const tls = lab.names.tls ? '?sslmode=no-verify' : '';
  return `postgres://${login}@${host}:${port}/${lab.names.database(database)}${tls}`;
}

/** Uses a connection to Redis, with another password or user when given. */
export async function redis<T>(
  lab: Lab,
  use: (client: Redis) => Promise<T>,
  login: { readonly username?: string; readonly password?: string } = {},
): Promise<T> {
  const at = (await lab.endpoints()).redis;
  const client = new Redis({
    ...at,
    ...login,
    ...(lab.names.tls ? { tls: { rejectUnauthorized: false } } : {}),
    lazyConnect: true,
    retryStrategy: () => null,
    connectTimeout: 4000,
    maxRetriesPerRequest: 0,
  });
  // What the server said stands in this event; the rejection only says that the connection is closed.
  let said: unknown;
  client.on('error', (error) => {
    said ??= error;
  });
  try {
    await client.connect();
    return await use(client);
  } catch (error) {
    throw error instanceof Error && /closed/i.test(error.message) && said !== undefined ? said : error;
  } finally {
    client.disconnect();
  }
}

/** Uses a connection to NATS. */
export async function nats<T>(
  lab: Lab,
  use: (connection: NatsConnection) => Promise<T>,
  url?: string,
): Promise<T> {
  const at = new URL(url ?? (await lab.endpoints()).nats.url);
  const connection = await connect({
    servers: at.host,
    ...(at.username === ''
      ? {}
      : { user: decodeURIComponent(at.username), pass: decodeURIComponent(at.password) }),
    ...(lab.names.tls ? { tls: { rejectUnauthorized: false } as object } : {}),
    timeout: 4000,
    reconnect: false,
    name: 'lab',
  });
  try {
    return await use(connection);
  } finally {
    await connection.close();
  }
}

/** A document of NATS' monitor. */
export async function monitor<T>(lab: Lab, path: string): Promise<T> {
  const { nats: at } = await lab.endpoints();
  const response = await fetch(`${at.monitorUrl}${path}`, { signal: AbortSignal.timeout(4000) });
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return (await response.json()) as T;
}

/** Runs a Cypher statement over a new connection. */
export async function cypher(
  lab: Lab,
  statement: string,
  login: { readonly user?: string; readonly password?: string; readonly database?: string } = {},
): Promise<void> {
  const at = (await lab.endpoints()).neo4j;
  const driver = neo4j.driver(
    at.url,
    neo4j.auth.basic(login.user ?? at.user, login.password ?? at.password),
    {
      connectionTimeout: 4000,
      connectionAcquisitionTimeout: 5000,
      maxTransactionRetryTime: 0,
    },
  );
  try {
    await driver.executeQuery(
      statement,
      {},
      login.database === undefined ? {} : { database: login.database },
    );
  } finally {
    await driver.close();
  }
}

/** GET over a connection of its own: one that is kept alive would not notice that new ones are refused. */
function freshGet(url: string, ms: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const call = get(url, { agent: false, timeout: ms }, (response) => {
      response.resume();
      response.once('end', () =>
        response.statusCode === 200 ? resolve() : reject(new Error(`status ${response.statusCode}`)),
      );
    });
    call.once('timeout', () => call.destroy(new Error('no answer')));
    call.once('error', reject);
  });
}

/** Milliseconds until a part's port accepts a connection; undefined if it does not within `limit`. */
export async function connectTime(lab: Lab, part: LabPart, limit: number): Promise<number | undefined> {
  const at = await lab.endpoints();
  const places: Partial<Record<LabPart, string>> = {
    'agent-manager': at.agentManager,
    'orchestrator-service': at.orchestrator,
    'reasoning-service': at.reasoning,
    postgres: `tcp://${at.postgres.host}:${at.postgres.port}`,
    redis: `tcp://${at.redis.host}:${at.redis.port}`,
    nats: at.nats.url,
    neo4j: at.neo4j.url,
  };
  const place = new URL(places[part] ?? 'tcp://0.0.0.0:0');
  const started = performance.now();
  return (await listens(Number(place.port), place.hostname, limit)) ? performance.now() - started : undefined;
}

/** One real use of a part over a new connection, as a client of it would; rejects when it does not answer. */
export async function use(lab: Lab, part: LabPart): Promise<void> {
  const at = await lab.endpoints();
  const http = (base: string) => freshGet(`${base}${lab.names.path('/health/live', part)}`, 20_000);
  switch (part) {
    case 'agent-manager':
      return http(at.agentManager);
    case 'orchestrator-service':
      return http(at.orchestrator);
    case 'reasoning-service':
      return http(at.reasoning);
    case 'postgres':
      await pg(lab, 'SELECT 1', { timeoutMs: 20_000 });
      return;
    case 'redis':
      await redis(lab, (client) => client.ping());
      return;
    case 'nats':
      await nats(lab, (connection) => connection.flush());
      return;
    case 'neo4j':
      return cypher(lab, 'RETURN 1');
    case 'collect-agent':
      return askAgent(lab);
  }
}

/** A command for any registered agent, through agent-manager and NATS to it and back. */
async function askAgent(lab: Lab): Promise<void> {
  const { agentManager } = await lab.endpoints();
  const list = await fetchAnyPort(`${agentManager}${lab.names.path('/api/v1/agents')}`, {
    signal: AbortSignal.timeout(4000),
  });
  const { agents = [] } = (await list.json()) as {
    agents?: readonly { id: string; cluster_id: string; last_heartbeat: string }[];
  };
  const [first] = agents.toSorted((a, b) => b.last_heartbeat.localeCompare(a.last_heartbeat));
  if (first === undefined) throw new Error('no agent is registered');
  const subject = `${lab.names.subject('inspect', first.cluster_id)}.${first.id}`;
  await nats(lab, (connection) => connection.request(subject, '{}', { timeout: 20_000 }));
}

/** Addresses of a part's Pods or container, as the host reaches them. */
export async function addresses(lab: Lab, part: LabPart): Promise<string[]> {
  if (isKubernetes(lab)) return (await lab.pods(part)).flatMap((pod) => pod.status.podIP ?? []);
  if (isCompose(lab)) {
    const networks = Object.values((await lab.inspect(part))?.NetworkSettings.Networks ?? {});
    return networks.map((one) => one.IPAddress).filter((one) => one !== '');
  }
  return ['127.0.0.1'];
}

/** Runs a command in the node's (or the Docker engine's) network and processes; throws when it fails. */
export async function inNode(lab: Lab, args: readonly string[]): Promise<string> {
  const result = await tryInNode(lab, args);
  if (result.code !== 0) throw new Error(`${args.slice(0, 8).join(' ')}: ${result.stderr.trim()}`);
  return result.stdout;
}

export async function tryInNode(lab: Lab, args: readonly string[]): Promise<Output> {
  if (isKubernetes(lab)) return lab.cluster.node(args);
  if (isCompose(lab)) return lab.engine.inside(args);
  throw new Error('plain processes have no network of their own');
}

/** Chain that sees every packet between Pods or containers, and from this machine to them. */
const forwardChain = ['-t', 'mangle'] as const;

/** Adds a rule for packets towards (or from) a part's addresses, marked so that `unfilter` finds it. */
export async function filter(
  lab: Lab,
  part: LabPart,
  mark: string,
  target: readonly string[],
  direction: 'to' | 'from' = 'to',
): Promise<void> {
  const comment = ['-m', 'comment', '--comment', `lab-${mark}-${part}`];
  for (const address of await addresses(lab, part))
    await inNode(lab, [
      ...['iptables', '-w', ...forwardChain, '-I', 'FORWARD', direction === 'to' ? '-d' : '-s', address],
      ...comment,
      ...target,
    ]);
}

/** Removes all rules of that mark. */
export async function unfilter(lab: Lab, part: LabPart, mark: string): Promise<void> {
  const rules = await inNode(lab, ['iptables', '-w', ...forwardChain, '-S', 'FORWARD']);
  for (const rule of rules
    .split('\n')
    .filter((line) => line.includes(`lab-${mark}-${part} `) || line.includes(`"lab-${mark}-${part}"`))) {
    const words = rule.replaceAll('"', '').split(' ').slice(1);
    await inNode(lab, ['iptables', '-w', ...forwardChain, '-D', ...words]);
  }
}

const pidFolder = () => stateDir(`helpers-${instance().number}`);

/** Every packet towards the part waits for `ms` in a queue of the node's kernel. */
export async function delayPackets(lab: Lab, part: LabPart, ms: number): Promise<void> {
  const queue = 200 + labParts.indexOf(part);
  const file = join(pidFolder(), `${lab.runtime}-delay-${part}`);
  mkdirSync(pidFolder(), { recursive: true });
  const script = 'echo $$ >"$0"; exec "$@" >"$0.log" 2>&1 </dev/null';
  await inNode(lab, [
    'setsid',
    '--fork',
    'bash',
    '-c',
    script,
    file,
    cacheDir('bin/delay'),
    `${queue}`,
    `${ms}`,
  ]);
  await waitFor(() => tail(`${file}.log`).includes('delaying'), { seconds: 5, what: 'the delay to begin' });
  const direction = part === 'collect-agent' ? 'from' : 'to';
  await filter(lab, part, 'slow', ['-j', 'NFQUEUE', '--queue-num', `${queue}`, '--queue-bypass'], direction);
}

export async function undelayPackets(lab: Lab, part: LabPart): Promise<void> {
  await unfilter(lab, part, 'slow');
  const file = join(pidFolder(), `${lab.runtime}-delay-${part}`);
  if (!existsSync(file)) return;
  await tryInNode(lab, ['kill', '-KILL', readFileSync(file, 'utf8').trim()]);
  rmSync(file, { force: true });
  rmSync(`${file}.log`, { force: true });
}

const holderFile = (lab: Lab, name: string) => join(pidFolder(), `${lab.runtime}-holder-${name}`);

/** Starts a badly behaving client (`holder.ts`) that stays; resolves when it is in place. */
export async function startHolder(lab: Lab, name: string, args: readonly string[]): Promise<void> {
  const file = holderFile(lab, name);
  mkdirSync(pidFolder(), { recursive: true });
  rmSync(`${file}.log`, { force: true });
  const holder = await startProcess({
    name,
    command: process.execPath,
    args: ['--import', 'tsx', fileURLToPath(new URL('holder.ts', import.meta.url)), ...args],
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
    log: `${file}.log`,
    deathSignal: null,
  });
  writeFileSync(file, `${holder.pid}`);
  await waitFor(() => tail(`${file}.log`).includes('ready'), {
    ...{ seconds: 60, what: `${name} to be in place` },
    failed: () => (alive(holder.pid) ? undefined : tail(`${file}.log`) || 'it ended'),
  });
}

export async function stopHolder(lab: Lab, name: string): Promise<void> {
  const file = holderFile(lab, name);
  if (!existsSync(file)) return;
  await stopPid(Number(readFileSync(file, 'utf8')), 0);
  rmSync(file, { force: true });
  rmSync(`${file}.log`, { force: true });
}

/** Ends all helpers of a runtime; `lab down` calls it. */
export async function stopHelpers(runtime: string): Promise<void> {
  if (!existsSync(pidFolder())) return;
  for (const name of readdirSync(pidFolder()).filter((one) => one.startsWith(`${runtime}-`))) {
    const file = join(pidFolder(), name);
    if (name.includes('-holder-') && !name.endsWith('.log')) {
      const pid = Number(readFileSync(file, 'utf8'));
      const command = alive(pid) ? readFileSync(`/proc/${pid}/cmdline`, 'utf8') : '';
      if (command.includes('holder.ts')) await stopPid(pid, 0);
    }
    rmSync(file, { force: true });
  }
  if (readdirSync(pidFolder()).length === 0) rmSync(pidFolder(), { recursive: true });
}
