import type { RemediationRow } from '../fix/rows.ts';
import type { Facts } from '../kernel/facts.ts';
import type { Finding } from '../probe/finding.ts';
import type { Run } from '../run/run.ts';
import type { RemediationButton } from './remediation-view.ts';

export interface FindingView {
  readonly run: Run;
  readonly finding: Finding;
  readonly offers: readonly Offer[];
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
}

export interface Offer {
  readonly remediation: RemediationRow;
  /** Button row ids by purpose. */
  readonly buttons: Readonly<Partial<Record<RemediationButton, string>>>;
}
