import { z } from 'zod';
import { defineRemediation, type PlanStep, planSchema } from '../../domain/fix/remediation.ts';
import { TargetError } from '../../domain/kernel/errors.ts';
import type { Facts } from '../../domain/kernel/facts.ts';
import type { RedisTarget } from '../../domain/probe/targets/redis.ts';
import type { With } from '../../domain/probe/targets/targets.ts';
import { mustHold, refused } from '../stale.ts';
import { redisObject } from '../store-behind.ts';
import { setting, takesWrites } from './server.ts';

/** Redis 7.0, `maxmemory-policy`. */
const policies = [
  'noeviction',
  'allkeys-lru',
  'allkeys-lfu',
  'allkeys-random',
  'volatile-lru',
  'volatile-lfu',
  'volatile-random',
  'volatile-ttl',
] as const;

const Params = z.strictObject({
  policy: z.enum(policies).default('allkeys-lru').meta({ description: 'What Redis evicts at its limit.' }),
  persist: z.boolean().default(false).meta({
    description:
      'Runs CONFIG REWRITE as well, so that a restart keeps it. That writes every other runtime setting into the file, too.',
  }),
});

export const setEvictionPolicy = defineRemediation({
  id: 'redis.set-eviction-policy',
  version: 1,
  doc: `Lets Redis evict keys at its memory limit instead of refusing writes (D3.a).
CONFIG SET holds until the next restart.
With \`persist\`, CONFIG REWRITE is tried as well, and the step reports whether it worked.
Undo sets the former policy.`,
  tier: 2,
  params: Params,
  needs: ['redis'],
  helpsWith: ['REDIS_POLICY_NOEVICTION'],
  paramsFor: () => ({ policy: 'allkeys-lru' }),
  instruction: 'set-eviction-policy',

  async plan(params, { deps, signal }: Context) {
    const now = await look(deps.redis, signal);
    const nodes = (await deps.redis.nodes({ signal })).length;
    // It would change one server of several, and write to another to see whether it helped.
    if (nodes > 1) throw refused('redis-cluster', { nodes });
    if (now.role !== 'master') throw refused('not-master', { role: now.role });
    if (now.policy === params.policy) throw refused('nothing-to-do', { policy: now.policy });
    const step = (from: string, to: string): PlanStep => ({
      kind: 'redis-set-eviction-policy',
      target: `redis run_id=${now.runId}`,
      from: { policy: from },
      to: { policy: to, persist: params.persist },
      precondition: { run_id: now.runId, policy: from },
      safety: 'idempotent',
    });
    return {
      schemaVersion: planSchema,
      actionId: 'redis.set-eviction-policy',
      actionVersion: 1,
      environment: deps.environment,
      part: 'redis',
      target: `redis/${now.runId}`,
      identity: { run_id: now.runId },
      params,
      tier: 2,
      steps: [step(now.policy, params.policy)],
      undo: [step(params.policy, now.policy)],
      verifyWith: [{ probe: 'redis.connection' }, { probe: 'redis.eviction-policy' }],
      undoVerifyWith: [{ probe: 'redis.connection' }],
      verifyWithinMs: 60_000,
      stableForMs: 5_000,
      blast: {
        key: 'redis-eviction',
        facts: {
          keys: now.keys,
          maxmemory: now.maxmemory,
          configFile: now.configFile !== '',
          persist: params.persist,
        },
      },
      undoBlast: { key: 'redis-eviction-undo', facts: { policy: now.policy } },
      stepTimeoutMs: 5_000,
      objects: 1,
    };
  },

  async object(_plan, { deps, signal }: Context) {
    return redisObject(deps.redis, signal);
  },

  async applyStep(step, _plan, { deps, signal }: Context): Promise<Facts> {
    const now = await look(deps.redis, signal);
    const policy = String(step.to['policy']);
    // Already set by an attempt whose outcome was not recorded.
    if (now.runId === step.precondition['run_id'] && now.policy === policy)
      return { policy, persisted: false, already: true };
    mustHold(step.precondition, { run_id: now.runId, policy: now.policy });
    signal.throwIfAborted();
    await deps.redis.call('CONFIG', ['SET', 'maxmemory-policy', policy], { signal });
    if (step.to['persist'] !== true) return { policy, persisted: false };
    return { policy, ...(await rewrite(deps.redis, signal)) };
  },

  async observeStep(step, _plan, { deps, signal }: Context) {
    const now = await look(deps.redis, signal);
    if (now.runId !== step.precondition['run_id']) return 'unknown';
    if (now.policy === step.to['policy']) return 'done';
    return now.policy === step.from['policy'] ? 'not-done' : 'unknown';
  },

  /**
   * The symptom itself, another signal than the setting: are writes accepted? At the very limit a single write may be accepted by chance, so a policy that finds nothing to evict is not believed.
   */
  async settled(_plan, { deps, signal }: Context) {
    const { policy, expiring } = await look(deps.redis, signal);
    if (policy.startsWith('volatile-') && expiring === 0) return false;
    return takesWrites(deps.redis, signal);
  },
});

type Context = { readonly deps: With<'redis'>; readonly signal: AbortSignal };

async function look(redis: RedisTarget, signal: AbortSignal) {
  // Which server it is comes last, so that nothing stands between that and a change.
  const [replication, keyspace, policy, maxmemory, server] = await Promise.all([
    redis.info('replication', { signal }),
    redis.info('keyspace', { signal }),
    setting(redis, 'maxmemory-policy', signal),
    setting(redis, 'maxmemory', signal),
    redis.info('server', { signal }),
  ]);
  // db0: keys=5,expires=2,avg_ttl=0
  const total = (pattern: RegExp) =>
    Object.values(keyspace).reduce((sum, line) => sum + Number(pattern.exec(line)?.[1] ?? 0), 0);
  return {
    runId: server['run_id'] ?? '',
    configFile: server['config_file'] ?? '',
    role: replication['role'] ?? '',
    keys: total(/keys=(\d+)/),
    expiring: total(/expires=(\d+)/),
    policy,
    maxmemory: Number(maxmemory),
  };
}

/** Redis answers with an error when it has no configuration file or may not write it. */
async function rewrite(redis: RedisTarget, signal: AbortSignal): Promise<Facts> {
  try {
    await redis.call('CONFIG', ['REWRITE'], { signal });
    return { persisted: true };
  } catch (error) {
    return { persisted: false, rewrite: error instanceof TargetError ? error.stage : 'failed' };
  }
}
