import { describe, expect, it } from 'vitest';
import { redisMemory } from '../../../../src/probes/redis/memory.probe.ts';
import { fakeRedis, probeContext } from '../../../support/probe-context.ts';

const MIB = 1024 * 1024;

describe('redis.memory', () => {
  const look = (
    memory: Readonly<Record<string, string | number>>,
    more: Readonly<Record<string, Readonly<Record<string, string>>>> = {},
  ) =>
    redisMemory.run(
      redisMemory.params.parse({}),
      probeContext({
        redis: fakeRedis(() => 0, {
          memory: Object.fromEntries(Object.entries(memory).map(([key, value]) => [key, `${value}`])),
          ...more,
        }),
      }),
    );
  const codesOf = async (...of: Parameters<typeof look>) => {
    const outcome = await look(...of);
    return outcome.status === 'unhealthy' ? outcome.findings.map(({ code }) => code) : [];
  };
  const at = (percent: number, policy = 'noeviction') => ({
    ...{ used_memory: percent * 10, maxmemory: 1_000, maxmemory_policy: policy },
  });

  it.each([
    [89.9, []],
    [90, ['REDIS_MEMORY_AT_LIMIT']],
    [90.1, ['REDIS_MEMORY_AT_LIMIT']],
  ])('is at its limit from 90 %% on: %f', async (percent, codes) => {
    expect(await codesOf(at(percent))).toEqual(codes);
  });

  it.each([
    [98.9, '', 'warning'],
    [99, '', 'critical'],
    [99.1, '', 'critical'],
    [90, 'count=0', 'warning'],
    [90, 'count=1', 'critical'],
  ])('is critical from 99 %% on, or once writes are refused: %f %s', async (percent, refused, severity) => {
    expect(await look(at(percent), { errorstats: { errorstat_OOM: refused } })).toMatchObject({
      findings: [{ severity, facts: { thresholdPercent: 90 } }],
    });
  });

  it.each([
    ['allkeys-lru', '', []],
    ['volatile-lru', 'keys=5,expires=1,avg_ttl=0', []],
    ['volatile-lru', 'keys=5,expires=0,avg_ttl=0', ['REDIS_MEMORY_AT_LIMIT']],
    ['volatile-lru', '', ['REDIS_MEMORY_AT_LIMIT']],
    ['noeviction', 'keys=5,expires=5,avg_ttl=0', ['REDIS_MEMORY_AT_LIMIT']],
  ])('lets a full cache be that evicts: %s with "%s"', async (policy, db0, codes) => {
    expect(await codesOf(at(95, policy), { keyspace: { db0 } })).toEqual(codes);
  });

  it.each([
    [749, []],
    [750, ['REDIS_MEMORY_UNBOUNDED']],
    [751, ['REDIS_MEMORY_UNBOUNDED']],
  ])('without a limit is judged by the machine, from 75 %% of it on: %i', async (used, codes) => {
    const memory = { used_memory: used, maxmemory: 0, total_system_memory: 1_000 };

    expect(await codesOf(memory)).toEqual(codes);
    expect(await codesOf({ ...memory, maxmemory: 10_000 })).toEqual([]);
    expect(await codesOf({ ...memory, total_system_memory: 0 })).toEqual([]);
  });

  it.each([
    [256 * MIB - 1, 1.8, []],
    [256 * MIB, 1.8, ['REDIS_MEMORY_FRAGMENTED']],
    [256 * MIB + 1, 1.8, ['REDIS_MEMORY_FRAGMENTED']],
    [256 * MIB, 1.79, []],
    [256 * MIB, 1.81, ['REDIS_MEMORY_FRAGMENTED']],
  ])('is fragmented from 256 MiB at 1.8 on: %i bytes at %f', async (used, ratio, codes) => {
    expect(await codesOf({ used_memory: used, mem_fragmentation_ratio: ratio })).toEqual(codes);
  });

  it('does not count what Redis leaves out before it evicts', async () => {
    expect(await look({ ...at(95), mem_not_counted_for_evict: 100 })).toMatchObject({
      status: 'healthy',
      facts: { percent: 85, usedBytes: 850 },
    });
    expect(await look({ ...at(1), mem_not_counted_for_evict: 100 })).toMatchObject({
      facts: { usedBytes: 0 },
    });
  });

  it('says what it has seen', async () => {
    expect(
      await look(at(50), {
        server: { redis_version: '7.2' },
        stats: { evicted_keys: '7' },
        errorstats: { errorstat_OOM: 'count=12' },
      }),
    ).toMatchObject({
      status: 'healthy',
      facts: { version: '7.2', evictedKeys: 7, refusedWrites: 12, policy: 'noeviction', maxBytes: 1_000 },
    });
    expect(JSON.stringify(await look(at(50)))).not.toContain('version');
  });
});
