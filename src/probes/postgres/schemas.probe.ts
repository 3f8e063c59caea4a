import { z } from 'zod';
import { AppError } from '../../domain/kernel/errors.ts';
import type { Finding } from '../../domain/probe/finding.ts';
import { defineProbe, type ProbeContext } from '../../domain/probe/probe.ts';
import type { PostgresTarget } from '../../domain/probe/targets/postgres.ts';
import type { With } from '../../domain/probe/targets/targets.ts';
import { verdict } from '../support.ts';
import { askAnywhere, clientSessions } from './databases.ts';

const params = z.strictObject({});
type Deps = Pick<With<'postgres'>, 'postgres' | 'platform'>;

/** A server of many tenants is not searched through. */
const mostDatabases = 20;
/** One table of a name may be anybody's. */
const fewestTables = 2;

/** The tables of the platform that one database has. */
interface Own {
  readonly database: string;
  readonly tables: ReadonlyMap<string, { readonly columns: readonly string[]; readonly bytes: number }>;
}

export const postgresSchemas = defineProbe({
  id: 'postgres.schemas',
  doc: `Does a second database have the platform's tables with other columns?
Reads the columns of the platform's tables in every database of the server that lets the bot in.
A database is a second one when each of these tables there is empty (0 bytes) and no session is open in it.
Where several have the tables, and no setting or session shows which is used, it could not check.
It is a finding only where it has at least two of the tables, and one of them has other columns than in the database in use.
Which columns a program expects is not to be seen here; a program that misses one says so itself.`,
  params,
  part: 'postgres',
  needs: ['postgres'],
  timeoutMs: 15_000,
  emits: ['SCHEMA_TWICE'],
  async run(_params: z.output<typeof params>, { deps, signal }: ProbeContext<Deps>) {
    const { postgres, platform } = deps;
    const options = { signal };
    const [names, open] = await Promise.all([
      askAnywhere<{ name: string }>(
        postgres,
        `SELECT datname AS name FROM pg_database
         WHERE datallowconn AND NOT datistemplate AND has_database_privilege(datname, 'CONNECT')
         ORDER BY datname LIMIT ${mostDatabases + 1}`,
        [],
        options,
      ),
      askAnywhere<{ name: string }>(
        postgres,
        `SELECT DISTINCT datname AS name FROM pg_stat_activity WHERE ${clientSessions}`,
        [],
        options,
      ),
    ]);
    const facts = { databases: names.length };
    if (names.length > mostDatabases)
      return {
        status: 'inconclusive',
        cause: new AppError('NOT_FOUND', 'the server has too many databases', {
          facts: { reason: 'databases-many', most: mostDatabases },
        }),
      };
    const wanted = Object.values(platform.tables);
    const all: readonly Own[] = await Promise.all(
      names.map(({ name }) => tablesOf({ queryIn: postgres.queryIn, name, wanted }, signal)),
    );
    const inUse = new Set(open.map(({ name }) => name));
    for (const id of ['agentManager', 'orchestrator'] as const) inUse.add(postgres.databaseName(id) ?? '');
    const isEmpty = ({ tables }: Own) => [...tables.values()].every(({ bytes }) => bytes === 0);
    const used = all.filter(({ database, tables }) => inUse.has(database) && tables.size > 0);
    const filled = all.filter(({ tables }) => tables.size >= fewestTables);
    if (used.length === 0 && filled.length > 1)
      return {
        status: 'inconclusive',
        cause: new AppError('NOT_FOUND', 'which database is used was not seen', {
          facts: {
            reason: 'database-use-unseen',
            databases: filled.map(({ database }) => database).join(', '),
          },
        }),
        facts,
      };
    const second = all.filter((one) => !inUse.has(one.database) && isEmpty(one));
    return verdict(
      second.flatMap((one) => used.flatMap((other) => findingOf(one, other))),
      { ...facts, used: used.length, second: second.filter(({ tables }) => tables.size > 0).length },
    );
  },
});

async function tablesOf(
  {
    queryIn,
    name,
    wanted,
  }: {
    readonly queryIn: PostgresTarget['queryIn'];
    readonly name: string;
    readonly wanted: readonly string[];
  },
  signal: AbortSignal,
): Promise<Own> {
  const rows = await queryIn?.<{ name: string; columns: readonly string[]; bytes: string }>(
    name,
    `SELECT c.relname AS name, array_agg(a.attname::text ORDER BY a.attname) AS columns, pg_relation_size(c.oid) AS bytes
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
     WHERE c.relkind = 'r' AND c.relname = ANY($1) AND n.nspname NOT IN ('pg_catalog', 'information_schema')
     GROUP BY c.oid, c.relname`,
    [wanted],
    { signal },
  );
  const tables = (rows ?? []).map(
    ({ name: table, columns, bytes }) => [table, { columns, bytes: Number(bytes) }] as const,
  );
  return { database: name, tables: new Map(tables) };
}

function findingOf(second: Own, used: Own): readonly Finding[] {
  const shared = [...second.tables].flatMap(([table, { columns }]) => {
    const own = used.tables.get(table);
    return own === undefined ? [] : [{ table, here: own.columns, there: columns }];
  });
  const differ = shared.filter(({ here, there }) => here.join() !== there.join());
  const [first] = differ.toSorted((a, b) => (a.table < b.table ? -1 : 1));
  if (shared.length < fewestTables || first === undefined) return [];
  const without = (some: readonly string[], others: readonly string[]) =>
    some.filter((column) => !others.includes(column)).join(', ') || '–';
  return [
    {
      code: 'SCHEMA_TWICE',
      severity: 'info',
      part: 'postgres',
      subject: second.database,
      facts: {
        ...{ database: second.database, used: used.database, table: first.table },
        tables: differ
          .map(({ table }) => table)
          .toSorted()
          .join(', '),
        missing: without(first.here, first.there),
        added: without(first.there, first.here),
      },
    },
  ];
}
