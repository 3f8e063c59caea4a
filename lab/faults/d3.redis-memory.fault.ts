/** D3: Redis is short of memory, or takes no writes. */

import { join } from 'node:path';
import type { Redis } from 'ioredis';
import { waitFor } from '../components/process.ts';
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

/** Where a Redis of before would be: nothing listens there, or no machine has that address (RFC 5737). A name would block Redis while it is looked up. */
const masters: Readonly<Record<string, readonly [host: string, port: number]>> = {
  'port-closed': ['127.0.0.1', 6390],
  'address-gone': ['192.0.2.1', 6379],
};

/** Whether a write is refused, with this word. */
const refuses = (lab: Lab, word: string) =>
  redis(lab, (client) =>
    client.set('cache:lab-write', '1').then(
      () => false,
      (error: unknown) => error instanceof Error && error.message.startsWith(word),
    ),
  );

const masterGone = defineFault({
  id: 'D3.d',
  title: 'Redis is a replica of a master that is gone',
  variants: Object.keys(masters) as [string, string],
  runtimes: ['kubernetes', 'compose', 'processes'],
  within: 20,
  plant: (lab, variant) =>
    redis(lab, async (client) => {
      const [host, port] = masters[variant] ?? ['127.0.0.1', 6390];
      await client.replicaof(host, port);
    }),
  check: async (lab) =>
    (await refuses(lab, 'READONLY')) &&
    redis(lab, async (client) => (await client.info('replication')).includes('master_link_status:down')),
  clear: (lab) =>
    redis(lab, async (client) => {
      await client.replicaof('NO', 'ONE');
    }),
});

/** Where it saves; there the name of the save is taken by a folder. */
async function saveTo(lab: Lab): Promise<string> {
  const folder = await redis(lab, (client) => setting(client, 'dir'));
  const name = await redis(lab, (client) => setting(client, 'dbfilename'));
  return join(folder, name);
}

const savesFail = defineFault({
  id: 'D3.e',
  title: 'a save of Redis fails, and it refuses writes because of it',
  variants: ['asked-for', 'by-rule'],
  // Plain processes save into a folder of this machine.
  runtimes: ['kubernetes', 'compose'],
  within: 20,
  async plant(lab, variant) {
    const made = await lab.exec('redis', ['mkdir', await saveTo(lab)]);
    if (made.code !== 0) throw new Error(made.stderr);
    await redis(lab, async (client) => {
      await client.config('SET', 'save', variant === 'by-rule' ? '1 1' : '3600 1');
      if (variant === 'asked-for') await client.bgsave();
      else await client.set('cache:lab-write', '1');
    });
  },
  check: (lab) => refuses(lab, 'MISCONF'),
  async clear(lab) {
    const path = await saveTo(lab);
    await lab.exec('redis', ['rmdir', path]);
    await redis(lab, (client) => client.config('SET', 'save', ''));
    await waitFor(
      () =>
        redis(lab, async (client) => {
          const now = await client.info('persistence');
          if (now.includes('rdb_last_bgsave_status:ok')) return true;
          if (now.includes('rdb_bgsave_in_progress:0')) await client.bgsave();
          return false;
        }),
      { seconds: 20, what: 'Redis to save again' },
    );
    await lab.exec('redis', ['rm', '-f', path]);
  },
});

const wanted: Readonly<Record<string, string>> = { 'one-replica': '1', 'two-replicas': '2' };
const setWanted = (lab: Lab, count: string) =>
  redis(lab, async (client) => {
    await client.config('SET', 'min-replicas-to-write', count);
  });

const replicasMissing = defineFault({
  id: 'D3.f',
  title: 'Redis wants replicas that it does not have',
  variants: Object.keys(wanted) as [string, string],
  runtimes: ['kubernetes', 'compose', 'processes'],
  within: 20,
  plant: (lab, variant) => setWanted(lab, wanted[variant] ?? '1'),
  check: (lab) => refuses(lab, 'NOREPLICAS'),
  clear: (lab) => setWanted(lab, '0'),
});

export const redisMemory: readonly Fault[] = [
  ...[atLimit, limitWrong, uselessKeys],
  ...[masterGone, savesFail, replicasMissing],
];
