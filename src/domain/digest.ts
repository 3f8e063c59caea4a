import type { Finding } from './finding.ts';

/** A finding as the previous digest remembered it. */
export interface RememberedFinding extends Finding {
  /** ISO time of the digest that saw it first. */
  readonly firstSeen: string;
}

export interface DigestDifference {
  readonly environment: string;
  readonly localDate: string;
  /** ISO time of the digest compared with; absent for the first one. */
  readonly since?: string;
  readonly fresh: readonly RememberedFinding[];
  /** Severity rose, or a number got clearly worse. */
  readonly worse: readonly { readonly before: RememberedFinding; readonly now: RememberedFinding }[];
  readonly fixed: readonly RememberedFinding[];
  readonly still: readonly RememberedFinding[];
  /** Came and went at least twice within the strip. */
  readonly flapping: readonly string[];
  /** Parts that could not be looked at: their old findings are neither fixed nor still there. */
  readonly unseen: readonly string[];
  /** Oldest first, at most 7: critical and warning counts per local day; null = no digest that day. */
  readonly strip: readonly {
    readonly localDate: string;
    readonly critical: number | null;
    readonly warning: number | null;
  }[];
  readonly quiet: boolean;
}
