import { setMaxListeners } from 'node:events';
import { createRedactor, type Redactor } from '@aetherius/redact';
import type { Clock, Logger } from '../../domain/kernel/clock.ts';
import { AppError, TargetError } from '../../domain/kernel/errors.ts';
import type { Facts } from '../../domain/kernel/facts.ts';
import { present } from '../../domain/kernel/present.ts';
import { wholeJson, withoutColours } from '../../domain/kernel/text.ts';
import { within } from '../../domain/kernel/within.ts';
import type { PartId } from '../../domain/platform/part.ts';
import type { Finding } from '../../domain/probe/finding.ts';
import {
  isByOwnLag,
  lateFromMs,
  outOfTime,
  starvedMs,
  trusted,
  WorkerBusy,
} from '../../domain/probe/own-lag.ts';
import {
  type Cause,
  callKey,
  type Probe,
  type ProbeCall,
  type ProbeOutcome,
  type ProbeResult,
  type SkipReason,
} from '../../domain/probe/probe.ts';
import type { ProbeRunner } from '../../domain/probe/probe-runner.ts';
import type { TargetName, Targets } from '../../domain/probe/targets/targets.ts';

export interface ProbeRunnerOptions {
  readonly probes: readonly Probe[];
  readonly clock: Clock;
  readonly logger: Logger;
  /** Probes at a time; default 16. */
  readonly concurrency?: number;
  /** Milliseconds for a whole run; probes still running then are inconclusive. Default 25,000. */
  readonly deadlineMs?: number;
  /**
   * How late this process itself was while a probe ran, in milliseconds. A worker that is starved of CPU sees
   * silence and slowness everywhere; what it says by the clock is then no evidence about a target.
   */
  readonly eventLoopDelay?: EventLoopDelay;
  /**
   * Resolves when this process gets its turns in time, or has waited long enough for that. Waited for before the first
   * probe, when the process still loads, and before a look that was spoiled by its own lag is taken once more.
   */
  readonly quiet?: () => Promise<void>;
  /** What takes secrets out of what a probe saw; default one that knows none. */
  readonly redactorOf?: (answer: string | undefined) => Redactor;
}

/** Begins to watch; the function it returns tells how late the process was since then. */
export type EventLoopDelay = () => () => number | Promise<number>;

const plain = createRedactor();

/**
 * Gives probes what they must not have themselves: a timeout, a place in the queue, a log line, a caught exception.
 * `run` answers one outcome a distinct call, in the order of the calls, and never rejects for what a probe does;
 * AppError BUG for an unknown probe or bad parameters.
 */
export function createProbeRunner(options: ProbeRunnerOptions): ProbeRunner {
  const byId = new Map(options.probes.map((probe) => [probe.id, probe]));
  const { clock, concurrency = 16, deadlineMs = 25_000, redactorOf = () => plain } = options;

  let settled: Promise<void> | undefined;

  const prepare = (call: ProbeCall) => {
    const probe = byId.get(call.probe);
    if (probe === undefined) throw new AppError('BUG', 'unknown probe', { facts: { probe: call.probe } });
    const params = probe.params.safeParse(call.with ?? {});
    if (!params.success)
      throw new AppError('BUG', 'bad probe parameters', {
        facts: { call: callKey(call) },
        cause: params.error,
      });
    const part = typeof probe.part === 'function' ? probe.part(params.data) : probe.part;
    return { key: callKey(call), probe, params: params.data, part };
  };

  async function runOne(
    task: ReturnType<typeof prepare>,
    targets: Targets,
    signal: AbortSignal,
    redactor: Redactor,
  ): Promise<ProbeOutcome> {
    const { key, probe, params, part } = task;
    const startedAt = clock.now();
    const missing = probe.needs.filter((need) => targets[need] === undefined);
    const look = async () => {
      const lateBy = options.eventLoopDelay?.();
      const answer = await attempt(probe, params, {
        deps: targets,
        signal,
        now: () => clock.now(),
        sleep: (ms, until) => clock.sleep(ms, until),
      });
      return { answer, lagMs: (await lateBy?.()) ?? 0 };
    };
    const patient = async () => {
      const first = await look();
      // What a probe gives a service to do is not given twice.
      if (!isSpoiled(first.answer, first.lagMs) || probe.givesWork === true) return first;
      await options.quiet?.();
      const second = await look();
      return signal.aborted ? first : second;
    };
    const { answer, lagMs } =
      missing.length > 0
        ? { answer: { status: 'skipped', reason: whySkipped(missing, targets) } as const, lagMs: 0 }
        : await patient();
    const judged = trusted(answer, lagMs);
    const result = speaksOfNothing(judged) ? await applied(judged, { probe, part, targets, signal }) : judged;
    const durationMs = Math.max(0, clock.now().getTime() - startedAt.getTime());
    const about = {
      ...{ key, probe: probe.id, part, startedAt: startedAt.toISOString(), durationMs },
      ...(lagMs < lateFromMs ? {} : { lateMs: Math.round(lagMs) }),
    };
    // Judged and compared as it is stored; the key is that of the call.
    const outcome = { ...wholeJson(toOutcome(about, result, redactor)), key };
    const facts = { probe: key, status: outcome.status, durationMs, findings: outcome.findings.length };
    if (result.status === 'inconclusive' && outcome.cause?.code === 'bug')
      options.logger.error({ ...facts, err: result.cause }, 'a probe failed by a bug of its own');
    else options.logger.debug({ ...facts, cause: outcome.cause?.code }, 'probe done');
    return outcome;
  }

  return {
    async run(calls, { targets, signal, answer, onOutcome }) {
      const redactor = redactorOf(answer);
      const tasks = [...new Map(calls.map((call) => [callKey(call), prepare(call)])).values()];
      settled ??= options.quiet?.() ?? Promise.resolve();
      await settled;
      const outcomes = new Map<string, ProbeOutcome>();
      const whole = AbortSignal.any([signal, AbortSignal.timeout(deadlineMs)]);
      // Every call of every probe listens to it; that is no leak.
      setMaxListeners(0, whole);
      const queue = [...tasks];
      const work = async () => {
        for (let task = queue.shift(); task !== undefined; task = queue.shift()) {
          const outcome = await runOne(task, targets, whole, redactor);
          outcomes.set(task.key, outcome);
          onOutcome?.(outcome);
        }
      };
      await Promise.all(Array.from({ length: Math.min(concurrency, tasks.length) }, work));
      return tasks.map((task) => outcomes.get(task.key)).filter((outcome) => outcome !== undefined);
    },
  };
}

/** A probe of the runtime that this environment does not use has no say; everything else is a gap in the configuration. */
function whySkipped(missing: readonly TargetName[], targets: Targets): SkipReason {
  const otherRuntime =
    (missing.includes('kubernetes') && targets.compose !== undefined) ||
    (missing.includes('compose') && targets.kubernetes !== undefined);
  return otherRuntime ? 'not-applicable' : 'not-configured';
}

/** What a probe says of a part that may not be there at all. */
function speaksOfNothing(result: ProbeResult): boolean {
  if (result.status === 'skipped') return result.reason === 'not-configured' || result.reason === 'no-data';
  return result.status === 'unhealthy' && result.findings.every(({ code }) => code === 'PART_ABSENT');
}

/**
 * A part that this platform does not have: the configuration does not speak of it, nothing that runs is it, and nothing
 * that runs might be it. What is asked about it does not apply, and a part that is not there is no fault.
 */
async function isNowhere(part: PartId, targets: Targets, signal: AbortSignal): Promise<boolean> {
  const { runtime, configured } = targets;
  if (runtime?.strangers === undefined || configured === undefined) return false;
  if (part === 'runtime' || configured.has(part)) return false;
  try {
    const [instances, strangers] = await Promise.all([
      runtime.instances(part, { signal }),
      runtime.strangers(part, { signal }),
    ]);
    return instances.length === 0 && strangers.length === 0;
  } catch {
    // Where nobody can look, it may be there.
    return false;
  }
}

/** Whether the question applies to this platform at all, where it has no answer. */
async function applied(
  result: ProbeResult,
  about: {
    readonly probe: Probe;
    readonly part: PartId;
    readonly targets: Targets;
    readonly signal: AbortSignal;
  },
): Promise<ProbeResult> {
  const { probe, part, targets, signal } = about;
  if (await isNowhere(part, targets, signal))
    return { status: 'skipped', reason: 'not-applicable', facts: { notHere: part } };
  if (result.status === 'skipped' && probe.ofHttp === true && isMute(part, targets))
    return { status: 'skipped', reason: 'not-applicable' };
  return result;
}

/** A service that answers no HTTP by design, as the configuration or its own manifest says. */
const isMute = (part: PartId, { withoutHttp = [] }: Targets): boolean =>
  withoutHttp.some((id) => id === part);

/** Whether this process was too late for its own look: then another one, once it has time, may come to something. */
function isSpoiled(result: ProbeResult, lagMs: number): boolean {
  if (isByOwnLag(result, lagMs)) return true;
  if (lagMs < starvedMs || result.status !== 'inconclusive') return false;
  const { cause } = result;
  return cause instanceof ProbeTimedOut || (cause instanceof TargetError && outOfTime.has(cause.stage));
}

class ProbeTimedOut extends Error {
  constructor() {
    super('probe timed out');
    this.name = 'ProbeTimedOut';
  }
}

/** The probe's answer, or the reason that it is missing. Returns at the probe's timeout even if the probe does not. */
async function attempt(
  probe: Probe,
  params: unknown,
  context: {
    readonly deps: Targets;
    readonly signal: AbortSignal;
    now(): Date;
    sleep(ms: number, signal: AbortSignal): Promise<void>;
  },
): Promise<ProbeResult> {
  const { deps, now } = context;
  try {
    return await within(
      probe.timeoutMs,
      (signal) => probe.run(params, { deps, signal, now, wait: (ms) => context.sleep(ms, signal) }),
      {
        signal: context.signal,
        late: () => {
          throw new ProbeTimedOut();
        },
        stopped: () => new TargetError('aborted', 'stopped waiting'),
      },
    );
  } catch (error) {
    return { status: 'inconclusive', cause: asError(error) };
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error('something that is not an Error was thrown');
}

function toOutcome(
  head: Pick<ProbeOutcome, 'key' | 'probe' | 'part' | 'startedAt' | 'durationMs' | 'lateMs'>,
  result: ProbeResult,
  redactor: Redactor,
): ProbeOutcome {
  const base = {
    ...head,
    status: result.status,
    findings: [],
    facts: cleanFacts(result.facts ?? {}, redactor),
  };
  switch (result.status) {
    case 'healthy':
      return base;
    case 'unhealthy':
      return { ...base, findings: result.findings.map((finding) => withoutSecrets(finding, redactor)) };
    case 'skipped':
      return { ...base, reason: result.reason };
    case 'inconclusive':
      return { ...base, cause: cleanCause(toCause(result.cause), redactor) };
  }
}

/** Text from a target may contain anything, secrets and colours of a terminal too; from here on it is stored and shown. */
function cleanFacts(facts: Facts, redactor: Redactor): Facts {
  const clean = Object.entries(facts).map(([name, value]) => [
    name,
    typeof value === 'string' ? redactor.text(withoutColours(value)) : value,
  ]);
  return Object.fromEntries(clean) as Facts;
}

/** Why something could not be seen is told in the target's words as well. */
function cleanCause({ code, detail, facts }: Cause, redactor: Redactor): Cause {
  return { code, detail: redactor.text(detail), facts: cleanFacts(facts, redactor) };
}

function withoutSecrets(finding: Finding, redactor: Redactor): Finding {
  return {
    ...finding,
    subject: redactor.text(withoutColours(finding.subject)),
    facts: cleanFacts(finding.facts, redactor),
    ...present({
      excerpts: finding.excerpts?.map(({ source, lines }) => ({
        source,
        lines: redactor.lines(lines.map(withoutColours)),
      })),
    }),
  };
}

/**
 * Why a probe could not check, fit to be stored. Only messages of our own errors are kept: a driver's may hold
 * what must not be written down.
 */
export function toCause(error: Error): Cause {
  if (error instanceof TargetError) return { code: error.stage, detail: error.message, facts: error.facts };
  if (error instanceof WorkerBusy)
    return { code: 'worker-busy', detail: error.message, facts: { lagMs: error.lagMs } };
  if (error instanceof ProbeTimedOut) return { code: 'timed-out', detail: error.message, facts: {} };
  if (error instanceof AppError && error.code !== 'BUG') {
    const { reason } = error.facts;
    return {
      code: typeof reason === 'string' ? reason : error.code.toLowerCase().replaceAll('_', '-'),
      detail: error.message,
      facts: error.facts,
    };
  }
  return { code: 'bug', detail: error.name, facts: {} satisfies Facts };
}
