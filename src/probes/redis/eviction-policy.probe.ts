import { z } from 'zod';
import type { CallOptions } from '../../domain/kernel/call.ts';
import { defineProbe, type ProbeContext, type ProbeResult } from '../../domain/probe/probe.ts';
import type { RedisNode } from '../../domain/probe/targets/redis.ts';
import type { With } from '../../domain/probe/targets/targets.ts';
import { verdict } from '../support.ts';
import { readMemory } from './memory-facts.ts';
import { onEveryNode } from './nodes.ts';

const params = z.strictObject({
  percent: z
    .number()
    .positive()
    .default(90)
    .meta({ description: 'Share of maxmemory from which the policy matters.' }),
});
type Params = z.output<typeof params>;
type Deps = Pick<With<'redis'>, 'redis'>;

export const redisEvictionPolicy = defineProbe({
  id: 'redis.eviction-policy',
  doc: `Checks what Redis does when its memory is full.
With noeviction near the limit, writes are about to fail; far from the limit the policy is harmless.`,
  params,
  part: 'redis',
  needs: ['redis'],
  timeoutMs: 8_000,
  emits: ['REDIS_POLICY_NOEVICTION'],
  run: ({ percent }: Params, { deps, signal }: ProbeContext<Deps>) =>
    onEveryNode(deps.redis, { signal }, (node) => look(node, percent, { signal })),
});

async function look(redis: RedisNode, percent: number, options: CallOptions): Promise<ProbeResult> {
  const memory = await readMemory(redis, options);
  const facts = {
    policy: memory.policy,
    usedBytes: memory.usedBytes,
    maxBytes: memory.maxBytes,
    percent: memory.percent,
    thresholdPercent: percent,
  };
  return verdict(
    memory.policy === 'noeviction' && memory.maxBytes > 0 && memory.percent >= percent
      ? [
          {
            code: 'REDIS_POLICY_NOEVICTION',
            severity: memory.percent >= 99 ? 'critical' : 'warning',
            part: 'redis',
            subject: 'maxmemory-policy',
            facts,
          },
        ]
      : [],
    facts,
  );
}
