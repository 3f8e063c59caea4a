import type { Facts } from '../kernel/facts.ts';
import type { Finding } from '../probe/finding.ts';
import type { Run } from '../run/run.ts';

export interface FindingView {
  readonly run: Run;
  readonly finding: Finding;
  /** Remedies that cannot be offered here, with the reason (`offer.refused.<reason>`). */
  readonly refused: readonly {
    readonly remediation: string;
    readonly reason: string;
    readonly facts: Facts;
    /** What people do by hand instead: catalogue key `remedy.<instruction>`. */
    readonly instruction?: string;
  }[];
  /** Button id that starts the matching diagnosis, when there is one. */
  readonly diagnoseButton?: string;
  /** Button id that reads the log of its part, where that says more. */
  readonly readLogButton?: string;
}
