import { AppError } from '../../domain/kernel/errors.ts';
import { present } from '../../domain/kernel/present.ts';
import { LazySecret, type Secret } from '../../domain/kernel/secret.ts';
import type { RedisConnection } from '../../domain/settings/redis.ts';

const shape =
  /^redis(s?)\+(sentinel|cluster):\/\/(?:([^:@/]*)(?::([^@/]*))?@)?([^/?]+)(?:\/([^?]*))?(?:\?db=(\d+))?$/;

/**
 * REDIS_URL as a connection: `redis://`, `rediss://` as they are, and of our own
 * `redis+sentinel://user:password@host:port,host:port/master?db=0`, `redis+cluster://host:port,host:port`
 * (`rediss+…` with TLS). AppError INVALID_INPUT without the URL in it.
 */
export function redisFromUrl(url: Secret): RedisConnection {
  const text = url.reveal();
  if (/^rediss?:\/\//.test(text)) return { kind: 'single', url: literal(text) };
  const match = shape.exec(text);
  if (match === null) throw invalid();
  const [, secure, kind, user, password, hosts = '', master, db] = match;
  const login = {
    ...(user ? { username: decodeURIComponent(user) } : {}),
    ...(password ? { password: literal(decodeURIComponent(password)) } : {}),
    ...(secure ? { tls: { mode: 'verify-full' as const } } : {}),
  };
  const nodes = hosts.split(',').map(hostPort);
  if (kind === 'cluster') return { kind, nodes, ...login };
  if (!master) throw invalid();
  return {
    kind: 'sentinel',
    sentinels: nodes,
    name: decodeURIComponent(master),
    ...login,
    ...present({ db: db === undefined ? undefined : Number(db) }),
  };
}

function hostPort(text: string): { host: string; port: number } {
  const match = /^(?:\[([0-9a-f:]+)\]|([^:[\]]+)):(\d{1,5})$/i.exec(text);
  if (match === null) throw invalid();
  return { host: match[1] ?? match[2] ?? '', port: Number(match[3]) };
}

function literal(value: string): LazySecret {
  return new LazySecret({ kind: 'literal', value });
}

function invalid(): AppError {
  return new AppError('INVALID_INPUT', 'REDIS_URL does not have a known form', {
    facts: { reason: 'configuration' },
  });
}
