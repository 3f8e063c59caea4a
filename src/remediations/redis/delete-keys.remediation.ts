import { z } from 'zod';
import {
  defineRemediation,
  type LongWork,
  type Plan,
  type PlanStep,
  planSchema,
} from '../../domain/fix/remediation.ts';
import { TargetError } from '../../domain/kernel/errors.ts';
import type { Facts } from '../../domain/kernel/facts.ts';
import { shortened } from '../../domain/kernel/text.ts';
import { within } from '../../domain/kernel/within.ts';
import type { RedisNode, RedisTarget } from '../../domain/probe/targets/redis.ts';
import type { With } from '../../domain/probe/targets/targets.ts';
import { mustHold, refused } from '../shared/stale.ts';
import { redisObject } from '../shared/store-behind.ts';
import { takesWrites } from './server.ts';

/** Keys of one server that a step can walk several times. */
const mostKeys = 1_000_000;
const batch = 500;
/** Keys whose size is measured, to say how much is freed. */
const measured = 100;
/** It is done when fewer than this share of what was counted is left: those that use the cache write to it again. */
const leftShare = 0.5;

const Params = z.strictObject({
  prefix: z
    .string()
    .min(2)
    .max(100)
    .meta({ description: 'Prefix of the keys; one of the platform’s caches.' }),
});

export const deleteKeys = defineRemediation({
  id: 'redis.delete-keys',
  version: 1,
  doc: `Deletes the keys of one cache by their prefix, in batches with SCAN and UNLINK, on every master (D3.c, T1.a).
The plan counts them first and shows a sample with its size.
Refuses prefixes that are not the platform's caches, and a server with more than a million keys.
KEYS and FLUSHALL would stop the server or take other keys as well.
It is done when fewer than half are left; those that use the cache write to it again.
It shows how far it is, and can be stopped between batches; what was deleted stays deleted.
There is no undo: a cache is filled again by its users.`,
  tier: 2,
  params: Params,
  needs: ['redis'],
  helpsWith: [],
  helpsCause: ['REDIS_USELESS_KEYS', 'STALE_CACHE'],
  paramsFor({ code, subject, facts }) {
    const pattern = code === 'STALE_CACHE' ? subject : facts.prefix;
    return typeof pattern === 'string' && pattern.endsWith('*')
      ? { prefix: pattern.replace(/\*$/, '') }
      : undefined;
  },
  instruction: 'delete-useless-keys',

  async plan({ prefix }, { deps, signal }: Context) {
    const { cache } = deps.platform;
    if (![cache.agents, cache.disposable].includes(prefix)) throw refused('not-a-cache', { prefix });
    const seen: Seen[] = [];
    for (const node of await deps.redis.nodes({ signal })) seen.push(await count(node, prefix, signal));
    const [first, ...rest] = seen.filter(({ keys }) => keys > 0).map((one) => stepOf(one, prefix));
    if (first === undefined) throw refused('nothing-to-do', { prefix });
    const total = (of: (one: Seen) => number) => seen.reduce((sum, one) => sum + of(one), 0);
    return {
      schemaVersion: planSchema,
      actionId: 'redis.delete-keys',
      actionVersion: 1,
      environment: deps.environment,
      part: 'redis',
      target: `redis/${seen[0]?.runId ?? ''}/${prefix}`,
      identity: Object.fromEntries(
        seen.map(({ runId }, index) => [seen.length === 1 ? 'run_id' : `run_id.${index}`, runId]),
      ),
      params: { prefix },
      tier: 2,
      steps: [first, ...rest],
      verifyWith: [{ probe: 'redis.connection' }],
      verifyWithinMs: 30_000,
      stableForMs: 2_000,
      blast: {
        key: 'redis-delete-keys',
        facts: {
          prefix: `${prefix}*`,
          keys: total((one) => one.keys),
          bytes: Math.round(total((one) => one.bytes)),
          sample: seen
            .flatMap(({ sample }) => sample)
            .slice(0, 3)
            .join(', '),
        },
      },
      stepTimeoutMs: 45_000,
      objects: 1 + rest.length,
    };
  },

  async object(_plan, { deps, signal }: Context) {
    const nodes = await deps.redis.nodes({ signal });
    if (nodes.length === 1) return redisObject(deps.redis, signal);
    const ids = await Promise.all(nodes.map((node) => runIdOf(node, signal)));
    return { claims: ids.map((id) => `run_id=${id}`), comparable: ids.every((id) => id !== '') };
  },

  async applyStep(step, plan, { deps, signal, work }: Context): Promise<Facts> {
    const { prefix } = Params.parse(plan.params);
    const { node, several } = await nodeOf(deps.redis, step, signal);
    const before = await count(node, prefix, signal);
    if (isDone(step, before)) return { deleted: 0, already: true };
    // What an attempt before this one has deleted makes no other plan of it.
    const begun = work?.before !== undefined;
    mustHold(step.precondition, {
      run_id: before.runId,
      atLeast: begun ? (step.precondition.atLeast ?? null) : magnitude(before.keys),
    });
    let deleted = 0;
    await walk(node, prefix, signal, async (keys) => {
      signal.throwIfAborted();
      // In a cluster keys of one command must be of one slot.
      const replies = several
        ? await together(keys, (key) => node.call('UNLINK', [key]), signal)
        : [await node.call('UNLINK', keys, { signal })];
      deleted += replies.reduce<number>((sum, reply) => sum + Number(reply), 0);
      await work?.next({ done: deleted, total: before.keys });
    });
    return { deleted };
  },

  async observeStep(step, plan, { deps, signal }: Context) {
    const { prefix } = Params.parse(plan.params);
    const { node } = await nodeOf(deps.redis, step, signal);
    const now = await count(node, prefix, signal);
    if (now.runId !== step.precondition.run_id) return 'unknown';
    return isDone(step, now, countedFor(plan)) ? 'done' : 'not-done';
  },

  /** Another signal than the count: writes are accepted, by each server's own word or by one for all. */
  async settled(_plan, { deps, signal }: Context) {
    return takesWrites(deps.redis, signal);
  },
});

type Context = {
  readonly deps: With<'redis'>;
  readonly signal: AbortSignal;
  readonly work?: LongWork | undefined;
};

interface Seen {
  readonly name: string;
  readonly runId: string;
  readonly keys: number;
  /** Of a sample, for all of them. */
  readonly bytes: number;
  readonly sample: readonly string[];
}

const runIdOf = async (node: RedisNode, signal: AbortSignal) =>
  (await node.info('server', { signal })).run_id ?? '';

/** The count moves by itself; by this it is the same plan until it is another kind of number. */
const magnitude = (keys: number) => (keys === 0 ? 0 : 10 ** Math.floor(Math.log10(keys)));

function stepOf({ name, runId, keys }: Seen, prefix: string): PlanStep {
  const atLeast = magnitude(keys);
  return {
    kind: 'redis-delete-keys',
    target: name,
    from: { keys: `≥ ${atLeast}`, prefix: `${prefix}*` },
    to: { keys: 0, prefix: `${prefix}*` },
    precondition: { run_id: runId, atLeast },
    safety: 'idempotent',
  };
}

/**
 * How many keys the plan has counted, where all are on one server. It stands beside what is hashed, and is exact: of four
 * keys one may be written again, which by the kind of number alone would be as many as there were.
 */
function countedFor({ steps, blast }: Plan): number {
  const { keys } = blast.facts;
  return steps.length === 1 && typeof keys === 'number' ? keys : 0;
}

function isDone({ precondition }: PlanStep, { runId, keys }: Seen, counted = 0): boolean {
  const atLeast = Math.max(Number(precondition.atLeast), counted);
  return runId === precondition.run_id && keys < Math.max(1, Math.ceil(atLeast * leftShare));
}

/** The server of a step; AppError CONFLICT where it is none of this Redis any more. */
async function nodeOf(redis: RedisTarget, step: PlanStep, signal: AbortSignal) {
  const nodes = await redis.nodes({ signal });
  const node = nodes.find(({ name }) => name === step.target);
  if (node === undefined) {
    mustHold({ node: step.target }, { node: null });
    throw refused('no-target');
  }
  return { node, several: nodes.length > 1 };
}

/** Walks the keys of a prefix by SCAN, which may show a key twice and never stops the server. */
async function walk(
  node: RedisNode,
  prefix: string,
  signal: AbortSignal,
  each: (keys: readonly string[]) => Promise<void>,
): Promise<void> {
  const total = Number(await node.call('DBSIZE', [], { signal }));
  if (total > mostKeys) throw refused('too-many-keys', { keys: total, most: mostKeys });
  const match = `${prefix.replaceAll(/[\\*?[\]^-]/g, String.raw`\$&`)}*`;
  let cursor = '0';
  do {
    const reply = await node.call('SCAN', [cursor, 'MATCH', match, 'COUNT', batch], { signal });
    const [next, keys] = Array.isArray(reply) ? (reply as readonly unknown[]) : [];
    if (typeof next !== 'string' || !Array.isArray(keys))
      throw new TargetError('protocol', 'SCAN gave no cursor');
    cursor = next;
    const own = (keys as readonly unknown[]).map(String).filter((key) => key.startsWith(prefix));
    if (own.length > 0) await each(own);
  } while (cursor !== '0');
}

/** One call for each of many keys at once, with one listener of the signal for all of them. */
function together<T>(
  keys: readonly string[],
  call: (key: string) => Promise<T>,
  signal: AbortSignal,
): Promise<readonly T[]> {
  return within(Number.POSITIVE_INFINITY, () => Promise.all(keys.map(call)), { signal });
}

async function count(
  node: RedisNode & { readonly name: string },
  prefix: string,
  signal: AbortSignal,
): Promise<Seen> {
  const runId = await runIdOf(node, signal);
  const some: string[] = [];
  const seen = new Set<string>();
  await walk(node, prefix, signal, (keys) => {
    for (const key of keys) seen.add(key);
    some.push(...keys.slice(0, Math.max(0, measured - some.length)));
    return Promise.resolve();
  });
  const replies = await together(some, (key) => node.call('MEMORY', ['USAGE', key]), signal);
  const sizes = replies.map((reply) => Number(reply ?? 0));
  const mean = sizes.length === 0 ? 0 : sizes.reduce((sum, size) => sum + size, 0) / sizes.length;
  return {
    name: node.name,
    runId,
    keys: seen.size,
    bytes: mean * seen.size,
    sample: some.slice(0, 3).map((key) => shortened(key, 40)),
  };
}
