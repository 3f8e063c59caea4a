import { z } from 'zod';
import type { Finding } from '../../domain/probe/finding.ts';
import { defineProbe, type ProbeContext } from '../../domain/probe/probe.ts';
import { isTool } from '../../domain/probe/session-owner.ts';
import type { With } from '../../domain/probe/targets/targets.ts';
import { verdict } from '../support.ts';
import {
  askAnywhere,
  clientSessions,
  databaseId,
  hiddenSessions,
  platformDatabases,
  sessionsHidden,
} from './databases.ts';

const params = z.strictObject({
  seconds: z
    .number()
    .positive()
    .default(300)
    .meta({ description: 'Idle time from which such a session counts as leaked, in seconds.' }),
});
type Params = z.output<typeof params>;
type Deps = Pick<With<'postgres'>, 'postgres'>;

interface Row {
  readonly application: string;
  readonly database: string;
  readonly sessions: number;
  readonly oldest: number;
  readonly since: Date;
  readonly pids: readonly number[];
}
const maxPids = 20;

export const postgresIdleInTransaction = defineProbe({
  id: 'postgres.idle-in-transaction',
  doc: `Finds sessions that opened a transaction and then stayed idle for long.
They hold a connection, locks and old row versions.
They are grouped by application and database, with their process ids.
Only the platform's databases count.
Without membership in pg_monitor, sessions of other roles are hidden: seeing no such session then proves nothing.`,
  params,
  part: 'postgres',
  needs: ['postgres'],
  timeoutMs: 8_000,
  emits: ['PG_IDLE_IN_TRANSACTION_LEAKED'],
  async run({ seconds }: Params, { deps, signal }: ProbeContext<Deps>) {
    const { postgres } = deps;
    const ours = platformDatabases(postgres);
    const rows = await askAnywhere<Row>(
      postgres,
      `SELECT coalesce(nullif(application_name, ''), '(no name)') AS application, datname AS database,
         count(*)::int AS sessions, extract(epoch FROM max(now() - state_change))::int AS oldest,
         min(state_change) AS since, (array_agg(pid ORDER BY state_change))[1:${maxPids}] AS pids
       FROM pg_stat_activity
       WHERE ${clientSessions} AND datname = ANY($2::text[]) AND state LIKE 'idle in transaction%' AND now() - state_change >= make_interval(secs => $1)
       GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2`,
      [seconds, ours],
      { signal },
    );
    if (rows.length === 0) {
      const [hidden] = await askAnywhere<{ readonly sessions: number }>(
        postgres,
        `SELECT count(*)::int AS sessions FROM pg_stat_activity WHERE ${hiddenSessions} AND datname = ANY($1::text[])`,
        [ours],
        { signal },
      );
      if (hidden !== undefined && hidden.sessions > 0) return sessionsHidden(hidden.sessions);
    }
    return verdict(
      rows.map(
        (row): Finding => ({
          code: 'PG_IDLE_IN_TRANSACTION_LEAKED',
          severity: 'warning',
          part: 'postgres',
          subject: `${row.application}@${row.database}`,
          since: row.since.toISOString(),
          facts: {
            sessions: row.sessions,
            oldestSeconds: row.oldest,
            application: row.application,
            database: row.database,
            ...databaseId(postgres, row.database),
            thresholdSeconds: seconds,
            pids: row.pids.join(', '),
            // What lines to copy would end: not the sessions of people and tools.
            ...(isTool(row.application) ? {} : { pidsToEnd: row.pids.join(', ') }),
          },
        }),
      ),
      { sessions: rows.reduce((sum, row) => sum + row.sessions, 0) },
    );
  },
});
