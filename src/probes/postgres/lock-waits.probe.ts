import { z } from 'zod';
import { defineProbe, type ProbeContext } from '../../domain/probe.ts';
import type { With } from '../../domain/targets.ts';
import { round, verdict } from '../support.ts';
import { anyDatabase } from './databases.ts';

const params = z.strictObject({
  seconds: z
    .number()
    .nonnegative()
    .default(1)
    .meta({ description: 'Waits shorter than this are ordinary, in seconds.' }),
});
type Deps = Pick<With<'postgres'>, 'postgres'>;
interface Blocker {
  readonly pid: number;
  readonly application: string;
  readonly user: string;
  readonly database: string;
  readonly state: string;
  readonly waiting: number;
  readonly longest: number;
  readonly open: number;
  readonly since: Date | null;
}

/** Sessions that block others and are blocked by nobody: the roots of the tree. */
const ROOTS = `
WITH waits AS (
  SELECT w.pid AS waiter, unnest(pg_blocking_pids(w.pid)) AS blocker, extract(epoch FROM now() - coalesce(w.query_start, now())) AS seconds
    FROM pg_stat_activity w WHERE w.wait_event_type = 'Lock')
SELECT b.pid, coalesce(nullif(b.application_name, ''), '(no name)') AS application, coalesce(b.usename, '') AS user,
       coalesce(b.datname, '') AS database, coalesce(b.state, '') AS state, count(DISTINCT waits.waiter)::int AS waiting,
       max(waits.seconds)::float8 AS longest, extract(epoch FROM now() - coalesce(b.xact_start, now()))::float8 AS open, b.xact_start AS since
  FROM waits JOIN pg_stat_activity b ON b.pid = waits.blocker
 WHERE NOT EXISTS (SELECT 1 FROM waits other WHERE other.waiter = b.pid)
 GROUP BY b.pid, b.application_name, b.usename, b.datname, b.state, b.xact_start ORDER BY 6 DESC, 7 DESC LIMIT 5`;

export const postgresLockWaits = defineProbe({
  id: 'postgres.lock-waits',
  doc: `Does a session block others by a lock?
Follows the tree of blocked sessions to its roots and names each root with what waits behind it.
A wait that has only begun is looked at again a moment later: ordinary ones are over by then.`,
  params,
  part: 'postgres',
  needs: ['postgres'],
  timeoutMs: 8_000,
  emits: ['PG_LOCK_BLOCKS'],
  async run({ seconds }: z.output<typeof params>, { deps, signal, wait }: ProbeContext<Deps>) {
    const { postgres } = deps;
    const look = () => postgres.query<Blocker>(anyDatabase(postgres), ROOTS, [], { signal });
    let rows = await look();
    if (rows.length > 0 && rows.every((row) => row.longest < seconds)) {
      await wait(Math.min(seconds * 1_000, 3_000) + 250);
      rows = await look();
    }
    const findings = rows
      .filter((row) => row.longest >= seconds)
      .map((row) => ({
        code: 'PG_LOCK_BLOCKS',
        severity: 'critical' as const,
        part: 'postgres' as const,
        subject: `pid ${row.pid}`,
        facts: {
          pid: row.pid,
          application: row.application,
          user: row.user,
          database: row.database,
          state: row.state,
          waiting: row.waiting,
          longestSeconds: round(row.longest),
          openSeconds: round(row.open),
        },
        ...(row.since == null ? {} : { since: new Date(row.since).toISOString() }),
      }));
    return verdict(findings, { roots: rows.length });
  },
});
