import type { Facts } from '../kernel/facts.ts';
import type { Plan, PlanStep, Tier } from './remediation.ts';
import type { StepRow } from './rows.ts';

/** Where an execution stands, read from its stored steps alone: the next worker comes to the same answer. */
export type Progress =
  | { readonly at: 'complete' }
  /** Nothing is known to have begun at `idx`. */
  | { readonly at: 'step'; readonly idx: number }
  /** An intent without an outcome: it must be observed before anything else (R-X5). */
  | { readonly at: 'open'; readonly idx: number; readonly attempt: number }
  | { readonly at: 'failed'; readonly idx: number };

export function progressOf(
  count: number,
  rows: readonly StepRow[],
  direction: StepRow['direction'],
): Progress {
  for (let idx = 0; idx < count; idx += 1) {
    const last = rows
      .filter((row) => row.direction === direction && row.idx === idx)
      .reduce<StepRow | undefined>((a, b) => (a === undefined || b.attempt > a.attempt ? b : a), undefined);
    if (last === undefined || last.outcome === 'not-done') return { at: 'step', idx };
    if (last.outcome === undefined) return { at: 'open', idx, attempt: last.attempt };
    if (last.outcome === 'failed') return { at: 'failed', idx };
  }
  return { at: 'complete' };
}

/** Steps of the plan that are known to have taken effect. */
export function stepsDone(rows: readonly StepRow[], direction: StepRow['direction'] = 'apply'): number {
  const done = rows.filter(
    (row) => row.direction === direction && (row.outcome === 'done' || row.outcome === 'observed-done'),
  );
  return new Set(done.map((row) => row.idx)).size;
}

/** R-X13: whether what was done is taken back without anybody asking for it. */
export function goesBack({ plan }: { readonly plan: Pick<Plan, 'undo' | 'undoWhen'> }): boolean {
  return plan.undo !== undefined && plan.undoWhen !== 'asked';
}

/**
 * What differs between the plan that was approved and the one that would be made now (R-P2, R-P3, R-P5); undefined
 * when it may run. Further objects that appeared since do not matter: only the approved ones are touched (R-P7).
 */
export function planDrift(approved: Plan, now: Plan): Facts | undefined {
  const differ = (what: string, expected: unknown, observed: unknown): Facts => ({
    differing: what,
    expected: JSON.stringify(expected),
    observed: JSON.stringify(observed),
  });
  if (approved.target !== now.target) return differ('target', approved.target, now.target);
  if (!sameFacts(approved.identity, now.identity)) return differ('identity', approved.identity, now.identity);
  // The target is worse off than when it was approved, so more people would have been needed.
  if (now.tier > approved.tier) return differ('tier', approved.tier, now.tier);
  for (const step of approved.steps) {
    const other = now.steps.find(
      (candidate) => candidate.kind === step.kind && candidate.target === step.target,
    );
    if (other === undefined) return differ('step', step.target, 'gone');
    for (const field of ['from', 'to', 'precondition'] as const)
      if (!sameFacts(step[field], other[field]))
        return differ(`${step.target} ${field}`, step[field], other[field]);
  }
  return undefined;
}

export function sameFacts(a: Facts, b: Facts): boolean {
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...keys].every((key) => a[key] === b[key]);
}

/** The undo of a plan as a plan of its own: its steps are the saved pre-image, and it has no undo itself. */
export function undoPlan(plan: Plan): Plan | undefined {
  if (plan.undo === undefined) return undefined;
  // Notes, patch and end speak of the fix.
  const { undo, undoVerifyWith, undoBlast, undoWhen: _when, undoForMs: _kept, ...most } = plan;
  const { notes: _, patch: _patch, endsAfterMs: _end, ...rest } = most;
  return {
    ...rest,
    steps: undo,
    blast: undoBlast ?? { key: 'undo', facts: {} },
    verifyWith: undoVerifyWith ?? plan.verifyWith,
    objects: undo.length,
  };
}

/** Margin between the end of a step's deadline and the end of the lease. */
export const leaseMarginMs = 15_000;

/** What is wrong with a plan of any remediation; undefined when nothing is. */
export function planFault(
  plan: Plan,
  expected: {
    readonly id: string;
    readonly version: number;
    readonly tier: Tier;
    readonly environment: string;
  },
  limits: { readonly leaseMs: number; readonly maxObjects: number },
): string | undefined {
  if (plan.actionId !== expected.id || plan.actionVersion !== expected.version) return 'names another action';
  if (plan.environment !== expected.environment) return 'names another environment';
  if (plan.tier < expected.tier) return 'lowers the tier of its action';
  if (plan.steps.length === 0 || plan.objects < 1) return 'touches nothing';
  if (plan.objects > limits.maxObjects) return 'touches too many objects';
  if (plan.verifyWith.length === 0) return 'verifies nothing';
  if (plan.stepTimeoutMs + leaseMarginMs > limits.leaseMs) return 'has steps longer than the lease';
  const all: readonly PlanStep[] = [...plan.steps, ...(plan.undo ?? [])];
  if (all.some((step) => Object.keys(step.precondition).length === 0))
    return 'has a step without precondition';
  return undefined;
}

/** Identity facts as `key=value`, an index at the end of a key left out: what the self-target rule compares (R-X14). */
export function identityClaims(identity: Facts): readonly string[] {
  return Object.entries(identity)
    .filter(([, value]) => value !== null && value !== '')
    .map(([key, value]) => `${key.replace(/\.\d+$/, '')}=${value}`);
}
