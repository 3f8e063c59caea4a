import { z } from 'zod';
import { present } from '../../domain/kernel/present.ts';
import { guideRetention } from '../../domain/platform/table.ts';
import { defineProbe, type ProbeContext } from '../../domain/probe/probe.ts';
import type { With } from '../../domain/probe/targets/targets.ts';
import { verdict } from '../support.ts';

const params = z.strictObject({
  database: z
    .enum(['agentManager', 'orchestrator'])
    .default('agentManager')
    .meta({ description: 'The database to check.' }),
  most: z
    .number()
    .int()
    .positive()
    .default(50_000)
    .meta({ description: 'Number of old rows from which a clean-up is due.' }),
});
type Deps = Pick<With<'postgres'>, 'postgres' | 'platform'>;

const whereOf = ({ at, days, kept }: (typeof guideRetention)[keyof typeof guideRetention]) =>
  `${at} < now() - interval '${days} days'${
    kept === undefined
      ? ''
      : ` AND ${kept.column} NOT IN (${kept.values.map((value) => `'${value}'`).join(', ')})`
  }`;

export const postgresOldRows = defineProbe({
  id: 'postgres.old-rows',
  doc: `Are there rows that should have been removed or archived?
Counts events older than 30 days that are not critical or high, or executions older than 90 days.
Stops counting at four times the threshold, so that a large table costs little.`,
  params,
  part: 'postgres',
  needs: ['postgres'],
  timeoutMs: 10_000,
  emits: ['PG_OLD_ROWS'],
  async run({ database, most }: z.output<typeof params>, { deps, signal }: ProbeContext<Deps>) {
    const { postgres, platform } = deps;
    const name = postgres.databaseName(database);
    if (name === undefined) return { status: 'skipped', reason: 'not-configured' };
    const rule = guideRetention[database];
    const table = platform.tables[rule.table];
    const [row] = await postgres.query<{ count: number; oldest: Date | null }>(
      database,
      `SELECT count(*)::int AS count, min(at) AS oldest FROM (SELECT ${rule.at} AS at FROM ${table} WHERE ${whereOf(rule)} LIMIT $1) old`,
      [most * 4],
      { signal, timeoutMs: 8_000 },
    );
    const count = row?.count ?? 0;
    const facts = {
      database: name,
      table,
      rows: count,
      days: rule.days,
      atLeast: count >= most * 4,
    };
    if (count < most) return verdict([], facts);
    return verdict(
      [
        {
          code: 'PG_OLD_ROWS',
          severity: 'warning',
          part: 'postgres',
          subject: table,
          facts: { ...facts, databaseId: database },
          ...present({ since: row?.oldest == null ? undefined : new Date(row.oldest).toISOString() }),
        },
      ],
      facts,
    );
  },
});
