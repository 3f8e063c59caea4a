import { z } from 'zod';
import { defineRemediation, type PlanStep, planSchema } from '../../domain/fix/remediation.ts';
import { AppError, TargetError } from '../../domain/kernel/errors.ts';
import type { Facts } from '../../domain/kernel/facts.ts';
import type { RedisTarget } from '../../domain/probe/targets/redis.ts';
import type { With } from '../../domain/probe/targets/targets.ts';
import { mustHold, refused } from '../shared/stale.ts';
import { redisObject } from '../shared/store-behind.ts';
import { setting, takesWrites } from './server.ts';
import { evicts, keysSeen, mustEvictCachesAlone, policyFor, type Victims, victimsOf } from './victims.ts';

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
  policy: z.enum(policies).exactOptional().meta({
    description:
      'What Redis evicts at its limit. Default: allkeys-lru where every key is a cache’s, else volatile-lru.',
  }),
  persist: z.boolean().default(false).meta({
    description:
      'Runs CONFIG REWRITE as well, so that a restart keeps it. That writes every other runtime setting into the file, too.',
  }),
});

export const setEvictionPolicy = defineRemediation({
  id: 'redis.set-eviction-policy',
  version: 1,
  doc: `Lets Redis evict keys at its memory limit instead of refusing writes (D3.a).
It looks at every key first, and again right before the step.
It is refused unless each key that the policy could evict has a prefix of a cache, as the platform or its configuration names it.
With \`allkeys-*\` that is every key, with \`volatile-*\` every key that expires.
A time to live alone makes no key a cache's: locks, sessions and limits have one.
The plan says how many keys of which prefixes could go, and how many stay.
Refused, too, where more keys are there than can be looked at, or some in another database of that server.
CONFIG SET holds until the next restart.
With \`persist\`, CONFIG REWRITE is tried as well, and the step reports whether it worked.
Undo sets the former policy.`,
  tier: 2,
  params: Params,
  needs: ['redis'],
  helpsWith: ['REDIS_POLICY_NOEVICTION'],
  // Which policy it is to be, the keys say: the plan looks at them.
  paramsFor: () => ({}),
  instruction: 'set-eviction-policy',

  async plan(params, { deps, signal }: Context) {
    const now = await look(deps.redis, signal);
    const nodes = (await deps.redis.nodes({ signal })).length;
    // It would change one server of several, and write to another to see whether it helped.
    if (nodes > 1) throw refused('redis-cluster', { nodes });
    if (now.role !== 'master') throw refused('not-master', { role: now.role });
    if (now.policy === params.policy) throw refused('nothing-to-do', { policy: now.policy });
    const { policy, victims } = await chosen(params.policy, deps, signal);
    if (now.policy === policy) throw refused('nothing-to-do', { policy });
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
      params: { ...params, policy },
      tier: 2,
      steps: [step(now.policy, policy)],
      undo: [step(policy, now.policy)],
      verifyWith: [{ probe: 'redis.connection' }, { probe: 'redis.eviction-policy' }],
      undoVerifyWith: [{ probe: 'redis.connection' }],
      verifyWithinMs: 60_000,
      stableForMs: 5_000,
      blast: {
        // The words of a policy that evicts say what may go.
        key: !evicts(policy)
          ? 'redis-eviction-undo'
          : policy.startsWith('volatile-')
            ? 'redis-eviction-volatile'
            : 'redis-eviction-all',
        facts: {
          ...victims,
          policy,
          maxmemory: now.maxmemory,
          configFile: now.configFile !== '',
          persist: params.persist,
        },
      },
      undoBlast: { key: 'redis-eviction-undo', facts: { policy: now.policy } },
      stepTimeoutMs: 30_000,
      objects: 1,
    };
  },

  async object(_plan, { deps, signal }: Context) {
    return redisObject(deps.redis, signal);
  },

  async applyStep(step, _plan, { deps, signal }: Context): Promise<Facts> {
    const now = await look(deps.redis, signal);
    const policy = String(step.to.policy);
    // Already set by an attempt whose outcome was not recorded.
    if (now.runId === step.precondition.run_id && now.policy === policy)
      return { policy, persisted: false, already: true };
    mustHold(step.precondition, { run_id: now.runId, policy: now.policy });
    // Also of a plan that was made when nobody looked at the keys.
    await mustEvictCachesAlone(policy, deps.redis, deps.platform, signal);
    const { runId: run_id, policy: before } = await look(deps.redis, signal);
    mustHold(step.precondition, { run_id, policy: before });
    signal.throwIfAborted();
    await deps.redis.call('CONFIG', ['SET', 'maxmemory-policy', policy], { signal });
    if (step.to.persist !== true) return { policy, persisted: false };
    return { policy, ...(await rewrite(deps.redis, signal)) };
  },

  async observeStep(step, _plan, { deps, signal }: Context) {
    const now = await look(deps.redis, signal);
    if (now.runId !== step.precondition.run_id) return 'unknown';
    if (now.policy === step.to.policy) return 'done';
    return now.policy === step.from.policy ? 'not-done' : 'unknown';
  },

  /**
   * The symptom itself, another signal than the setting: are writes accepted? At the very limit a single write may be
   * accepted by chance, so a policy that finds nothing to evict is not believed; nor is one that could take by now what
   * is no cache's.
   */
  async settled(_plan, { deps, signal }: Context) {
    const { policy } = await look(deps.redis, signal);
    try {
      const victims = await mustEvictCachesAlone(policy, deps.redis, deps.platform, signal);
      if (victims?.evictable === 0) return false;
    } catch (error) {
      if (error instanceof AppError && error.code === 'CONFLICT') return false;
      throw error;
    }
    return takesWrites(deps.redis, signal);
  },
});

type Context = { readonly deps: With<'redis'>; readonly signal: AbortSignal };

/** The policy that is asked for, or the one that fits these keys, with what it may cost. */
async function chosen(
  asked: (typeof policies)[number] | undefined,
  { redis, platform }: Context['deps'],
  signal: AbortSignal,
): Promise<{ readonly policy: string; readonly victims: Victims | undefined }> {
  if (asked !== undefined && !evicts(asked)) return { policy: asked, victims: undefined };
  const seen = await keysSeen(redis, platform, signal);
  const policy = asked ?? policyFor(seen);
  const victims = victimsOf(policy, seen);
  // An empty set of victims is no help, and shows nothing of the keys that will come.
  if (victims.evictable === 0) throw refused('nothing-to-evict', { policy, keys: victims.keys });
  return { policy, victims };
}

async function look(redis: RedisTarget, signal: AbortSignal) {
  // Which server it is comes last, so that nothing stands between that and a change.
  const [replication, policy, maxmemory, server] = await Promise.all([
    redis.info('replication', { signal }),
    setting(redis, 'maxmemory-policy', signal),
    setting(redis, 'maxmemory', signal),
    redis.info('server', { signal }),
  ]);
  return {
    runId: server.run_id ?? '',
    configFile: server.config_file ?? '',
    role: replication.role ?? '',
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
