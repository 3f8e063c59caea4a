import { z } from 'zod';
import { present } from '../../domain/kernel/present.ts';
import type { Finding } from '../../domain/probe/finding.ts';
import { defineProbe, type ProbeContext } from '../../domain/probe/probe.ts';
import type { With } from '../../domain/probe/targets/targets.ts';
import { round, verdict } from '../support.ts';
import { databases } from './databases.ts';

const params = z.strictObject({
  database: z.enum(databases).meta({ description: 'Which of the two databases.' }),
  minRows: z
    .number()
    .positive()
    .default(10_000)
    .meta({ description: 'Number of dead rows from which a table is a finding.' }),
  percent: z.number().positive().default(40).meta({ description: 'Share of dead rows that is a finding.' }),
});
type Params = z.output<typeof params>;
type Deps = Pick<With<'postgres'>, 'postgres'>;

interface Row {
  readonly table: string;
  readonly dead: number;
  readonly live: number;
  readonly bytes: number;
  readonly vacuumed: Date | null;
}

export const postgresDeadRows = defineProbe({
  id: 'postgres.dead-rows',
  doc: `Finds tables with many dead rows that no vacuum has removed.
Dead rows make every scan slower; an old open transaction or a starved autovacuum leaves them.`,
  params,
  part: 'postgres',
  needs: ['postgres'],
  timeoutMs: 10_000,
  emits: ['PG_DEAD_ROWS'],
  async run({ database, minRows, percent }: Params, { deps, signal }: ProbeContext<Deps>) {
    const { postgres } = deps;
    const name = postgres.databaseName(database);
    if (name === undefined) return { status: 'skipped', reason: 'not-configured' };
    const rows = await postgres.query<Row>(
      database,
      `SELECT relname AS "table", n_dead_tup::float8 AS dead, n_live_tup::float8 AS live,
         pg_total_relation_size(relid)::float8 AS bytes, greatest(last_vacuum, last_autovacuum) AS vacuumed
       FROM pg_stat_user_tables ORDER BY n_dead_tup DESC LIMIT 20`,
      [],
      { signal },
    );
    const share = (row: Row) => round((100 * row.dead) / Math.max(1, row.dead + row.live), 1);
    const findings = rows
      .filter((row) => row.dead >= minRows && share(row) >= percent)
      .map(
        (row): Finding => ({
          code: 'PG_DEAD_ROWS',
          severity: 'warning',
          part: 'postgres',
          subject: row.table,
          facts: {
            database: name,
            table: row.table,
            dead: row.dead,
            live: row.live,
            percent: share(row),
            bytes: row.bytes,
            ...present({ vacuumedAt: row.vacuumed?.toISOString() }),
          },
        }),
      );
    return verdict(findings, { tables: rows.length });
  },
});
