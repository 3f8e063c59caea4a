import { z } from 'zod';
import { AppError, TargetError } from '../../domain/kernel/errors.ts';
import { type PartId, partIds, serviceIds } from '../../domain/platform/part.ts';
import type { Finding } from '../../domain/probe/finding.ts';
import type { FindingCode } from '../../domain/probe/findings.ts';
import { defineProbe, type ProbeContext } from '../../domain/probe/probe.ts';
import type { Instance } from '../../domain/probe/targets/runtime.ts';
import type { Targets, With } from '../../domain/probe/targets/targets.ts';
import { rate, scrape } from '../support/metrics.ts';
import { allowance, type Unasked } from '../support/sockets.ts';

/** Share of the limit, on average over seconds, from which a part uses all that it may. */
const NEAR_SHARE = 0.9;
/**
 * Share of the scheduler's periods, of a tenth of a second each, in which a part was held back that is no single burst.
 * A part can be held back often while its mean is far from the limit, so this is asked for from half of the limit on.
 */
const THROTTLED_SHARE = 0.2;
const ASK_SHARE = 0.5;
const ASK_SECONDS = 4;
/** Share of the limit from which a part may be throttled: only the kernel's count would show it. */
const UNKNOWN_SHARE = 0.7;
/**
 * A limit up to which a profile of some seconds has too few samples to say what takes the CPU: of five seconds at a
 * tenth of a core there are 50 at most.
 */
const TINY_MILLICORES = 100;
/** How many containers of a part are asked how often they are held back: each costs a command in it, and a request. */
const MOST_ASKED = 3;
/** Millicores in use above which a part without a limit is called busy. */
const BUSY_MILLICORES = 700;

type Deps = Pick<Targets, 'services'> & Pick<With<'runtime'>, 'runtime'>;

/** Millicores by the service's own `process_cpu_seconds_total`; undefined when it does not say. */
async function ownMillicores(
  part: PartId,
  seconds: number,
  context: ProbeContext<Deps>,
): Promise<number | undefined> {
  const { services } = context.deps;
  const id = serviceIds.find((candidate) => candidate === part);
  if (services === undefined || id === undefined) return undefined;
  const look = () => scrape(services, id, context).catch(() => undefined);
  const before = await look();
  if (before?.value('process_cpu_seconds_total') === undefined) return undefined;
  await context.wait(seconds * 1000);
  const after = await look();
  const cores = after && rate(before, after, 'process_cpu_seconds_total');
  return cores === undefined ? undefined : Math.round(cores * 1000);
}

interface Look {
  readonly used: number | undefined;
  readonly findings: readonly Finding[];
  /** Why it cannot be told. */
  readonly cause?: Error;
  /** Nothing measures it, so that nothing was seen. */
  readonly failed?: Error;
}

/** Millicores in use, or the error that there is when nothing measures them. */
function measure(
  instance: Instance,
  own: number | undefined,
  { deps, signal }: ProbeContext<Deps>,
): Promise<number | AppError> {
  if (own !== undefined) return Promise.resolve(own);
  return deps.runtime.usage(instance, { signal }).then(
    ({ cpuMillicores }) => cpuMillicores,
    (error: unknown) => {
      if (error instanceof AppError && error.code === 'NOT_FOUND') return error;
      throw error;
    },
  );
}

/** One container beside its limit. */
async function look(
  instance: Instance,
  own: number | undefined,
  ask: (instance: Instance) => Promise<number | Unasked>,
  context: ProbeContext<Deps>,
): Promise<Look> {
  const measured = await measure(instance, own, context);
  const used = measured instanceof AppError ? undefined : measured;
  const limit = instance.cpuLimitMillicores;
  const facts = {
    usedMillicores: used ?? null,
    limitMillicores: limit ?? null,
    requestMillicores: instance.cpuRequestMillicores ?? null,
  };
  const finding = (code: FindingCode, extra: Finding['facts'] = {}): Finding => ({
    code,
    severity: 'warning',
    part: instance.part,
    subject: instance.name,
    facts: { ...facts, ...extra },
  });
  if (limit === undefined) {
    if (measured instanceof AppError) return { used, findings: [], failed: measured };
    return { used, findings: measured >= BUSY_MILLICORES ? [finding('CPU_BUSY_WITHOUT_LIMIT')] : [] };
  }
  const tiny = limit <= TINY_MILLICORES ? [finding('CPU_LIMIT_TINY')] : [];
  if (used !== undefined && used >= limit * NEAR_SHARE)
    return { used, findings: [finding('CPU_AT_LIMIT'), ...tiny] };
  if (used !== undefined && used < limit * ASK_SHARE) return { used, findings: [] };
  const share = await ask(instance);
  const known = typeof share === 'number';
  if (known && share >= THROTTLED_SHARE)
    return { used, findings: [finding('CPU_THROTTLED', { percent: Math.round(share * 100) }), ...tiny] };
  if (measured instanceof AppError) return { used, findings: [], failed: measured };
  if (known || measured < limit * UNKNOWN_SHARE) return { used, findings: [] };
  const cause = new AppError('DEPENDENCY_UNAVAILABLE', 'throttling cannot be read', {
    facts: { reason: 'throttling-unknown', used: measured, limit, ...share },
  });
  return { used, findings: [], cause };
}

export const runtimeCpuLimit = defineProbe({
  id: 'runtime.cpu-limit',
  doc: `Does a part use all the CPU that it may use?

Compares the CPU in use with the limit of the container.
It takes the CPU from the service's own counter of CPU seconds, sampled twice, or from the metrics API or the Docker engine.
From 90 % of the limit, the part is at its limit.
From half of the limit, the kernel's count of throttled periods decides (a fifth of them or more).
That count is read in the container or from the Docker engine.
Where it cannot be read, the answer is inconclusive from 70 % of the limit.`,
  params: z.strictObject({
    part: z.enum(partIds).describe('The part to check.'),
    seconds: z.number().positive().max(30).default(5).describe('Time between two samples, in seconds.'),
  }),
  part: ({ part }) => part,
  needs: ['runtime'],
  measuresLoad: true,
  timeoutMs: 20_000,
  emits: ['CPU_AT_LIMIT', 'CPU_THROTTLED', 'CPU_LIMIT_TINY', 'CPU_BUSY_WITHOUT_LIMIT'],
  async run({ part, seconds }, context: ProbeContext<Deps>) {
    const { deps, signal } = context;
    const running = (await deps.runtime.instances(part, { signal })).filter(
      (instance) => instance.phase === 'running',
    );
    if (running.length === 0) return { status: 'skipped', reason: 'no-data' };
    // One instance says itself what it uses, at once; the metrics API is half a minute behind.
    const own = running.length === 1 ? await ownMillicores(part, seconds, context) : undefined;
    let asked = 0;
    const ask = async (instance: Instance) => {
      asked += 1;
      if (asked > MOST_ASKED) return {};
      try {
        return (await deps.runtime.throttled(instance, ASK_SECONDS, { signal })) ?? {};
      } catch (error) {
        if (error instanceof TargetError && error.stage === 'aborted') throw error;
        return allowance(error);
      }
    };
    const looks = await Promise.all(running.map((instance) => look(instance, own, ask, context)));
    const [first, ...more] = looks.flatMap(({ findings }) => findings);
    const facts = { usedMillicores: Math.max(0, ...looks.map(({ used }) => used ?? 0)) };
    if (first !== undefined) return { status: 'unhealthy', facts, findings: [first, ...more] };
    for (const { failed } of looks) if (failed !== undefined) throw failed;
    const unknown = looks.find(({ cause }) => cause !== undefined);
    return unknown?.cause === undefined
      ? { status: 'healthy', facts }
      : { status: 'inconclusive', cause: unknown.cause, facts };
  },
});
