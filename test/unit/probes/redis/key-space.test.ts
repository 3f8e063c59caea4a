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

describe('redis.key-space, of what keys hold', () => {
  const MIB = 1024 * 1024;
  interface Keys {
    readonly count?: number;
    readonly used: number;
    readonly bytes: (key: string) => number;
    readonly batches?: readonly (readonly string[])[];
    readonly most?: number;
  }
  const look = async ({ count = 4, used, bytes, batches, most = 20_000 }: Keys) => {
    const asked: string[] = [];
    const pages = batches ?? [Array.from({ length: count }, (_, index) => `cache:${index}`)];
    let page = 0;
    const redis = fakeRedis(
      (command, args) => {
        asked.push([command, ...args].join(' '));
        if (command === 'DBSIZE') return pages.flat().length;
        if (command === 'PTTL') return -1;
        if (command === 'MEMORY') return bytes(String(args[1]));
        const keys = pages[page] ?? [];
        page += 1;
        return [page < pages.length ? `${page}` : '0', keys];
      },
      { memory: { used_memory: `${used}` } },
    );
    const params = redisKeySpace.params.parse({ keys: most });
    return { asked, outcome: await redisKeySpace.run(params, probeContext({ redis })) };
  };

  it.each([
    [2 * MIB - 1, 'healthy'],
    [2 * MIB, 'unhealthy'],
    [2 * MIB + 1, 'unhealthy'],
  ])('is worth a clean-up from 8 MiB on: four keys of %i bytes', async (size, status) => {
    expect(await look({ used: 10 * MIB, bytes: () => size })).toMatchObject({ outcome: { status } });
  });

  it.each([
    [40 * MIB - 1, 'unhealthy'],
    [40 * MIB, 'unhealthy'],
    [40 * MIB + 1, 'healthy'],
  ])('and from one half of the memory on: 20 MiB of %i bytes', async (used, status) => {
    expect(await look({ used, bytes: () => 5 * MIB })).toMatchObject({ outcome: { status } });
  });

  it.each([
    [199, 199],
    [200, 200],
    [399, 200],
    [400, 200],
    [600, 200],
  ])('measures two hundred keys, spread over those seen: %i', async (count, measured) => {
    const { asked, outcome } = await look({ count, used: MIB, bytes: () => 10 });

    expect(asked.filter((one) => one.startsWith('MEMORY'))).toHaveLength(measured);
    expect(outcome).toMatchObject({ facts: { keys: count, lookedAt: count, uselessKeys: count } });
    if (count === 600) expect(asked).toContain('MEMORY USAGE cache:3');
  });

  it('stops at as many keys as it is told', async () => {
    const batches = [['cache:1', 'cache:2'], ['cache:3'], ['cache:4']];

    expect(await look({ used: MIB, bytes: () => 1, batches, most: 3 })).toMatchObject({
      outcome: { facts: { lookedAt: 3 } },
    });
    expect(await look({ used: MIB, bytes: () => 1, batches, most: 4 })).toMatchObject({
      outcome: { facts: { lookedAt: 4 } },
    });
    const { asked } = await look({ used: MIB, bytes: () => 1, batches });
    expect(asked).toContain('SCAN 0 COUNT 1000');
    expect(asked).toContain('SCAN 2 COUNT 1000');
  });

  it('looks at twenty thousand keys by itself', () => {
    expect(redisKeySpace.params.parse({})).toEqual({ keys: 20_000 });
  });

  it('names the three largest, and says how much is useless', async () => {
    const sizes: Readonly<Record<string, number>> = {
      'cache:0': 5,
      'cache:1': 7 * MIB,
      'cache:2': 6,
      'cache:3': 8 * MIB,
    };

    expect(await look({ used: 16 * MIB, bytes: (key) => sizes[key] ?? 0 })).toMatchObject({
      outcome: {
        findings: [
          {
            subject: 'cache:*',
            facts: {
              ...{ percent: 94, uselessBytes: 15 * MIB + 11, prefix: 'cache:*' },
              largest: 'cache:3 8 MiB, cache:1 7 MiB, cache:2 6 B',
            },
          },
        ],
      },
    });
    const long = `cache:${'x'.repeat(100)}`;
    expect(await look({ used: 1, bytes: () => 9 * MIB, batches: [[long]] })).toMatchObject({
      outcome: { facts: { percent: 100, largest: `${long.slice(0, 59)}… 9 MiB` } },
    });
  });

  it('has nothing to say of a server without keys', async () => {
    expect(await look({ used: 5, bytes: () => 0, batches: [[]] })).toMatchObject({
      outcome: { status: 'healthy', facts: { keys: 0, lookedAt: 0, usedBytes: 5 } },
    });
  });
});
