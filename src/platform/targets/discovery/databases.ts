import { setTimeout as delay } from 'node:timers/promises';
import { TargetError } from '../../../domain/kernel/errors.ts';
import { present } from '../../../domain/kernel/present.ts';
import type { Discovered } from '../../../domain/platform/discovered.ts';
import type { EnvironmentConfig } from '../../../domain/settings/environment.ts';
import type { Timeouts } from '../failure.ts';
import { tlsOptions } from '../network/tls.ts';
import { createPostgresTarget } from '../stores/postgres.ts';
import { SharedConnections } from '../stores/shared-connection.ts';

/** A server of many tenants is not searched through. */
const mostDatabases = 20;

/** A server without a free session may have one a moment later; the look as a whole has some seconds. */
const againMs = 150;
const mostMs = 1_500;
const isFull = (error: unknown) => error instanceof TargetError && error.stage === 'limit';

export interface FoundDatabases {
  readonly databases: NonNullable<Discovered['databases']>;
  /** Databases that refuse us, and may be one. */
  readonly refused: readonly string[];
}

/**
 * The databases of the platform on its server, by their tables: the one that has all tables of a part. Undefined where
 * the configuration names them; two candidates count as no result. Rejects when the server cannot be asked.
 */
export async function findDatabases(
  config: EnvironmentConfig,
  timeouts: Timeouts,
  make: typeof createPostgresTarget = createPostgresTarget,
): Promise<FoundDatabases | undefined> {
  const { postgres, platform } = config;
  if (postgres === undefined || postgres.databases !== undefined) return undefined;
  const book = new SharedConnections();
  const [url, tls] = await Promise.all([postgres.url.reveal(), tlsOptions(postgres.tls)]);
  const ask = <Row extends object>(
    at: SharedConnections,
    name: string,
    sql: string,
    values: readonly unknown[] = [],
  ) =>
    make({ url, databases: { agentManager: name }, ...present({ tls }) }, at, timeouts).query<Row>(
      'agentManager',
      sql,
      values,
    );
  const end = performance.now() + mostMs;
  /** By a session that ends with it, so that the next one has its place; again while the server has no free session. */
  const askAlone = async <Row extends object>(name: string, sql: string, values: readonly unknown[] = []) => {
    for (;;) {
      const own = new SharedConnections();
      try {
        return await ask<Row>(own, name, sql, values);
      } catch (error) {
        if (!isFull(error) || performance.now() > end) throw error;
      } finally {
        await own.closeAll();
      }
      await delay(againMs);
    }
  };
  try {
    const own = decodeURIComponent(new URL(url).pathname.slice(1));
    const all = await askAlone<{ name: string; open: boolean }>(
      own === '' ? 'postgres' : own,
      `SELECT datname AS name, has_database_privilege(datname, 'CONNECT') AS open FROM pg_database
       WHERE datallowconn AND NOT datistemplate ORDER BY open DESC, datname LIMIT ${5 * mostDatabases}`,
    );
    const names = all.filter((one) => one.open);
    if (names.length > mostDatabases) return undefined;
    const { tables } = platform;
    const wanted = {
      agentManager: [tables.agents, tables.clusters, tables.events, tables.commands],
      orchestrator: [tables.workflows, tables.workflow_executions, tables.strategies],
    };
    const tablesIn = `SELECT DISTINCT c.relname AS name FROM pg_class c WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relname = ANY($1)`;
    const known = [Object.values(wanted).flat()];
    const setOf = (rows: readonly { readonly name: string }[]) => new Set(rows.map(({ name }) => name));
    const atOnce = await Promise.all(
      names.map(async ({ name }) => {
        try {
          return { name, tables: setOf(await ask(book, name, tablesIn, known)), full: false };
        } catch (error) {
          // One that refuses us may be the one.
          return { name, tables: undefined, full: isFull(error) };
        }
      }),
    );
    const left = atOnce.filter(({ full }) => full);
    if (left.length > 0) await book.closeAll();
    const later = new Map<string, ReadonlySet<string>>();
    for (const { name } of left)
      await askAlone<{ name: string }>(name, tablesIn, known).then(
        (rows) => later.set(name, setOf(rows)),
        () => undefined,
      );
    const seen = atOnce.map(({ name, tables: had }) => ({ name, tables: had ?? later.get(name) }));
    const holder = (all: readonly string[]) => {
      const holders = seen.filter((one) => all.every((table) => one.tables?.has(table)));
      return holders.length === 1 ? holders[0]?.name : undefined;
    };
    return {
      databases: present({
        agentManager: holder(wanted.agentManager),
        orchestrator: holder(wanted.orchestrator),
      }),
      refused: [
        ...seen.flatMap(({ name, tables: had }) => (had === undefined ? [name] : [])),
        ...all.flatMap((one) => (one.open ? [] : [one.name])),
      ],
    };
  } finally {
    await book.closeAll();
  }
}
