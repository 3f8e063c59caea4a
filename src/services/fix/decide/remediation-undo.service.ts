import { undoPlan } from '../../../domain/fix/execution.ts';
import { offerValidMs } from '../../../domain/fix/policy.ts';
import { planHash } from '../../../domain/fix/remediation.ts';
import type { RemediationRow } from '../../../domain/fix/rows.ts';
import { undoUntil } from '../../../domain/fix/temporary.ts';
import { AppError } from '../../../domain/kernel/errors.ts';
import { present } from '../../../domain/kernel/present.ts';
import type { TxOf } from '../../../domain/ports/store.ts';
import type { Decided, DecisionInput } from '../contract.ts';
import { newHandle } from '../remediation-handle.ts';
import { type Decider, decide, type Outcome } from './remediation-decide.service.ts';
import type { DecisionDeps } from './remediation-deps.ts';
import { auditProposal } from './remediation-move.service.ts';
import { judgeRequester, requestInTx } from './remediation-request.service.ts';

/**
 * Undo is a remediation of its own, made from the pre-image the plan saved: proposed and requested in one
 * transaction by the person who pressed the button, approved like any other. Answers with the undo's row.
 */
export async function undoRemediation(deps: DecisionDeps, input: DecisionInput): Promise<Decided> {
  let undoId: string | undefined;
  const decided = await decide(
    deps,
    input,
    'undo',
    (row) => judgeRequester(deps, input, row),
    async (tx, row, who) => {
      const undo = await proposeUndo(tx, deps, row, who);
      if ('note' in undo || 'refused' in undo) return undo;
      undoId = undo.id;
      if (undo.state !== 'proposed') return { moved: false, note: 'already-recorded' };
      return requestInTx(tx, deps, undo, who, { reason: input.reason ?? `undo ${row.handle}` });
    },
  );
  if (undoId === undefined) return decided;
  const id = undoId;
  const undo = await deps.store.tx((tx) => tx.remediations.get(id));
  if (undo === undefined) throw new AppError('BUG', 'the undo disappeared', { facts: { id } });
  return { ...decided, remediation: undo, from: 'proposed' };
}

async function proposeUndo(
  tx: TxOf<'audit' | 'remediations'>,
  deps: DecisionDeps,
  row: RemediationRow,
  who: Decider,
): Promise<RemediationRow | Outcome> {
  if (row.state !== 'succeeded') return { moved: false, note: 'too-late' };
  const plan = undoPlan(row.plan);
  if (plan === undefined || row.undoOf !== undefined) return { refused: 'no-undo' };
  if ((await tx.now()) >= (undoUntil(row) ?? new Date(0))) return { refused: 'undo-expired' };
  const others = await tx.remediations.list({ environment: row.environment, target: row.target, limit: 50 });
  const earlier = others.find(
    (other) =>
      other.undoOf === row.id &&
      !['rejected', 'expired', 'cancelled', 'superseded', 'stale', 'failed'].includes(other.state),
  );
  if (earlier !== undefined) return earlier;
  const id = deps.ids.uuid();
  await tx.remediations.insert({
    id,
    handle: newHandle(deps.ids),
    plan,
    planHash: planHash(plan),
    undoOf: row.id,
    offerExpiresAt: new Date((await tx.now()).getTime() + offerValidMs),
    ...present({ findingKey: row.findingKey, runId: row.runId, surface: row.surface }),
  });
  return auditProposal(tx, deps, id, { ...who.cause, facts: { undoOf: row.handle } });
}
