/** Redis 7.0 (Debian's, unpacked into the cache), or the binary that `REDIS_SERVER` names or PATH has. */

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { present } from '../../src/domain/kernel/present.ts';
import { given, libraryPath, missingDebTools, type Progress, unpackDebs } from './cache.ts';
import { freePort, type Server, startProcess, tail, waitFor } from './process.ts';

const packages = [
  'redis-server',
  'redis-tools',
  'libjemalloc2',
  'liblzf1',
  'liblua5.1-0',
  'lua-cjson',
  'lua-bitop',
  'libatomic1',
  'libhiredis0.14',
  // On every Debian, but not in an image that has nothing else.
  ...[
    'libsystemd0',
    'libssl3',
    'libgcrypt20',
    'libgpg-error0',
    'liblz4-1',
    'libzstd1',
    'liblzma5',
    'libcap2',
  ],
];

export interface Program {
  readonly command: string;
  readonly env: Readonly<Record<string, string>>;
  /** Folder of the unpacked packages, when it is ours. */
  readonly tree?: string;
}

/** What is missing to run Redis here, in one line; undefined when nothing is. */
export function missing(): string | undefined {
  if (given('REDIS_SERVER', 'redis-server') !== undefined) return undefined;
  const tools = missingDebTools();
  return tools && `Redis: ${tools}, or REDIS_SERVER=/path/to/redis-server`;
}

/** Finds or fetches redis-server. */
export async function redisProgram(progress?: Progress): Promise<Program> {
  const own = given('REDIS_SERVER', 'redis-server');
  if (own !== undefined) return { command: own, env: {} };
  const tree = await redisTree(progress);
  return { command: join(tree, 'usr/bin/redis-server'), env: { LD_LIBRARY_PATH: libraryPath(tree) }, tree };
}

/** The unpacked Debian packages, whatever the machine has itself (images are made of them). */
export function redisTree(progress?: Progress): Promise<string> {
  return unpackDebs('redis', packages, progress);
}

export interface RedisOptions {
  readonly dir: string;
  readonly password?: string;
  /** Further arguments, such as `['--maxmemory', '10mb']`. */
  readonly args?: readonly string[];
  readonly port?: number;
  readonly deathSignal?: 'KILL' | null;
}

export interface RedisServer extends Server {
  /** Empty when none was asked for. */
  readonly password: string;
  /** `redis://:password@host:port`. */
  readonly url: string;
}

/**
 * Arguments of a cluster's node. Without `busPort`, a free one, its bus would take the port that is 10,000 above, which
 * nobody has asked for whether it is free.
 */
export const clusterNode = (busPort: number, dir = '.'): readonly string[] => [
  ...['--cluster-enabled', 'yes', '--cluster-config-file', join(dir, 'nodes.conf')],
  ...['--cluster-announce-ip', '127.0.0.1', '--cluster-port', `${busPort}`],
];

/** Starts a Redis without persistence on 127.0.0.1; resolves when it answers PING. */
export async function startRedis(options: RedisOptions): Promise<RedisServer> {
  const { dir, password = '' } = options;
  mkdirSync(dir, { recursive: true });
  const program = await redisProgram();
  const port = options.port ?? (await freePort());
  const server = await startProcess({
    name: 'redis',
    command: program.command,
    args: [
      ...['--port', `${port}`, '--bind', '127.0.0.1', '--dir', dir, '--save', '', '--appendonly', 'no'],
      ...['--daemonize', 'no', ...(password === '' ? [] : ['--requirepass', password])],
      ...(options.args ?? []),
    ],
    env: program.env,
    log: join(dir, 'redis.log'),
    ...present({ deathSignal: options.deathSignal }),
  });
  const client = new Redis({
    host: '127.0.0.1',
    port,
    ...(password === '' ? {} : { password }),
    lazyConnect: true,
    maxRetriesPerRequest: null,
    retryStrategy: () => 20,
  });
  client.on('error', () => undefined);
  try {
    await waitFor(() => client.ping().then((answer) => answer === 'PONG'), {
      seconds: 15,
      what: 'redis to answer',
      failed: () => (server.running() ? undefined : tail(server.log)),
    });
  } catch (error) {
    await server.kill();
    throw error;
  } finally {
    client.disconnect();
  }
  const auth = password === '' ? '' : `:${encodeURIComponent(password)}@`;
  return {
    host: '127.0.0.1',
    port,
    password,
    url: `redis://${auth}127.0.0.1:${port}`,
    pid: server.pid,
    log: server.log,
    stop: () => server.stop(),
    kill: () => server.kill(),
    pause: () => server.pause(),
    resume: () => server.resume(),
  };
}
