import { z } from 'zod';
import { endFacts } from '../../domain/fix/blocker.ts';
import { present } from '../../domain/kernel/present.ts';
import type { Finding } from '../../domain/probe/finding.ts';
import { defineProbe, type ProbeContext } from '../../domain/probe/probe.ts';
import type { With } from '../../domain/probe/targets/targets.ts';
import { round, verdict } from '../support.ts';
import { askAnywhere, platformDatabases } from './databases.ts';

const params = z.strictObject({
  seconds: z
    .number()
    .nonnegative()
    .default(1)
    .meta({ description: 'Waits shorter than this are normal, in seconds.' }),
});
type Deps = Pick<With<'postgres'>, 'postgres'>;
/** A blocked session and the root of its chain, which is not blocked itself. */
interface Wait {
  readonly waiter: number;
  /** Null where nothing says since when it waits. */
  readonly seconds: number | null;
  readonly pid: number;
  readonly application: string;
  readonly user: string;
  readonly database: string;
  readonly state: string;
  readonly open: number;
  readonly since: Date | null;
  /** In seconds since 1970, as text: exact to the microsecond. */
  readonly began: string | null;
}

/**
 * Waits for sessions that are not blocked themselves: the roots of the tree. `pg_locks` shows them to every role,
 * whereas `wait_event_type` of other roles is hidden without pg_monitor. Its `waitstart` came with PostgreSQL 14.
 * The bot's own sessions give up after a second: where only they wait, nobody is held up.
 * Two kinds of lock block no query: programs choose a leader by advisory locks, and CREATE INDEX CONCURRENTLY waits on
 * `virtualxid` for as long as the oldest transaction takes.
 */
const WAITS = `
WITH waits AS (
  SELECT w.pid AS waiter, w.datname, unnest(pg_blocking_pids(w.pid)) AS blocker,
         extract(epoch FROM clock_timestamp() - coalesce((to_jsonb(l) ->> 'waitstart')::timestamptz, w.query_start)) AS seconds
    FROM pg_locks l JOIN pg_stat_activity w ON w.pid = l.pid
   WHERE NOT l.granted AND w.usename IS NOT NULL AND w.application_name <> 'aetherius-bot' AND l.locktype NOT IN ('advisory', 'virtualxid'))
SELECT waits.waiter, max(waits.seconds)::float8 AS seconds, b.pid, coalesce(nullif(b.application_name, ''), '(no name)') AS application,
       coalesce(b.usename, '') AS user, coalesce(b.datname, '') AS database, coalesce(b.state, '?') AS state,
       extract(epoch FROM now() - coalesce(b.xact_start, now()))::float8 AS open, b.xact_start AS since,
       extract(epoch FROM b.backend_start)::text AS began
  FROM waits JOIN pg_stat_activity b ON b.pid = waits.blocker
 WHERE waits.datname = ANY($1::text[]) AND NOT EXISTS (SELECT 1 FROM waits other WHERE other.waiter = b.pid)
 GROUP BY waits.waiter, b.pid, b.application_name, b.usename, b.datname, b.state, b.xact_start, b.backend_start`;

/** Roots named at most: the worst. */
const MOST = 5;

const pair = ({ waiter, pid }: Wait) => `${waiter}<${pid}`;

export const postgresLockWaits = defineProbe({
  id: 'postgres.lock-waits',
  doc: `Does a session block others by a lock?
Follows the tree of blocked sessions to its roots and names each root with the sessions that wait for it.
Checks twice: a session counts as blocked only when it waits for the same one both times.
Four kinds of wait do not count: of the bot itself, for advisory locks (leader election), of CREATE INDEX CONCURRENTLY, and in databases outside of the platform.`,
  params,
  part: 'postgres',
  needs: ['postgres'],
  timeoutMs: 8_000,
  emits: ['PG_LOCK_BLOCKS'],
  async run({ seconds }: z.output<typeof params>, { deps, signal, wait }: ProbeContext<Deps>) {
    const { postgres } = deps;
    const look = () => askAnywhere<Wait>(postgres, WAITS, [platformDatabases(postgres)], { signal });
    const before = new Set((await look()).map(pair));
    if (before.size === 0) return verdict([], { roots: 0 });
    const betweenMs = Math.min(seconds * 1_000, 3_000) + 250;
    await wait(betweenMs);
    const waits = (await look())
      .map((one) => ({ ...one, seconds: one.seconds ?? betweenMs / 1_000 }))
      .filter((one) => before.has(pair(one)) && one.seconds >= seconds);
    const roots = [...new Set(waits.map(({ pid }) => pid))]
      .map((pid) => waits.filter((one) => one.pid === pid))
      .map((group) => ({ group, longest: Math.max(...group.map((one) => one.seconds)) }))
      .sort((one, other) => other.group.length - one.group.length || other.longest - one.longest);
    return verdict(
      roots.slice(0, MOST).flatMap(({ group, longest }) => finding(group, longest)),
      { roots: roots.length },
    );
  },
});

function finding(group: readonly Wait[], longest: number): readonly Finding[] {
  const [root] = group;
  if (root === undefined) return [];
  const { pid, application, user, database, state, open, since, began } = root;
  return [
    {
      code: 'PG_LOCK_BLOCKS',
      severity: 'critical',
      part: 'postgres',
      subject: `pid ${pid}`,
      facts: {
        pid,
        application,
        user,
        database,
        state,
        ...endFacts(state),
        ...present({ backendStart: began ?? undefined }),
        waiting: group.length,
        longestSeconds: round(longest),
        // When its transaction began may be hidden; it is open for at least as long as others wait.
        openSeconds: round(Math.max(open, longest)),
      },
      ...present({ since: since == null ? undefined : new Date(since).toISOString() }),
    },
  ];
}
