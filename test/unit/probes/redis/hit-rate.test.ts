import { describe, expect, it } from 'vitest';
import { redisHitRate } from '../../../../src/probes/redis/hit-rate.probe.ts';
import { probeContext } from '../../../support/probe-context.ts';
import { cluster, type Info, server } from '../../../support/redis-cluster.ts';

describe('redis.hit-rate, two samples', () => {
  const rate = (...samples: readonly Info[]) => {
    // Each sample reads two sections.
    const answers = samples.flatMap((sample) => [sample, sample]);
    const redis = cluster(server(() => answers.shift() ?? {}));
    return redisHitRate.run({ percent: 50, sampleMs: 10, minLookups: 100 }, probeContext({ redis }));
  };
  const sample = (run_id: string, hits: number, misses: number): Info => ({
    run_id,
    keyspace_hits: `${hits}`,
    keyspace_misses: `${misses}`,
  });

  it('are compared when one server gave both', async () => {
    expect(await rate(sample('a', 1_000, 10), sample('a', 1_010, 210))).toMatchObject({
      findings: [{ code: 'REDIS_HIT_RATE_LOW', facts: { window: 'sampled', misses: 200 } }],
    });
  });

  it('are not when another server, or one that was started anew, gave the second', async () => {
    await expect(rate(sample('a', 1_000, 10), sample('b', 1_010, 210))).rejects.toMatchObject({
      facts: { reason: 'another-replica' },
    });
  });
});

describe('redis.hit-rate', () => {
  const rate = async (first: readonly [number, number], second: readonly [number, number]) => {
    const answers = [first, first, second, second].map(([hits, misses]) => ({
      ...{ run_id: 'a', keyspace_hits: `${hits}`, keyspace_misses: `${misses}` },
    }));
    const context = probeContext({ redis: cluster(server(() => answers.shift() ?? {})) });
    const start = context.now().getTime();
    const outcome = await redisHitRate.run(redisHitRate.params.parse({}), context);
    return { outcome, waited: context.now().getTime() - start };
  };

  it.each([
    [499, 501, 'unhealthy'],
    [500, 500, 'healthy'],
    [501, 499, 'healthy'],
  ])('is low below one half: %i hits, %i misses', async (hits, misses, status) => {
    expect(await rate([0, 0], [hits, misses])).toMatchObject({ outcome: { status }, waited: 2_000 });
  });

  it.each([
    [49, 50, { status: 'skipped', reason: 'no-data', facts: { hits: 49, misses: 50 } }],
    [50, 50, { status: 'healthy', facts: { window: 'sampled' } }],
    [51, 50, { status: 'healthy', facts: { window: 'sampled' } }],
  ])('says something from a hundred lookups on: %i and %i', async (hits, misses, outcome) => {
    expect(await rate([0, 0], [hits, misses])).toMatchObject({ outcome });
  });

  it('counts from the start of the server when little was asked between the samples', async () => {
    expect(await rate([100, 900], [149, 950])).toMatchObject({
      outcome: {
        findings: [
          {
            ...{ code: 'REDIS_HIT_RATE_LOW', subject: 'hit rate' },
            facts: { window: 'since-start', hits: 149, misses: 950, percent: 13.6, thresholdPercent: 50 },
          },
        ],
      },
    });
  });
});
