import { z } from 'zod';
import type { Finding } from '../../domain/finding.ts';
import { defineProbe, type ProbeContext, type ProbeResult } from '../../domain/probe.ts';
import type { CallOptions, RedisNode, With } from '../../domain/targets.ts';
import { round, verdict } from '../support.ts';
import { readMemory } from './memory-facts.ts';
import { onEveryNode } from './nodes.ts';

const params = z.strictObject({});
type Deps = Pick<With<'redis'>, 'redis'>;

/** An almost empty server needs no limit yet. */
const worthLimitingBytes = 32 * 1024 * 1024;
/** A server that evicts stays just below its limit. */
const fullPercent = 90;
/** A cache that evicts is meant to; one whose keys stay for less than this on average is too small for what it is given. */
const shortlySeconds = 1_800;

export const redisMemoryLimit = defineProbe({
  id: 'redis.memory-limit',
  doc: `Is there a memory limit, and is it large enough for what is written?
A server that is not almost empty and has no \`maxmemory\` grows until it is killed. One that is full, has evicted more keys than it holds, and at the pace of its evictions since it started keeps a key for less than half an hour, throws away most of what it is given: its limit is too low. A cache that has merely evicted for months is full by design.
It asks only when somebody looks for the reason of a shortage, because a cache without a limit is no incident by itself.`,
  params,
  part: 'redis',
  needs: ['redis'],
  timeoutMs: 8_000,
  emits: ['REDIS_NO_LIMIT', 'REDIS_LIMIT_TOO_LOW'],
  run: (_params: z.output<typeof params>, { deps, signal }: ProbeContext<Deps>) =>
    onEveryNode(deps.redis, { signal }, (node) => look(node, { signal })),
});

async function look(redis: RedisNode, options: CallOptions): Promise<ProbeResult> {
  const [memory, stats, server, keys] = await Promise.all([
    readMemory(redis, options),
    redis.info('stats', options),
    redis.info('server', options),
    redis.call('DBSIZE', [], options).then(Number),
  ]);
  const evictedKeys = Number(stats['evicted_keys'] ?? 0);
  const { usedBytes, maxBytes, percent, policy } = memory;
  const uptimeSeconds = Number(server['uptime_in_seconds'] ?? Number.NaN);
  // As many keys as it holds are evicted in this time: NaN, which is never short, without an uptime.
  const keptSeconds = evictedKeys === 0 ? Number.NaN : round((keys * uptimeSeconds) / evictedKeys);
  const facts = {
    ...{ usedBytes, maxBytes, percent, policy, keys, evictedKeys },
    ...(Number.isNaN(keptSeconds) ? {} : { keptSeconds }),
  };
  const finding = (code: string): Finding => ({
    code,
    severity: 'warning',
    part: 'redis',
    subject: 'maxmemory',
    facts,
  });
  if (maxBytes === 0)
    return verdict(usedBytes >= worthLimitingBytes ? [finding('REDIS_NO_LIMIT')] : [], facts);
  const tooLow = percent >= fullPercent && evictedKeys > keys && keptSeconds < shortlySeconds;
  return verdict(tooLow ? [finding('REDIS_LIMIT_TOO_LOW')] : [], facts);
}
