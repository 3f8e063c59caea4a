import { z } from 'zod';
import type { CallOptions } from '../../domain/kernel/call.ts';
import { present } from '../../domain/kernel/present.ts';
import type { Finding } from '../../domain/probe/finding.ts';
import type { FindingCode } from '../../domain/probe/findings.ts';
import { defineProbe, type ProbeContext, type ProbeResult } from '../../domain/probe/probe.ts';
import type { RedisNode } from '../../domain/probe/targets/redis.ts';
import type { With } from '../../domain/probe/targets/targets.ts';
import { round, verdict } from '../support.ts';
import { readMemory, wantedFacts } from './memory-facts.ts';
import { onEveryNode } from './nodes.ts';

const params = z.strictObject({
  percent: z.number().positive().default(90).meta({ description: 'Share of maxmemory that is a finding.' }),
});
type Params = z.output<typeof params>;
type Deps = Pick<With<'redis'>, 'redis'>;

/** Below this a bad ratio is the fixed cost of the process, not waste. */
const fragmentationFloor = 256 * 1024 * 1024;
const fragmentationRatio = 1.8;

export const redisMemory = defineProbe({
  id: 'redis.memory',
  doc: `Compares the memory in use with maxmemory, or with the machine's memory when there is no limit.
A cache that evicts is full by design, so a full one is a finding only when it can evict nothing.
Also reports how many writes were refused for lack of memory since the server started, and whether fragmentation wastes much memory.`,
  params,
  part: 'redis',
  needs: ['redis'],
  timeoutMs: 8_000,
  emits: ['REDIS_MEMORY_AT_LIMIT', 'REDIS_MEMORY_UNBOUNDED', 'REDIS_MEMORY_FRAGMENTED'],
  run: ({ percent }: Params, { deps, signal }: ProbeContext<Deps>) =>
    onEveryNode(deps.redis, { signal }, (node) => look(node, percent, { signal })),
});

async function look(redis: RedisNode, percent: number, options: CallOptions): Promise<ProbeResult> {
  const [memory, server, stats, errors, keyspace] = await Promise.all([
    readMemory(redis, options),
    redis.info('server', options),
    redis.info('stats', options),
    redis.info('errorstats', options),
    redis.info('keyspace', options),
  ]);
  // errorstat_OOM:count=12 (Redis 6.2 and later)
  const refused = Number(/count=(\d+)/.exec(errors.errorstat_OOM ?? '')?.[1] ?? 0);
  const facts = {
    usedBytes: memory.usedBytes,
    maxBytes: memory.maxBytes,
    percent: memory.percent,
    policy: memory.policy,
    evictedKeys: Number(stats.evicted_keys ?? 0),
    refusedWrites: refused,
    fragmentation: memory.fragmentation,
  };
  const finding = (
    code: FindingCode,
    severity: Finding['severity'],
    more: Finding['facts'] = {},
  ): Finding => ({
    code,
    severity,
    part: 'redis',
    subject: 'memory',
    facts: { ...facts, ...more },
  });
  const findings: Finding[] = [];
  if (memory.maxBytes > 0 && memory.percent >= percent && !evicts(memory.policy, keyspace))
    findings.push(
      finding('REDIS_MEMORY_AT_LIMIT', memory.percent >= 99 || refused > 0 ? 'critical' : 'warning', {
        ...wantedFacts(memory),
        thresholdPercent: percent,
      }),
    );
  const ofSystem = memory.systemBytes === 0 ? 0 : round((100 * memory.usedBytes) / memory.systemBytes, 1);
  if (memory.maxBytes === 0 && ofSystem >= 75)
    findings.push(
      finding('REDIS_MEMORY_UNBOUNDED', 'warning', {
        ...wantedFacts(memory),
        systemBytes: memory.systemBytes,
        systemPercent: ofSystem,
      }),
    );
  if (memory.usedBytes >= fragmentationFloor && memory.fragmentation >= fragmentationRatio)
    findings.push(finding('REDIS_MEMORY_FRAGMENTED', 'warning', { rssBytes: memory.rssBytes }));
  const version = server.redis_version;
  return verdict(findings, { ...facts, ...present({ version }) });
}

/**
 * A cache that evicts is full by design. `volatile-*` evicts only keys that expire: without any it is noeviction.
 * Keyspace lines read `db0: keys=5,expires=2,avg_ttl=0`.
 */
function evicts(policy: string, keyspace: Readonly<Record<string, string>>): boolean {
  if (policy.startsWith('allkeys-')) return true;
  if (!policy.startsWith('volatile-')) return false;
  return Object.values(keyspace).some((line) => Number(/expires=(\d+)/.exec(line)?.[1] ?? 0) > 0);
}
