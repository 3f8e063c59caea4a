import { describe, expect, it } from 'vitest';
import { redisKeySpace } from '../../../../src/probes/redis/key-space.probe.ts';
import { fakeRedis, probeContext } from '../../../support/probe-context.ts';
import { cluster, server } from '../../../support/redis-cluster.ts';

describe('redis.key-space', () => {
  const look = (prefix: string, ttl: number) =>
    redisKeySpace.run(
      { prefix: 'cache:', keys: 20_000 },
      probeContext({
        redis: fakeRedis(
          (command) => {
            if (command === 'DBSIZE') return 100;
            if (command === 'SCAN')
              return ['0', Array.from({ length: 100 }, (_, index) => `${prefix}${index}`)];
            return command === 'MEMORY' ? 300_000 : ttl;
          },
          { memory: { used_memory: '32000000' } },
        ),
      }),
    );

  it('counts only throw-away keys that never expire (R-PLAT22)', async () => {
    expect(await look('cache:', -1)).toMatchObject({
      findings: [{ code: 'REDIS_USELESS_KEYS', facts: { uselessKeys: 100 } }],
    });
    expect(await look('cache:', 60_000)).toMatchObject({ status: 'healthy' });
    expect(await look('session:', -1)).toMatchObject({ status: 'healthy' });
  });
});

describe('redis.key-space, of a cluster', () => {
  it('asks each server with its own cursor and its own count', async () => {
    const holds = (...keys: readonly string[]) =>
      server({ used_memory: '100' }, (command) =>
        Promise.resolve(command === 'SCAN' ? ['0', keys] : command === 'DBSIZE' ? keys.length : 1),
      );
    const redis = cluster(holds('cache:a', 'cache:b'), holds('cache:c'));

    expect(await redisKeySpace.run({ prefix: 'cache:', keys: 100 }, probeContext({ redis }))).toMatchObject({
      status: 'healthy',
      facts: { nodes: 2 },
    });
  });
});
