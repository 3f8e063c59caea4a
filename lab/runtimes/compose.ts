/** The platform as containers of a Compose project on a real Docker engine. */

import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { present } from '../../src/domain/kernel/present.ts';
import { type DockerEngine, dockerEngine, dockerState } from '../components/docker.ts';
import { guidedNames } from '../platform/names.ts';
import type { Endpoints, Lab, LabPart, Names } from '../types.ts';
import { asVariables, cgroupPids, configFile, editConfig, signalAll, waitHealthy } from './shared.ts';

export const project = 'aetherius';

/** What a platform's parts are called in Compose. */
export interface ComposeNames extends Names {
  /** Folder with `config`, `original` and, where there are several projects, a folder for the files of each. */
  readonly folder: string;
  /** Its one project has its files in `folder` itself. */
  readonly alone?: true;
  project(part: LabPart): string;
  /** Name of the project's one network, as the engine has it. */
  network(part: LabPart): string;
  service(part: LabPart): string;
  container(part: LabPart): string;
  /** Where this machine reaches it. */
  published(part: LabPart): number;
  /** File in the part's folder of configuration that `configure` changes; undefined when it has none. */
  file(part: LabPart): string | undefined;
  /** Folder of the workflows' files, below `config` and `original`. */
  readonly workflows: string;
  /** What does not work now, one line each; undefined: the check of the guide's platform. */
  readonly unhealthy?: (at: Endpoints) => Promise<string[]>;
}

/** The names of the guide's platform. */
export const guidedComposeNames = (): ComposeNames => ({
  ...guidedNames,
  folder: composeFolder(),
  project: () => project,
  network: () => 'aetherius',
  service: (part) => part,
  container: (part) => `aetherius-${part}`,
  published: guidedNames.port,
  file: (part) => configFile[part],
  workflows: 'orchestrator-service/workflows',
});

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
  readonly names: ComposeNames;
  /** `docker …`; throws when it fails, returns stdout. */
  docker(args: readonly string[], stdin?: string): Promise<string>;
  /** `docker-compose up -d --no-deps <part>`: makes the container what the files say. */
  recreate(part: LabPart, force?: boolean): Promise<void>;
  /** Makes every container (or these) what the files say. */
  upAll(parts?: readonly LabPart[]): Promise<void>;
  inspect(part: LabPart): Promise<Container | undefined>;
  /** Folder with the part's configuration files. */
  configFolder(part: LabPart): string;
  /** Folder with the model of reasoning-service; not there where that lies in a volume. */
  readonly modelFolder: string;
  /** Folder with the workflows' files. */
  readonly workflowFolder: string;
  /** Changes keys of the part's service in the override file (`null` removes the override) without applying it. */
  override(part: LabPart, changes: Readonly<Record<string, unknown>>): void;
}

export function isCompose(lab: Lab): lab is ComposeLab {
  return lab.runtime === 'compose';
}

/** Folder with the Compose files and the configuration of a running platform. */
export const composeFolder = () => join(dockerState(), 'platform');

/** Folder of the files of one project: the guide's platform has but one. */
export const composeProjectFolder = (names: ComposeNames, name: string) =>
  name === project || names.alone === true ? names.folder : join(names.folder, name);

interface Override {
  version: string;
  services: Record<string, Record<string, unknown>>;
}

/** Text of an override file that changes nothing. */
export const noOverride = JSON.stringify({ version: '2.4', services: {} });

function readOverride(file: string): Override {
  if (!existsSync(file)) return { version: '2.4', services: {} };
  return JSON.parse(readFileSync(file, 'utf8')) as Override;
}

/** Handle on the platform that is up. */
export function composeLab(source: {
  /** Puts tables and streams back where a part lost them with its data. */
  seed: (part: LabPart, at: Endpoints) => Promise<void>;
  /** Makes all of them that are missing. */
  seedAll: (at: Endpoints) => Promise<void>;
  endpoints: (host: string) => Endpoints;
  environmentConfig: (at: Endpoints, socket: string) => Readonly<Record<string, unknown>>;
  readonly names?: ComposeNames;
}): ComposeLab {
  const names = source.names ?? guidedComposeNames();
  const containerName = (part: LabPart) => names.container(part);
  const filesOf = (name: string) => composeProjectFolder(names, name);
  const overrideFile = (part: LabPart) => join(filesOf(names.project(part)), 'override.json');
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
  const compose = (name: string, args: readonly string[]): Promise<void> => {
    const mine = last.then(() => runCompose(name, args));
    last = mine.catch(() => undefined);
    return mine;
  };
  const runCompose = async (name: string, args: readonly string[]) => {
    const folder = filesOf(name);
    const files = ['-f', join(folder, 'docker-compose.yml'), '-f', join(folder, 'override.json')];
    const result = await engine.compose(['-p', name, ...files, ...args], { cwd: folder, seconds: 180 });
    if (result.code !== 0)
      throw new Error(`docker-compose ${args.join(' ')}: ${result.stderr.trim().slice(-800)}`);
  };
  const inspect = async (part: LabPart): Promise<Container | undefined> => {
    try {
      return (await engine.api.getContainer(containerName(part)).inspect()) as unknown as Container;
    } catch (error) {
      if (statusOf(error) === 404) return undefined;
      throw error;
    }
  };
  /** 304: it is so already. */
  const changed = (call: Promise<unknown>) =>
    call.catch((error: unknown) => {
      if (statusOf(error) !== 304) throw error;
    });
  const running = async (part: LabPart) => (await inspect(part))?.State.Running === true;
  const recreate = (part: LabPart, force = false) =>
    compose(names.project(part), [
      ...['up', '-d', '-t', '1', '--no-deps', ...(force ? ['--force-recreate'] : [])],
      names.service(part),
    ]);
  const folderOf = (part: LabPart) => join(names.folder, 'config', part);
  const pids = async (part: LabPart) => {
    const found = await inspect(part);
    return found === undefined ? [] : cgroupPids(engine.cgroup ?? 'docker', [found.Id]);
  };
  const override = (part: LabPart, changes: Readonly<Record<string, unknown>>) => {
    const all = readOverride(overrideFile(part));
    const name = names.service(part);
    const service = { ...all.services[name] };
    for (const [key, value] of Object.entries(changes)) {
      if (value === null) delete service[key];
      else service[key] = value;
    }
    all.services[name] = service;
    if (Object.keys(service).length === 0) delete all.services[name];
    writeFileSync(overrideFile(part), JSON.stringify(all, null, 1));
  };
  const lab: ComposeLab = {
    runtime: 'compose',
    namespace: names.project('agent-manager'),
    agentNamespace: names.project('agent-manager'),
    names,
    ...present({ dockerSocket: engine.socket }),
    engine,
    control,
    docker,
    recreate,
    async upAll(parts = names.parts) {
      const there = parts.filter((part) => names.parts.includes(part));
      const projects = [...new Set(there.map((part) => names.project(part)))];
      for (const one of projects) {
        const own = there.filter((part) => names.project(part) === one);
        await compose(one, ['up', '-d', '-t', '1', ...own.map((part) => names.service(part))]);
      }
    },
    inspect,
    override,
    configFolder: folderOf,
    modelFolder: join(names.folder, 'models'),
    workflowFolder: join(names.folder, 'config', names.workflows),
    seed: async () => source.seedAll(await lab.endpoints()),
    endpoints: async () => source.endpoints(engine.publishedHost),
    environmentConfig: async () =>
      source.environmentConfig(await lab.endpoints(), engine.socket ?? engine.host),
    exec: (part, command) => control(['exec', containerName(part), ...command]),
    async logs(part, options = {}) {
      const result = await control(['logs', '--tail', `${options.lines ?? 'all'}`, containerName(part)]);
      return `${result.stdout}${result.stderr}`;
    },
    async configure(part, changes) {
      const name = names.file(part);
      if (name === undefined) {
        await lab.setEnv(part, asVariables(names, part, changes));
        return;
      }
      const file = join(folderOf(part), name);
      const own = Object.entries(changes).map(([key, value]) => [names.key(part, key), value] as const);
      // Written in place: a new file under the same name would not be seen through a mount of the file.
      writeFileSync(file, editConfig(part, readFileSync(file, 'utf8'), Object.fromEntries(own)));
    },
    async setEnv(part, changes) {
      const environment = {
        ...(readOverride(overrideFile(part)).services[names.service(part)]?.environment as
          | Record<string, string>
          | undefined),
      };
      for (const [name, value] of Object.entries(changes)) {
        const key = names.variable(part, name);
        if (value === null) delete environment[key];
        else environment[key] = value;
      }
      override(part, { environment: Object.keys(environment).length === 0 ? null : environment });
      await recreate(part);
    },
    async restart(part) {
      if ((await inspect(part)) === undefined) await recreate(part);
      else await changed(engine.api.getContainer(containerName(part)).restart({ t: 1 }));
    },
    async stop(part) {
      if ((await inspect(part)) === undefined) return;
      await changed(engine.api.getContainer(containerName(part)).stop({ t: 1 }));
    },
    async start(part) {
      if (await running(part)) return;
      if ((await inspect(part)) === undefined) await recreate(part);
      else await changed(engine.api.getContainer(containerName(part)).start());
    },
    async reset(part) {
      const folders = [part, ...(part === 'orchestrator-service' ? [names.workflows] : [])];
      for (const folder of folders.filter((one) => existsSync(join(names.folder, 'original', one))))
        cpSync(join(names.folder, 'original', folder), join(names.folder, 'config', folder), {
          recursive: true,
        });
      const service = readOverride(overrideFile(part)).services[names.service(part)] ?? {};
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
    healthy: (seconds = 90) => waitHealthy(lab, seconds, () => notRunning(lab), names.unhealthy),
  };
  return lab;
}

/** Status of the engine's answer to a call that failed; undefined where there was none. */
const statusOf = (error: unknown): number | undefined =>
  (error as { readonly statusCode?: number } | undefined)?.statusCode;

async function notRunning(lab: ComposeLab): Promise<string[]> {
  const list = await lab.engine.api.listContainers({ all: true });
  const states = new Map(
    list.flatMap(({ Names: names, State: state }) => names.map((name) => [name.slice(1), state])),
  );
  return lab.names.parts.flatMap((part) => {
    const state = states.get(lab.names.container(part));
    return state === 'running' ? [] : [`${part} is ${state ?? 'not there'}`];
  });
}

/** Writes the files of a new platform: the Compose file of each project, and configuration by `<part>/<name>`. */
export function writeComposeFiles(
  projects: Readonly<Record<string, string>>,
  files: Readonly<Record<string, string>>,
  names: ComposeNames = guidedComposeNames(),
): void {
  const { folder } = names;
  for (const [name, compose] of Object.entries(projects)) {
    const own = composeProjectFolder(names, name);
    mkdirSync(own, { recursive: true });
    writeFileSync(join(own, 'docker-compose.yml'), compose);
    writeFileSync(join(own, 'override.json'), noOverride);
  }
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
