import type { Facts } from '../kernel/facts.ts';
import type { PartId } from '../platform/part.ts';
import type { Unchecked } from '../platform/unchecked.ts';
import type { Finding } from '../probe/finding.ts';
import type { ProbeOutcome } from '../probe/probe.ts';

/**
 * What one line of the health table says. `unknown` is "could not check" and never looks like `up` or `down`;
 * `down` is said only with a second witness.
 */
export const partStates = ['down', 'degraded', 'unknown', 'up', 'not-configured'] as const;
export type PartState = (typeof partStates)[number];

export interface PartRow {
  readonly part: PartId;
  readonly state: PartState;
  /** Milliseconds of the deciding call, when there was one. */
  readonly latencyMs?: number;
  /** Catalogue key `health.fact.<key>` with its facts: the fact that decides the state. */
  readonly fact: { readonly key: string; readonly facts: Facts };
  /** Set when the part is bad because another one is: shown behind its root, not as an alarm of its own. */
  readonly consequenceOf?: PartId;
  /** Nothing that the part says or waits for names that one: it may be the reason, by the table of dependencies alone. */
  readonly consequenceLikely?: true;
  /** Who confirmed it: `health.witness.<key>`. */
  readonly witnesses: readonly { readonly key: string; readonly facts: Facts }[];
  readonly findings: readonly Finding[];
  /** What its state says nothing of: `health.beside.<key>`. */
  readonly besides?: readonly { readonly key: string; readonly facts: Facts }[];
  /** Probes still running for it. */
  readonly pending: number;
}

/** A probe that could not look, and why. */
export type UnseenLook = Pick<ProbeOutcome, 'key' | 'probe' | 'part' | 'cause'>;

export interface HealthReport {
  readonly environment: string;
  /** Worst first; roots before their consequences. */
  readonly rows: readonly PartRow[];
  /** `unknown` when nothing is bad but something could not be seen. */
  readonly overall: 'healthy' | 'findings' | 'unknown';
  readonly roots: readonly PartId[];
  /** Where it is `unknown`: what could not be seen of parts whose row does not say so. */
  readonly unseen?: readonly UnseenLook[];
  /** What runs beside the parts, or is used by them, and was not looked at. */
  readonly unchecked?: readonly Unchecked[];
  readonly complete: boolean;
}

/** Whether what is stored of a run is the report of a health check. */
export function isHealthReport(summary: unknown): summary is HealthReport {
  return typeof summary === 'object' && summary !== null && 'rows' in summary && 'overall' in summary;
}
