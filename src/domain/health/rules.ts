import type { PartId } from '../platform/part.ts';
import type { ProbeCall, ProbeOutcome } from '../probe/probe.ts';
import type { Targets } from '../probe/targets/targets.ts';
import type { HealthReport } from './health.ts';

export interface Judged {
  readonly environment: string;
  readonly calls: readonly ProbeCall[];
  readonly outcomes: readonly ProbeOutcome[];
}

/** A part that refused us, or was silent, while no other witness could tell. */
export interface Doubt {
  readonly part: PartId;
  /** What to ask once more. */
  readonly calls: readonly ProbeCall[];
  /** Parts that answered meanwhile. */
  readonly answering: readonly PartId[];
}

/** What a health check asks and how it is judged: the same for a table that fills in and for a complete one. */
export interface HealthRules {
  /** Every probe of a health check of this environment. */
  calls(environment: string): readonly ProbeCall[];
  judge(input: Judged): HealthReport;
  /** Of a complete check, where no runtime can be asked. */
  doubts(input: Judged): readonly Doubt[];
}

/**
 * Asks once more what is in doubt, by new connections, where another part at the same host or network answers. The
 * outcomes are to be judged with the first ones.
 */
export type SecondLook = (
  input: Judged & { readonly targets: Targets; readonly signal: AbortSignal; readonly answer?: string },
) => Promise<readonly ProbeOutcome[]>;
