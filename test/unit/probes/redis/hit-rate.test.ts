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
