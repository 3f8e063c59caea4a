import { z } from 'zod';
import type { CallOptions } from '../../domain/kernel/call.ts';
import { AppError, TargetError } from '../../domain/kernel/errors.ts';
import type { Facts } from '../../domain/kernel/facts.ts';
import type { Finding } from '../../domain/probe/finding.ts';
import type { FindingCode } from '../../domain/probe/findings.ts';
import { thereAnyway } from '../../domain/probe/open.ts';
import { defineProbe, type ProbeContext, type ProbeResult } from '../../domain/probe/probe.ts';
import type { RedisNode } from '../../domain/probe/targets/redis.ts';
import type { RuntimeTarget } from '../../domain/probe/targets/runtime.ts';
import type { Targets, With } from '../../domain/probe/targets/targets.ts';
import { round, verdict } from '../support.ts';
import { type RedisMemory, readMemory, wantedFacts } from './memory-facts.ts';
import { onEveryNode } from './nodes.ts';

const params = z.strictObject({});
type Deps = Pick<With<'redis'>, 'redis'> & Pick<Targets, 'runtime'>;

/** An almost empty server is short of nothing. */
const worthLimitingBytes = 32 * 1024 * 1024;
/**
 * Without `maxmemory` only the container, or the machine, ends a server's growth. Half of that is
 * close for any content. A sixteenth is four doublings away; it counts where most keys never expire and so stay.
 */
const closeShare = 1 / 2;
const growingShare = 1 / 16;
/** A server that evicts stays just below its limit. */
const fullPercent = 90;
/** A cache that evicts is meant to; one whose keys stay for less than this on average is too small for what it is given. */
const shortlySeconds = 1_800;

export const redisMemoryLimit = defineProbe({
  id: 'redis.memory-limit',
  doc: `Is there a memory limit, and is it large enough for what is written?
A server without \`maxmemory\` is judged by the memory of its container, or else of its machine.
It is a finding at half of that, or at a sixteenth when most of its keys never expire, because only an out-of-memory kill would stop it.
Where that memory is unknown, the answer is inconclusive.
The limit is too low when a full server has evicted more keys than it holds and keeps a key for less than half an hour.
That time comes from the pace of its evictions since its start.
A cache that has merely evicted for months is full by design.
It runs only in diagnoses of a shortage, because a cache without a limit is no incident by itself.`,
  params,
  part: 'redis',
  needs: ['redis'],
  timeoutMs: 8_000,
  emits: ['REDIS_NO_LIMIT', 'REDIS_LIMIT_TOO_LOW'],
  run: (_params: z.output<typeof params>, { deps, signal }: ProbeContext<Deps>) =>
    onEveryNode(deps.redis, { signal }, (node) => look(node, deps.runtime, { signal })),
});

/** The least memory limit of Redis's containers, in bytes; `none`: they run without a limit. */
async function containerLimit(
  runtime: RuntimeTarget | undefined,
  options: CallOptions,
): Promise<number | 'none' | undefined> {
  const instances = await runtime?.instances('redis', options).catch((error: unknown) => {
    if (error instanceof TargetError && error.stage === 'aborted') throw error;
    return undefined;
  });
  const running = (instances ?? []).filter(({ phase }) => phase === 'running');
  if (running.length === 0) return undefined;
  const limits = running.flatMap(({ memoryLimitBytes }) => memoryLimitBytes ?? []);
  return limits.length === 0 ? 'none' : Math.min(...limits);
}

/** Whether more than half of the keys stay until somebody deletes them: `db0: keys=5,expires=2,avg_ttl=0`. */
function mostlyEternal(keyspace: Readonly<Record<string, string>>): boolean {
  const sum = (name: string) =>
    Object.values(keyspace).reduce(
      (total, line) => total + Number(new RegExp(`${name}=(\\d+)`).exec(line)?.[1] ?? 0),
      0,
    );
  return sum('expires') < sum('keys') / 2;
}

interface Unlimited {
  readonly memory: RedisMemory;
  readonly facts: Facts & Pick<RedisMemory, 'maxBytes' | 'usedBytes'>;
  readonly keyspace: Readonly<Record<string, string>>;
  readonly limit: number | 'none' | undefined;
}

/** A server without `maxmemory`. */
function judgeUnlimited({ memory, facts, keyspace, limit }: Unlimited): ProbeResult {
  const { usedBytes, systemBytes } = memory;
  const bound = limit === 'none' ? systemBytes : (limit ?? 0);
  if (bound === 0) {
    if (usedBytes < worthLimitingBytes) return verdict([], { ...facts, ...noLimit });
    const cause = new AppError(
      'DEPENDENCY_UNAVAILABLE',
      'the memory limit of the container or machine is unknown',
      {
        facts: { reason: 'redis-bound-unknown', usedBytes },
      },
    );
    return { status: 'inconclusive', cause, facts };
  }
  const seen = { ...facts, boundBytes: bound, boundPercent: round((100 * usedBytes) / bound, 1) };
  const growing = usedBytes >= Math.max(worthLimitingBytes, bound * growingShare) && mostlyEternal(keyspace);
  return growing || usedBytes >= bound * closeShare
    ? verdict([findingOf('REDIS_NO_LIMIT', seen)], seen)
    : verdict([], { ...seen, ...noLimit });
}

/** There is none, and while there is room that is no finding. */
const noLimit = thereAnyway('REDIS_NO_LIMIT');

const findingOf = (
  code: FindingCode,
  facts: Facts & Pick<RedisMemory, 'maxBytes' | 'usedBytes'>,
): Finding => ({
  code,
  severity: 'warning',
  part: 'redis',
  subject: 'maxmemory',
  facts: { ...facts, ...wantedFacts(facts) },
});

async function look(
  redis: RedisNode,
  runtime: RuntimeTarget | undefined,
  options: CallOptions,
): Promise<ProbeResult> {
  const [memory, stats, server, keys] = await Promise.all([
    readMemory(redis, options),
    redis.info('stats', options),
    redis.info('server', options),
    redis.call('DBSIZE', [], options).then(Number),
  ]);
  const evictedKeys = Number(stats.evicted_keys ?? 0);
  const { usedBytes, maxBytes, percent, policy } = memory;
  const uptimeSeconds = Number(server.uptime_in_seconds ?? Number.NaN);
  // As many keys as it holds are evicted in this time: NaN, which is never short, without an uptime.
  const keptSeconds = evictedKeys === 0 ? Number.NaN : round((keys * uptimeSeconds) / evictedKeys);
  const facts = {
    ...{ usedBytes, maxBytes, percent, policy, keys, evictedKeys },
    ...(Number.isNaN(keptSeconds) ? {} : { keptSeconds }),
  };
  if (maxBytes === 0) {
    const [keyspace, limit] = await Promise.all([
      redis.info('keyspace', options),
      containerLimit(runtime, options),
    ]);
    return judgeUnlimited({ memory, facts, keyspace, limit });
  }
  const tooLow = percent >= fullPercent && evictedKeys > keys && keptSeconds < shortlySeconds;
  return verdict(tooLow ? [findingOf('REDIS_LIMIT_TOO_LOW', facts)] : [], facts);
}
