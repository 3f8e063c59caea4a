import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import { Cluster } from 'ioredis';
import { Client } from 'pg';
import { addressOfServer, serverEndOf } from '../../domain/fix/object.ts';
import type { RedisClient } from '../queue/bullmq.ts';
import { clientConfig, type DatabaseConfig, direct } from '../store/connection.ts';
import { translate } from '../store/errors.ts';
import { beginWith } from '../store/session.ts';

export interface SelfIdentityOptions {
  readonly database: DatabaseConfig;
  readonly redis: RedisClient;
  /** UIDs of this Pod and its owners, from the downward API (`AETHERIUS_SELF_UIDS`). */
  readonly uids: readonly string[];
  /** UIDs of our Pod and its owners, from the API. */
  readonly owners?: () => Promise<readonly string[]>;
  /** `<namespace>/<release>` that we are installed as, from the chart (`AETHERIUS_SELF_RELEASE`). */
  readonly release?: string;
  /** Compose project that we are part of (`AETHERIUS_SELF_PROJECT`). */
  readonly project?: string;
  readonly now: () => number;
  readonly cgroupFile?: string;
  /** Addresses of this process; default: those of its network interfaces. */
  readonly ownAddresses?: readonly string[];
}

const cacheMs = 30_000;

/**
 * Who we are and what we stand on, for the self-target rule (R-X14): by identity, because one server has many
 * names. Throws when our PostgreSQL or Redis cannot be identified; the caller then plans nothing.
 */
export function createSelfIdentity(options: SelfIdentityOptions): () => Promise<ReadonlySet<string>> {
  let known: { readonly at: number; readonly claims: ReadonlySet<string> } | undefined;
  return async () => {
    if (known !== undefined && options.now() - known.at < cacheMs) return known.claims;
    const container = await containerId(options.cgroupFile ?? '/proc/self/mountinfo');
    const [database, redis, owners] = await Promise.all([
      databaseClaims(options.database, container === undefined),
      redisClaims(options.redis, container === undefined),
      options.owners?.() ?? [],
    ]);
    const { release, project } = options;
    const claims = new Set([
      ...database,
      ...redis,
      ...[...options.uids, ...owners].map((uid) => `uid=${uid}`),
      ...(release === undefined ? [] : [`release=${release}`]),
      ...(project === undefined ? [] : [`compose_project=${project}`]),
      // On a host of its own many things have the host's address; in a container only what shares its network.
      ...(container === undefined
        ? []
        : [`container_id=${container}`, ...addressClaims(options.ownAddresses ?? interfaceAddresses())]),
    ]);
    known = { at: options.now(), claims };
    return claims;
  };
}

function interfaceAddresses(): readonly string[] {
  return Object.values(networkInterfaces()).flatMap((all) =>
    (all ?? []).filter((one) => !one.internal && !one.address.startsWith('fe80')).map((one) => one.address),
  );
}

function addressClaims(addresses: readonly (string | null | undefined)[]): readonly string[] {
  return addresses.flatMap((address) => {
    const known = addressOfServer(address);
    return known === undefined ? [] : [`address=${known}`];
  });
}

/**
 * A server on our host may be a container behind a port of the host, and then may see its own end as a loopback (a
 * pooler beside it): what is reached there is ours, whatever it is.
 */
function hostPortClaims(
  host: string | undefined,
  port: number | undefined,
  onHost: boolean,
): readonly string[] {
  const loopback = host === 'localhost' || (host !== undefined && host !== '' && isLoopback(host));
  return onHost && loopback && port !== undefined ? [`host_port=${port}`] : [];
}

const isLoopback = (host: string) => isIP(host) !== 0 && addressOfServer(host) === undefined;

/** By each of its addresses: a pooler is ours as well as what is behind it. */
async function databaseClaims(database: DatabaseConfig, onHost: boolean): Promise<readonly string[]> {
  const past = direct(database);
  const ways = past === database ? [database] : [database, past];
  return (await Promise.all(ways.map((way) => claimsThrough(way, onHost)))).flat();
}

async function claimsThrough(database: DatabaseConfig, onHost: boolean): Promise<readonly string[]> {
  const client = new Client(clientConfig(database));
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query(beginWith({ statement_timeout: 2000 }));
    const { rows } = await client.query<{ id: string; address: string | null }>(
      'SELECT system_identifier::text AS id, host(inet_server_addr()) AS address FROM pg_control_system()',
    );
    const [row] = rows;
    if (row === undefined) throw new Error('PostgreSQL does not report its identity');
    // Over a socket file in a volume it may be any container.
    if (row.address === null && !onHost) throw new Error('PostgreSQL does not report its address');
    return [
      `system_identifier=${row.id}`,
      ...addressClaims([row.address]),
      ...hostPortClaims(client.host, client.port, onHost),
    ];
  } catch (error) {
    throw translate(error);
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function redisClaims(redis: RedisClient, onHost: boolean): Promise<readonly string[]> {
  const servers = redis instanceof Cluster ? redis.nodes('all') : [redis];
  if (servers.length === 0) throw new Error('Redis does not report its identity');
  const claims = await Promise.all(
    servers.map(async (server) => {
      const [info, client] = await Promise.all([server.info('server'), server.client('INFO')]);
      const id = /^run_id:([0-9a-f]{40})\r?$/m.exec(info)?.[1];
      if (id === undefined) throw new Error('Redis does not report its identity');
      const address = serverEndOf(String(client));
      if (address === undefined) throw new Error('Redis does not report its address');
      const { host, port, sentinels, path } = server.options;
      // Behind Sentinels, and with a socket file, these two are only the driver's defaults.
      const direct = onHost && sentinels === null && path === undefined;
      return [`run_id=${id}`, ...addressClaims([address]), ...hostPortClaims(host, port, direct)];
    }),
  );
  return claims.flat();
}

/** Docker and containerd mount files out of a folder that is named after the container. */
async function containerId(file: string): Promise<string | undefined> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return /\/(?:containers|sandboxes)\/([0-9a-f]{64})\//.exec(text)?.[1];
}
