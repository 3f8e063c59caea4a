/** NATS 2.9 (Debian's, unpacked into the cache), or the binary that `NATS_SERVER` names or PATH has. */

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { present } from '../../src/domain/kernel/present.ts';
import { given, missingDebTools, type Progress, unpackDebs } from './cache.ts';
import { freePort, put, type Server, startProcess, tail, waitFor } from './process.ts';

/** What is missing to run NATS here, in one line; undefined when nothing is. */
export function missing(): string | undefined {
  if (given('NATS_SERVER', 'nats-server') !== undefined) return undefined;
  const tools = missingDebTools();
  return tools && `NATS: ${tools}, or NATS_SERVER=/path/to/nats-server`;
}

/** Path of nats-server: found, or fetched. */
export async function natsProgram(progress?: Progress): Promise<string> {
  return given('NATS_SERVER', 'nats-server') ?? join(await natsTree(progress), 'usr/sbin/nats-server');
}

/** The unpacked Debian package, whatever the machine has itself. */
export function natsTree(progress?: Progress): Promise<string> {
  return unpackDebs('nats', ['nats-server'], progress);
}

export interface NatsOptions {
  readonly dir: string;
  readonly user?: string;
  readonly password?: string;
  readonly token?: string;
  /** Default true. */
  readonly jetstream?: boolean;
  /** Further lines of the configuration file, such as `write_deadline: "1s"`. */
  readonly config?: string;
  readonly port?: number;
  readonly monitorPort?: number;
  readonly deathSignal?: 'KILL' | null;
}

export interface NatsServer extends Server {
  readonly monitorPort: number;
  /** `http://127.0.0.1:<monitorPort>`. */
  readonly monitorUrl: string;
  /** `nats://[user:password@]127.0.0.1:<port>`. */
  readonly url: string;
}

/** Starts NATS with its monitor on 127.0.0.1; resolves when the monitor says so. */
export async function startNats(options: NatsOptions): Promise<NatsServer> {
  const { dir } = options;
  mkdirSync(dir, { recursive: true });
  const program = await natsProgram();
  const port = options.port ?? (await freePort());
  const monitorPort = options.monitorPort ?? (await freePort());
  const file = join(dir, 'nats.conf');
  put(file, configuration(options, port, monitorPort), 0o600);
  const server = await startProcess({
    name: 'nats',
    command: program,
    args: ['-c', file],
    log: join(dir, 'nats.log'),
    ...present({ deathSignal: options.deathSignal }),
  });
  const monitorUrl = `http://127.0.0.1:${monitorPort}`;
  try {
    await waitFor(async () => (await fetch(`${monitorUrl}/healthz`)).ok, {
      seconds: 15,
      what: 'nats to answer',
      failed: () => (server.running() ? undefined : tail(server.log)),
    });
  } catch (error) {
    await server.kill();
    throw error;
  }
  const secret =
    options.token ?? (options.user === undefined ? undefined : `${options.user}:${options.password ?? ''}`);
  return {
    host: '127.0.0.1',
    port,
    monitorPort,
    monitorUrl,
    url: `nats://${secret === undefined ? '' : `${secret}@`}127.0.0.1:${port}`,
    pid: server.pid,
    log: server.log,
    stop: () => server.stop(),
    kill: () => server.kill(),
    pause: () => server.pause(),
    resume: () => server.resume(),
  };
}

function configuration(options: NatsOptions, port: number, monitorPort: number): string {
  const auth =
    options.token !== undefined
      ? [`authorization { token: ${JSON.stringify(options.token)} }`]
      : options.user !== undefined
        ? [
            `authorization { user: ${JSON.stringify(options.user)}, password: ${JSON.stringify(options.password ?? '')} }`,
          ]
        : [];
  return [
    `listen: "127.0.0.1:${port}"`,
    `http: "127.0.0.1:${monitorPort}"`,
    ...(options.jetstream === false
      ? []
      : [`jetstream { store_dir: ${JSON.stringify(join(options.dir, 'js'))} }`]),
    ...auth,
    options.config ?? '',
    '',
  ].join('\n');
}
