import { mendedOffer } from '../../../domain/fix/approval.ts';
import type { TxOf } from '../../../domain/ports/store.ts';
import type { DecisionDeps, MoveRepository } from './remediation-deps.ts';
import { moveRemediation } from './remediation-move.service.ts';

/** More offers no run has. */
const most = 100;

/** What is mended already is offered no more. What somebody has asked for is theirs to take back. */
export function createEndOffers(
  deps: Pick<DecisionDeps, 'messages' | 'policy' | 'onVerdict'>,
): (tx: TxOf<MoveRepository>, runId: string) => Promise<void> {
  return async (tx, runId) => {
    for (const { id } of await tx.remediations.list({ runId, states: ['proposed'], limit: most })) {
      const row = await tx.remediations.lock(id);
      if (row?.state !== 'proposed') continue;
      await moveRemediation(tx, deps, row, 'expired', {
        ...{ facts: mendedOffer, event: 'none' },
        change: { outcome: mendedOffer },
      });
    }
  };
}
