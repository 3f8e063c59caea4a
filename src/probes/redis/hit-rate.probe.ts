import { z } from 'zod';
import { AppError } from '../../domain/kernel/errors.ts';
import { defineProbe, type ProbeContext, type ProbeResult } from '../../domain/probe/probe.ts';
import type { RedisNode } from '../../domain/probe/targets/redis.ts';
import type { With } from '../../domain/probe/targets/targets.ts';
import { round, verdict } from '../support.ts';
import { onEveryNode } from './nodes.ts';

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
    .meta({ description: 'Number of lookups from which a rate is meaningful.' }),
});
type Params = z.output<typeof params>;
type Deps = Pick<With<'redis'>, 'redis'>;

export const redisHitRate = defineProbe({
  id: 'redis.hit-rate',
  doc: `Measures how often the cache has what is requested.
Compares two samples of the same server when enough requests came between them; otherwise it counts since the server's start.
In a cluster it measures each server.`,
  params,
  part: 'redis',
  needs: ['redis'],
  timeoutMs: 15_000,
  emits: ['REDIS_HIT_RATE_LOW'],
  run: (given: Params, context: ProbeContext<Deps>) =>
    onEveryNode(context.deps.redis, { signal: context.signal }, (node) => look(node, given, context)),
});

async function look(
  redis: RedisNode,
  { percent, sampleMs, minLookups }: Params,
  { signal, wait }: Pick<ProbeContext<Deps>, 'signal' | 'wait'>,
): Promise<ProbeResult> {
  const read = async () => {
    const [stats, server] = await Promise.all([
      redis.info('stats', { signal }),
      redis.info('server', { signal }),
    ]);
    const count = (name: string) => Number(stats[name] ?? 0);
    return { runId: server.run_id, hits: count('keyspace_hits'), misses: count('keyspace_misses') };
  };
  const first = await read();
  await wait(sampleMs);
  const second = await read();
  if (first.runId !== second.runId)
    throw new AppError('NOT_FOUND', 'the two samples are of two servers, or of a restarted one', {
      facts: { reason: 'another-replica' },
    });
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
}
