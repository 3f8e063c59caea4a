import type { RemediationRow } from '../fix/rows.ts';
import type { PartState } from '../health/health.ts';
import type { Facts } from '../kernel/facts.ts';
import type { Finding } from '../probe/finding.ts';
import type { Run } from '../run/run.ts';
import type { ShownMute } from './shown-mute.ts';

/** A fix that is offered for an answer: what its title is made of. */
export type OfferedFix = Pick<RemediationRow, 'actionId' | 'plan' | 'undoOf'>;

export interface FindingView {
  readonly run: Run;
  readonly finding: Finding;
  /** That of its part, where the run is about parts. */
  readonly state?: PartState;
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
  /** What keeps it from being told by itself. */
  readonly mute?: ShownMute;
  /** Button id that mutes it. */
  readonly muteButton?: string;
}
