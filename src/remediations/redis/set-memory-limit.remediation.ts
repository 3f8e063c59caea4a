import { z } from 'zod';
import { defineRemediation, type PlanStep, planSchema } from '../../domain/fix/remediation.ts';
import type { Facts } from '../../domain/kernel/facts.ts';
import type { Targets, With } from '../../domain/probe/targets/targets.ts';
import { mustHold, refused } from '../shared/stale.ts';
import { redisObject } from '../shared/store-behind.ts';
import { setting, takesWrites } from './server.ts';
import { mustEvictCachesAlone } from './victims.ts';

const mib = 1024 ** 2;
/** Share of the memory of container or machine that the data may take; the rest is for buffers and a copy while saving. */
const share = 0.75;

const Params = z.strictObject({
  bytes: z
    .int()
    .min(64 * mib)
    .max(64 * 1024 * mib)
    .meta({ description: 'The new limit, in bytes.' }),
});

export const setMemoryLimit = defineRemediation({
  id: 'redis.set-memory-limit',
  version: 1,
  doc: `Sets the memory limit of Redis (D3.b).
CONFIG SET holds until the next restart.
Refused above three quarters of the memory of its container or machine, and below what is in use.
Refused for a cluster, and for a copy.
A first limit, and a lower one, let Redis evict where its policy says so.
They are refused, also as an undo, unless each key that could go is a cache's, by its prefix.
Undo sets the former limit.`,
  tier: 2,
  params: Params,
  needs: ['redis'],
  helpsWith: [],
  helpsCause: ['REDIS_MEMORY_AT_LIMIT', 'REDIS_MEMORY_UNBOUNDED', 'REDIS_NO_LIMIT', 'REDIS_LIMIT_TOO_LOW'],
  paramsFor({ facts: { wantedBytes } }) {
    return typeof wantedBytes === 'number' ? { bytes: wantedBytes } : undefined;
  },
  instruction: 'raise-maxmemory',

  async plan({ bytes }, { deps, signal }: Context) {
    const nodes = (await deps.redis.nodes({ signal })).length;
    if (nodes > 1) throw refused('redis-cluster', { nodes });
    const now = await look(deps.redis, signal);
    if (now.role !== 'master') throw refused('not-master', { role: now.role });
    if (now.maxmemory === bytes) throw refused('nothing-to-do', { bytes });
    const room = Math.floor(share * (await memoryOf(deps, now.system, signal)));
    if (bytes > room) throw refused('too-little-memory', { bytes, room });
    if (bytes <= now.used) throw refused('below-what-is-used', { bytes, used: now.used });
    if (isLower(bytes, now.maxmemory))
      await mustEvictCachesAlone(now.policy, deps.redis, deps.platform, signal);
    const step = (from: number, to: number): PlanStep => ({
      kind: 'redis-set-memory-limit',
      target: `redis run_id=${now.runId}`,
      from: { maxmemory: from },
      to: { maxmemory: to },
      precondition: { run_id: now.runId, maxmemory: from },
      safety: 'idempotent',
    });
    return {
      schemaVersion: planSchema,
      actionId: 'redis.set-memory-limit',
      actionVersion: 1,
      environment: deps.environment,
      part: 'redis',
      target: `redis/${now.runId}`,
      identity: { run_id: now.runId },
      params: { bytes },
      tier: 2,
      steps: [step(now.maxmemory, bytes)],
      undo: [step(bytes, now.maxmemory)],
      verifyWith: [{ probe: 'redis.connection' }],
      undoVerifyWith: [{ probe: 'redis.connection' }],
      verifyWithinMs: 30_000,
      stableForMs: 2_000,
      blast: { key: 'redis-memory-limit', facts: { used: now.used, bytes, policy: now.policy } },
      undoBlast: { key: 'redis-memory-limit-undo', facts: { bytes: now.maxmemory, policy: now.policy } },
      stepTimeoutMs: 30_000,
      objects: 1,
    };
  },

  async object(_plan, { deps, signal }: Context) {
    return redisObject(deps.redis, signal);
  },

  async applyStep(step, _plan, { deps, signal }: Context): Promise<Facts> {
    const now = await look(deps.redis, signal);
    const maxmemory = Number(step.to.maxmemory);
    // Already set by an attempt whose outcome was not recorded.
    if (now.runId === step.precondition.run_id && now.maxmemory === maxmemory)
      return { maxmemory, already: true };
    mustHold(step.precondition, { run_id: now.runId, maxmemory: now.maxmemory });
    if (isLower(maxmemory, now.maxmemory)) {
      await mustEvictCachesAlone(now.policy, deps.redis, deps.platform, signal);
      const { runId: run_id, maxmemory: before } = await look(deps.redis, signal);
      mustHold(step.precondition, { run_id, maxmemory: before });
    }
    signal.throwIfAborted();
    await deps.redis.call('CONFIG', ['SET', 'maxmemory', maxmemory], { signal });
    return { maxmemory };
  },

  async observeStep(step, _plan, { deps, signal }: Context) {
    const now = await look(deps.redis, signal);
    if (now.runId !== step.precondition.run_id) return 'unknown';
    if (now.maxmemory === step.to.maxmemory) return 'done';
    return now.maxmemory === step.from.maxmemory ? 'not-done' : 'unknown';
  },

  /** The symptom itself: writes are accepted. An undo may bring it back. */
  async settled({ steps: [{ to }], params }, { deps, signal }: Context) {
    return to.maxmemory !== params.bytes || (await takesWrites(deps.redis, signal));
  },
});

type Context = {
  readonly deps: With<'redis'> & Pick<Targets, 'runtime'>;
  readonly signal: AbortSignal;
};

/** Zero is no limit at all. */
const isLower = (to: number, from: number): boolean => to !== 0 && (from === 0 || to < from);

async function look(redis: Context['deps']['redis'], signal: AbortSignal) {
  // Which server it is comes last, so that nothing stands between that and a change.
  const [replication, memory, maxmemory, policy, server] = await Promise.all([
    redis.info('replication', { signal }),
    redis.info('memory', { signal }),
    setting(redis, 'maxmemory', signal),
    setting(redis, 'maxmemory-policy', signal),
    redis.info('server', { signal }),
  ]);
  return {
    runId: server.run_id ?? '',
    role: replication.role ?? '',
    used: Number(memory.used_memory ?? 0),
    system: Number(memory.total_system_memory ?? 0),
    maxmemory: Number(maxmemory),
    policy,
  };
}

/** Bytes that Redis may have: of its container where that is limited, else of the machine. */
async function memoryOf({ runtime }: Context['deps'], system: number, signal: AbortSignal): Promise<number> {
  const instances = (await runtime?.instances('redis', { signal })) ?? [];
  const limits = instances
    .flatMap(({ memoryLimitBytes }) => memoryLimitBytes ?? [])
    .filter((limit) => limit > 0);
  return Math.min(...limits, ...(system > 0 ? [system] : []));
}
