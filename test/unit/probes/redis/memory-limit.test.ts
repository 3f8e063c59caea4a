import { describe, expect, it } from 'vitest';
import { redisMemoryLimit } from '../../../../src/probes/redis/memory-limit.probe.ts';
import { wordsIn } from '../../../../src/text/words.ts';
import { fakeRuntime } from '../../../support/fake-runtime.ts';
import { fakeRedis, probeContext } from '../../../support/probe-context.ts';

describe('redis.memory-limit', () => {
  const look = (memory: Readonly<Record<string, string>>, evicted: number, keys: number, uptime = 3_600) =>
    redisMemoryLimit.run(
      {},
      probeContext({
        redis: fakeRedis(() => keys, {
          memory,
          stats: { evicted_keys: `${evicted}` },
          server: { uptime_in_seconds: `${uptime}` },
        }),
      }),
    );
  const megabytes = (used: number, max: number) => ({
    used_memory: `${used * 1024 * 1024}`,
    maxmemory: `${max * 1024 * 1024}`,
  });

  const MIB = 1024 * 1024;
  /** A server without `maxmemory` beside what its container may use, undefined for no limit, on a machine of 16 GiB. */
  const unlimited = (used: number, containers: readonly (number | undefined)[] | undefined, expiring = 0) =>
    redisMemoryLimit.run(
      {},
      probeContext({
        redis: fakeRedis(() => 20_000, {
          memory: { ...megabytes(used, 0), total_system_memory: `${16 * 1024 * MIB}` },
          stats: { evicted_keys: '0' },
          server: { uptime_in_seconds: '3600' },
          keyspace: { db0: `keys=20000,expires=${expiring},avg_ttl=0` },
        }),
        ...(containers === undefined
          ? {}
          : {
              runtime: fakeRuntime({
                redis: containers.map((limit) =>
                  limit === undefined ? {} : { memoryLimitBytes: limit * MIB },
                ),
              }),
            }),
      }),
    );
  const noLimit = { findings: [{ code: 'REDIS_NO_LIMIT' }] };

  it('wants a limit where keys that never expire fill a container that would be killed', async () => {
    expect(await unlimited(42, [512])).toMatchObject({
      findings: [{ code: 'REDIS_NO_LIMIT', facts: { boundBytes: 512 * MIB, boundPercent: 8.2 } }],
    });
    expect(await unlimited(42, [2048, 512])).toMatchObject(noLimit);
    expect(await unlimited(260, [512], 20_000)).toMatchObject(noLimit);
    expect(await unlimited(30, [40], 20_000)).toMatchObject(noLimit);
  });

  it('wants none where little of the container is used, or where keys expire by themselves', async () => {
    expect(await unlimited(42, [2048])).toMatchObject({ status: 'healthy', facts: { boundPercent: 2.1 } });
    expect(await unlimited(200, [512], 15_000)).toMatchObject({ status: 'healthy' });
    expect(await unlimited(4, [64])).toMatchObject({ status: 'healthy' });
  });

  it('judges a container without a limit by its machine', async () => {
    expect(await unlimited(42, [undefined])).toMatchObject({ status: 'healthy' });
    expect(await unlimited(1100, [undefined])).toMatchObject(noLimit);
  });

  it('cannot tell where nobody knows what Redis may use, unless it is almost empty', async () => {
    const unknown = {
      status: 'inconclusive',
      cause: { facts: { reason: 'redis-bound-unknown', usedBytes: 44 * MIB } },
    };

    expect(await unlimited(44, undefined)).toMatchObject(unknown);
    expect(await unlimited(44, [])).toMatchObject(unknown);
    expect(await unlimited(2, undefined)).toMatchObject({ status: 'healthy' });
    for (const language of ['en', 'zh-CN'] as const)
      expect(wordsIn(language).lookup('cause.redis-bound-unknown')).toBeDefined();
  });

  it('finds a limit too low when more was evicted than is kept, and not when a cache is merely full', async () => {
    expect(await look(megabytes(3, 3), 19_000, 800)).toMatchObject({
      findings: [
        { code: 'REDIS_LIMIT_TOO_LOW', facts: { evictedKeys: 19_000, keys: 800, keptSeconds: 152 } },
      ],
    });
    expect(await look(megabytes(990, 1000), 500, 200_000)).toMatchObject({ status: 'healthy' });
    expect(await look(megabytes(100, 1000), 500, 20)).toMatchObject({ status: 'healthy' });
  });

  it('lets a cache be that has evicted many times what it holds, but over months', async () => {
    const months = 90 * 86_400;

    expect(await look(megabytes(990, 1000), 4_000_000, 200_000, months)).toMatchObject({ status: 'healthy' });
    expect(await look(megabytes(990, 1000), 4_000_000_000, 200_000, months)).toMatchObject({
      findings: [{ code: 'REDIS_LIMIT_TOO_LOW' }],
    });
  });
});
