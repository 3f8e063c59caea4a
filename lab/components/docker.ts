/** A Docker engine 20.10 with Compose 1.29 (Debian's, unpacked into the cache) in namespaces of its own, or the one that `AETHERIUS_LAB_DOCKER_HOST` names. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Dockerode from 'dockerode';
import type { Output } from '../types.ts';
import { cacheDir, missingDebTools, type Progress, unpackDebs, which } from './cache.ts';
import { instance } from './instance.ts';
import { must, type RunOptions, run } from './process.ts';

const packages = [
  ...['docker.io', 'containerd', 'runc', 'tini', 'docker-compose', 'busybox-static'],
  ...['python3-docker', 'python3-dockerpty', 'python3-docopt', 'python3-dotenv', 'python3-distro'],
  ...['python3-jsonschema', 'python3-requests', 'python3-texttable', 'python3-websocket', 'python3-yaml'],
  ...['python3-attr', 'python3-certifi', 'python3-chardet', 'python3-charset-normalizer', 'python3-idna'],
  ...['python3-pyrsistent', 'python3-urllib3', 'python3-cached-property', 'python3-six', 'python3-packaging'],
];

const scripts = fileURLToPath(new URL('docker/', import.meta.url));

/** What is missing to run Docker here, in one line; undefined when nothing is. */
export function missing(): string | undefined {
  if (process.env.AETHERIUS_LAB_DOCKER_HOST !== undefined)
    return which('docker') === undefined
      ? 'Docker: AETHERIUS_LAB_DOCKER_HOST is set, but there is no docker in PATH'
      : undefined;
  if (process.getuid?.() !== 0)
    return 'Docker: an engine of our own needs root, or AETHERIUS_LAB_DOCKER_HOST=unix:///…';
  const absent = ['unshare', 'nsenter', 'ip', 'sysctl'].filter((tool) => which(tool) === undefined);
  if (absent.length > 0) return `Docker: needs ${absent.join(', ')} (Debian: util-linux, iproute2, procps)`;
  if (!existsSync('/usr/bin/python3')) return 'Docker: Compose needs Debian’s python3';
  if (existsSync(cacheDir('docker'))) return undefined;
  const tools = missingDebTools();
  return tools && `Docker: ${tools}`;
}

export interface DockerEngine {
  /** `unix://…` or what `AETHERIUS_LAB_DOCKER_HOST` says. */
  readonly host: string;
  /** Path of the socket when it is one. */
  readonly socket?: string;
  /** Where the host reaches published ports. */
  readonly publishedHost: string;
  /** Parent of every container's cgroup, when the engine is ours. */
  readonly cgroup?: string;
  /** True when the engine is ours: we may enter its namespaces and take it down. */
  readonly own: boolean;
  /** Its API, for what is asked again and again: each `docker …` is a process. */
  readonly api: Dockerode;
  /** `docker …` against this engine. */
  docker(args: readonly string[], options?: RunOptions): Promise<Output>;
  /** `docker-compose …` against this engine. */
  compose(args: readonly string[], options?: RunOptions): Promise<Output>;
  /** Runs a command in the engine's network, mounts and processes; throws if the engine is not ours. */
  inside(args: readonly string[], options?: RunOptions): Promise<Output>;
}

/** Folder of all that a running engine of ours writes. */
export function dockerState(): string {
  return instance().docker.STATE ?? '';
}

const settings = () => ({ ...instance().docker, CACHE: cacheDir() });

/** The unpacked Debian packages. */
export function dockerTree(progress?: Progress): Promise<string> {
  return unpackDebs('docker', packages, progress);
}

/** Fetches what is needed and starts the engine; does nothing to one that is up. */
export async function startDocker(progress?: Progress): Promise<DockerEngine> {
  const given = process.env.AETHERIUS_LAB_DOCKER_HOST;
  if (given === undefined) {
    await dockerTree(progress);
    await must(join(scripts, 'up.sh'), [], { env: settings(), seconds: 300 });
  }
  return dockerEngine();
}

/** Handle on an engine that is up (or that was given). */
export function dockerEngine(): DockerEngine {
  const given = process.env.AETHERIUS_LAB_DOCKER_HOST;
  const socket = given?.startsWith('unix://')
    ? given.slice('unix://'.length)
    : join(dockerState(), 'docker.sock');
  const host = given ?? `unix://${socket}`;
  const tree = cacheDir('docker');
  const env = {
    DOCKER_HOST: host,
    DOCKER_CONFIG: join(dockerState(), 'client'),
    COMPOSE_HTTP_TIMEOUT: '120',
    // Our PATH may hold another Python and another docker; Compose needs Debian's own.
    PYTHONPATH: join(tree, 'usr/lib/python3/dist-packages'),
  };
  const own = given === undefined;
  const address = host.startsWith('unix://') ? undefined : new URL(host.replace(/^tcp:/, 'http:'));
  const api = new Dockerode(
    address === undefined
      ? { socketPath: host.slice('unix://'.length) }
      : { host: address.hostname, port: address.port },
  );
  const cli = own ? join(tree, 'usr/bin/docker') : 'docker';
  return {
    host,
    ...(host.startsWith('unix://') ? { socket } : {}),
    publishedHost: own
      ? (instance().docker.NODE_IP ?? '')
      : host.startsWith('tcp://')
        ? new URL(host).hostname
        : '127.0.0.1',
    own,
    api,
    ...(own ? { cgroup: instance().docker.CGROUP ?? '' } : {}),
    docker: (args, options = {}) => run(cli, args, { ...options, env: { ...env, ...options.env } }),
    compose: (args, options = {}) =>
      own
        ? run('/usr/bin/python3', [join(tree, 'usr/bin/docker-compose'), ...args], {
            ...options,
            env: { ...env, ...options.env },
          })
        : run(
            which('docker-compose') ?? 'docker',
            which('docker-compose') === undefined ? ['compose', ...args] : args,
            {
              ...options,
              env: { DOCKER_HOST: host, ...options.env },
            },
          ),
    async inside(args, options = {}) {
      if (!own) throw new Error('this Docker engine was given: its namespaces are not ours to enter');
      return run('bash', ['-c', 'source "$0/lib.sh"; node "$@"', scripts, ...args], {
        ...options,
        env: { ...settings(), ...options.env },
      });
    },
  };
}

/** Whether an engine of ours is up. */
export async function dockerRunning(): Promise<boolean> {
  if (process.env.AETHERIUS_LAB_DOCKER_HOST === undefined && !existsSync(join(dockerState(), 'docker.sock')))
    return false;
  return (await dockerEngine().docker(['version'], { seconds: 20 })).code === 0;
}

/** Ends our engine with every container, network, mount and rule of it; a given one is left alone. */
export async function stopDocker(): Promise<void> {
  if (process.env.AETHERIUS_LAB_DOCKER_HOST !== undefined) return;
  await must(join(scripts, 'down.sh'), [], { env: settings(), seconds: 120 });
}
