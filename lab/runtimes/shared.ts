/** What all runtimes share: when a platform is healthy, how configuration files are changed, cgroups, progress. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import neo4j from 'neo4j-driver';
import { parseDocument } from 'yaml';
import { fetchAnyPort } from '../components/any-port.ts';
import { query } from '../components/postgres.ts';
import { signalPid, waitFor } from '../components/process.ts';
import type { Endpoints, Lab, LabPart, Names } from '../types.ts';

export type Progress = (line: string) => void;

/** Prefixes each line with the seconds since it was made. */
export function timedProgress(write: (line: string) => void): Progress {
  const start = Date.now();
  return (line) => write(`${((Date.now() - start) / 1000).toFixed(1).padStart(6)} s  ${line}`);
}

/** Answers one question about the platform: undefined when good, else what is wrong. */
type Check = () => Promise<string | undefined>;

const httpHealth = (name: string, base: string): Check => {
  return async () => {
    const response = await fetchAnyPort(`${base}/health/ready`, { signal: AbortSignal.timeout(3000) });
    const body = await response.text();
    return response.ok ? undefined : `${name}: ${response.status} ${body.slice(0, 120)}`;
  };
};

/** Agents that agent-manager knows and has heard from within `seconds`. */
export async function liveAgents(
  agentManager: string,
  seconds: number,
  path = '/api/v1/agents',
): Promise<number> {
  const response = await fetchAnyPort(`${agentManager}${path}`, { signal: AbortSignal.timeout(3000) });
  if (!response.ok) return 0;
  const body = (await response.json()) as { agents?: readonly { last_heartbeat?: string | null }[] };
  const since = Date.now() - seconds * 1000;
  return (body.agents ?? []).filter((one) => Date.parse(one.last_heartbeat ?? '') >= since).length;
}

/** Names of the parts that do not work now, each with the reason; empty when all do. */
export async function unhealthy(at: Endpoints): Promise<string[]> {
  const checks: Readonly<Record<LabPart, Check>> = {
    'agent-manager': httpHealth('agent-manager', at.agentManager),
    'orchestrator-service': httpHealth('orchestrator-service', at.orchestrator),
    'reasoning-service': httpHealth('reasoning-service', at.reasoning),
    'collect-agent': async () =>
      (await liveAgents(at.agentManager, 12)) > 0 ? undefined : 'no agent with a recent heartbeat',
    postgres: async () => {
      const { host, port, user, password } = at.postgres;
      const login = `${encodeURIComponent(user)}:${encodeURIComponent(password)}`;
      await query(`postgres://${login}@${host}:${port}/agent_manager`, 'SELECT 1');
      return undefined;
    },
    redis: () => redisAnswers(at),
    nats: async () => {
      const response = await fetch(`${at.nats.monitorUrl}/varz`, { signal: AbortSignal.timeout(3000) });
      return response.ok ? undefined : `nats: ${response.status}`;
    },
    neo4j: () => neo4jAnswers(at),
  };
  const found = await Promise.all(
    Object.entries(checks).map(async ([part, check]) => {
      try {
        const problem = await check();
        return problem === undefined ? [] : [`${part}: ${problem}`];
      } catch (error) {
        const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
        return [`${part}: ${cause instanceof Error ? cause.message : String(cause)}`];
      }
    }),
  );
  return found.flat();
}

export async function redisAnswers(at: Endpoints, tls = false): Promise<undefined> {
  const client = new Redis({
    ...at.redis,
    lazyConnect: true,
    retryStrategy: () => null,
    connectTimeout: 2000,
    ...(tls ? { tls: { rejectUnauthorized: false } } : {}),
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    // Nobody else sees this key: one that stays would be a key that no cache owns.
    await client.multi().set('lab:health', '1', 'EX', 5).del('lab:health').exec();
    return undefined;
  } finally {
    client.disconnect();
  }
}

/** To the platform, and to the bot where it has a user of its own. */
export async function neo4jAnswers({ neo4j: at }: Endpoints): Promise<undefined> {
  for (const { user, password } of [at, ...(at.bot === undefined ? [] : [at.bot])]) {
    const driver = neo4j.driver(at.url, neo4j.auth.basic(user, password), {
      connectionTimeout: 2000,
      connectionAcquisitionTimeout: 3000,
    });
    try {
      await driver.executeQuery('RETURN 1');
    } finally {
      await driver.close();
    }
  }
  return undefined;
}

/** Waits until nothing is unhealthy; rejects with what still is. */
export async function waitHealthy(
  lab: Lab,
  seconds: number,
  more: () => Promise<string[]>,
  check: (at: Endpoints) => Promise<string[]> = unhealthy,
): Promise<void> {
  let problems: string[] = [];
  try {
    await waitFor(
      async () => {
        problems = [...(await more())];
        if (problems.length === 0) problems.push(...(await check(await lab.endpoints())));
        return problems.length === 0;
      },
      { seconds, what: 'the platform to be healthy', every: 200 },
    );
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : ''}: ${problems.join('; ')}`, {
      cause: error,
    });
  }
}

/** Keys of the guide as the variables that carry them, for a program that has no file. */
export const asVariables = (
  { setting }: Names,
  part: LabPart,
  changes: Readonly<Record<string, unknown>>,
): Readonly<Record<string, string | null>> =>
  Object.fromEntries(
    Object.entries(changes).map(([key, value]) => [
      setting(part, key),
      value === null ? null : typeof value === 'object' ? JSON.stringify(value) : String(value),
    ]),
  );

/** The file of a part's configuration that `configure` changes. */
export const configFile: Readonly<Record<LabPart, string>> = {
  'agent-manager': 'config.yaml',
  'orchestrator-service': 'config.yaml',
  'reasoning-service': 'config.yaml',
  'collect-agent': 'config.yaml',
  postgres: 'postgresql.conf',
  redis: 'redis.conf',
  nats: 'nats.conf',
  neo4j: 'neo4j.conf',
};

/** Changes keys of a configuration file's text; `null` removes. Services: dotted YAML paths; others: one line a key. */
export function editConfig(part: LabPart, text: string, changes: Readonly<Record<string, unknown>>): string {
  if (configFile[part] === 'config.yaml') {
    const document = parseDocument(text);
    for (const [path, value] of Object.entries(changes)) {
      const keys = path.split('.');
      if (value === null) document.deleteIn(keys);
      else document.setIn(keys, document.createNode(value));
    }
    return document.toString();
  }
  const separator = part === 'redis' ? ' ' : part === 'nats' ? ': ' : part === 'postgres' ? ' = ' : '=';
  let lines = text.split('\n');
  for (const [key, value] of Object.entries(changes)) {
    const own = new RegExp(`^\\s*${key.replaceAll('.', '\\.')}\\s*[:= ]`);
    const line = value === null ? [] : [`${key}${separator}${String(value)}`];
    const at = lines.findIndex((one) => own.test(one));
    if (at >= 0)
      lines = [...lines.slice(0, at), ...line, ...lines.slice(at + 1).filter((one) => !own.test(one))];
    else lines = [...(lines.at(-1) === '' ? lines.slice(0, -1) : lines), ...line, ''];
  }
  return lines.join('\n');
}

/** Pids (as this machine sees them) of all processes below every cgroup whose path ends in one of `names`. */
export function cgroupPids(parent: string, names: readonly string[]): number[] {
  const roots = ['/sys/fs/cgroup/pids', '/sys/fs/cgroup/memory', '/sys/fs/cgroup'];
  const root = roots.map((one) => join(one, parent)).find((one) => existsSync(one));
  if (root === undefined) return [];
  const pids: number[] = [];
  const walk = (folder: string, inside: boolean) => {
    const own = inside || names.some((name) => folder.endsWith(name));
    if (own) {
      try {
        pids.push(
          ...readFileSync(join(folder, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean).map(Number),
        );
      } catch {
        // it went while we looked
      }
    }
    for (const entry of safeList(folder)) walk(join(folder, entry), own);
  };
  walk(root, false);
  return pids;
}

function safeList(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name);
  } catch {
    return [];
  }
}

/** Sends a signal to each; throws if there is none to send it to. */
export function signalAll(part: LabPart, pids: readonly number[], signal: NodeJS.Signals): void {
  if (pids.length === 0) throw new Error(`${part}: no process to send ${signal} to`);
  for (const pid of pids) signalPid(pid, signal);
}
