import { readFileSync } from 'node:fs';
import type { ConnectionOptions } from 'node:tls';
import { type ClientConfig, types } from 'pg';
import { present } from '../../domain/kernel/present.ts';
import type { LoginKind } from '../../domain/kernel/process-kind.ts';

/** How to reach our own PostgreSQL. */
export interface DatabaseConfig {
  /** `postgres://user:password@host:port/database`, also with libpq's `sslmode`, `sslrootcert`, `sslcert`, `sslkey`. */
  readonly url: string;
  /** PEM texts; wins over what the URL says. */
  readonly tls?: {
    readonly ca?: string;
    readonly cert?: string;
    readonly key?: string;
    readonly serverName?: string;
    /** `require` encrypts without checking who answers; default `verify-full`. */
    readonly mode?: 'disable' | 'require' | 'verify-ca' | 'verify-full';
  };
  /** The same database past a pooler, for what needs a connection of its own: notifications and migrations. */
  readonly directUrl?: string;
  readonly applicationName?: string;
  /** Bounds making a connection, in milliseconds; default 5000. */
  readonly connectTimeoutMs?: number;
}

/** The role that owns nothing (R-L4): the sum of those below, for one process that does everything. */
export const applicationRole = 'aetherius_app';

/** Of each kind, and of a caller that only reads: `audit verify` and `doctor`. */
export const kindRole = (kind: LoginKind | 'cli'): string => `${applicationRole}_${kind}`;

/** What a process runs as. */
export const roleFor = (role: LoginKind | 'all'): string =>
  role === 'all' ? applicationRole : kindRole(role);

const int8 = 20;

/** Sequence numbers, versions and fences are far below 2^53. */
const parsers = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    oid === int8 ? (text: string) => Number(text) : types.getTypeParser(oid, format as 'text'),
} as ClientConfig['types'];

/**
 * Client settings for node-postgres. They hold no start-up parameter of ours: a pooler refuses those, or drops them.
 * TLS modes of the URL are read stricter than libpq does: `require`, `verify-ca` and `verify-full` all verify
 * chain and name; only `no-verify` does not.
 */
export function clientConfig(database: DatabaseConfig): ClientConfig {
  const url = new URL(database.url);
  const ssl = tlsOf(database, url);
  for (const name of ['sslmode', 'sslrootcert', 'sslcert', 'sslkey', 'uselibpqcompat']) {
    url.searchParams.delete(name);
  }
  const options = url.searchParams.get('options');
  url.searchParams.delete('options');
  return {
    connectionString: url.toString(),
    ...present({ ssl, options: options ?? undefined }),
    ...present({ types: parsers }),
    application_name: database.applicationName ?? 'aetherius-bot',
    connectionTimeoutMillis: database.connectTimeoutMs ?? 5000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
  };
}

/** The same, on the connection that no pooler shares. */
export function direct(database: DatabaseConfig): DatabaseConfig {
  return database.directUrl === undefined ? database : { ...database, url: database.directUrl };
}

function tlsOf(database: DatabaseConfig, url: URL): ConnectionOptions | undefined {
  const mode = url.searchParams.get('sslmode');
  const asked = database.tls?.mode;
  if (asked === 'disable') return undefined;
  if (database.tls === undefined && (mode === null || mode === 'disable')) return undefined;
  const file = (name: string) => {
    const path = url.searchParams.get(name);
    return path === null ? undefined : readFileSync(path, 'utf8');
  };
  const ca = database.tls?.ca ?? file('sslrootcert');
  const cert = database.tls?.cert ?? file('sslcert');
  const key = database.tls?.key ?? file('sslkey');
  return {
    rejectUnauthorized: asked === undefined ? mode !== 'no-verify' : asked !== 'require',
    ...(asked === 'verify-ca' ? { checkServerIdentity: () => undefined } : {}),
    ...present({ ca, cert, key, servername: database.tls?.serverName }),
  };
}
