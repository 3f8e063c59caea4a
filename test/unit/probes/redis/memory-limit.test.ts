import { describe, expect, it } from 'vitest';
import { TargetError } from '../../../../src/domain/kernel/errors.ts';
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
    // That there is none is so all the same, and nobody is told the opposite.
    expect(await unlimited(4, [64])).toMatchObject({ status: 'healthy', facts: { there: 'REDIS_NO_LIMIT' } });
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
    expect(await unlimited(2, undefined)).toMatchObject({
      status: 'healthy',
      facts: { there: 'REDIS_NO_LIMIT' },
    });
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

  it.each([
    // A sixteenth of 512 MiB is the least that counts by itself.
    [32 - 1 / MIB, 512, 'healthy'],
    [32, 512, 'unhealthy'],
    [32 + 1 / MIB, 512, 'unhealthy'],
    [64 - 1 / MIB, 1024, 'healthy'],
    [64, 1024, 'unhealthy'],
    [31, 256, 'healthy'],
    [32, 256, 'unhealthy'],
  ])('wants one from 32 MiB and a sixteenth on: %f of %i MiB', async (used, limit, status) => {
    expect(await unlimited(used, [limit])).toMatchObject({ status });
  });

  it.each([
    [256 - 1 / MIB, 'healthy'],
    [256, 'unhealthy'],
    [256 + 1 / MIB, 'unhealthy'],
  ])('and from one half on, whatever expires: %f of 512 MiB', async (used, status) => {
    expect(await unlimited(used, [512], 20_000)).toMatchObject({ status });
  });

  it.each([
    [9_999, 'unhealthy'],
    [10_000, 'healthy'],
    [10_001, 'healthy'],
  ])('takes keys for eternal while less than half of them expire: %i of 20 000', async (expiring, status) => {
    expect(await unlimited(100, [512], expiring)).toMatchObject({ status });
  });

  it.each([
    [32 - 1 / MIB, 'healthy'],
    [32, 'inconclusive'],
  ])('cannot tell from 32 MiB on what nothing bounds: %f MiB', async (used, status) => {
    expect(await unlimited(used, [])).toMatchObject({ status });
  });

  it.each([
    [{ used: 899, max: 1000 }, 2_000, 'healthy'],
    [{ used: 900, max: 1000 }, 2_000, 'unhealthy'],
    [{ used: 901, max: 1000 }, 2_000, 'unhealthy'],
    [{ used: 999, max: 1000 }, 1_000, 'healthy'],
    [{ used: 999, max: 1000 }, 1_001, 'unhealthy'],
  ])('is too low from 90 %% on, once more was evicted than is held: %o, %i', async (of, evicted, status) => {
    // Kept for a minute on average, which is short.
    expect(await look(megabytes(of.used, of.max), evicted, 1_000, 60)).toMatchObject({ status });
  });

  it.each([
    [3_598, 1_799, 'unhealthy'],
    [3_600, 1_800, 'healthy'],
    [3_602, 1_801, 'healthy'],
  ])(
    'and keeps a key for less than half an hour: up for %i s, kept for %i s',
    async (uptime, keptSeconds, status) => {
      expect(await look(megabytes(950, 1000), 2_000, 1_000, uptime)).toMatchObject({
        status,
        facts: { keptSeconds },
      });
    },
  );

  it('says no time that keys are kept where nothing was evicted', async () => {
    expect(JSON.stringify(await look(megabytes(950, 1000), 0, 10))).not.toContain('keptSeconds');
  });

  it('believes no container that cannot be asked, and passes an end of the run on', async () => {
    const ask = (stage: 'aborted' | 'forbidden') => {
      const runtime = { ...fakeRuntime({}), instances: () => Promise.reject(new TargetError(stage, 'no')) };
      const redis = fakeRedis(() => 5, { memory: { used_memory: `${44 * MIB}`, maxmemory: '0' } });
      return redisMemoryLimit.run({}, probeContext({ redis, runtime }));
    };

    expect(await ask('forbidden')).toMatchObject({ status: 'inconclusive' });
    await expect(ask('aborted')).rejects.toMatchObject({ stage: 'aborted' });
  });

  it.each([
    // The guide's value, whatever less there is; twice as much where that is reached; room for what is there.
    ['a smaller limit', megabytes(95, 100), 1_024],
    ['the guide’s own', megabytes(1_000, 1_024), 2_048],
    ['more than that', megabytes(2_900, 3_000), 6_000],
  ])('says the limit that helps, and the container’s: %s', async (_what, memory, wanted) => {
    expect(await look(memory, 2_000, 1_000, 60)).toMatchObject({
      findings: [{ facts: { wantedBytes: wanted * MIB, containerBytes: 2 * wanted * MIB } }],
    });
  });
});
