import type { z } from 'zod';
import type { Facts } from '../kernel/facts.ts';
import type { PartId } from '../platform/part.ts';
import type { Finding } from './finding.ts';
import type { FindingCode } from './findings.ts';
import type { TargetName, Targets } from './targets/targets.ts';

/**
 * What a probe may say (ADR 0001). A bad state is a return value; an exception means that the probe
 * could not check, and the runner turns it into `inconclusive`.
 */
export type ProbeResult =
  | { readonly status: 'healthy'; readonly facts?: Facts }
  | {
      readonly status: 'unhealthy';
      readonly findings: readonly [Finding, ...Finding[]];
      readonly facts?: Facts;
    }
  | { readonly status: 'skipped'; readonly reason: SkipReason; readonly facts?: Facts }
  | { readonly status: 'inconclusive'; readonly cause: Error; readonly facts?: Facts };

/** Catalogue key `skip.<reason>`. */
export type SkipReason = 'not-configured' | 'not-applicable' | 'not-installed' | 'disabled' | 'no-data';

export interface ProbeContext<Deps> {
  readonly deps: Deps;
  readonly signal: AbortSignal;
  now(): Date;
  /** Milliseconds since any moment, for spans; default the clock of this process. */
  readonly watch?: () => number;
  /** Between two samples; rejects when the run is over. */
  wait(ms: number): Promise<void>;
}

/**
 * Reads one kind of fact and changes nothing (a debug container, where one is allowed, is no change: ADR 0009). `Deps` is the narrowest slice of `Targets` it needs;
 * `needs` names the targets that must be configured (otherwise the runner answers `skipped: not-configured`).
 */
export interface Probe<Id extends string = string, P extends z.ZodType = z.ZodType, Deps = Targets> {
  /** `<target>.<condition>`, equals the path `src/probes/<target>/<condition>.probe.ts`. */
  readonly id: Id;
  /** One line, then as much as an operator needs to know. Goes into the generated reference. */
  readonly doc: string;
  readonly params: P;
  /** The part it speaks about; a function when its parameters decide. */
  readonly part: PartId | ((params: z.output<P>) => PartId);
  readonly needs: readonly TargetName[];
  /** It asks how a service answers at its address, which is no question where one answers no HTTP by design. */
  readonly ofHttp?: true;
  /** It gives the part work to do, or holds it up: only who asks for that cause is given it, and no bundle asks it. */
  readonly givesWork?: true;
  /**
   * It measures how busy a part is, which commands in its container would spoil: they are counted among its own work. A
   * bundle asks it before all others.
   */
  readonly measuresLoad?: true;
  readonly timeoutMs: number;
  /** Every finding code it can return. */
  readonly emits: readonly FindingCode[];
  run(params: z.output<P>, context: ProbeContext<Deps>): Promise<ProbeResult>;
}

/** Keeps literal types; adds nothing. */
export function defineProbe<const Id extends string, P extends z.ZodType, Deps>(
  probe: Probe<Id, P, Deps>,
): Probe<Id, P, Deps> {
  return probe;
}

/** A probe with its parameters, as a diagnosis or a health check asks for it. */
export interface ProbeCall<Id extends string = string> {
  readonly probe: Id;
  readonly with?: Readonly<Record<string, string | number | boolean>>;
}

/** `redis.memory` or `http.service-health(service=agent-manager)`: unique within a run. */
export function callKey(call: ProbeCall): string {
  const entries = Object.entries(call.with ?? {}).sort(([a], [b]) => a.localeCompare(b));
  return entries.length === 0
    ? call.probe
    : `${call.probe}(${entries.map(([k, v]) => `${k}=${v}`).join(',')})`;
}

/** Why the bot could not check, in a form that can be stored and put into words (`cause.<code>`). */
export interface Cause {
  /** A `Stage`, or `timed-out`, or `bug`. */
  readonly code: string;
  readonly detail: string;
  readonly facts: Facts;
}

/** One probe of one run, as stored (`run_probes`). */
export interface ProbeOutcome {
  readonly key: string;
  readonly probe: string;
  readonly part: PartId;
  readonly status: ProbeResult['status'];
  readonly findings: readonly Finding[];
  readonly facts: Facts;
  readonly reason?: SkipReason;
  readonly cause?: Cause;
  /** ISO time. */
  readonly startedAt: string;
  readonly durationMs: number;
  /** By how much the process that looked was late itself meanwhile, in milliseconds; absent: it had its turns in time. */
  readonly lateMs?: number;
}
