/** The platform as containers of a Compose project on a real Docker engine. */

import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { present } from '../../src/domain/kernel/present.ts';
import { type DockerEngine, dockerEngine, dockerState } from '../components/docker.ts';
import { type Endpoints, type Lab, type LabPart, labParts } from '../types.ts';
import { cgroupPids, configFile, editConfig, signalAll, waitHealthy } from './shared.ts';

export const project = 'aetherius';
export const network = 'aetherius';
export const containerName = (part: LabPart) => `aetherius-${part}`;

/** What `docker inspect` says of a container, as far as we read it. */
export interface Container {
  readonly Id: string;
  readonly Name: string;
  readonly State: {
    readonly Status: string;
    readonly Running: boolean;
    readonly Paused: boolean;
    readonly OOMKilled: boolean;
    readonly ExitCode: number;
    readonly StartedAt: string;
  };
  readonly RestartCount: number;
  readonly Config: { readonly Env: readonly string[]; readonly Image: string };
  readonly HostConfig: { readonly Memory: number; readonly NanoCpus: number };
  readonly NetworkSettings: {
    readonly Networks: Readonly<
      Record<string, { readonly IPAddress: string; readonly Aliases: readonly string[] | null }>
    >;
  };
}

/** What faults may use beyond `Lab` on this runtime. */
export interface ComposeLab extends Lab {
  readonly runtime: 'compose';
  readonly engine: DockerEngine;
  /** `docker …`; throws when it fails, returns stdout. */
  docker(args: readonly string[], stdin?: string): Promise<string>;
  /** `docker-compose up -d --no-deps <part>`: makes the container what the files say. */
  recreate(part: LabPart, force?: boolean): Promise<void>;
  /** Makes every container (or these) what the files say. */
  upAll(parts?: readonly LabPart[]): Promise<void>;
  inspect(part: LabPart): Promise<Container | undefined>;
  /** Folder with the part's configuration files. */
  configFolder(part: LabPart): string;
  /** Changes keys of the part's service in the override file (`null` removes the override) without applying it. */
  override(part: LabPart, changes: Readonly<Record<string, unknown>>): void;
}

export function isCompose(lab: Lab): lab is ComposeLab {
  return lab.runtime === 'compose';
}

/** Folder with the Compose files and the configuration of a running platform. */
export const composeFolder = () => join(dockerState(), 'platform');

interface Override {
  version: string;
  services: Record<string, Record<string, unknown>>;
}

function readOverride(): Override {
  const file = join(composeFolder(), 'override.json');
  if (!existsSync(file)) return { version: '2.4', services: {} };
  return JSON.parse(readFileSync(file, 'utf8')) as Override;
}

/** Handle on the platform that is up. */
export function composeLab(source: {
  /** Puts tables and streams back where a part lost them with its data. */
  seed: (part: LabPart, at: Endpoints) => Promise<void>;
  endpoints: (host: string) => Endpoints;
  environmentConfig: (at: Endpoints, socket: string) => Readonly<Record<string, unknown>>;
}): ComposeLab {
  const engine = dockerEngine();
  const control = (args: readonly string[], stdin?: string) =>
    engine.docker(args, stdin === undefined ? {} : { stdin });
  const docker = async (args: readonly string[], stdin?: string) => {
    const result = await control(args, stdin);
    if (result.code !== 0) throw new Error(`docker ${args.slice(0, 5).join(' ')}: ${result.stderr.trim()}`);
    return result.stdout;
  };
  // Two runs at once on one project get in each other's way.
  let last: Promise<unknown> = Promise.resolve();
  const compose = (args: readonly string[]): Promise<void> => {
    const mine = last.then(() => runCompose(args));
    last = mine.catch(() => undefined);
    return mine;
  };
  const runCompose = async (args: readonly string[]) => {
    const folder = composeFolder();
    const files = ['-f', join(folder, 'docker-compose.yml'), '-f', join(folder, 'override.json')];
    const result = await engine.compose(['-p', project, ...files, ...args], { cwd: folder, seconds: 180 });
    if (result.code !== 0)
      throw new Error(`docker-compose ${args.join(' ')}: ${result.stderr.trim().slice(-800)}`);
  };
  const inspect = async (part: LabPart): Promise<Container | undefined> => {
    const result = await control(['inspect', containerName(part)]);
    return result.code === 0 ? (JSON.parse(result.stdout) as Container[])[0] : undefined;
  };
  const running = async (part: LabPart) => (await inspect(part))?.State.Running === true;
  const recreate = (part: LabPart, force = false) =>
    compose(['up', '-d', '-t', '1', '--no-deps', ...(force ? ['--force-recreate'] : []), part]);
  const folderOf = (part: LabPart) => join(composeFolder(), 'config', part);
  const pids = async (part: LabPart) => {
    const found = await inspect(part);
    return found === undefined ? [] : cgroupPids(engine.cgroup ?? 'docker', [found.Id]);
  };
  const override = (part: LabPart, changes: Readonly<Record<string, unknown>>) => {
    const all = readOverride();
    const service = { ...all.services[part] };
    for (const [key, value] of Object.entries(changes)) {
      if (value === null) delete service[key];
      else service[key] = value;
    }
    all.services[part] = service;
    if (Object.keys(service).length === 0) delete all.services[part];
    writeFileSync(join(composeFolder(), 'override.json'), JSON.stringify(all, null, 1));
  };
  const lab: ComposeLab = {
    runtime: 'compose',
    namespace: project,
    agentNamespace: project,
    ...present({ dockerSocket: engine.socket }),
    engine,
    control,
    docker,
    recreate,
    upAll: (parts = []) => compose(['up', '-d', '-t', '1', ...parts]),
    inspect,
    override,
    configFolder: folderOf,
    endpoints: async () => source.endpoints(engine.publishedHost),
    environmentConfig: async () =>
      source.environmentConfig(await lab.endpoints(), engine.socket ?? engine.host),
    exec: (part, command) => control(['exec', containerName(part), ...command]),
    async logs(part, options = {}) {
      const result = await control(['logs', '--tail', `${options.lines ?? 'all'}`, containerName(part)]);
      return `${result.stdout}${result.stderr}`;
    },
    async configure(part, changes) {
      const file = join(folderOf(part), configFile[part]);
      // Written in place: a new file under the same name would not be seen through a mount of the file.
      writeFileSync(file, editConfig(part, readFileSync(file, 'utf8'), changes));
    },
    async setEnv(part, changes) {
      const environment = {
        ...(readOverride().services[part]?.['environment'] as Record<string, string> | undefined),
      };
      for (const [key, value] of Object.entries(changes)) {
        if (value === null) delete environment[key];
        else environment[key] = value;
      }
      override(part, { environment: Object.keys(environment).length === 0 ? null : environment });
      await recreate(part);
    },
    async restart(part) {
      if ((await inspect(part)) === undefined) await recreate(part);
      else await docker(['restart', '-t', '1', containerName(part)]);
    },
    async stop(part) {
      if ((await inspect(part)) === undefined) return;
      await docker(['stop', '-t', '1', containerName(part)]);
    },
    async start(part) {
      if (await running(part)) return;
      if ((await inspect(part)) === undefined) await recreate(part);
      else await docker(['start', containerName(part)]);
    },
    async reset(part) {
      cpSync(join(composeFolder(), 'original', part), folderOf(part), { recursive: true });
      const service = readOverride().services[part] ?? {};
      override(part, Object.fromEntries(Object.keys(service).map((key) => [key, null])));
      await recreate(part, true);
      await source.seed(part, await lab.endpoints());
    },
    pids,
    async pause(part) {
      signalAll(part, await pids(part), 'SIGSTOP');
    },
    async resume(part) {
      signalAll(part, await pids(part), 'SIGCONT');
    },
    healthy: (seconds = 90) => waitHealthy(lab, seconds, () => notRunning(lab)),
  };
  return lab;
}

async function notRunning(lab: ComposeLab): Promise<string[]> {
  const text = await lab.docker([
    'ps',
    '-a',
    '--format',
    '{{.Names}}\t{{.State}}',
    '--filter',
    `name=${project}-`,
  ]);
  const states = new Map(
    text
      .trim()
      .split('\n')
      .map((line) => line.split('\t') as [string, string]),
  );
  return labParts.flatMap((part) => {
    const state = states.get(containerName(part));
    return state === 'running' ? [] : [`${part} is ${state ?? 'not there'}`];
  });
}

/** Writes the files of a new platform. */
export function writeComposeFiles(compose: string, files: Readonly<Record<string, string>>): void {
  const folder = composeFolder();
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'docker-compose.yml'), compose);
  writeFileSync(join(folder, 'override.json'), JSON.stringify({ version: '2.4', services: {} }));
  for (const [name, text] of Object.entries(files)) {
    for (const copy of ['config', 'original']) {
      const file = join(folder, copy, name);
      mkdirSync(join(file, '..'), { recursive: true });
      writeFileSync(file, text);
    }
  }
}

/** All containers, networks and volumes of the project. */
export async function removeProject(engine: DockerEngine): Promise<void> {
  const folder = composeFolder();
  if (!existsSync(join(folder, 'docker-compose.yml'))) return;
  await engine.compose(['-p', project, '-f', join(folder, 'docker-compose.yml'), 'down', '-v', '-t', '1'], {
    cwd: folder,
  });
}
