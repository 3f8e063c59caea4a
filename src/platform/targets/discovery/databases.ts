import { present } from '../../../domain/kernel/present.ts';
import type { Discovered } from '../../../domain/platform/discovered.ts';
import type { EnvironmentConfig } from '../../../domain/settings/environment.ts';
import type { Timeouts } from '../failure.ts';
import { tlsOptions } from '../network/tls.ts';
import { createPostgresTarget } from '../stores/postgres.ts';
import { SharedConnections } from '../stores/shared-connection.ts';

/** A server of many tenants is not searched through. */
const mostDatabases = 20;

export interface FoundDatabases {
  readonly databases: NonNullable<Discovered['databases']>;
  /** Databases that refuse us, and may be one. */
  readonly refused: readonly string[];
}

/**
 * The databases of the platform on its server, by their tables: the one that has all tables of a part. Undefined where
 * the configuration names them; two that have them are none. Rejects when the server cannot be asked.
 */
export async function findDatabases(
  config: EnvironmentConfig,
  timeouts: Timeouts,
): Promise<FoundDatabases | undefined> {
  const { postgres, platform } = config;
  if (postgres === undefined || postgres.databases !== undefined) return undefined;
  const book = new SharedConnections();
  const [url, tls] = await Promise.all([postgres.url.reveal(), tlsOptions(postgres.tls)]);
  const open = (name: string) =>
    createPostgresTarget({ url, databases: { agentManager: name }, ...present({ tls }) }, book, timeouts);
  try {
    const own = decodeURIComponent(new URL(url).pathname.slice(1));
    const all = await open(own === '' ? 'postgres' : own).query<{ name: string; open: boolean }>(
      'agentManager',
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
    const seen = await Promise.all(
      names.map(async ({ name }) => {
        const rows = await open(name)
          .query<{ name: string }>(
            'agentManager',
            `SELECT DISTINCT c.relname AS name FROM pg_class c WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relname = ANY($1)`,
            [Object.values(wanted).flat()],
          )
          // One that refuses us may be the one.
          .catch(() => undefined);
        return { name, tables: rows === undefined ? undefined : new Set(rows.map((row) => row.name)) };
      }),
    );
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
