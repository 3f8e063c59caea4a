import { z } from 'zod';
import { partNamed } from '../../domain/platform/part-names.ts';
import type { Finding } from '../../domain/probe/finding.ts';
import type { FindingCode } from '../../domain/probe/findings.ts';
import { defineProbe, type ProbeContext } from '../../domain/probe/probe.ts';
import type { With } from '../../domain/probe/targets/targets.ts';
import { round, verdict } from '../support.ts';
import {
  askAnywhere,
  databaseId,
  hiddenSessions,
  mustKnowAll,
  platformDatabases,
  sessionsHidden,
} from './databases.ts';

/** PostgreSQL's own default of max_connections; a server below it was made smaller on purpose or by mistake. */
const DEFAULT_LIMIT = 100;
/** The guide's new limit; where that is reached already, twice as many. */
const GUIDE_LIMIT = 200;
const wantedLimit = (max: number) => (max < GUIDE_LIMIT ? GUIDE_LIMIT : 2 * max);
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
  readonly leakedElsewhere: number;
  /** Of which nothing but user, database and application can be seen. */
  readonly hidden: number;
}

const clients = `(backend_type = 'client backend' OR (${hiddenSessions}))`;
const idleInTransaction = `state LIKE 'idle in transaction%'`;
const left = `${idleInTransaction} AND state_change < clock_timestamp() - make_interval(secs => $1)`;
const TOTALS = `
SELECT count(*)::int AS used, current_setting('max_connections')::int AS max,
       current_setting('superuser_reserved_connections')::int AS reserved,
       count(*) FILTER (WHERE ${idleInTransaction})::int AS "inTransaction",
       count(*) FILTER (WHERE ${left} AND datname = ANY($2::text[]))::int AS leaked,
       count(*) FILTER (WHERE ${left} AND NOT datname = ANY($2::text[]))::int AS "leakedElsewhere",
       count(*) FILTER (WHERE ${hiddenSessions})::int AS hidden
  FROM pg_stat_activity WHERE ${clients}`;

interface Share {
  readonly application: string;
  readonly user: string;
  readonly database: string;
  /** In a database of the platform. */
  readonly ours: boolean;
  readonly sessions: number;
  readonly idle: number;
  readonly leaked: number;
}
const SHARES = `
SELECT coalesce(nullif(application_name, ''), '(no name)') AS application, coalesce(usename, '') AS user,
       coalesce(datname = ANY($1::text[]), false) AS ours, coalesce(max(datname), '') AS database,
       count(*)::int AS sessions, (count(*) FILTER (WHERE state = 'idle'))::int AS idle,
       (count(*) FILTER (WHERE ${idleInTransaction}))::int AS leaked
  FROM pg_stat_activity WHERE ${clients} GROUP BY 1, 2, 3 ORDER BY 5 DESC, 3 DESC, 1`;

const usableOf = ({ max, reserved }: Totals) => Math.max(1, max - reserved);
const isShort = (totals: Totals) => round((100 * totals.used) / usableOf(totals)) >= SHORT_PERCENT;
const hasMany = (sessions: number, { used }: Totals) => sessions >= used * LEAK_SHARE;
const total = (shares: readonly Share[]) => shares.reduce((sum, { sessions }) => sum + sessions, 0);

/** What explains the shortage first, and the application that shows it. */
function explain(
  totals: Totals,
  shares: readonly Share[],
): { readonly code: FindingCode; readonly by: Share | undefined } {
  const [largest] = shares;
  if (hasMany(totals.leaked, totals)) {
    const leaking = [...shares].sort((a, b) => Number(b.ours) - Number(a.ours) || b.leaked - a.leaked);
    return { code: 'PG_SESSIONS_LEAKED', by: leaking[0] };
  }
  // Other users of the server may hold too many: then the limit and the platform's pools are not at fault.
  const elsewhere = shares.filter(({ ours }) => !ours);
  if (
    largest?.ours === false ||
    total(elsewhere) * 2 > totals.used ||
    hasMany(totals.leakedElsewhere, totals)
  )
    return { code: 'PG_CONNECTIONS_ELSEWHERE', by: elsewhere[0] };
  const pool =
    totals.max >= DEFAULT_LIMIT && largest !== undefined && largest.sessions >= usableOf(totals) * POOL_SHARE;
  return { code: pool ? 'PG_POOLS_TOO_LARGE' : 'PG_LIMIT_TOO_LOW', by: largest };
}

type Deps = Pick<With<'postgres'>, 'postgres' | 'platform'>;
const params = z.strictObject({});

export const postgresSessionShares = defineProbe({
  id: 'postgres.session-shares',
  doc: `When connections are short: is the limit too low, are pools too large, or are sessions leaked?
Counts sessions by application and user.
It names the first that explains the shortage: sessions idle in a transaction, one application's pool, then the limit itself.
When many are idle in a transaction only now, it checks again some seconds later; those still idle are leaked.
Leaks and pools count only in the platform's own databases; when others hold most of the connections, it reports that.
Without membership in pg_monitor it cannot distinguish leaks from pools, and reports that.`,
  params,
  part: 'postgres',
  needs: ['postgres'],
  timeoutMs: 15_000,
  emits: ['PG_SESSIONS_LEAKED', 'PG_POOLS_TOO_LARGE', 'PG_LIMIT_TOO_LOW', 'PG_CONNECTIONS_ELSEWHERE'],
  async run(_params: z.output<typeof params>, { deps, signal, wait }: ProbeContext<Deps>) {
    const { postgres, platform } = deps;
    const ours = platformDatabases(postgres);
    const look = async () =>
      (await askAnywhere<Totals>(postgres, TOTALS, [LEAK_SECONDS, ours], { signal }))[0];
    let totals = await look();
    if (totals !== undefined && isShort(totals) && hasMany(totals.inTransaction, totals)) {
      // Busy clients are between two statements as well, but each only for a moment.
      if (!hasMany(totals.leaked, totals)) {
        await wait(LEAK_SECONDS * 1_000 + 250);
        totals = await look();
      }
    }
    if (totals === undefined) return { status: 'skipped', reason: 'no-data' };
    const facts = {
      used: totals.used,
      max: totals.max,
      leaked: totals.leaked,
      percent: round((100 * totals.used) / usableOf(totals)),
    };
    if (!isShort(totals)) return verdict([], facts);
    // So many are hidden that leaks could be the reason: then nothing else is by elimination.
    if (!hasMany(totals.leaked, totals) && hasMany(totals.leaked + totals.hidden, totals))
      return sessionsHidden(totals.hidden);
    const shares = await askAnywhere<Share>(postgres, SHARES, [ours], { signal });
    const { code, by } = explain(totals, shares);
    // Whose a database is that nobody has recognised cannot be said.
    if (code === 'PG_CONNECTIONS_ELSEWHERE') mustKnowAll(postgres);
    const finding: Finding = {
      code,
      severity: facts.percent >= 95 ? 'critical' : 'warning',
      part: 'postgres',
      subject: code === 'PG_LIMIT_TOO_LOW' ? 'max_connections' : (by?.application ?? '(no name)'),
      facts: {
        ...facts,
        application: by?.application ?? null,
        applicationSessions: by?.sessions ?? null,
        applicationIdle: by?.idle ?? null,
        database: by?.database ?? null,
        applicationPart: partNamed(by?.application ?? '', platform) ?? null,
        ...(code === 'PG_LIMIT_TOO_LOW' ? { wanted: wantedLimit(totals.max) } : {}),
        ...databaseId(postgres, by?.database ?? ''),
      },
    };
    return verdict([finding], facts);
  },
});
