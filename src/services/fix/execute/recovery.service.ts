import type { RemediationState } from '../../../domain/fix/approval.ts';
import { goesBack, progressOf } from '../../../domain/fix/execution.ts';
import {
  type Observation,
  type PlanStep,
  planSchema,
  type Remediation,
} from '../../../domain/fix/remediation.ts';
import type { RemediationRow, StepRow } from '../../../domain/fix/rows.ts';
import type { Logger } from '../../../domain/kernel/clock.ts';
import type { Facts } from '../../../domain/kernel/facts.ts';
import type { TxOf } from '../../../domain/ports/store.ts';
import { alarmForged, decisionFault } from '../decide/decision-proof.service.ts';
import type { MoveRepository } from '../decide/remediation-deps.ts';
import { changeRemediation, moveRemediation, reread } from '../decide/remediation-move.service.ts';
import { lookAtTarget, recordBarrier } from './executor-claim.service.ts';
import { defaultLeaseMs, type ExecutorDeps } from './executor-deps.ts';
import { observe, stepsOf } from './executor-step.service.ts';
import { Hold } from './hold.ts';
import { hasBegun } from './long-work.ts';

const running: readonly RemediationState[] = ['executing', 'verifying', 'rolling_back'];

/**
 * Takes over what another worker left: only after its lease has ended by the database clock, with a new fence, so
 * that the old one is dead. Undefined: it is still held, or it is over, or that cannot be known yet (R-X5).
 */
export async function takeOver(
  deps: ExecutorDeps,
  seen: RemediationRow,
  logger: Logger = deps.logger,
): Promise<Hold | undefined> {
  if (seen.plan.schemaVersion > planSchema) return undefined;
  const remediation = deps.remediations.find((item) => item.id === seen.actionId);
  if (remediation === undefined || remediation.version !== seen.actionVersion) return undefined;
  if (seen.state !== 'indeterminate' && !running.includes(seen.state)) return undefined;
  const barrier = await recordBarrier(deps);
  if (barrier !== undefined) {
    logger.warn({ reason: barrier.reason, facts: barrier.facts }, 'a fix is not taken over');
    return undefined;
  }
  if (seen.state === 'indeterminate') return lookAgain(deps, seen, remediation);
  const leaseMs = deps.leaseMs ?? defaultLeaseMs;
  const leaseEnds = deps.monotonic() + leaseMs;
  const taken = await deps.store.tx(async (tx) => {
    const row = await tx.remediations.lock(seen.id);
    if (row === undefined || !running.includes(row.state)) return undefined;
    const now = await tx.now();
    if (row.leaseUntil !== undefined && row.leaseUntil >= now) return undefined;
    if (await endedAsForged(tx, deps, row)) return undefined;
    const fence = await tx.remediations.nextFence(row.environment, row.target);
    return changeRemediation(
      tx,
      deps,
      row,
      'remediation.taken-over',
      {
        fence,
        attempt: row.attempt + 1,
        leaseOwner: deps.workerId,
        leaseUntil: new Date(now.getTime() + leaseMs),
        imageVersion: deps.imageVersion,
        // A verification that was cut off is given its whole time again: a crash is no verdict.
        ...(row.state === 'executing'
          ? {}
          : { verifyUntil: new Date(now.getTime() + row.plan.verifyWithinMs) }),
      },
      { facts: { worker: deps.workerId, attempt: row.attempt + 1, fence } },
    );
  });
  if (taken?.fence === undefined) return undefined;
  const { id, fence, attempt } = taken;
  const hold = new Hold(deps, { id, fence, attempt, remediation, leaseEnds });
  return (await stillFits(hold, taken)) ? hold : undefined;
}

/** Where a fix ends of which the bot has signed no decision: nothing more is done, and nothing taken back. */
const endOf = { executing: 'stale', verifying: 'failed', rolling_back: 'rollback_failed' } as const;

/** R-A16: a state in which it seems to be under way may have been written by somebody else, too. */
async function endedAsForged(
  tx: TxOf<MoveRepository>,
  deps: ExecutorDeps,
  row: RemediationRow,
): Promise<boolean> {
  const fault = await decisionFault(tx, deps, row);
  if (fault === undefined) return false;
  if (fault === 'not-begun') return true;
  await alarmForged(tx, deps, row, fault);
  const facts: Facts = { reason: 'decision-forged', why: fault };
  if (row.state === 'executing' || row.state === 'verifying' || row.state === 'rolling_back')
    await moveRemediation(tx, deps, row, endOf[row.state], { facts, change: { outcome: facts } });
  return true;
}

/** R-K2: claimed and nothing begun, so the world may have moved; the same checks as at the claim. */
async function stillFits(hold: Hold, row: RemediationRow): Promise<boolean> {
  if (row.state !== 'executing') return true;
  const { steps: rows } = await hold.read();
  const untouched =
    rows.every((step) => step.outcome === 'not-done' && step.idx === 0) &&
    !hasBegun(rows, { direction: 'apply', idx: 0 });
  if (!untouched) return true;
  const barrier = await lookAtTarget(hold.deps, row, hold.remediation, AbortSignal.timeout(30_000));
  if (barrier === undefined) return true;
  // It cannot be seen: the lease ends by itself, and that brings the next look.
  await hold.write(async (own) => {
    if (barrier.kind === 'stale')
      await own.move('stale', { facts: barrier.facts, change: { outcome: barrier.facts } });
    else if ((await own.tx.now()) >= (own.row.approvalExpiresAt ?? new Date(0)))
      await own.move('stale', { facts: { reason: 'approval-expired' } });
  });
  return false;
}

/**
 * indeterminate: looked at again without a lease. Only a clear answer moves it: it happened after all, or it
 * certainly did not and cannot any more.
 */
async function lookAgain(
  deps: ExecutorDeps,
  seen: RemediationRow,
  remediation: Remediation,
): Promise<Hold | undefined> {
  const rows = await deps.store.tx((tx) => tx.remediations.steps(seen.id));
  const direction = rows.some((row) => row.direction === 'undo') ? 'undo' : 'apply';
  const steps = stepsOf(seen, direction);
  const at = progressOf(steps.length, rows, direction);
  const step = at.at === 'open' ? steps[at.idx] : undefined;
  if (at.at !== 'open' || step === undefined) return undefined;
  const observed = await observe(deps, remediation, seen, step);
  const to = afterSecondLook(observed, step, direction, at.idx === steps.length - 1, seen);
  if (to === undefined) return undefined;
  const leaseMs = deps.leaseMs ?? defaultLeaseMs;
  const leaseEnds = deps.monotonic() + leaseMs;
  const moved = await deps.store.tx(async (tx) => {
    const row = await tx.remediations.lock(seen.id);
    if (row === undefined || row.state !== 'indeterminate' || row.version !== seen.version) return undefined;
    // It stays unknown: people must look, and they do not trust this row either.
    const fault = await decisionFault(tx, deps, row);
    if (fault !== undefined) {
      deps.logger.error(
        { remediation: row.id, why: fault },
        'a decision that no bot has made is not carried out',
      );
      return undefined;
    }
    return settle(tx, deps, row, to, leaseMs, { direction, ...at, observed });
  });
  if (moved?.fence === undefined || !running.includes(moved.state)) return undefined;
  const { id, fence, attempt } = moved;
  return new Hold(deps, { id, fence, attempt, remediation, leaseEnds });
}

/** Pure. Undefined: it stays unknown, and a person must look. */
export function afterSecondLook(
  observed: Observation,
  step: Pick<PlanStep, 'safety'>,
  direction: StepRow['direction'],
  last: boolean,
  row: Pick<RemediationRow, 'plan'>,
): 'verifying' | 'failed' | 'rolling_back' | undefined {
  if (observed === 'unknown' || observed === 'under-way') return undefined;
  if (direction === 'undo')
    return observed === 'done' || step.safety === 'idempotent' ? 'rolling_back' : undefined;
  if (observed === 'not-done') return step.safety === 'idempotent' ? 'failed' : undefined;
  if (last) return 'verifying';
  return goesBack(row) ? 'rolling_back' : 'failed';
}

async function settle(
  tx: TxOf<MoveRepository>,
  deps: ExecutorDeps,
  row: RemediationRow,
  to: 'verifying' | 'failed' | 'rolling_back',
  leaseMs: number,
  seen: { direction: StepRow['direction']; idx: number; attempt: number; observed: Observation },
): Promise<RemediationRow> {
  const now = (await tx.now()).getTime();
  const fence = await tx.remediations.nextFence(row.environment, row.target);
  const facts: Facts = { observed: seen.observed, step: seen.idx + 1, reason: 'observed-later' };
  const moved = await moveRemediation(tx, deps, row, to, {
    facts,
    change: {
      fence,
      attempt: row.attempt + 1,
      leaseOwner: deps.workerId,
      leaseUntil: new Date(now + leaseMs),
      verifyUntil: new Date(now + row.plan.verifyWithinMs),
      outcome: facts,
    },
  });
  const { direction, idx, attempt, observed } = seen;
  const outcome = observed === 'done' ? 'observed-done' : 'not-done';
  await tx.remediations.outcome(row.id, { direction, idx, attempt, fence, outcome, facts: {} });
  return reread(tx, moved.id);
}
