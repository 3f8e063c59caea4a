import { z } from 'zod';
import { defineProbe, type ProbeContext } from '../../domain/probe.ts';
import type { With } from '../../domain/targets.ts';
import { round, verdict } from '../support.ts';

const params = z.strictObject({
  percent: z.number().positive().default(50).meta({ description: 'Hit rate below which it is a finding.' }),
  sampleMs: z
    .number()
    .positive()
    .default(2_000)
    .meta({ description: 'Milliseconds between the two samples.' }),
  minLookups: z
    .number()
    .positive()
    .default(100)
    .meta({ description: 'Lookups from which a rate says something.' }),
});
type Params = z.output<typeof params>;
type Deps = Pick<With<'redis'>, 'redis'>;

export const redisHitRate = defineProbe({
  id: 'redis.hit-rate',
  doc: `Measures how often the cache has what is asked for.
From two samples when enough was asked between them; else since the server started.`,
  params,
  part: 'redis',
  needs: ['redis'],
  timeoutMs: 15_000,
  emits: ['REDIS_HIT_RATE_LOW'],
  async run({ percent, sampleMs, minLookups }: Params, { deps, signal, wait }: ProbeContext<Deps>) {
    const read = async () => {
      const stats = await deps.redis.info('stats', { signal });
      return { hits: Number(stats['keyspace_hits'] ?? 0), misses: Number(stats['keyspace_misses'] ?? 0) };
    };
    const first = await read();
    await wait(sampleMs);
    const second = await read();
    const recent = { hits: second.hits - first.hits, misses: second.misses - first.misses };
    const sampled = recent.hits + recent.misses >= minLookups;
    const { hits, misses } = sampled ? recent : second;
    if (hits + misses < minLookups) return { status: 'skipped', reason: 'no-data', facts: { hits, misses } };
    const facts = {
      hits,
      misses,
      percent: round((100 * hits) / (hits + misses), 1),
      thresholdPercent: percent,
      window: sampled ? 'sampled' : 'since-start',
    };
    return verdict(
      facts.percent < percent
        ? [{ code: 'REDIS_HIT_RATE_LOW', severity: 'warning', part: 'redis', subject: 'hit rate', facts }]
        : [],
      facts,
    );
  },
});
