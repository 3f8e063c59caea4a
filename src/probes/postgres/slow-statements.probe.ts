import { z } from 'zod';
import { defineProbe, type ProbeContext } from '../../domain/probe/probe.ts';
import type { With } from '../../domain/probe/targets/targets.ts';
import { round, verdict } from '../support.ts';

const params = z.strictObject({
  database: z
    .enum(['agentManager', 'orchestrator'])
    .default('agentManager')
    .meta({ description: 'The database to check.' }),
  meanMs: z
    .number()
    .positive()
    .default(100)
    .meta({ description: 'Mean time above which a statement is slow, in milliseconds.' }),
});

interface Statement {
  readonly query: string;
  readonly calls: number;
  readonly mean: number;
  readonly max: number;
}
type Deps = Pick<With<'postgres'>, 'postgres'>;

/** Maintenance and our own queries are slow by nature, and no user waits for them. */
const NOT_OURS = `^\\s*(create|alter|drop|reindex|vacuum|analyze|insert into [a-z_]+ .*select|truncate|lock|begin|copy|refresh|select bt_index|explain)`;

export const postgresSlowStatements = defineProbe({
  id: 'postgres.slow-statements',
  doc: `Which statements are slow on average?
Reads pg_stat_statements for one database.
Answers "not installed" where the extension is absent; a probe only reads the extension and never creates it.`,
  params,
  part: 'postgres',
  needs: ['postgres'],
  timeoutMs: 10_000,
  emits: ['PG_SLOW_STATEMENTS'],
  async run({ database, meanMs }: z.output<typeof params>, { deps, signal }: ProbeContext<Deps>) {
    const { postgres } = deps;
    const name = postgres.databaseName(database);
    if (name === undefined) return { status: 'skipped', reason: 'not-configured' };
    const [view] = await postgres.query<{ present: boolean }>(
      database,
      `SELECT to_regclass('pg_stat_statements') IS NOT NULL AS present`,
      [],
      { signal },
    );
    if (view?.present !== true) return { status: 'skipped', reason: 'not-installed' };
    const statements = await postgres.query<Statement>(
      database,
      `SELECT left(regexp_replace(s.query, '\\s+', ' ', 'g'), 200) AS query, s.calls::int AS calls, s.mean_exec_time AS mean, s.max_exec_time AS max
         FROM pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid
        WHERE d.datname = current_database() AND s.mean_exec_time > $1 AND s.query !~* $2
        ORDER BY s.mean_exec_time * s.calls DESC LIMIT 5`,
      [meanMs, NOT_OURS],
      { signal },
    );
    const [worst] = statements;
    const facts = { database: name, slow: statements.length };
    if (worst === undefined) return verdict([], facts);
    return verdict(
      [
        {
          code: 'PG_SLOW_STATEMENTS',
          severity: 'warning',
          part: 'postgres',
          subject: name,
          facts: { ...facts, meanMs: round(worst.mean), maxMs: round(worst.max), calls: worst.calls },
          excerpts: [
            {
              source: 'pg_stat_statements',
              lines: statements.map((row) => `${round(row.mean)} ms × ${row.calls}: ${row.query}`),
            },
          ],
        },
      ],
      facts,
    );
  },
});
