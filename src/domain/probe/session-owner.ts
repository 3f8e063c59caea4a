import type { ServiceId } from '../platform/part.ts';

/** A session of PostgreSQL, as far as it tells whose it is. */
export interface SessionSigns {
  readonly application: string;
  readonly user: string;
  /** Its client's address; `local` for a socket file. */
  readonly client: string;
  /** When it began, in seconds since 1970, as text. */
  readonly backend_start: string;
  /** Its role is the one as which the bot itself is logged in. */
  readonly own: boolean;
}

/** What is known of the services: where each one runs now, and which role only it uses. */
export interface ServicesKnown {
  readonly addresses: ReadonlyMap<string, { readonly part: ServiceId; readonly since: number }>;
  readonly roles: ReadonlyMap<string, ServiceId>;
}

export type SessionOwner =
  | { readonly is: 'service'; readonly part: ServiceId }
  | { readonly is: 'tool' }
  | { readonly is: 'unknown' };

/**
 * Names that people's programs, backups, copies and migrations give their connections; PostgreSQL's own by its manual
 * ("Client Applications", "Server Applications"), the others by theirs. A name takes a session away from those that may be
 * ended and adds no session, so that a word too many does no harm.
 */
const tools: readonly RegExp[] = [
  /^(?:psql|pg_\w+|pgbench|vacuumdb|reindexdb|clusterdb|createdb|dropdb|initdb|ecpg|oid2name|vacuumlo)\b/,
  /\b(?:pg_?admin|dbeaver|datagrip|intellij|pycharm|goland|webstorm|tableplus|navicat|postico|beekeeper|heidisql|squirrel|dbvisualizer|azure data studio|metabase|superset|tableau|grafana|retool|jupyter|pgcli|usql|sqlcl|toad)\b/,
  /\b(?:barman|pgbackrest|wal-?g|wal-?e|repmgr|patroni|stolon|walreceiver|pglogical|bucardo|londiste|slony|debezium|pgcopydb|pgsync)\b/,
  /(?:^|[^a-z])(?:migrat\w*|flyway|liquibase|alembic|goose|sqitch|dbmate|atlas|prisma|backup\w*|restore\w*|dump\w*|replica\w*)/,
];

export function isTool(application: string): boolean {
  const name = application.trim().toLowerCase();
  return tools.some((one) => one.test(name));
}

/** The clocks of a database and of a node may differ by this much (seconds). */
const clocksApart = 60;

/**
 * Whose session it is. A service's only by where its client is, or by a role that only the service uses: a name is what a
 * program says of itself. An address counts from the start of what has it now; before that it may have been another's.
 */
export function ownerOf(session: SessionSigns, known: ServicesKnown): SessionOwner {
  if (isTool(session.application)) return { is: 'tool' };
  const at = known.addresses.get(session.client);
  if (at !== undefined && Number(session.backend_start) >= at.since - clocksApart)
    return { is: 'service', part: at.part };
  const part = session.own ? undefined : known.roles.get(session.user);
  return part === undefined ? { is: 'unknown' } : { is: 'service', part };
}
