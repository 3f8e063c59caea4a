import { z } from 'zod';
import { AppError } from '../../domain/kernel/errors.ts';
import { factOf, mayDecide } from '../../domain/platform/source.ts';
import { defineProbe, type ProbeContext } from '../../domain/probe/probe.ts';
import type { DatabaseId } from '../../domain/probe/targets/postgres.ts';
import type { With } from '../../domain/probe/targets/targets.ts';
import { verdict } from '../support.ts';
import { databases, expectedTables } from './databases.ts';

const params = z.strictObject({
  database: z.enum(databases).meta({ description: 'Which of the two databases.' }),
});
type Params = z.output<typeof params>;
type Deps = Pick<With<'postgres'>, 'postgres' | 'platform'>;

const ownRelations = `FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'`;

async function hasTables(postgres: Deps['postgres'], database: DatabaseId, signal: AbortSignal) {
  const [row] = await postgres.query<{ count: number }>(
    database,
    `SELECT count(*)::int AS count ${ownRelations} AND c.relkind IN ('r', 'p')`,
    [],
    { signal },
  );
  return (row?.count ?? 0) > 0;
}

export const postgresTables = defineProbe({
  id: 'postgres.tables',
  doc: `Do the tables of the platform exist in a database?
Any schema counts, and so does a partitioned table or a view of that name.`,
  params,
  part: 'postgres',
  needs: ['postgres'],
  timeoutMs: 8_000,
  emits: ['PG_TABLES_MISSING'],
  async run({ database }: Params, { deps, signal }: ProbeContext<Deps>) {
    const name = deps.postgres.databaseName(database);
    if (name === undefined) return { status: 'skipped', reason: 'not-configured' };
    const expected = expectedTables[database].map((table) => deps.platform.tables[table]);
    const rows = await deps.postgres.query<{ name: string }>(
      database,
      `SELECT DISTINCT c.relname AS name ${ownRelations} AND c.relname = ANY($1)`,
      [expected],
      { signal },
    );
    const found = new Set(rows.map((row) => row.name));
    const missing = expected.filter((table) => !found.has(table));
    // None of them, and others: it is another database, or its tables have other names.
    const named = expectedTables[database].map((table) => factOf(deps.platform, 'tables', table));
    if (found.size === 0 && !mayDecide(...named) && (await hasTables(deps.postgres, database, signal)))
      throw new AppError('NOT_FOUND', 'the tables of the database are not those of the guide', {
        facts: { reason: 'tables-not-recognised', database: name, tables: expected.join(', ') },
      });
    return verdict(
      missing.length === 0
        ? []
        : [
            {
              code: 'PG_TABLES_MISSING',
              severity: 'critical',
              part: 'postgres',
              subject: name,
              facts: { database: name, missing: missing.join(', '), count: missing.length },
            },
          ],
      { database: name, tables: found.size },
    );
  },
});
