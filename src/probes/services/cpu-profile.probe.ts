import { z } from 'zod';
import { AppError, TargetError } from '../../domain/kernel/errors.ts';
import { present } from '../../domain/kernel/present.ts';
import { shortened } from '../../domain/kernel/text.ts';
import { type ServiceId, serviceIds } from '../../domain/platform/part.ts';
import { guide } from '../../domain/platform/table.ts';
import type { Finding } from '../../domain/probe/finding.ts';
import type { FindingCode } from '../../domain/probe/findings.ts';
import { defineProbe } from '../../domain/probe/probe.ts';
import type { Instance, RuntimeTarget } from '../../domain/probe/targets/runtime.ts';
import type { Targets, With } from '../../domain/probe/targets/targets.ts';
import { round } from '../support/metrics.ts';
import { culprit, readProfile } from '../support/pprof.ts';

/**
 * Share of the samples whose innermost frame of the program's own code is one function that names it as the cause: with
 * a third of the CPU in one place, mending it is what helps most.
 */
const HOT_SHARE = 0.35;
/** Cores in use below which even a function with a large share is no finding; of a small limit, this part of it. */
const BUSY_CORES = 0.25;
const BUSY_OF_LIMIT = 0.6;
/**
 * Samples below which shares are chance: of 50, a function that takes a fifth shows as 0.35 or more once in 160
 * profiles, of 20 once in twelve.
 */
const LEAST_SAMPLES = 50;
/** A container that uses less of its limit cannot have been held back in a fifth of the time, which is what counts as held back. */
const IDLE_OF_LIMIT = 0.2;
/** Cores in use below which a busy machine may be why a process is not called busy: `services.process-trend` asks for 0.4 on the mean. */
const HELD_BACK_BELOW = 0.6;
/** Percent of ten seconds in which something on the machine waited for CPU, from which on a process may want more than it gets. */
const WAITING_PERCENT = 50;

interface Bounds {
  /** Cores that the container may use, the least of its replicas; undefined: no limit. */
  readonly limit: number | undefined;
  /** The profile is of the only process that there is, and its limit is known. */
  readonly whole: boolean;
  /** The only one that runs. */
  readonly only?: Instance;
}

/** What the service may use. Without a runtime it is a process without a limit. */
async function boundsOf(
  id: ServiceId,
  runtime: RuntimeTarget | undefined,
  signal: AbortSignal,
): Promise<Bounds> {
  if (runtime === undefined) return { limit: undefined, whole: true };
  const all = await runtime.instances(id, { signal }).catch((error: unknown) => {
    if (error instanceof TargetError && error.stage === 'aborted') throw error;
    return undefined;
  });
  const running = (all ?? []).filter(({ phase }) => phase === 'running');
  const limits = running.flatMap(({ cpuLimitMillicores }) => cpuLimitMillicores ?? []);
  return {
    limit: limits.length === 0 ? undefined : Math.min(...limits) / 1000,
    whole: all !== undefined && running.length <= 1,
    ...present({ only: running.length === 1 ? running[0] : undefined }),
  };
}

/** Percent of the last ten seconds in which something on its machine waited for CPU, as the kernel counts; undefined: not seen. */
async function waitingBeside(
  instance: Instance | undefined,
  runtime: RuntimeTarget | undefined,
  signal: AbortSignal,
): Promise<number | undefined> {
  if (instance === undefined || runtime === undefined) return undefined;
  const answer = await runtime
    .exec(instance, ['cat', '/proc/pressure/cpu'], { signal })
    .catch((error: unknown) => {
      if (error instanceof TargetError && error.stage === 'aborted') throw error;
      return undefined;
    });
  const percent = /^some avg10=(\d+)/m.exec(answer?.stdout ?? '')?.[1];
  return percent === undefined ? undefined : Number(percent);
}

/** What the probe says when too little ran for a verdict. */
const tooLittle = (cores: number, seconds: number) =>
  new AppError('DEPENDENCY_UNAVAILABLE', 'too little CPU was used for a verdict', {
    facts: { reason: 'too-little-cpu', cores, seconds },
  });

export const servicesCpuProfile = defineProbe({
  id: 'services.cpu-profile',
  doc: `Which function of a Go service burns the CPU?

Takes a CPU profile from \`${guide.paths.cpuProfile}\`.
Every stack counts for the innermost function of the program itself, not of Go, its libraries or a framework.
A function with 35 % or more of a busy profile is named with file and line.
Busy means a quarter of a core, or 60 % of a smaller limit.
With less CPU, or too few samples, the answer is inconclusive, unless the only process is idle compared with its limit.
A function that would be named, of a process that gets less than 0.6 cores, may want more than it gets.
It is named so where something on its machine waits for CPU half of the time, by the kernel's count of pressure.
That count is read in the container.`,
  params: z.strictObject({
    service: z.enum(serviceIds).describe('The service to profile.'),
    seconds: z.number().int().min(1).max(30).default(5).describe('Length of the profile, in seconds.'),
  }),
  part: ({ service }) => service,
  needs: ['services'],
  ofHttp: true,
  givesWork: true,
  timeoutMs: 45_000,
  emits: ['HOT_FUNCTION', 'HOT_FUNCTION_HELD_BACK'],
  async run({ service: id, seconds }, { deps, signal }) {
    const { services, runtime } = deps as With<'services'> & Pick<Targets, 'runtime'>;
    const service = services.find(id);
    if (service === undefined) return { status: 'skipped', reason: 'not-configured' };
    const answer = await services.request(`${service.url}${service.paths.cpuProfile}?seconds=${seconds}`, {
      timeoutMs: (seconds + 10) * 1000,
      maxBytes: 32 << 20,
      signal,
    });
    // Python has no pprof: for it the question does not arise.
    if (answer.status === 404) {
      return { status: 'skipped', reason: id === 'reasoning-service' ? 'not-applicable' : 'not-installed' };
    }
    if (answer.status !== 200)
      throw new TargetError('protocol', 'profile cannot be taken', { facts: { status: answer.status } });
    const summary = readProfile(answer.body, 'cpu');
    const cores = summary.total / 1e9 / (summary.seconds ?? seconds);
    const share = (value: number) => (summary.total === 0 ? 0 : value / summary.total);
    const top = summary.functions
      .slice(0, 5)
      .map((fn) => `${fn.name} ${Math.round(share(fn.flat) * 100)}%`)
      .join(', ');
    const facts = { seconds, cores: round(cores), samples: summary.samples, top: shortened(top, 400) };
    const { limit, whole, only } = await boundsOf(id, runtime, signal);
    const hot = summary.samples < LEAST_SAMPLES ? undefined : culprit(summary, HOT_SHARE);
    const waiting =
      hot === undefined || cores >= HELD_BACK_BELOW ? undefined : await waitingBeside(only, runtime, signal);
    const floor = limit === undefined ? BUSY_CORES : Math.min(BUSY_CORES, BUSY_OF_LIMIT * limit);
    const finding = (code: FindingCode, extra: Finding['facts'] = {}): readonly Finding[] => {
      if (hot === undefined) return [];
      const { name: subject, file, line } = hot.fn;
      const more = { function: subject, file, line, percent: Math.round(hot.share * 100) };
      return [{ code, severity: 'warning', part: id, subject, facts: { ...facts, ...more, ...extra } }];
    };
    const [heldBack] =
      waiting === undefined || waiting < WAITING_PERCENT
        ? []
        : finding('HOT_FUNCTION_HELD_BACK', { waiting });
    const [busy] = finding('HOT_FUNCTION');
    if (cores < floor || summary.samples < LEAST_SAMPLES) {
      if (heldBack !== undefined) return { status: 'unhealthy', facts, findings: [heldBack] };
      const idle = cores < BUSY_CORES && (limit === undefined || cores < IDLE_OF_LIMIT * limit);
      return whole && idle
        ? { status: 'healthy', facts }
        : { status: 'inconclusive', cause: tooLittle(facts.cores, seconds), facts };
    }
    if (busy === undefined) return { status: 'healthy', facts };
    return { status: 'unhealthy', facts, findings: [busy, ...(heldBack === undefined ? [] : [heldBack])] };
  },
});
