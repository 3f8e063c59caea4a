import { z } from 'zod';
import { present } from '../../domain/kernel/present.ts';
import { defineProbe, type ProbeContext } from '../../domain/probe/probe.ts';
import type { With } from '../../domain/probe/targets/targets.ts';
import { round, verdict } from '../support.ts';
import { askAnywhere } from './databases.ts';

const params = z.strictObject({
  percent: z
    .number()
    .positive()
    .default(80)
    .meta({ description: 'Share of max_connections that is a finding.' }),
});
type Params = z.output<typeof params>;
type Deps = Pick<With<'postgres'>, 'postgres'>;

interface Row {
  readonly used: number;
  readonly max: number;
  readonly reserved: number;
  readonly idle: number;
  readonly in_transaction: number;
}
interface Top {
  readonly name: string;
  readonly sessions: number;
  readonly idle: number;
}

export const postgresConnectionsHeadroom = defineProbe({
  id: 'postgres.connections-headroom',
  doc: `Compares the sessions in use with max_connections.
Names the application and the database that hold most of them.`,
  params,
  part: 'postgres',
  needs: ['postgres'],
  timeoutMs: 8_000,
  emits: ['PG_CONNECTIONS_NEAR_LIMIT'],
  async run({ percent }: Params, { deps, signal }: ProbeContext<Deps>) {
    const { postgres } = deps;
    const [row] = await askAnywhere<Row>(
      postgres,
      `SELECT count(*)::int AS used, current_setting('max_connections')::int AS max,
         current_setting('superuser_reserved_connections')::int AS reserved,
         count(*) FILTER (WHERE state = 'idle')::int AS idle,
         count(*) FILTER (WHERE state LIKE 'idle in transaction%')::int AS in_transaction
       FROM pg_stat_activity WHERE backend_type = 'client backend' OR (backend_type IS NULL AND datname IS NOT NULL)`,
      [],
      { signal },
    );
    if (row === undefined) return { status: 'skipped', reason: 'no-data' };
    const usable = Math.max(1, row.max - row.reserved);
    const used = round((100 * row.used) / usable);
    const facts = {
      used: row.used,
      max: row.max,
      reserved: row.reserved,
      percent: used,
      headroom: Math.max(0, usable - row.used),
      idle: row.idle,
      idleInTransaction: row.in_transaction,
    };
    if (used < percent) return verdict([], facts);
    const [application] = await askAnywhere<Top>(postgres, top('application_name'), [], { signal });
    const [busiest] = await askAnywhere<Top>(postgres, top('datname'), [], { signal });
    return verdict(
      [
        {
          code: 'PG_CONNECTIONS_NEAR_LIMIT',
          severity: used >= 95 ? 'critical' : 'warning',
          part: 'postgres',
          subject: 'max_connections',
          facts: {
            ...facts,
            thresholdPercent: percent,
            ...present({
              application: application?.name,
              applicationSessions: application?.sessions,
              applicationIdle: application?.idle,
              database: busiest?.name,
              databaseSessions: busiest?.sessions,
            }),
          },
        },
      ],
      facts,
    );
  },
});

function top(column: 'application_name' | 'datname'): string {
  return `SELECT coalesce(nullif(${column}, ''), '(no name)') AS name, count(*)::int AS sessions,
      count(*) FILTER (WHERE state = 'idle')::int AS idle
    FROM pg_stat_activity WHERE datname IS NOT NULL AND (backend_type = 'client backend' OR backend_type IS NULL)
    GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 1`;
}
