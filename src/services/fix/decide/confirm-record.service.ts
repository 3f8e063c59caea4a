import { confirmationFacts, confirmedAction, type RecordState } from '../../../domain/audit/record.ts';
import { personId, type RemediationState } from '../../../domain/fix/approval.ts';
import type { AllowList } from '../../../domain/fix/eligibility.ts';
import type { RemediationRow } from '../../../domain/fix/rows.ts';
import { AppError } from '../../../domain/kernel/errors.ts';
import { proofOf } from '../../../domain/kernel/person.ts';
import type { TxOf } from '../../../domain/ports/store.ts';
import type { SwitchInput } from '../contract.ts';
import { neededReason } from './reason.ts';
import { judge } from './remediation-decide.service.ts';
import { type DecisionDeps, type DecisionRepository, decisionTimeoutMs } from './remediation-deps.ts';
import { type Cause, moveRemediation } from './remediation-move.service.ts';

/** Where a fix ends that an older record still has as open: nobody can say what it came to since. */
const endOf: Readonly<Partial<Record<RemediationState, RemediationState>>> = {
  proposed: 'cancelled',
  requested: 'cancelled',
  approved: 'cancelled',
  executing: 'failed',
  verifying: 'failed',
  rolling_back: 'rollback_failed',
  indeterminate: 'failed',
};

const open = Object.keys(endOf) as readonly RemediationState[];
const most = 1_000;

/**
 * A person of the highest tier takes the record as it is (R-L5). The confirmation names what each place outside held, so
 * that those anchors are answered and no later one is. Everything that was open ends in the same transaction: the fix of
 * an older record may have run since.
 */
export async function confirmRecord(
  deps: DecisionDeps,
  given: Omit<SwitchInput, 'scope' | 'forMs'>,
  lists: readonly AllowList[],
): Promise<{ readonly ended: number }> {
  const input = neededReason(given);
  const { by, reason, requestId, payloadDigest } = input;
  const judged = await judge(deps, { ...input, id: 'record' }, lists);
  const state = await deps.record.check();
  if (judged.ok) mustNeedIt(state);
  const actor = judged.ok ? judged.personId : personId(by);
  const ended = await deps.store.tx(
    async (tx) => {
      await tx.audit.append({
        ...{ actor, actorTeam: by.teamId, reason, payloadDigest, requestIds: [requestId] },
        action: judged.ok ? confirmedAction : `${confirmedAction}-refused`,
        policyVersion: deps.policy.version,
        facts: { ...proofOf(by), ...(judged.ok ? confirmationFacts(state) : { refused: judged.why }) },
      });
      return judged.ok ? endOpen(tx, deps, { by, personId: actor, requestId, payloadDigest }) : 0;
    },
    { statementTimeoutMs: decisionTimeoutMs },
  );
  if (!judged.ok)
    throw new AppError('NOT_ALLOWED', `refused: ${judged.why}`, {
      facts: { ...judged.facts, reason: judged.why },
    });
  return { ended };
}

function mustNeedIt({ state, places }: RecordState): void {
  if (state === 'held' || places.some(({ status }) => status === 'missing')) return;
  const reason = state === 'unconfirmed' ? 'record-unreachable' : 'record-agrees';
  throw new AppError('NOT_ALLOWED', 'there is nothing to confirm', { facts: { reason } });
}

async function endOpen(tx: TxOf<DecisionRepository>, deps: DecisionDeps, cause: Cause): Promise<number> {
  const rows = await tx.remediations.list({ states: open, limit: most });
  let ended = 0;
  for (const { id } of rows) {
    const row = await tx.remediations.lock(id);
    if (row === undefined) continue;
    const to = endOf[row.state];
    if (to === undefined) continue;
    await moveRemediation(tx, deps, row, to, { ...cause, ...(await change(tx, row)) });
    ended += 1;
  }
  return ended;
}

/** A worker that still holds it loses its fence. */
async function change(tx: TxOf<DecisionRepository>, row: RemediationRow) {
  const outcome = { reason: 'record-older', was: row.state };
  if (row.fence === undefined) return { facts: outcome, change: { outcome } };
  const fence = await tx.remediations.nextFence(row.environment, row.target);
  return { facts: outcome, change: { outcome, fence, leaseUntil: await tx.now() } };
}
