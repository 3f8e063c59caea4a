import { z } from 'zod';
import type { Finding } from '../../domain/finding.ts';
import { defineProbe, type ProbeContext } from '../../domain/probe.ts';
import type { With } from '../../domain/targets.ts';
import { round, verdict } from '../support.ts';
import { anyDatabase } from './databases.ts';

/** PostgreSQL's own default of max_connections; a server below it was made smaller on purpose or by mistake. */
const DEFAULT_LIMIT = 100;
/** Share of the usable connections from which the server is short of them. */
const SHORT_PERCENT = 80;
/** Share held by one application that makes its pool the reason. */
const POOL_SHARE = 0.38;
/** Share of sessions left idle in a transaction that makes leaks the reason. */
const LEAK_SHARE = 0.3;
const LEAK_SECONDS = 5;

interface Totals {
  readonly used: number;
  readonly max: number;
  readonly reserved: number;
  readonly inTransaction: number;
  readonly leaked: number;
}

const TOTALS = `
SELECT count(*)::int AS used, current_setting('max_connections')::int AS max,
       current_setting('superuser_reserved_connections')::int AS reserved,
       count(*) FILTER (WHERE state LIKE 'idle in transaction%')::int AS "inTransaction",
       count(*) FILTER (WHERE state LIKE 'idle in transaction%' AND state_change < clock_timestamp() - make_interval(secs => $1))::int AS leaked
  FROM pg_stat_activity WHERE backend_type = 'client backend' OR (backend_type IS NULL AND datname IS NOT NULL)`;
interface Share {
  readonly application: string;
  readonly user: string;
  readonly sessions: number;
  readonly idle: number;
  readonly leaked: number;
}

const usableOf = ({ max, reserved }: Totals) => Math.max(1, max - reserved);
const isShort = (totals: Totals) => round((100 * totals.used) / usableOf(totals)) >= SHORT_PERCENT;
const hasMany = (sessions: number, { used }: Totals) => sessions >= used * LEAK_SHARE;

type Deps = Pick<With<'postgres'>, 'postgres'>;
const params = z.strictObject({});

export const postgresSessionShares = defineProbe({
  id: 'postgres.session-shares',
  doc: `When connections are short: is the limit too low, are pools too large, or are sessions leaked?
Counts sessions by application and user. Sessions left idle in a transaction, then one application's pool, then the limit itself, whichever explains the shortage first.
Many that are idle in a transaction only now are looked at again some seconds later: those that still are have been left.`,
  params,
  part: 'postgres',
  needs: ['postgres'],
  timeoutMs: 15_000,
  emits: ['PG_SESSIONS_LEAKED', 'PG_POOLS_TOO_LARGE', 'PG_LIMIT_TOO_LOW'],
  async run(_params: z.output<typeof params>, { deps, signal, wait }: ProbeContext<Deps>) {
    const { postgres } = deps;
    const database = anyDatabase(postgres);
    const look = async () => (await postgres.query<Totals>(database, TOTALS, [LEAK_SECONDS], { signal }))[0];
    let totals = await look();
    if (totals !== undefined && isShort(totals) && hasMany(totals.inTransaction, totals)) {
      // Busy clients are between two statements as well, but each only for a moment.
      if (!hasMany(totals.leaked, totals)) {
        await wait(LEAK_SECONDS * 1_000 + 250);
        totals = await look();
      }
    }
    if (totals === undefined) return { status: 'skipped', reason: 'no-data' };
    const usable = usableOf(totals);
    const facts = {
      used: totals.used,
      max: totals.max,
      leaked: totals.leaked,
      percent: round((100 * totals.used) / usable),
    };
    if (!isShort(totals)) return verdict([], facts);
    const [largest] = await postgres.query<Share>(
      database,
      `SELECT coalesce(nullif(application_name, ''), '(no name)') AS application, coalesce(usename, '') AS user,
              count(*)::int AS sessions, (count(*) FILTER (WHERE state = 'idle'))::int AS idle,
              (count(*) FILTER (WHERE state LIKE 'idle in transaction%'))::int AS leaked
         FROM pg_stat_activity WHERE backend_type = 'client backend' GROUP BY 1, 2 ORDER BY 3 DESC, 1 LIMIT 1`,
      [],
      { signal },
    );
    const leaks = hasMany(totals.leaked, totals);
    const pool =
      totals.max >= DEFAULT_LIMIT && largest !== undefined && largest.sessions >= usable * POOL_SHARE;
    const code = leaks ? 'PG_SESSIONS_LEAKED' : pool ? 'PG_POOLS_TOO_LARGE' : 'PG_LIMIT_TOO_LOW';
    const finding: Finding = {
      code,
      severity: facts.percent >= 95 ? 'critical' : 'warning',
      part: 'postgres',
      subject: code === 'PG_LIMIT_TOO_LOW' ? 'max_connections' : (largest?.application ?? '(no name)'),
      facts: {
        ...facts,
        application: largest?.application ?? null,
        applicationSessions: largest?.sessions ?? null,
        applicationIdle: largest?.idle ?? null,
      },
    };
    return verdict([finding], facts);
  },
});
