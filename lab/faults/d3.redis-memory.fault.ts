/** D3: Redis is short of memory. */

import type { Redis } from 'ioredis';
import type { Fault, Lab } from '../types.ts';
import { defineFault, redis } from './support.ts';

/** Figures of `INFO`, by name. */
async function info(client: Redis, section: string): Promise<(name: string) => number> {
  const text = await client.info(section);
  return (name) => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(text)?.[1] ?? 'NaN');
}

const setting = async (client: Redis, name: string) =>
  String(((await client.config('GET', name)) as string[])[1] ?? '');

/** Writes keys until `count` are there or Redis refuses; returns whether it refused. They live for `seconds`, or for ever. */
async function fill(
  client: Redis,
  key: (n: number) => string,
  bytes: number,
  count: number,
  seconds?: number,
): Promise<boolean> {
  for (let start = 0; start < count; start += 500) {
    const pipeline = client.pipeline();
    for (let n = start; n < Math.min(count, start + 500); n += 1)
      if (seconds === undefined) pipeline.set(key(n), 'x'.repeat(bytes));
      else pipeline.set(key(n), 'x'.repeat(bytes), 'EX', seconds);
    const answers = (await pipeline.exec()) ?? [];
    if (answers.some(([error]) => error?.message.startsWith('OOM') === true)) return true;
  }
  return false;
}

/** Largest use and policy: back as they were made, without what was filled in, which one with a disk would keep. */
async function restore(lab: Lab): Promise<void> {
  await redis(lab, (client) => client.flushall());
  await lab.reset('redis');
}

const full: Readonly<Record<string, { megabytes: number; prefix: string; bytes: number }>> = {
  'reports-24mb': { megabytes: 24, prefix: 'cache:report:', bytes: 20_000 },
  'sessions-40mb': { megabytes: 40, prefix: 'session:', bytes: 4000 },
};

/** Keys that expire, only not now: what does not is D3.c. */
async function fillUp(client: Redis, variant: string): Promise<void> {
  const { prefix, bytes } = full[variant] ?? { prefix: 'cache:', bytes: 1000 };
  if (!(await fill(client, (n) => `${prefix}${n}`, bytes, 60_000, 3600)))
    throw new Error('Redis took everything');
}

const atLimit = defineFault({
  id: 'D3.a',
  title: 'memory is full and nothing may be evicted: writes fail',
  variants: ['reports-24mb', 'sessions-40mb'],
  runtimes: ['kubernetes', 'compose', 'processes'],
  within: 20,
  async plant(lab, variant) {
    await redis(lab, async (client) => {
      await client.config('SET', 'maxmemory-policy', 'noeviction');
      await client.config('SET', 'maxmemory', `${full[variant]?.megabytes ?? 24}mb`);
      await fillUp(client, variant);
    });
  },
  /** What was evicted meanwhile is written again, until it is full once more. */
  stir: (lab, variant) => redis(lab, (client) => fillUp(client, variant)),
  check: (lab) =>
    redis(lab, async (client) => {
      const memory = await info(client, 'memory');
      const refused = await client.set('cache:lab-write', 'x'.repeat(50_000)).then(
        () => false,
        (error: unknown) => error instanceof Error && error.message.startsWith('OOM'),
      );
      return refused && memory('used_memory') >= memory('maxmemory') * 0.9;
    }),
  clear: restore,
});

const limitWrong = defineFault({
  id: 'D3.b',
  title: 'the limit is missing or far too low',
  variants: ['no-limit', 'three-megabytes'],
  runtimes: ['kubernetes', 'compose', 'processes'],
  within: 20,
  plant: (lab, variant) =>
    redis(lab, async (client) => {
      await client.config('SET', 'maxmemory', variant === 'no-limit' ? '0' : '3mb');
      // More than a sixteenth of what its container may take.
      const count = variant === 'no-limit' ? 5500 : 2000;
      await fill(client, (n) => `cache:item:${n}`, count, 20_000);
    }),
  check: (lab, variant) =>
    redis(lab, async (client) => {
      const memory = await info(client, 'memory');
      const evicted = (await info(client, 'stats'))('evicted_keys');
      if (variant === 'no-limit')
        return memory('maxmemory') === 0 && memory('used_memory') > 100 * 1024 * 1024;
      return (await setting(client, 'maxmemory')) === `${3 * 1024 * 1024}` && evicted > 1000;
    }),
  clear: restore,
});

const useless: Readonly<Record<string, { prefix: string; bytes: number; count: number; least: number }>> = {
  'many-small': { prefix: 'cache:lookup:', bytes: 60, count: 150_000, least: 140_000 },
  'few-large': { prefix: 'cache:snapshot:', bytes: 1_500_000, count: 50, least: 45 },
};

async function countKeys(client: Redis, pattern: string): Promise<number> {
  let [cursor, count] = ['0', 0];
  do {
    const [next, keys] = await client.scan(cursor, 'MATCH', pattern, 'COUNT', 10_000);
    [cursor, count] = [next, count + keys.length];
  } while (cursor !== '0');
  return count;
}

const uselessKeys = defineFault({
  id: 'D3.c',
  title: 'keys that nobody needs and that never expire fill the memory',
  variants: ['many-small', 'few-large'],
  runtimes: ['kubernetes', 'compose', 'processes'],
  within: 20,
  async plant(lab, variant) {
    const keys = useless[variant];
    if (keys === undefined) return;
    await redis(lab, async (client) => {
      await fill(client, (n) => `${keys.prefix}${n}`, keys.bytes, keys.count);
      // Memory is short because of them: 95 % of it, and nothing may be evicted.
      const used = (await info(client, 'memory'))('used_memory');
      await client.config('SET', 'maxmemory-policy', 'noeviction');
      await client.config('SET', 'maxmemory', `${Math.ceil(used / 0.95)}`);
    });
  },
  check: (lab, variant) =>
    redis(lab, async (client) => {
      const keys = useless[variant];
      if (keys === undefined) return false;
      const memory = await info(client, 'memory');
      const share = memory('used_memory') / memory('maxmemory');
      return share > 0.9 && (await countKeys(client, `${keys.prefix}*`)) >= keys.least;
    }),
  clear: restore,
});

export const redisMemory: readonly Fault[] = [atLimit, limitWrong, uselessKeys];
