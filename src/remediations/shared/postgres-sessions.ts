import type { Plan } from '../../domain/fix/remediation.ts';
import { AppError } from '../../domain/kernel/errors.ts';
import { ellipsis, shortened } from '../../domain/kernel/text.ts';
import type { ServiceId } from '../../domain/platform/part.ts';
import { factsOf } from '../../domain/platform/platform.ts';
import { databaseOwners } from '../../domain/platform/table.ts';
import {
  ownerOf,
  type ServicesKnown,
  type SessionOwner,
  type SessionSigns,
} from '../../domain/probe/session-owner.ts';
import type { Targets } from '../../domain/probe/targets/targets.ts';
import { refused } from './stale.ts';

/** Groups of sessions that a card lists; what is left of them stands in its count. */
const mostGroups = 8;
const mostNamed = 4;

/** A session that holds a transaction open, with what would be lost with it. */
export interface OpenSession extends SessionSigns {
  readonly pid: number;
  readonly xact_start: string;
  /** It has changed something that is not committed. */
  readonly wrote: boolean;
  /** Tables that it has locked for changes, with commas. */
  readonly tables: string;
}

/** Columns of an `OpenSession`, of a row `a` of pg_stat_activity. Locks of other databases have no name here. */
export const signsOfSession = `coalesce(a.application_name, '') AS application, coalesce(a.usename, '') AS "user",
  coalesce(host(a.client_addr), 'local') AS client, coalesce(a.usename = current_user, true) AS own,
  a.backend_xid IS NOT NULL AS wrote,
  coalesce((SELECT string_agg(DISTINCT c.relname, ', ' ORDER BY c.relname) FROM pg_locks l
    JOIN pg_class c ON c.oid = l.relation AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
    WHERE l.pid = a.pid AND l.granted AND c.relkind IN ('r', 'p', 'm') AND c.relnamespace <> 'pg_catalog'::regnamespace
      AND l.mode NOT IN ('AccessShareLock', 'RowShareLock')), '') AS tables`;

type Deps = Pick<Targets, 'platform' | 'runtime' | 'compose'>;

/** The services that use PostgreSQL. */
const services: readonly ServiceId[] = Object.values(databaseOwners);

/** Where the services run now, and under which roles alone; nothing of what cannot be seen. */
export async function servicesKnown(
  { platform, runtime, compose }: Deps,
  signal: AbortSignal,
): Promise<ServicesKnown> {
  const addresses = new Map<string, { readonly part: ServiceId; readonly since: number }>();
  const twice = new Set<string>();
  const containers = await seen(compose?.containers({ signal }), signal);
  for (const part of services) {
    for (const { id, phase, startedAt, address } of await seen(
      runtime?.instances(part, { signal }),
      signal,
    )) {
      if (phase !== 'running' || startedAt === undefined) continue;
      const container = containers.find((one) => one.id === id);
      // An address that it shares with its node, or with another container, is not its own.
      const own = [
        ...(address === undefined || address.shared === true ? [] : [address.host]),
        ...(container === undefined || container.sharedNetwork !== undefined
          ? []
          : (container.addresses ?? [])),
      ];
      for (const host of own) {
        if (addresses.has(host)) twice.add(host);
        addresses.set(host, { part, since: Date.parse(startedAt) / 1_000 });
      }
    }
  }
  for (const host of twice) addresses.delete(host);
  const roles = new Map(
    services.flatMap((part) => {
      const { databaseRole } = factsOf(platform, part);
      return databaseRole === undefined ? [] : [[databaseRole, part] as const];
    }),
  );
  return { addresses, roles };
}

/** What may not be looked at shows nobody's address, so that nobody's session is known by one. */
async function seen<T>(look: Promise<readonly T[]> | undefined, signal: AbortSignal): Promise<readonly T[]> {
  try {
    return (await look) ?? [];
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof AppError && error.code !== 'BUG') return [];
    throw error;
  }
}

/** Sessions of services, each with its service, and those that are left out, by why. */
export interface Sorted<S extends OpenSession> {
  readonly ours: readonly (S & { readonly part: ServiceId })[];
  readonly tools: readonly S[];
  readonly unknown: readonly S[];
}

export function sorted<S extends OpenSession>(sessions: readonly S[], known: ServicesKnown): Sorted<S> {
  const whose = sessions.map((session) => ({ session, owner: ownerOf(session, known) }));
  const of = (is: SessionOwner['is']) => whose.flatMap((one) => (one.owner.is === is ? [one.session] : []));
  return {
    ours: whose.flatMap(({ session, owner }) =>
      owner.is === 'service' ? [{ ...session, part: owner.part }] : [],
    ),
    tools: of('tool'),
    unknown: of('unknown'),
  };
}

/** Refused unless the session is surely of a service. */
export function mustBeOfService(session: OpenSession, known: ServicesKnown): ServiceId {
  const owner = ownerOf(session, known);
  if (owner.is === 'service') return owner.part;
  const { pid, application, user, client } = session;
  throw refused(owner.is === 'tool' ? 'session-of-a-tool' : 'session-unknown', {
    ...{ pid, user, client },
    application: applicationOf({ application }),
  });
}

/** Counts of those that are left out, and their applications: no word of ours, so that they stand in any language. */
export function leftOut({ tools, unknown }: Pick<Sorted<OpenSession>, 'tools' | 'unknown'>): {
  readonly left: number;
  readonly tools: number;
  readonly unknown: number;
  readonly others: string;
} {
  return {
    left: tools.length + unknown.length,
    tools: tools.length,
    unknown: unknown.length,
    others: applicationsOf([...tools, ...unknown]),
  };
}

/** `pg_dump (1), psql (2)`: the most frequent first. */
export function applicationsOf(sessions: readonly Pick<OpenSession, 'application'>[]): string {
  const counts = new Map<string, number>();
  for (const one of sessions) counts.set(applicationOf(one), (counts.get(applicationOf(one)) ?? 0) + 1);
  const all = [...counts].toSorted(
    ([one, many], [other, more]) => more - many || one.localeCompare(other, 'en'),
  );
  const shown = all.slice(0, mostNamed).map(([name, count]) => `${name} (${count})`);
  return [...shown, ...(all.length > shown.length ? [ellipsis] : [])].join(', ');
}

/** A program may give its connection any name, or none. */
const applicationOf = ({ application }: Pick<OpenSession, 'application'>) =>
  application === '' ? '–' : shortened(application, 60);

/** One note for each application, role and client, the largest group first: what would end, since when, and what is lost. */
export function sessionNotes(
  ours: readonly (OpenSession & { readonly part: ServiceId })[],
): NonNullable<Plan['notes']> {
  const groups = new Map<string, typeof ours>();
  for (const one of ours) {
    const key = JSON.stringify([one.part, one.application, one.user, one.client]);
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups.values()]
    .toSorted((one, other) => other.length - one.length)
    .slice(0, mostGroups)
    .flatMap((group) => {
      const [first] = group;
      if (first === undefined) return [];
      const wrote = group.filter((one) => one.wrote);
      const tables = [...new Set(wrote.flatMap((one) => (one.tables === '' ? [] : one.tables.split(', '))))];
      const facts = {
        ...{ part: first.part, application: applicationOf(first), user: first.user, client: first.client },
        sessions: group.length,
        since: new Date(
          // A lock of the session itself needs no transaction.
          1_000 * Math.min(...group.map((one) => Number(one.xact_start) || Number(one.backend_start))),
        ).toISOString(),
      };
      return wrote.length === 0
        ? [{ key: 'sessions-read', facts }]
        : [
            {
              key: 'sessions-wrote',
              facts: { ...facts, wrote: wrote.length, tables: tables.slice(0, mostNamed).join(', ') || '–' },
            },
          ];
    });
}
