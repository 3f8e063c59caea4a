import { Cluster, Redis } from 'ioredis';
import { backOff } from '../../domain/kernel/back-off.ts';
import type { Logger } from '../../domain/kernel/clock.ts';
import { present } from '../../domain/kernel/present.ts';
import type { RedisConnection } from '../../domain/settings/redis.ts';
import { type TlsOptions, tlsOptions } from '../targets/network/tls.ts';

export type RedisClient = Redis | Cluster;

/**
 * One slot for every key of ours, so that BullMQ's scripts run on a Cluster. It is the `prefix` of all queues.
 */
export const queuePrefix = '{aetherius}';

export interface RedisConnections {
  /** For those who hand jobs over: a command fails within `timeoutMs` when Redis is away. */
  producer(): RedisClient;
  /** For workers: waits until Redis is back. */
  worker(): RedisClient;
  /** Closes one client. */
  release(client: RedisClient): void;
  /** Closes every client that was given out. */
  close(): void;
}

export interface RedisConnectionsOptions {
  readonly connection: RedisConnection;
  readonly logger: Logger;
  /** Bounds connecting and each command of a producer, in milliseconds; default 800. */
  readonly timeoutMs?: number;
}

/**
 * Clients for BullMQ to one server, to a master behind Sentinels, or to a Cluster. Secrets are read here;
 * connections are made by the first use, and come back by themselves.
 */
export async function openRedis(options: RedisConnectionsOptions): Promise<RedisConnections> {
  const { logger, timeoutMs = 800 } = options;
  const make = await maker(options.connection);
  const open = new Set<RedisClient>();
  const keep = (use: 'producer' | 'worker', client: RedisClient) => {
    // Without a listener the driver writes every failed attempt to the console.
    client.on('error', (err: unknown) => {
      forgetCommand(err);
      logger.debug({ err, use }, 'Redis connection error');
    });
    open.add(client);
    return client;
  };
  const reconnect = (attempts: number) => backOff(attempts, { firstMs: 100, mostMs: 1000 });
  return {
    producer: () =>
      keep(
        'producer',
        make({
          enableOfflineQueue: false,
          maxRetriesPerRequest: 0,
          connectTimeout: timeoutMs,
          commandTimeout: timeoutMs,
          retryStrategy: reconnect,
        }),
      ),
    worker: () =>
      keep('worker', make({ maxRetriesPerRequest: null, connectTimeout: 5000, retryStrategy: reconnect })),
    release(client) {
      client.disconnect();
      open.delete(client);
    },
    close() {
      for (const client of open) client.disconnect();
      open.clear();
    },
  };
}

/** The driver's errors carry the command that failed, and of AUTH that is the password. */
function forgetCommand(error: unknown): void {
  if (error instanceof Error && 'command' in error) error.command = undefined;
}

interface Behaviour {
  readonly enableOfflineQueue?: boolean;
  readonly maxRetriesPerRequest: number | null;
  readonly connectTimeout: number;
  readonly commandTimeout?: number;
  readonly retryStrategy: (attempts: number) => number;
}

type Make = (behaviour: Behaviour) => RedisClient;

async function maker(connection: RedisConnection): Promise<Make> {
  const tls = await tlsOptions(connection.tls);
  if (connection.kind === 'single') {
    const url = await connection.url.reveal();
    return (behaviour) =>
      new Redis(url, { ...behaviour, ...present({ tls: tls === undefined ? undefined : { ...tls } }) });
  }
  const login = present({
    username: connection.username,
    password: await connection.password?.reveal(),
    tls: tls === undefined ? undefined : { ...tls },
  });
  if (connection.kind === 'cluster') return cluster(connection.nodes, login);
  const { sentinels, name, db } = connection;
  const sentinelPassword = await connection.sentinelPassword?.reveal();
  return (behaviour) =>
    new Redis({
      ...behaviour,
      ...login,
      sentinels: [...sentinels],
      name,
      ...present({
        db,
        sentinelTLS: tls === undefined ? undefined : { ...tls },
        enableTLSForSentinelMode: tls === undefined ? undefined : true,
        sentinelPassword,
      }),
    });
}

function cluster(
  nodes: readonly { readonly host: string; readonly port: number }[],
  login: { readonly username?: string; readonly password?: string; readonly tls?: TlsOptions },
): Make {
  return ({ enableOfflineQueue, retryStrategy, ...behaviour }) =>
    new Cluster([...nodes], {
      redisOptions: { ...behaviour, ...login },
      ...present({ enableOfflineQueue }),
      clusterRetryStrategy: retryStrategy,
    });
}
