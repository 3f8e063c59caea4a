import type { FindingView } from '../message/finding-view.ts';
import type { Finding } from '../probe/finding.ts';
import type { Targets } from '../probe/targets/targets.ts';
import type { Run } from '../run/run.ts';
import type { Tx } from './store.ts';

/** Fixes for the findings of a complete run. Slow parts (plans) come first, without a transaction. */
export interface FixOffers {
  prepare(input: {
    readonly run: Run;
    readonly findings: readonly Finding[];
    readonly targets: Targets;
    readonly signal: AbortSignal;
  }): Promise<readonly PreparedOffer[]>;
}

/** One finding with what can be offered for it. `save` writes proposals and buttons in the run's last transaction. */
export interface PreparedOffer {
  readonly finding: Finding;
  save(tx: Tx): Promise<Pick<FindingView, 'offers' | 'refused'>>;
}
