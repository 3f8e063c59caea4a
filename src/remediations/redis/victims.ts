import { TargetError } from '../../domain/kernel/errors.ts';
import type { Facts } from '../../domain/kernel/facts.ts';
import { ellipsis } from '../../domain/kernel/text.ts';
import { within } from '../../domain/kernel/within.ts';
import { cachePrefixes, type Platform } from '../../domain/platform/platform.ts';
import type { RedisNode } from '../../domain/probe/targets/redis.ts';
import { refused } from '../shared/stale.ts';

/** Keys of one server that are looked at, each by its name; with more than that nobody can say which may go. */
const mostKeys = 300_000;
const batch = 1_000;
/** Kinds of keys that are named, the largest first. */
const mostNamed = 4;

/** Keys of one beginning. */
interface Tally {
  readonly prefix: string;
  readonly keys: number;
  /** Of these, those that carry a time to live. */
  readonly expiring: number;
}

export interface KeysSeen {
  /** In all databases of the server. */
  readonly keys: number;
  readonly looked: number;
  /** Every key of this database was looked at that was there all the while. */
  readonly whole: boolean;
  /** Keys in other databases of the server: eviction takes from them as well, and nobody looks there. */
  readonly elsewhere: number;
  readonly caches: readonly Tally[];
  readonly others: readonly Tally[];
}

/** What a policy may cost, as the card says it. */
export interface Victims {
  readonly evictable: number;
  readonly prefixes: string;
  /** Keys that the policy does not touch. */
  readonly others: number;
  readonly otherPrefixes: string;
  readonly keys: number;
  readonly looked: number;
  /** Of the keys that there are: how many were looked at. */
  readonly share: number;
}

/** Whether a policy takes keys away; `noeviction` refuses writes instead. */
export const evicts = (policy: string): boolean => policy !== 'noeviction';
/** Redis manual, "Key eviction": `volatile-*` takes only keys with an expire set, `allkeys-*` any key. */
const onlyExpiring = (policy: string): boolean => policy.startsWith('volatile-');

/** Looks at the name of every key, and at its time to live where it carries one. Changes nothing and stops nobody. */
export async function keysSeen(redis: RedisNode, platform: Platform, signal: AbortSignal): Promise<KeysSeen> {
  const [keyspace, own] = await Promise.all([
    redis.info('keyspace', { signal }),
    redis.call('DBSIZE', [], { signal }),
  ]);
  // db0: keys=5,expires=2,avg_ttl=0
  const databases = Object.values(keyspace).map((line) => Number(/keys=(\d+)/.exec(line)?.[1] ?? 0));
  const counted = databases.reduce((sum, one) => sum + one, 0);
  const isElsewhere = databases.length > 1 || (counted > 0 && Number(own) === 0);
  const elsewhere = isElsewhere ? Math.max(1, counted - Number(own)) : 0;
  const { names, whole } = await namesOf(redis, signal);
  const expiring = await expiringOf(redis, names, signal);
  const prefixes = cachePrefixes(platform);
  const tallies = new Map<string, Tally & { readonly cache: boolean }>();
  for (const name of names) {
    const cache = prefixes.find((one) => name.startsWith(one));
    const prefix = `${cache ?? beginningOf(name)}*`;
    const before = tallies.get(`${cache !== undefined}${prefix}`);
    tallies.set(`${cache !== undefined}${prefix}`, {
      prefix,
      cache: cache !== undefined,
      keys: (before?.keys ?? 0) + 1,
      expiring: (before?.expiring ?? 0) + (expiring.has(name) ? 1 : 0),
    });
  }
  const all = [...tallies.values()].toSorted((one, other) => other.keys - one.keys);
  return {
    // Keys come and go meanwhile, and the server counts those as well whose time is over.
    keys: whole ? names.size + elsewhere : Math.max(counted, names.size),
    looked: names.size,
    whole,
    elsewhere,
    caches: all.filter(({ cache }) => cache),
    others: all.filter(({ cache }) => !cache),
  };
}

/** Pure. What may go under this policy. Refused unless each of these is known, and is of a cache. */
export function victimsOf(policy: string, seen: KeysSeen): Victims {
  const { keys, looked, elsewhere, whole } = seen;
  const of = (tallies: readonly Tally[]) =>
    onlyExpiring(policy)
      ? tallies.map(({ prefix, expiring }) => ({ prefix, keys: expiring })).filter((one) => one.keys > 0)
      : tallies;
  const strangers = of(seen.others);
  if (strangers.length > 0)
    throw refused('evicts-others', { policy, ...named(strangers), keys, looked, elsewhere });
  if (elsewhere > 0 || !whole) throw refused('victims-unknown', { policy, keys, looked, elsewhere });
  const victims = of(seen.caches);
  const evictable = total(victims);
  return {
    evictable,
    ...named(victims),
    others: looked - evictable,
    otherPrefixes: named(seen.others).prefixes || '–',
    keys,
    looked,
    share: keys === 0 ? 1 : looked / keys,
  };
}

/** The policy that takes keys of caches alone: of all keys, or of those that expire. Refused where there is none. */
export function policyFor(seen: KeysSeen): 'allkeys-lru' | 'volatile-lru' {
  const { others, caches } = seen;
  if (others.length === 0) return 'allkeys-lru';
  const helps = caches.some(({ expiring }) => expiring > 0) || others.some(({ expiring }) => expiring > 0);
  return helps ? 'volatile-lru' : 'allkeys-lru';
}

/** Looks anew, right before a change that lets Redis evict, or evict more. */
export async function mustEvictCachesAlone(
  policy: string,
  redis: RedisNode,
  platform: Platform,
  signal: AbortSignal,
): Promise<Victims | undefined> {
  return evicts(policy) ? victimsOf(policy, await keysSeen(redis, platform, signal)) : undefined;
}

const total = (tallies: readonly { readonly keys: number }[]) =>
  tallies.reduce((sum, { keys }) => sum + keys, 0);

/** `bull:* (1502), session:* (7)`: no word of ours, so that it stands in any language. */
function named(tallies: readonly { readonly prefix: string; readonly keys: number }[]): {
  readonly prefixes: string;
} & Facts {
  const shown = tallies.slice(0, mostNamed).map(({ prefix, keys }) => `${prefix} (${keys})`);
  return { prefixes: [...shown, ...(tallies.length > shown.length ? [ellipsis] : [])].join(', ') };
}

/** What stands before the first sign that parts a name. A name without one may be anything, a token even: it is not shown. */
const beginningOf = (name: string): string => /^[A-Za-z][\w-]{0,30}[:./|#@]/.exec(name)?.[0] ?? '';

/** Names by SCAN, which never stops the server; each once. It gives every key that is there from its beginning to its end. */
async function namesOf(
  redis: RedisNode,
  signal: AbortSignal,
): Promise<{ readonly names: ReadonlySet<string>; readonly whole: boolean }> {
  const names = new Set<string>();
  let cursor = '0';
  do {
    const reply = await redis.call('SCAN', [cursor, 'COUNT', batch], { signal });
    const [next, keys] = Array.isArray(reply) ? (reply as readonly unknown[]) : [];
    if (typeof next !== 'string' || !Array.isArray(keys))
      throw new TargetError('protocol', 'SCAN gave no cursor');
    cursor = next;
    for (const key of keys as readonly unknown[]) names.add(String(key));
  } while (cursor !== '0' && names.size < mostKeys);
  return { names, whole: cursor === '0' };
}

/** Of these, those with a time to live. One whose name is no text cannot be asked: it may have one. */
async function expiringOf(
  redis: RedisNode,
  names: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  const expiring = new Set<string>();
  const all = [...names];
  for (let from = 0; from < all.length; from += batch) {
    const some = all.slice(from, from + batch);
    // One listener of the signal for all of them.
    const replies = await within(
      Number.POSITIVE_INFINITY,
      () => Promise.all(some.map((name) => redis.call('PTTL', [name]))),
      { signal },
    );
    for (const [at, name] of some.entries())
      if (Number(replies[at]) >= 0 || name.includes('\uFFFD')) expiring.add(name);
  }
  return expiring;
}
