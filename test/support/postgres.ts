/** A real PostgreSQL for a test file: one server, a fresh migrated database on demand. */
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, type QueryResultRow } from 'pg';
import { afterAll, beforeAll } from 'vitest';
import { loginOf, ownedBy, type PostgresServer, startPostgres } from '../../lab/components/postgres.ts';
import type { LoginKind } from '../../src/domain/kernel/process-kind.ts';
import { migrate } from '../../src/platform/store/migrate.ts';
import { createStore, type PostgresStore, type StoreOptions } from '../../src/platform/store/store.ts';
import { silentLogger } from './logger.ts';

export const auditKey = { id: 'test-key', secret: 'a secret of the tests that is long enough' } as const;

export interface TestPostgres {
  readonly server: PostgresServer;
  /** A new, empty database. */
  database(): Promise<TestDatabase>;
  /** A new database with all migrations. */
  migrated(): Promise<TestDatabase>;
  /** A copy that the server makes, as a dump and its restore would be. */
  clone(of: TestDatabase): Promise<TestDatabase>;
}

export interface TestDatabase {
  /** As a superuser, who may do what no process of the product may. */
  readonly url: string;
  /** As the login that owns the database, and is no superuser: for processes of the product. */
  readonly loginUrl: string;
  /** As a login that may act as one kind of process alone. */
  kindUrl(kind: LoginKind | 'cli'): Promise<string>;
  /** Closed with the file. */
  store(options?: Partial<StoreOptions>): PostgresStore;
  /** As the owner, past every grant. */
  sql<Row extends QueryResultRow>(text: string, values?: readonly unknown[]): Promise<Row[]>;
}

/** Starts the server before the file's tests and ends it after them. */
export function usePostgres(settings?: Readonly<Record<string, string>>, tree?: string): TestPostgres {
  const dir = mkdtempSync(join(tmpdir(), 'aetherius-pg-'));
  const closers: (() => Promise<unknown>)[] = [];
  let server: PostgresServer | undefined;
  const running = () => {
    if (server === undefined) throw new Error('PostgreSQL is started before the first test');
    return server;
  };
  beforeAll(async () => {
    chmodSync(dir, 0o755);
    // Every store of a file's tests keeps its pool until the file ends.
    const from = tree === undefined ? {} : { tree };
    server = await startPostgres({ dir, settings: { max_connections: '400', ...settings }, ...from });
  });
  afterAll(async () => {
    await Promise.allSettled(closers.map((close) => close()));
    await server?.stop();
    rmSync(dir, { recursive: true, force: true });
  });
  const database = async () => {
    const name = `t_${randomUUID().replaceAll('-', '')}`;
    await sql(running().url(), `CREATE DATABASE ${name}`);
    return named(name);
  };
  const named = async (name: string) => {
    const kindUrl: TestDatabase['kindUrl'] = (kind) => loginOf(running(), name, kind);
    return describe({ url: running().url(name), loginUrl: await ownedBy(running(), name), kindUrl }, closers);
  };
  /** By pg_dump and pg_restore of this folder, of the server's own version: the package that tests use has neither. */
  const dumpAndRestore = async (tools: string, from: string, name: string) => {
    const dump = join(dir, `${name}.dump`);
    execFileSync(join(tools, 'pg_dump'), ['-Fc', '-f', dump, running().url(from)]);
    await sql(running().url(), `CREATE DATABASE ${name}`);
    execFileSync(join(tools, 'pg_restore'), ['--exit-on-error', '-d', running().url(name), dump]);
    return named(name);
  };
  return {
    get server() {
      return running();
    },
    database,
    async clone(of) {
      const name = `t_${randomUUID().replaceAll('-', '')}`;
      const from = new URL(of.url).pathname.slice(1);
      const tools = process.env.AETHERIUS_TESTS_PG_BIN;
      if (tools !== undefined) return dumpAndRestore(tools, from, name);
      // The server copies a database only while nobody uses it.
      await sql(
        running().url(),
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${from}'`,
      );
      await sql(running().url(), `CREATE DATABASE ${name} TEMPLATE ${from}`);
      return named(name);
    },
    async migrated() {
      const fresh = await database();
      await migrate({ database: { url: fresh.loginUrl }, logger: silentLogger });
      return fresh;
    },
  };
}

function describe(
  urls: Pick<TestDatabase, 'url' | 'loginUrl' | 'kindUrl'>,
  closers: (() => Promise<unknown>)[],
): TestDatabase {
  const { url } = urls;
  return {
    ...urls,
    store(options = {}) {
      const store = createStore({ database: { url }, auditKey, logger: silentLogger, ...options });
      closers.push(() => store.close());
      return store;
    },
    sql: (text, values) => sql(url, text, values),
  };
}

async function sql<Row extends QueryResultRow>(
  url: string,
  text: string,
  values?: readonly unknown[],
): Promise<Row[]> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    const { rows } = await client.query<Row>(text, values === undefined ? undefined : [...values]);
    return rows;
  } finally {
    await client.end();
  }
}
