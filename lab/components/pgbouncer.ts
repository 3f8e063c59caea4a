/** PgBouncer 1.18 (Debian's, unpacked into the cache), or the binary that `PGBOUNCER` names or PATH has. */

import { chownSync, cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { given, libraryPath, missingDebTools, unpackDebs } from './cache.ts';
import { letThrough, type PostgresServer, query, unprivileged } from './postgres.ts';
import { freePort, type Server, startProcess, tail, waitFor } from './process.ts';

const packages = [
  ...['pgbouncer', 'libc-ares2', 'libevent-2.1-7', 'libpam0g', 'libaudit1', 'libcap-ng0'],
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

/** What is missing to run PgBouncer here, in one line; undefined when nothing is. */
export function missing(): string | undefined {
  if (given('PGBOUNCER', 'pgbouncer') !== undefined) return undefined;
  const tools = missingDebTools();
  return tools && `PgBouncer: ${tools}, or PGBOUNCER=/path/to/pgbouncer`;
}

/** It refuses to run as root, and another user may not enter the cache: a copy stands beside its files. */
async function program(
  dir: string,
): Promise<{ readonly command: string; readonly env: Record<string, string> }> {
  const own = given('PGBOUNCER', 'pgbouncer');
  if (own !== undefined) return { command: own, env: {} };
  const tree = await unpackDebs('pgbouncer', packages);
  const copy = join(dir, 'program');
  if (!existsSync(copy)) {
    mkdirSync(copy);
    cpSync(join(tree, 'usr/sbin/pgbouncer'), join(copy, 'pgbouncer'));
    cpSync(libraryPath(tree), join(copy, 'lib'), { recursive: true, verbatimSymlinks: true });
  }
  return { command: join(copy, 'pgbouncer'), env: { LD_LIBRARY_PATH: join(copy, 'lib') } };
}

export interface PgbouncerOptions {
  /** Holds its configuration and `pgbouncer.log`. */
  readonly dir: string;
  readonly behind: PostgresServer;
  readonly mode: 'transaction' | 'session';
  /** Server connections for each database and login; default 20. */
  readonly poolSize?: number;
  /** Addresses whose logins pass too; default that of the server's superuser alone. */
  readonly logins?: readonly string[];
  /** Further settings, such as `{ ignore_startup_parameters: 'options' }`. */
  readonly settings?: Readonly<Record<string, string>>;
}

export interface Pgbouncer extends Server {
  /** As that of the server behind it, through the pooler. */
  url(database?: string): string;
}

function loginOf(address: string): { readonly user: string; readonly password: string } {
  const { username, password } = new URL(address);
  return { user: decodeURIComponent(username), password: decodeURIComponent(password) };
}

/** Starts a PgBouncer on 127.0.0.1 in front of a server; resolves when a query goes through it. */
export async function startPgbouncer(options: PgbouncerOptions): Promise<Pgbouncer> {
  const { dir, behind, mode, poolSize = 20 } = options;
  mkdirSync(dir, { recursive: true });
  const { command, env } = await program(dir);
  const port = await freePort();
  const quoted = (word: string) => `"${word.replaceAll('"', '""')}"`;
  const settings = {
    ...{ listen_addr: '127.0.0.1', listen_port: `${port}`, unix_socket_dir: '', pool_mode: mode },
    ...{ auth_type: 'scram-sha-256', auth_file: join(dir, 'users.txt') },
    ...{ default_pool_size: `${poolSize}`, max_client_conn: '500' },
    // A server that comes back is tried at once.
    ...{ server_login_retry: '1', query_wait_timeout: '10' },
    ...options.settings,
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}`);
  const file = join(dir, 'pgbouncer.ini');
  writeFileSync(
    file,
    ['[databases]', `* = host=${behind.host} port=${behind.port}`, '[pgbouncer]', ...lines, ''].join('\n'),
  );
  const users = [behind, ...(options.logins ?? []).map(loginOf)];
  writeFileSync(
    join(dir, 'users.txt'),
    users.map(({ user, password }) => `${quoted(user)} ${quoted(password)}\n`).join(''),
    { mode: 0o600 },
  );
  if (process.getuid?.() === 0) {
    chownSync(join(dir, 'users.txt'), unprivileged, unprivileged);
    letThrough(dir);
  }
  const server = await startProcess({
    ...{ name: 'pgbouncer', command, args: [file], env, cwd: dir, uid: unprivileged },
    log: join(dir, 'pgbouncer.log'),
    stopSignal: 'SIGINT',
  });
  const url = (database?: string) => {
    const through = new URL(behind.url(database));
    through.port = `${port}`;
    return through.toString();
  };
  try {
    await waitFor(() => query(url(), 'SELECT 1'), {
      seconds: 20,
      what: 'pgbouncer to answer',
      failed: () => (server.running() ? undefined : tail(server.log)),
    });
  } catch (error) {
    await server.kill();
    throw error;
  }
  return {
    ...{ host: '127.0.0.1', port, pid: server.pid, log: server.log, url },
    stop: () => server.stop(),
    kill: () => server.kill(),
    pause: () => server.pause(),
    resume: () => server.resume(),
  };
}
