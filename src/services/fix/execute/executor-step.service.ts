import { progressOf } from '../../../domain/fix/execution.ts';
import {
  type Observation,
  type PlanStep,
  planHash,
  type Remediation,
  type RemediationContext,
} from '../../../domain/fix/remediation.ts';
import type { RemediationRow, StepRow } from '../../../domain/fix/rows.ts';
import { AppError, TargetError } from '../../../domain/kernel/errors.ts';
import type { Facts } from '../../../domain/kernel/facts.ts';
import { present } from '../../../domain/kernel/present.ts';
import { redactText } from '../../../domain/kernel/redact.ts';
import { oneLine, shortened } from '../../../domain/kernel/text.ts';
import { within } from '../../../domain/kernel/within.ts';
import type { Targets } from '../../../domain/probe/targets/targets.ts';
import { alarmForged, decisionFault } from '../decide/decision-proof.service.ts';
import { type ExecutorDeps, onTargets } from './executor-deps.ts';
import type { Hold, StepKey } from './hold.ts';
import { cameTo, hasBegun, longWork, type StepWork } from './long-work.ts';

export type Direction = StepRow['direction'];

/** How the steps of one direction ended, or why they go no further. */
export type StepsEnd =
  | { readonly end: 'complete' }
  | {
      readonly end: 'refused';
      readonly why: 'stopped' | 'kill-switch' | 'approval-expired' | 'decision-forged';
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
export async function runSteps(hold: Hold, direction: Direction, signal: AbortSignal): Promise<StepsEnd> {
  for (;;) {
    const { row, steps: rows } = await hold.read();
    const steps = stepsOf(row, direction);
    const at = progressOf(steps.length, rows, direction);
    if (at.at === 'complete') return { end: 'complete' };
    if (at.at === 'failed') return { end: 'failed', facts: { step: at.idx + 1 } };
    const step = steps[at.idx];
    if (step === undefined) throw new AppError('BUG', 'a step is not in its plan');
    const key = { direction, idx: at.idx };
    const end =
      at.at === 'open'
        ? await settleOpen(hold, row, step, { ...key, attempt: at.attempt }, cameTo(rows, key))
        : await runStep(
            hold,
            row,
            step,
            { ...key, before: cameTo(rows, key), begun: hasBegun(rows, key) },
            signal,
          );
    if (end !== undefined) return end;
  }
}

/** R-X5: an intent without outcome is observed; only what has certainly not happened and may be repeated, is. */
async function settleOpen(
  hold: Hold,
  row: RemediationRow,
  step: PlanStep,
  key: StepKey & Pick<StepRow, 'attempt'>,
  before: Facts,
): Promise<StepsEnd | undefined> {
  const seen = await observe(hold.deps, hold.remediation, row, step);
  if (seen === 'unknown' || (seen === 'not-done' && step.safety !== 'idempotent'))
    return { end: 'unknown', facts: { step: key.idx + 1, observed: seen } };
  const facts = seen === 'under-way' ? { ...before, underWay: true } : before;
  await hold.insist((own) => own.conclude(key, seen === 'done' ? 'observed-done' : 'not-done', facts));
  return undefined;
}

async function runStep(
  hold: Hold,
  row: RemediationRow,
  step: PlanStep,
  { before, begun, ...key }: StepKey & { readonly before: Facts; readonly begun: boolean },
  signal: AbortSignal,
): Promise<StepsEnd | undefined> {
  const { deps } = hold;
  const { direction, idx } = key;
  if (signal.aborted) return release(hold);
  if (direction === 'undo' && (await observe(deps, hold.remediation, row, step)) === 'done') {
    // The step it takes back never happened.
    await hold.write((own) => own.untouched(idx));
    return undefined;
  }
  // The database was put back under us: nothing is written there, and a person must look.
  if ((await deps.record.quick()).state === 'held') return { end: 'released' };
  const refusal = await writeIntent(hold, key, begun);
  if (refusal !== undefined) return refusal;
  await deps.atKillPoint?.(direction === 'apply' ? 'R-K3' : 'R-K6-intent');
  hold.mustBeOurs();
  const work = longWork(hold, key, before, signal);
  const result = await effect(hold, row, step, work);
  await deps.atKillPoint?.(direction === 'apply' ? 'R-K4' : 'R-K6-effect');
  // The intent stays open: whoever takes it over sees how far it is, and goes on.
  if (result.end === 'released') return release(hold);
  const facts = { ...work.facts(), ...result.facts };
  if (result.end === 'unknown') return { end: 'unknown', facts: { step: idx + 1, ...facts } };
  const outcome =
    result.end === 'done' ? 'done' : result.end === 'observed-done' ? 'observed-done' : 'failed';
  await hold.insist((own) => own.conclude({ ...key, attempt: hold.attempt }, outcome, facts));
  if (result.end === 'refused')
    return { end: 'refused', why: result.why, facts: { step: idx + 1, ...facts } };
  if (result.end === 'stale') return { end: 'stale', facts };
  return result.end === 'failed' ? { end: 'failed', facts: { step: idx + 1, ...facts } } : undefined;
}

/** R-A16, R-X4, R-X8, R-X10: the intent is committed with its audit row before anything happens, or nothing happens. */
function writeIntent(hold: Hold, key: StepKey, begun: boolean): Promise<StepsEnd | undefined> {
  const { direction, idx } = key;
  return hold.write(async (own): Promise<StepsEnd | undefined> => {
    const { tx, row } = own;
    // R-P1: what is about to run is what was approved, byte for byte.
    if (planHash(row.plan) !== row.planHash) return { end: 'stale', facts: { differing: 'plan hash' } };
    const fault = await decisionFault(tx, hold.deps, row);
    if (fault !== undefined) {
      await alarmForged(tx, hold.deps, row, fault);
      return { end: 'refused', why: 'decision-forged', facts: { why: fault } };
    }
    if (direction === 'apply' && row.abortRequested) return { end: 'refused', why: 'stopped', facts: {} };
    const kill = await tx.killSwitches.active(row.actionId);
    if (kill !== undefined) return { end: 'refused', why: 'kill-switch', facts: { scope: kill.scope } };
    // R-X16: long work that another attempt has begun in time is gone on with.
    const first = direction === 'apply' && idx === 0 && !begun;
    if (first && (await tx.now()) >= (row.approvalExpiresAt ?? new Date(0)))
      return { end: 'refused', why: 'approval-expired', facts: {} };
    await own.intend(key);
    return undefined;
  });
}

type Effect =
  | { readonly end: 'done' | 'observed-done' | 'stale' | 'failed' | 'unknown'; readonly facts: Facts }
  /** R-X16: ended between two batches. */
  | { readonly end: 'refused'; readonly why: 'stopped' | 'kill-switch'; readonly facts: Facts }
  | { readonly end: 'released' };

/** Stages at which a call may have reached the target and its answer was lost, or says nothing of what was done. */
const ambiguous: ReadonlySet<string> = new Set(['no-answer', 'closed', 'aborted', 'fault', 'unknown-error']);

/** One effect within its deadline. When it is not certain whether it happened, the target is asked. */
async function effect(hold: Hold, row: RemediationRow, step: PlanStep, work: StepWork): Promise<Effect> {
  const { deps, remediation } = hold;
  try {
    const facts = await inStepTime(deps, row, (context, renew) =>
      remediation.applyStep(step, row.plan, { ...context, work: work.renewing(renew) }),
    );
    return { end: 'done', facts };
  } catch (err) {
    const ended = work.ended();
    if (ended !== undefined) return ended;
    deps.logger.warn({ err, remediation: row.id, step: step.kind }, 'a step failed');
    if (err instanceof AppError && err.code === 'CONFLICT')
      // As at the claim: what cannot be done any more says why.
      return {
        end: 'stale',
        facts: { ...(err.facts.reason === 'stale' ? {} : { differing: 'plan' }), ...err.facts },
      };
    const certain =
      (err instanceof TargetError && !ambiguous.has(err.stage)) ||
      (err instanceof AppError && (err.code === 'NOT_FOUND' || err.code === 'NOT_ALLOWED'));
    const why = err instanceof TargetError ? err.stage : err instanceof AppError ? err.code : 'failed';
    const gaveUp = err instanceof TargetError ? err.facts.gaveUp : undefined;
    const said = saidBy(err);
    if (certain) return { end: 'failed', facts: { why, ...present({ gaveUp, said }) } };
    const seen = await observe(deps, remediation, row, step);
    if (seen === 'done') return { end: 'observed-done', facts: { why } };
    return { end: 'unknown', facts: { why, observed: seen, ...present({ said }) } };
  }
}

/** The target's own words about what it did not do, as an adapter has kept them: people read them as they are. */
function saidBy(error: unknown): string | undefined {
  if (!(error instanceof AppError)) return undefined;
  const said = [error.facts.detail, error.facts.message].find((one) => typeof one === 'string' && one !== '');
  return typeof said === 'string' ? shortened(redactText(oneLine(said)), 300) : undefined;
}

/** What one step, or a look at it, may take; a target that does not end then is left to itself. */
function inStepTime<T>(
  deps: ExecutorDeps,
  row: RemediationRow,
  work: (context: RemediationContext<Targets>, renew: () => void) => Promise<T>,
): Promise<T> {
  return within(
    row.plan.stepTimeoutMs,
    (signal, renew) => onTargets(deps, row, signal, (context) => work(context, renew)),
    {
      late: () => {
        throw new TargetError('aborted', 'the step took longer than its deadline');
      },
    },
  );
}

/** Whose hand it was, where the object is another than the steps left it; nothing where that cannot be told. */
export async function otherHand(
  deps: ExecutorDeps,
  remediation: Remediation,
  row: RemediationRow,
): Promise<Facts> {
  try {
    return (await inStepTime(deps, row, async (context) => remediation.otherHand?.(row.plan, context))) ?? {};
  } catch (err) {
    deps.logger.warn({ err, remediation: row.id }, 'who has changed a target cannot be seen');
    return {};
  }
}

export async function observe(...look: Parameters<typeof observeOrNothing>): Promise<Observation> {
  return (await observeOrNothing(...look)) ?? 'unknown';
}

/** Undefined where the target cannot be asked, which is another thing than an answer that does not settle it. */
export async function observeOrNothing(
  deps: ExecutorDeps,
  remediation: Remediation,
  row: RemediationRow,
  step: PlanStep,
): Promise<Observation | undefined> {
  try {
    return await inStepTime(deps, row, (context) => remediation.observeStep(step, row.plan, context));
  } catch (err) {
    deps.logger.warn({ err, remediation: row.id, step: step.kind }, 'a step cannot be observed');
    return undefined;
  }
}

/** Another worker need not wait for the end of the lease. */
export async function release(hold: Hold): Promise<{ readonly end: 'released' }> {
  await hold.write((own) => own.release());
  return { end: 'released' };
}
