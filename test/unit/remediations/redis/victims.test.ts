import { describe, expect, it } from 'vitest';
import { asInGuide } from '../../../../src/domain/platform/platform.ts';
import type { RedisNode } from '../../../../src/domain/probe/targets/redis.ts';
import { keysSeen, policyFor, victimsOf } from '../../../../src/remediations/redis/victims.ts';

/** A server with these keys and their times to live in milliseconds; -1: none. */
function server(
  keys: Readonly<Record<string, number>>,
  more: { readonly keyspace?: Readonly<Record<string, string>>; readonly pages?: number } = {},
): RedisNode {
  const names = Object.keys(keys);
  const { keyspace = { db0: `keys=${names.length},expires=0` }, pages = 1 } = more;
  let page = 0;
  return {
    info: () => Promise.resolve(keyspace),
    call(command, [first = ''] = []) {
      if (command === 'DBSIZE') return Promise.resolve(names.length);
      if (command === 'PTTL') return Promise.resolve(keys[String(first)] ?? -2);
      page += 1;
      const from = (page - 1) * 1_000;
      // SCAN may give a key twice.
      return Promise.resolve([
        page >= pages ? '0' : String(page),
        pages === 1 ? [...names, ...names] : names.slice(from, from + 1_000),
      ]);
    },
  };
}
const look = (...of: Parameters<typeof server>) =>
  keysSeen(server(...of), asInGuide, new AbortController().signal);
const reasonOf = (policy: string, seen: Awaited<ReturnType<typeof look>>) => {
  try {
    return victimsOf(policy, seen);
  } catch (error) {
    return (error as { facts: object }).facts;
  }
};

describe('R-P10: what Redis may drop', () => {
  it('are all keys, or all that expire, each by its beginning', async () => {
    const seen = await look({ 'cache:1': 5_000, 'cache:2': -1, 'agent:a': -1 });

    expect(policyFor(seen)).toBe('allkeys-lru');
    expect(victimsOf('allkeys-lru', seen)).toMatchObject({
      evictable: 3,
      prefixes: 'cache:* (2), agent:* (1)',
      others: 0,
    });
    expect(victimsOf('volatile-ttl', seen)).toMatchObject({
      evictable: 1,
      prefixes: 'cache:* (1)',
      others: 2,
      share: 1,
    });
  });

  it.each([
    [{ 'cache:1': 1, 'bull:q:1': -1 }, 'volatile-lru'],
    [{ 'cache:1': -1, 'bull:q:1': -1 }, 'allkeys-lru'],
    [{ 'bull:q:1': -1 }, 'allkeys-lru'],
    [{}, 'allkeys-lru'],
  ] as const)('are those of the policy that fits %j', async (keys, policy) => {
    expect(policyFor(await look(keys))).toBe(policy);
  });

  it('are no cache’s for a time to live alone, and are shown without what may be a secret', async () => {
    const seen = await look({
      'cache:1': 1,
      'lock:order:7': 900,
      eyJhbGciOiJIUzI1NiJ9: 900,
      'session:abc': -1,
    });

    expect(reasonOf('volatile-lru', seen)).toMatchObject({
      ...{ reason: 'evicts-others', prefixes: 'lock:* (1), * (1)', keys: 4, looked: 4 },
    });
    expect(JSON.stringify(seen)).not.toContain('eyJ');
  });

  it('may be a key whose name is no text: whether it expires cannot be asked', async () => {
    expect(reasonOf('volatile-lru', await look({ 'cache:1': 1, '\uFFFD\uFFFD': -2 }))).toMatchObject({
      reason: 'evicts-others',
    });
  });

  it('are unknown where not every key could be looked at, and the share is told', async () => {
    const many = Object.fromEntries(Array.from({ length: 301_000 }, (_, key) => [`cache:${key}`, -1]));
    const seen = await look(many, { pages: 400 });

    expect(seen).toMatchObject({ whole: false, looked: 300_000, keys: 301_000 });
    expect(reasonOf('allkeys-lru', seen)).toMatchObject({
      reason: 'victims-unknown',
      looked: 300_000,
      keys: 301_000,
    });
  });

  it('are unknown in other databases, also where its own is empty', async () => {
    const beside = { db0: 'keys=1,expires=0', db3: 'keys=7,expires=0' };
    expect(reasonOf('allkeys-lru', await look({ 'cache:1': -1 }, { keyspace: beside }))).toMatchObject({
      ...{ reason: 'victims-unknown', elsewhere: 7 },
    });
    expect(reasonOf('allkeys-lru', await look({}, { keyspace: { db3: 'keys=7,expires=0' } }))).toMatchObject({
      ...{ reason: 'victims-unknown', elsewhere: 7 },
    });
  });

  it('are known although keys whose time is over are still counted by the server', async () => {
    const seen = await look({ 'cache:1': 1 }, { keyspace: { db0: 'keys=9,expires=9' } });

    expect(victimsOf('allkeys-lru', seen)).toMatchObject({ evictable: 1, keys: 1, share: 1 });
  });
});
