import { join } from 'node:path';
import { Redis } from 'ioredis';
import { type RedisServer, startRedis } from '../../lab/components/redis.ts';
import { type RedisGate, startRedisGate } from '../../test/support/redis-gate.ts';

/** The Redis of one environment, and the way on which the product reaches it. */
export interface Target {
  readonly gate: RedisGate;
  setPolicy(policy: string): Promise<void>;
  stop(): Promise<void>;
}

/** A Redis that is full and evicts nothing: the product finds that and offers a fix. */
export async function startTarget(dir: string, name: string): Promise<Target> {
  const server = await startRedis({
    dir: join(dir, name),
    args: ['--maxmemory', '3mb', '--maxmemory-policy', 'noeviction'],
  });
  const gate = await startRedisGate(server.url);
  await call(server, async (client) => {
    for (let n = 0; n < 1000; n += 1)
      if (!(await client.set(`cache:filler:${n}`, 'x'.repeat(32 * 1024)).then(Boolean, () => false))) return;
    throw new Error(`the Redis of ${name} takes all that it is given`);
  });
  return {
    gate,
    setPolicy: (policy) =>
      call(server, async (client) => void (await client.config('SET', 'maxmemory-policy', policy))),
    async stop() {
      await gate.stop();
      await server.stop();
    },
  };
}

async function call<T>(server: RedisServer, work: (client: Redis) => Promise<T>): Promise<T> {
  const client = new Redis(server.url, { lazyConnect: true });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    client.disconnect();
  }
}
