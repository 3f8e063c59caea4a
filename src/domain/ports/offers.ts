import type { RemedyCall } from '../fix/remediation.ts';
import type { RemediationRow } from '../fix/rows.ts';
import type { FindingView } from '../message/finding-view.ts';
import type { Finding } from '../probe/finding.ts';
import type { Targets } from '../probe/targets/targets.ts';
import type { Run } from '../run/run.ts';
import type { TxOf } from './store.ts';

/** Fixes for the findings of a complete run. Slow parts (plans) come first, without a transaction. */
export interface FixOffers {
  prepare(input: {
    readonly run: Run;
    readonly findings: readonly Finding[];
    readonly targets: Targets;
    readonly signal: AbortSignal;
  }): Promise<readonly PreparedOffer[]>;
  /** The card of an offer, in the place of its run. */
  show(tx: TxOf<OfferRepository>, row: RemediationRow): Promise<void>;
  /** The menu of what may be done instead, below what is recommended; nothing when there is no other fix. */
  showOthers(tx: TxOf<OfferRepository>, run: Run, others: readonly RemedyCall[]): Promise<void>;
}

/** What an offer is written with: the proposal, its audit row, its buttons, and the moves of the offers that it replaces. */
export type OfferRepository = 'audit' | 'buttons' | 'killSwitches' | 'messages' | 'remediations' | 'runs';

/** Each offer gets a card of its own; what cannot be offered is said with the finding. */
export interface SavedOffers extends Pick<FindingView, 'refused'> {
  readonly offers: readonly RemediationRow[];
  /** Could be offered as well and is not recommended: planned again when somebody chooses it from the menu. */
  readonly others: readonly RemedyCall[];
}

/** One finding with what can be offered for it. `save` writes proposals and buttons in the run's last transaction. */
export interface PreparedOffer {
  readonly finding: Finding;
  /** The parts that the recommended fixes repair. */
  readonly parts: readonly Finding['part'][];
  readonly save: (tx: TxOf<OfferRepository>) => Promise<SavedOffers>;
}
