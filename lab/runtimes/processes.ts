/** The platform as plain processes on loopback: no root, no containers; for quick tests and small machines. */

import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { present } from '../../src/domain/kernel/present.ts';
import { stateDir } from '../components/cache.ts';
import { instance } from '../components/instance.ts';
import { startNats } from '../components/nats.ts';
import { startNeo4j } from '../components/neo4j.ts';
import { startPostgres } from '../components/postgres.ts';
import {
  alive,
  descendants,
  freePort,
  put,
  run,
  signalPid,
  startProcess,
  stopPid,
} from '../components/process.ts';
import { startRedis } from '../components/redis.ts';
import { guidedNames } from '../platform/names.ts';
import { type Endpoints, type Lab, type LabPart, labParts } from '../types.ts';
import { editConfig, signalAll, waitHealthy } from './shared.ts';

/** Ports of a platform, chosen when it first comes up and kept until it goes. */
export type Ports = Readonly<
  Record<
    | 'agent-manager'
    | 'orchestrator-service'
    | 'reasoning-service'
    | 'postgres'
    | 'redis'
    | 'nats'
    | 'monitor'
    | 'neo4j',
    number
  >
>;
const portNames = [
  ...(['agent-manager', 'orchestrator-service', 'reasoning-service'] as const),
  ...(['postgres', 'redis', 'nats', 'monitor', 'neo4j'] as const),
];

interface State {
  readonly ports: Ports;
  /** Pid of each part, and when that process began (`starttime` of /proc), so that a reused number is told apart. */
  pids: Partial<Record<LabPart, { pid: number; began: string }>>;
  env: Partial<Record<LabPart, Record<string, string>>>;
  /** Settings of the four dependencies that `configure` changed. */
  settings: Partial<Record<LabPart, Record<string, string>>>;
}

/** How a program of ours is started as a process. */
export interface ProcessSpec {
  readonly part: LabPart;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Path relative to the part's configuration folder → content, written when the platform is made. */
  readonly files: Readonly<Record<string, string>>;
}

export interface Credentials {
  readonly postgres: { readonly user: string; readonly password: string };
  readonly redis: { readonly password: string };
  readonly nats: { readonly user: string; readonly password: string };
  readonly neo4j: { readonly password: string };
}

export interface ProcessesSource {
  readonly credentials: Credentials;
  readonly specs: (ports: Ports, configFolder: (part: LabPart) => string) => readonly ProcessSpec[];
  readonly endpoints: (ports: Ports) => Endpoints;
  /** Makes databases, tables and streams that are missing. */
  readonly seedAll: (at: Endpoints) => Promise<void>;
  readonly environmentConfig: (at: Endpoints) => Readonly<Record<string, unknown>>;
}

/** Folder of all that the running platform writes. */
export function processesFolder(): string {
  const { number } = instance();
  return stateDir(number === 0 ? 'processes' : `processes-${number}`);
}

const stateFile = () => join(processesFolder(), 'state.json');
const configFolder = (part: LabPart) => join(processesFolder(), 'config', part);
const logFile = (part: LabPart) =>
  join(processesFolder(), part, part === 'neo4j' ? 'neo4j.out.log' : `${part}.log`);

function readState(): State | undefined {
  return existsSync(stateFile()) ? (JSON.parse(readFileSync(stateFile(), 'utf8')) as State) : undefined;
}
const writeState = (state: State) => put(stateFile(), JSON.stringify(state, null, 1), 0o600);

/** Field 22 of /proc/<pid>/stat; empty when there is no such process. */
function began(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}

function livePid(state: State, part: LabPart): number | undefined {
  const known = state.pids[part];
  return known !== undefined && alive(known.pid) && began(known.pid) === known.began ? known.pid : undefined;
}

/** Makes the state and the files of a platform that does not exist yet. */
export async function prepareProcesses(source: ProcessesSource): Promise<void> {
  if (readState() !== undefined) return;
  // PostgreSQL runs as another user, who has to get through to its folder.
  mkdirSync(processesFolder(), { recursive: true, mode: 0o755 });
  const ports: Record<string, number> = {};
  for (const name of portNames) ports[name] = await freePort();
  for (const spec of source.specs(ports as Ports, configFolder))
    for (const [name, text] of Object.entries(spec.files)) put(join(configFolder(spec.part), name), text);
  writeState({ ports: ports as Ports, pids: {}, env: {}, settings: {} });
}

async function launch(source: ProcessesSource, state: State, part: LabPart): Promise<number> {
  const dir = join(processesFolder(), part);
  mkdirSync(dir, { recursive: true });
  const { ports } = state;
  const settings = state.settings[part] ?? {};
  const { postgres, redis, nats, neo4j } = source.credentials;
  const lines = (separator: string) =>
    Object.entries(settings)
      .map(([key, value]) => `${key}${separator}${value}`)
      .join('\n');
  switch (part) {
    case 'postgres':
      return (await startPostgres({ dir, ...postgres, port: ports.postgres, settings, deathSignal: null }))
        .pid;
    case 'redis': {
      const args = Object.entries(settings).flatMap(([key, value]) => [`--${key}`, value]);
      return (await startRedis({ dir, ...redis, port: ports.redis, args, deathSignal: null })).pid;
    }
    case 'nats': {
      const where = { dir, port: ports.nats, monitorPort: ports.monitor };
      return (await startNats({ ...where, ...nats, config: lines(': '), deathSignal: null })).pid;
    }
    case 'neo4j':
      return (await startNeo4j({ dir, ...neo4j, port: ports.neo4j, deathSignal: null })).pid;
    default: {
      const spec = source.specs(ports, configFolder).find((one) => one.part === part);
      if (spec === undefined) throw new Error(`${part} has no program`);
      const { command, args, env, cwd } = spec;
      const started = await startProcess({
        ...{ name: part, command, args, log: logFile(part), deathSignal: null },
        env: { ...env, ...state.env[part] },
        ...present({ cwd }),
      });
      return started.pid;
    }
  }
}

/** Handle on the platform whose state is there. */
export function processesLab(source: ProcessesSource): Lab {
  const state = (): State => {
    const found = readState();
    if (found === undefined) throw new Error('the platform is not up: npm run lab -- up processes');
    return found;
  };
  const start = async (part: LabPart) => {
    if (livePid(state(), part) !== undefined) return;
    const pid = await launch(source, state(), part);
    const now = state();
    now.pids[part] = { pid, began: began(pid) };
    writeState(now);
  };
  const stop = async (part: LabPart) => {
    const pid = livePid(state(), part);
    if (pid !== undefined) await stopPid(pid, 2, part === 'postgres' ? 'SIGINT' : 'SIGTERM');
  };
  const pids = (part: LabPart) => {
    const pid = livePid(state(), part);
    return pid === undefined ? [] : [pid, ...descendants(pid)];
  };
  const programs: readonly LabPart[] = [
    'agent-manager',
    'orchestrator-service',
    'reasoning-service',
    'collect-agent',
  ];
  const lab: Lab = {
    runtime: 'processes',
    namespace: 'aetherius',
    agentNamespace: 'aetherius',
    names: guidedNames,
    seed: async () => source.seedAll(await lab.endpoints()),
    endpoints: async () => source.endpoints(state().ports),
    environmentConfig: async () => source.environmentConfig(await lab.endpoints()),
    exec(part, command) {
      const spec = source.specs(state().ports, configFolder).find((one) => one.part === part);
      const [program = 'true', ...args] = command;
      return run(program, args, { env: { ...spec?.env, ...state().env[part] }, cwd: configFolder(part) });
    },
    control: async () => ({ code: 127, stdout: '', stderr: 'plain processes have no control program' }),
    async logs(part, options = {}) {
      const text = existsSync(logFile(part)) ? readFileSync(logFile(part), 'utf8') : '';
      return options.lines === undefined ? text : text.trimEnd().split('\n').slice(-options.lines).join('\n');
    },
    async configure(part, changes) {
      if (programs.includes(part)) {
        const file = join(configFolder(part), 'config.yaml');
        writeFileSync(file, editConfig(part, readFileSync(file, 'utf8'), changes));
        return;
      }
      const now = state();
      const settings = { ...now.settings[part] };
      for (const [key, value] of Object.entries(changes)) {
        if (value === null) delete settings[key];
        else settings[key] = String(value);
      }
      now.settings[part] = settings;
      writeState(now);
    },
    async setEnv(part, changes) {
      const now = state();
      const env = { ...now.env[part] };
      for (const [key, value] of Object.entries(changes)) {
        if (value === null) delete env[key];
        else env[key] = value;
      }
      now.env[part] = env;
      writeState(now);
      await lab.restart(part);
    },
    async restart(part) {
      await stop(part);
      await start(part);
    },
    stop,
    start,
    pids: async (part) => pids(part),
    async reset(part) {
      const now = state();
      delete now.env[part];
      delete now.settings[part];
      writeState(now);
      const spec = source.specs(now.ports, configFolder).find((one) => one.part === part);
      for (const [name, text] of Object.entries(spec?.files ?? {})) put(join(configFolder(part), name), text);
      await lab.restart(part);
    },
    pause: async (part) => signalAll(part, pids(part), 'SIGSTOP'),
    resume: async (part) => signalAll(part, pids(part), 'SIGCONT'),
    healthy: (seconds = 60) =>
      waitHealthy(lab, seconds, async () =>
        labParts.filter((part) => livePid(state(), part) === undefined).map((part) => `${part} does not run`),
      ),
  };
  return lab;
}

/** Ends every process of the platform and removes what it wrote. */
export async function downProcesses(): Promise<void> {
  const state = readState();
  if (state === undefined) return;
  const pids = labParts.flatMap((part) => livePid(state, part) ?? []);
  for (const pid of pids) for (const one of [pid, ...descendants(pid)]) signalPid(one, 'SIGCONT');
  await Promise.all(
    labParts.map(async (part) => {
      const pid = livePid(state, part);
      if (pid !== undefined) await stopPid(pid, 2, part === 'postgres' ? 'SIGINT' : 'SIGTERM');
    }),
  );
  rmSync(processesFolder(), { recursive: true, force: true });
}
