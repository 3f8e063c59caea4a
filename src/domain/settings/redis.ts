import { z } from 'zod';
import { present } from '../kernel/present.ts';
import { LazySecret } from '../kernel/secret.ts';
import { secretValue } from '../kernel/secret-schema.ts';
import { secretUrl, Tls } from './urls.ts';

const HostPort = z
  .string()
  .regex(/^(\[[0-9a-f:]+\]|[^\s:@/[\]]+):\d{1,5}$/i, 'must be host:port')
  .transform((text) => {
    const colon = text.lastIndexOf(':');
    return { host: text.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(text.slice(colon + 1)) };
  });

export const Redis = z
  .strictObject({
    url: secretUrl(['redis', 'rediss'], 'One server: `redis://` or, with TLS, `rediss://`.').exactOptional(),
    sentinels: z.array(HostPort).min(1).exactOptional().meta({ description: 'Sentinels, `host:port` each.' }),
    name: z.string().min(1).exactOptional().meta({ description: 'Name of the master the Sentinels watch.' }),
    cluster: z
      .array(HostPort)
      .min(1)
      .exactOptional()
      .meta({ description: 'Some nodes of a cluster, `host:port` each.' }),
    username: z.string().exactOptional().meta({ description: 'ACL user, for Sentinel and Cluster.' }),
    password: secretValue('Password, for Sentinel and Cluster.').exactOptional(),
    sentinelPassword: secretValue('Password of the Sentinels themselves.').exactOptional(),
    db: z.int().min(0).exactOptional().meta({ description: 'Database number; not with Cluster.' }),
    tls: Tls.exactOptional(),
  })
  .meta({ description: 'Exactly one of `url`, `sentinels` (with `name`) or `cluster`.' });

export type HostPort = z.output<typeof HostPort>;

/** The three ways to reach a Redis. */
export type RedisConnection =
  | { readonly kind: 'single'; readonly url: LazySecret; readonly tls?: Tls }
  | {
      readonly kind: 'sentinel';
      readonly sentinels: readonly HostPort[];
      readonly name: string;
      readonly username?: string;
      readonly password?: LazySecret;
      readonly sentinelPassword?: LazySecret;
      readonly db?: number;
      readonly tls?: Tls;
    }
  | {
      readonly kind: 'cluster';
      readonly nodes: readonly HostPort[];
      readonly username?: string;
      readonly password?: LazySecret;
      readonly tls?: Tls;
    };

/** Which of the three is set is checked by the loader, which reports it beside every other fault. */
export function toRedisConnection(redis: z.output<typeof Redis>): RedisConnection {
  const { username, password, tls } = redis;
  const login = present({ username, password, tls });
  if (redis.cluster !== undefined) return { kind: 'cluster', nodes: redis.cluster, ...login };
  if (redis.sentinels !== undefined) {
    return {
      kind: 'sentinel',
      sentinels: redis.sentinels,
      name: redis.name ?? '',
      ...login,
      ...present({ sentinelPassword: redis.sentinelPassword, db: redis.db }),
    };
  }
  const url = redis.url ?? new LazySecret({ kind: 'literal', value: '' });
  return { kind: 'single', url, ...present({ tls }) };
}
