import { z } from 'zod';
import { serviceIds } from '../../domain/platform/part.ts';
import { partNamed } from '../../domain/platform/part-names.ts';
import type { Platform } from '../../domain/platform/platform.ts';
import type { Finding } from '../../domain/probe/finding.ts';
import type { FindingCode } from '../../domain/probe/findings.ts';
import { defineProbe, type ProbeContext } from '../../domain/probe/probe.ts';
import { isTool } from '../../domain/probe/session-owner.ts';
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
const noName = '(no name)';

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
/** At work, and neither idle nor left in a transaction. */
const busy = (shares: readonly Share[]) =>
  shares.reduce((sum, { sessions, idle, leaked }) => sum + Math.max(0, sessions - idle - leaked), 0);
const takesHalf = ({ sessions }: Share, totals: Totals) => sessions * 2 > usableOf(totals);
const total = (shares: readonly Share[]) => shares.reduce((sum, { sessions }) => sum + sessions, 0);

type Deps = Pick<With<'postgres'>, 'postgres' | 'platform' | 'runtime'>;

/** What explains the shortage first, and the application that shows it. */
function explain(
  totals: Totals,
  shares: readonly Share[],
  platform: Platform,
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
  // Half of all connections for one program of somebody else: whatever it does, it is what takes them.
  if (largest !== undefined && takesHalf(largest, totals) && !isOfPlatform(largest, platform))
    return { code: 'PG_CONNECTIONS_UNPLACED', by: largest };
  if (totals.max < DEFAULT_LIMIT || largest === undefined) return { code: 'PG_LIMIT_TOO_LOW', by: largest };
  // What is at work is not kept in a pool: a slow statement holds it, and no pool or limit of another size mends that.
  const isPool = largest.sessions >= usableOf(totals) * POOL_SHARE;
  if (busy(isPool ? [largest] : shares) * 2 > total(isPool ? [largest] : shares))
    return { code: 'PG_CONNECTIONS_BUSY', by: largest };
  if (!isPool) return { code: 'PG_LIMIT_TOO_LOW', by: largest };
  return {
    code: isOfPlatform(largest, platform) ? 'PG_POOLS_TOO_LARGE' : 'PG_CONNECTIONS_UNPLACED',
    by: largest,
  };
}

/** By its name, or by its database where it gives none. One with another name may be anybody's. */
const isOfPlatform = ({ application }: Share, platform: Platform): boolean =>
  application === noName || (!isTool(application) && partNamed(application, platform) !== undefined);

const FROM = `
SELECT coalesce(host(client_addr), 'local') AS client, count(*)::int AS sessions
  FROM pg_stat_activity
 WHERE ${clients} AND coalesce(nullif(application_name, ''), '(no name)') = $1 AND usename = $2 AND datname = $3
 GROUP BY 1`;

/** Whether most of these connections come from elsewhere than the services; undefined where nobody shows where those are. */
async function comesFromElsewhere(
  { application, user, database }: Share,
  { postgres, runtime }: Deps,
  signal: AbortSignal,
): Promise<boolean | undefined> {
  if (runtime === undefined) return undefined;
  try {
    const instances = await Promise.all(serviceIds.map((part) => runtime.instances(part, { signal })));
    const own = new Set(
      instances
        .flat()
        .flatMap(({ address }) => (address === undefined || address.shared === true ? [] : [address.host])),
    );
    if (own.size === 0) return undefined;
    const rows = await askAnywhere<{ readonly client: string; readonly sessions: number }>(
      postgres,
      FROM,
      [application, user, database],
      { signal },
    );
    const all = rows.reduce((sum, { sessions }) => sum + sessions, 0);
    const ours = rows.reduce((sum, { client, sessions }) => sum + (own.has(client) ? sessions : 0), 0);
    return all === 0 ? undefined : ours * 2 < all;
  } catch {
    signal.throwIfAborted();
    return undefined;
  }
}

const params = z.strictObject({});

export const postgresSessionShares = defineProbe({
  id: 'postgres.session-shares',
  doc: `When connections are short: is the limit too low, are pools too large, or are sessions leaked?
Counts sessions by application and user.
It names the first that explains the shortage: sessions idle in a transaction, one application's pool, then the limit itself.
When many are idle in a transaction only now, it checks again some seconds later; those still idle are leaked.
Leaks and pools count only in the platform's own databases; when others hold most of the connections, it reports that.
A pool is one that is mostly idle, of a part by its name, or without a name in a part's database and from where a service runs.
Connections that are at work are no pool: then the statements are slow.
One application whose name is no part's may be anybody's, and is named as such.
Without membership in pg_monitor it cannot distinguish leaks from pools, and reports that.`,
  params,
  part: 'postgres',
  needs: ['postgres'],
  timeoutMs: 15_000,
  emits: [
    'PG_SESSIONS_LEAKED',
    'PG_POOLS_TOO_LARGE',
    'PG_LIMIT_TOO_LOW',
    'PG_CONNECTIONS_ELSEWHERE',
    'PG_CONNECTIONS_BUSY',
    'PG_CONNECTIONS_UNPLACED',
  ],
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
    const explained = explain(totals, shares, platform);
    const { by } = explained;
    const foreign =
      explained.code === 'PG_POOLS_TOO_LARGE' &&
      by?.application === noName &&
      (await comesFromElsewhere(by, deps, signal));
    const code = foreign === true ? 'PG_CONNECTIONS_UNPLACED' : explained.code;
    // Whose a database is that nobody has recognised cannot be said.
    if (code === 'PG_CONNECTIONS_ELSEWHERE') mustKnowAll(postgres);
    const finding: Finding = {
      code,
      severity: facts.percent >= 95 ? 'critical' : 'warning',
      part: 'postgres',
      subject: code === 'PG_LIMIT_TOO_LOW' ? 'max_connections' : (by?.application ?? noName),
      facts: {
        ...facts,
        application: by?.application ?? null,
        applicationSessions: by?.sessions ?? null,
        applicationIdle: by?.idle ?? null,
        applicationBusy: by === undefined ? null : busy([by]),
        database: by?.database ?? null,
        applicationPart: partNamed(by?.application ?? '', platform) ?? null,
        ...(code === 'PG_LIMIT_TOO_LOW' ? { wanted: wantedLimit(totals.max) } : {}),
        ...databaseId(postgres, by?.database ?? ''),
      },
    };
    return verdict([finding], facts);
  },
});
