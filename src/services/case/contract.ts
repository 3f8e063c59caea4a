import type { Case, KeptCase, ReplayedCase, RightCause } from '../../domain/case/case.ts';

export interface CaseService {
  /** Undefined: there is no such run. Nothing of it is shown before the caller has asked the door for its environment. */
  find(run: string): Promise<FoundRun | undefined>;
  /**
   * The case of a run. AppError INVALID_INPUT `no-case`, `case-too-large`, or `no-right-cause` for an id that no diagnosis
   * has; NOT_FOUND for a run that is not there any more.
   */
  keep(run: string, right?: RightCause): Promise<KeptCase>;
}

export interface FoundRun {
  readonly id: string;
  readonly environment: string;
}

/** Judges a case again, by the diagnoses of this version and nothing but what stands in it. */
export interface ReplayHere {
  replay(kept: Case, signal: AbortSignal): Promise<ReplayedCase>;
}
