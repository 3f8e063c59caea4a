import type { Facts } from '../kernel/facts.ts';
import type { PartId } from '../platform/part.ts';
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
  /** Who confirmed it: `health.witness.<key>`. */
  readonly witnesses: readonly { readonly key: string; readonly facts: Facts }[];
  readonly findings: readonly Finding[];
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
  readonly complete: boolean;
}
