import type { Cluster, ClusterOptions, Redis, RedisOptions } from 'ioredis';
import type { CallOptions } from '../../../domain/kernel/call.ts';
import { listedStage, redisStage } from '../../../domain/kernel/driver-errors.ts';
import { AppError, TargetError } from '../../../domain/kernel/errors.ts';
import { present } from '../../../domain/kernel/present.ts';
import { protocolPorts } from '../../../domain/platform/table.ts';
import type { RedisNode, RedisTarget } from '../../../domain/probe/targets/redis.ts';
import {
  type Address,
  bounded,
  CircuitBreaker,
  DeadlinePassed,
  deadEnd,
  defaultTimeouts,
  socketStage,
  type Timeouts,
  targetError,
} from '../failure.ts';
import { firstLine } from '../network/first-line.ts';
import { tcpCheck } from '../network/tcp-check.ts';
import type { TlsOptions } from '../network/tls.ts';
import type { SharedConnections } from './shared-connection.ts';

interface Node {
  readonly host: string;
  readonly port: number;
}
interface Login {
  readonly username?: string;
  readonly password?: string;
  readonly tls?: TlsOptions;
}

/** One server, the master that Sentinels watch, or a cluster. */
export type RedisSettings =
  | (Login & { readonly kind: 'single'; readonly host: string; readonly port: number; readonly db?: number })
  | (Login & {
      readonly kind: 'sentinel';
      readonly sentinels: readonly Node[];
      readonly name: string;
      readonly sentinelPassword?: string;
      readonly db?: number;
    })
  | (Login & { readonly kind: 'cluster'; readonly nodes: readonly Node[] });

/** `redis://user:password@host:port/db` as settings; `rediss://` turns TLS on. */
export function redisUrl(text: string, tls?: TlsOptions): RedisSettings {
  const url = new URL(text);
  const db = Number(url.pathname.slice(1));
  const secure = tls ?? (url.protocol === 'rediss:' ? {} : undefined);
  return {
    kind: 'single',
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port || protocolPorts.redis),
    ...(url.username === '' ? {} : { username: decodeURIComponent(url.username) }),
    ...(url.password === '' ? {} : { password: decodeURIComponent(url.password) }),
    ...(Number.isInteger(db) && db > 0 ? { db } : {}),
    ...present({ tls: secure }),
  };
}

/** Redis under diagnosis over one connection a run, which is closed when idle. Never retries, never queues offline. */
export function createRedisTarget(
  settings: RedisSettings,
  book: SharedConnections,
  timeouts: Timeouts = defaultTimeouts,
): RedisTarget {
  const first =
    settings.kind === 'single'
      ? settings
      : settings.kind === 'sentinel'
        ? settings.sentinels[0]
        : settings.nodes[0];
  const address: Address = {
    what: settings.kind === 'sentinel' ? 'Redis Sentinel' : 'Redis',
    host: first?.host ?? '',
    port: first?.port ?? protocolPorts.redis,
  };
  const secrets = [settings.password, settings.kind === 'sentinel' ? settings.sentinelPassword : undefined]
    .filter((secret) => secret !== undefined)
    .filter((secret) => secret !== '');
  const breaker = new CircuitBreaker();
  let lastError: unknown;

  const common = {
    lazyConnect: true,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    enableReadyCheck: false,
    autoResubscribe: false,
    connectTimeout: timeouts.connectMs,
    connectionName: 'aetherius-bot',
    ...present({
      username: settings.username,
      password: settings.password,
      tls: settings.tls === undefined ? undefined : { ...settings.tls },
    }),
  } satisfies RedisOptions;

  const shared = book.share<Redis | Cluster>({
    async open(signal) {
      const { Redis, Cluster } = await import('ioredis');
      const client = make({ Redis, Cluster }, settings, common);
      // A server that hangs takes the connection and never answers AUTH: ioredis would wait for it for ever.
      signal.addEventListener('abort', () => client.disconnect());
      client.on('error', (error: unknown) => {
        lastError = error;
      });
      lastError = undefined;
      try {
        await client.connect();
      } catch (error) {
        client.disconnect();
        // `connect` says only "Connection is closed."; the event before it says why.
        throw lastError ?? error;
      }
      return client;
    },
    close: (client) => {
      client.disconnect();
      return Promise.resolve();
    },
  });

  async function translate(error: unknown, connected: boolean): Promise<Error> {
    if (error instanceof AppError) return error;
    if (error instanceof DeadlinePassed) {
      const seen = connected ? 'open' : await tcpCheck(address.host, address.port, { timeoutMs: 500 });
      return targetError(seen === 'open' ? 'no-answer' : seen, address);
    }
    if (error instanceof Error && error.name === 'ReplyError')
      return targetError(redisStage(error.message), address, { cause: error, secrets });
    const known = socketStage(error) ?? socketStage(lastError);
    const told = listedStage('ioredis', error instanceof Error ? error.message : '') ?? 'unknown-error';
    if ((known ?? told) === 'closed' && settings.tls === undefined) {
      // A server that takes no more clients says so and hangs up; who had sent something already may not hear it.
      const line = await firstLine(address.host, address.port, 500);
      if (line?.startsWith('-') === true) {
        const message = line.slice(1);
        return targetError(redisStage(message), address, { cause: new Error(message), secrets });
      }
    }
    if (!connected && (known === undefined || known === 'connect-timeout')) {
      // Sentinel and Cluster clients hide why no node could be used, and ioredis says ETIMEDOUT also for a server
      // that accepts and stays silent: a bare connection tells.
      const seen = await tcpCheck(address.host, address.port, { timeoutMs: 500 });
      const silent = known === 'connect-timeout' ? 'no-answer' : told;
      return targetError(seen === 'open' ? silent : seen, address, { cause: error, secrets });
    }
    return targetError(known ?? told, address, { cause: error, secrets });
  }

  function use<T>(options: CallOptions, work: (client: Redis | Cluster) => Promise<T>): Promise<T> {
    return breaker.run(async () => {
      let connected = false;
      try {
        return await bounded({ ...options, timeoutMs: options.timeoutMs ?? timeouts.callMs }, () =>
          shared.use((client) => {
            connected = true;
            return work(client);
          }),
        );
      } catch (error) {
        const translated = await translate(error, connected);
        if (
          translated instanceof TargetError &&
          (deadEnd.has(translated.stage) || translated.stage === 'auth')
        )
          void shared.drop();
        throw translated;
      }
    });
  }

  /** Commands by way of a server, which is chosen again for each: connections come and go. */
  const through = (choose: (client: Redis | Cluster, command: string) => Redis | Cluster): RedisNode => {
    const call: RedisNode['call'] = (command, args = [], options = {}) =>
      use(options, (client) => choose(client, command).call(command, ...args.map(String)));
    return {
      call,
      info: async (section, options) => parseInfo(String(await call('INFO', [section], options))),
    };
  };
  const whole = through((client, command) =>
    aboutServer.has(command.toUpperCase()) ? (mastersOf(client)[0] ?? client) : client,
  );

  return {
    ...whole,
    async nodes(options = {}) {
      const names = await use(options, async (client) => mastersOf(client).map(addressOf));
      if (names.length === 0) return [{ ...whole, name: `${address.host}:${address.port}` }];
      return names.map((name) => ({
        name,
        ...through((client) => {
          const node = mastersOf(client).find((one) => addressOf(one) === name);
          if (node === undefined) throw targetError('closed', address);
          return node;
        }),
      }));
    },
  };
}

/** Commands that name no key: a cluster's client sends each to any of its servers. */
const aboutServer: ReadonlySet<string> = new Set([
  ...['INFO', 'SCAN', 'DBSIZE', 'CONFIG', 'CLIENT', 'PING', 'CLUSTER', 'SLOWLOG', 'LATENCY'],
]);

const addressOf = ({ options }: Redis) => `${options.host ?? ''}:${options.port ?? ''}`;

/** In the order of their addresses, so that the first stays the same; empty outside of a cluster. */
function mastersOf(client: Redis | Cluster): readonly Redis[] {
  if (!('nodes' in client)) return [];
  return client.nodes('master').toSorted((a, b) => addressOf(a).localeCompare(addressOf(b)));
}

type Common = Pick<
  RedisOptions,
  'connectTimeout' | 'connectionName' | 'username' | 'password' | 'tls' | 'enableReadyCheck'
>;

function make(
  ioredis: { readonly Redis: typeof Redis; readonly Cluster: typeof Cluster },
  settings: RedisSettings,
  common: Common,
): Redis | Cluster {
  switch (settings.kind) {
    case 'single':
      return new ioredis.Redis({
        ...common,
        host: settings.host,
        port: settings.port,
        ...present({ db: settings.db }),
      });
    case 'sentinel':
      return new ioredis.Redis({
        ...common,
        sentinels: settings.sentinels.map((node) => ({ ...node })),
        name: settings.name,
        sentinelRetryStrategy: () => null,
        ...present({ sentinelPassword: settings.sentinelPassword, db: settings.db }),
      });
    case 'cluster':
      return new ioredis.Cluster(
        settings.nodes.map((node) => ({ ...node })),
        {
          lazyConnect: true,
          clusterRetryStrategy: () => null,
          enableOfflineQueue: false,
          redisOptions: common,
        } satisfies ClusterOptions,
      );
  }
}

/** `INFO` text (`# Section`, `key:value` lines) as a map. */
export function parseInfo(text: string): Readonly<Record<string, string>> {
  const map: Record<string, string> = {};
  for (const line of text.split(/\r?\n/)) {
    if (line === '' || line.startsWith('#')) continue;
    const colon = line.indexOf(':');
    if (colon > 0) map[line.slice(0, colon)] = line.slice(colon + 1);
  }
  return map;
}
