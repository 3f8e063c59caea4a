import { progressOf } from '../../../domain/fix/execution.ts';
import type { Observation, PlanStep } from '../../../domain/fix/remediation.ts';
import type { RemediationRow, StepRow } from '../../../domain/fix/rows.ts';
import { AppError, TargetError } from '../../../domain/kernel/errors.ts';
import type { Facts } from '../../../domain/kernel/facts.ts';
import { reread } from '../decide/remediation-move.service.ts';
import { contextOf, type ExecutorDeps, extendLease, FenceLost, type Hold, held } from './executor-deps.ts';

export type Direction = StepRow['direction'];

/** How the steps of one direction ended, or why they go no further. */
export type StepsEnd =
  | { readonly end: 'complete' }
  | {
      readonly end: 'refused';
      readonly why: 'stopped' | 'kill-switch' | 'approval-expired';
      readonly facts: Facts;
    }
  /** A step said no before it changed anything. */
  | { readonly end: 'stale'; readonly facts: Facts }
  | { readonly end: 'failed'; readonly facts: Facts }
  | { readonly end: 'unknown'; readonly facts: Facts }
  /** We were asked to go; another worker goes on. */
  | { readonly end: 'released' };

export function stepsOf(row: RemediationRow, direction: Direction): readonly PlanStep[] {
  return direction === 'apply' ? row.plan.steps : (row.plan.undo ?? []);
}

/** Runs what is left of one direction. Everything it needs to know stands in PostgreSQL, so anybody may go on. */
export async function runSteps(
  deps: ExecutorDeps,
  hold: Hold,
  direction: Direction,
  signal: AbortSignal,
): Promise<StepsEnd> {
  for (;;) {
    const { row, rows } = await deps.store.tx(async (tx) => ({
      row: await reread(tx, hold.id),
      rows: await tx.remediations.steps(hold.id),
    }));
    const steps = stepsOf(row, direction);
    const at = progressOf(steps.length, rows, direction);
    if (at.at === 'complete') return { end: 'complete' };
    if (at.at === 'failed') return { end: 'failed', facts: { step: at.idx + 1 } };
    const step = steps[at.idx];
    if (step === undefined) throw new AppError('BUG', 'a step is not in its plan');
    const end =
      at.at === 'open'
        ? await settleOpen(deps, hold, row, direction, step, at)
        : await runStep(deps, hold, row, direction, step, at.idx, signal);
    if (end !== undefined) return end;
  }
}

/** R-X5: an intent without outcome is observed; only what has certainly not happened and may be repeated, is. */
async function settleOpen(
  deps: ExecutorDeps,
  hold: Hold,
  row: RemediationRow,
  direction: Direction,
  step: PlanStep,
  at: { readonly idx: number; readonly attempt: number },
): Promise<StepsEnd | undefined> {
  const seen = await observe(deps, hold, row, step);
  if (seen === 'done') {
    await writeOutcome(deps, hold, direction, at.idx, at.attempt, 'observed-done', {});
    return undefined;
  }
  if (seen === 'not-done' && step.safety === 'idempotent') {
    await writeOutcome(deps, hold, direction, at.idx, at.attempt, 'not-done', {});
    return undefined;
  }
  return { end: 'unknown', facts: { step: at.idx + 1, observed: seen } };
}

async function runStep(
  deps: ExecutorDeps,
  hold: Hold,
  row: RemediationRow,
  direction: Direction,
  step: PlanStep,
  idx: number,
  signal: AbortSignal,
): Promise<StepsEnd | undefined> {
  if (signal.aborted) return release(deps, hold);
  if (direction === 'undo' && (await observe(deps, hold, row, step)) === 'done') {
    // The step it takes back never happened.
    if (!(await recordUntouched(deps, hold, idx))) throw new FenceLost(hold.id);
    return undefined;
  }
  const gate = await writeIntent(deps, hold, direction, idx);
  if (gate !== undefined) return gate;
  await deps.reach?.(direction === 'apply' ? 'R-K3' : 'R-K6-intent');
  // Stopped for longer than the lease (SIGSTOP, GC, a paused machine): somebody else may be at it by now.
  if (deps.monotonic() >= hold.leaseEnds) throw new FenceLost(hold.id);
  const result = await effect(deps, hold, row, step);
  await deps.reach?.(direction === 'apply' ? 'R-K4' : 'R-K6-effect');
  if (result.end === 'unknown') return { end: 'unknown', facts: { step: idx + 1, ...result.facts } };
  const outcome =
    result.end === 'done' ? 'done' : result.end === 'observed-done' ? 'observed-done' : 'failed';
  await writeOutcome(deps, hold, direction, idx, hold.attempt, outcome, result.facts);
  if (result.end === 'stale') return { end: 'stale', facts: result.facts };
  return result.end === 'failed' ? { end: 'failed', facts: { step: idx + 1, ...result.facts } } : undefined;
}

/** R-X4, R-X8, R-X10: the intent is committed with its audit row before anything happens, or nothing happens. */
function writeIntent(
  deps: ExecutorDeps,
  hold: Hold,
  direction: Direction,
  idx: number,
): Promise<StepsEnd | undefined> {
  return held(deps, hold, async (tx, locked): Promise<StepsEnd | undefined> => {
    if (direction === 'apply' && locked.abortRequested) return { end: 'refused', why: 'stopped', facts: {} };
    const kill = await tx.killSwitches.active(locked.actionId);
    if (kill !== undefined) return { end: 'refused', why: 'kill-switch', facts: { scope: kill.scope } };
    if (direction === 'apply' && idx === 0 && (await tx.now()) >= (locked.approvalExpiresAt ?? new Date(0)))
      return { end: 'refused', why: 'approval-expired', facts: {} };
    const row = await extendLease(tx, deps, hold, locked);
    const intent = { direction, idx, attempt: hold.attempt, fence: hold.fence };
    if (!(await tx.remediations.intent(hold.id, intent))) throw new FenceLost(hold.id);
    await tx.audit.append({
      actor: deps.workerId,
      actorTeam: '-',
      action: 'step.intent',
      remediationId: row.id,
      planHash: row.planHash,
      facts: { direction, step: idx + 1, attempt: hold.attempt, fence: hold.fence },
    });
    return undefined;
  });
}

type Effect = {
  readonly end: 'done' | 'observed-done' | 'stale' | 'failed' | 'unknown';
  readonly facts: Facts;
};

/** Stages at which a call may have reached the target and its answer was lost. */
const ambiguous: ReadonlySet<string> = new Set(['no-answer', 'closed', 'aborted']);

/** One effect within its deadline. When it is not certain whether it happened, the target is asked. */
async function effect(deps: ExecutorDeps, hold: Hold, row: RemediationRow, step: PlanStep): Promise<Effect> {
  const signal = AbortSignal.timeout(row.plan.stepTimeoutMs);
  try {
    const context = await contextOf(deps, row.environment, signal);
    const facts = await withDeadline(hold.remediation.applyStep(step, row.plan, context), signal);
    return { end: 'done', facts };
  } catch (err) {
    deps.logger.warn({ err, remediation: row.id, step: step.kind }, 'a step did not succeed');
    if (err instanceof AppError && err.code === 'CONFLICT') return { end: 'stale', facts: err.facts };
    const certain =
      (err instanceof TargetError && !ambiguous.has(err.stage)) ||
      (err instanceof AppError && (err.code === 'NOT_FOUND' || err.code === 'NOT_ALLOWED'));
    const why = err instanceof TargetError ? err.stage : err instanceof AppError ? err.code : 'failed';
    if (certain) return { end: 'failed', facts: { why } };
    const seen = await observe(deps, hold, row, step);
    if (seen === 'done') return { end: 'observed-done', facts: { why } };
    return { end: 'unknown', facts: { why, observed: seen } };
  }
}

function withDeadline<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const late = () => reject(new TargetError('aborted', 'the step took longer than its deadline'));
    if (signal.aborted) late();
    signal.addEventListener('abort', late, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', late));
  });
}

export async function observe(
  deps: ExecutorDeps,
  hold: Pick<Hold, 'remediation'>,
  row: RemediationRow,
  step: PlanStep,
): Promise<Observation> {
  const signal = AbortSignal.timeout(row.plan.stepTimeoutMs);
  try {
    const context = await contextOf(deps, row.environment, signal);
    return await withDeadline(hold.remediation.observeStep(step, row.plan, context), signal);
  } catch (err) {
    deps.logger.warn({ err, remediation: row.id, step: step.kind }, 'a step cannot be observed');
    return 'unknown';
  }
}

const retryMs = 250;

/**
 * The outcome is written until it is or the lease ends: PostgreSQL may be away for a moment. After that the
 * intent stays open, and whoever takes over observes.
 */
async function writeOutcome(
  deps: ExecutorDeps,
  hold: Hold,
  direction: Direction,
  idx: number,
  attempt: number,
  outcome: NonNullable<StepRow['outcome']>,
  facts: Facts,
): Promise<void> {
  for (;;) {
    try {
      await held(deps, hold, async (tx, row) => {
        const written = await tx.remediations.outcome(hold.id, {
          ...{ direction, idx, attempt, fence: hold.fence },
          ...{ outcome, facts },
        });
        if (!written) throw new FenceLost(hold.id);
        await tx.audit.append({
          actor: deps.workerId,
          actorTeam: '-',
          action: 'step.outcome',
          remediationId: row.id,
          planHash: row.planHash,
          facts: { ...facts, direction, step: idx + 1, attempt, fence: hold.fence, outcome },
        });
        await deps.messages.card(tx, row);
        if (direction === 'apply' && (outcome === 'done' || outcome === 'observed-done'))
          await deps.messages.event(tx, row, {
            kind: 'step-done',
            facts: { step: idx + 1, steps: row.plan.steps.length },
            priority: 1,
          });
      });
      return;
    } catch (err) {
      const away =
        err instanceof AppError && (err.code === 'DEPENDENCY_UNAVAILABLE' || err.code === 'TIMED_OUT');
      if (!away || deps.monotonic() + retryMs >= hold.leaseEnds) throw err;
      await deps.clock.sleep(retryMs);
    }
  }
}

function recordUntouched(deps: ExecutorDeps, hold: Hold, idx: number): Promise<boolean> {
  return held(deps, hold, async (tx, locked) => {
    await extendLease(tx, deps, hold, locked);
    const step = { direction: 'undo' as const, idx, attempt: hold.attempt, fence: hold.fence };
    if (!(await tx.remediations.intent(hold.id, step))) return false;
    return tx.remediations.outcome(hold.id, {
      ...step,
      outcome: 'observed-done',
      facts: { untouched: true },
    });
  });
}

/** Gives the lease back, so that another worker need not wait for its end. */
export async function release(deps: ExecutorDeps, hold: Hold): Promise<{ readonly end: 'released' }> {
  await held(deps, hold, async (tx, row) => {
    await tx.remediations.change(row, { leaseUntil: await tx.now() });
    await tx.notify('remediations', row.id);
  });
  return { end: 'released' };
}
