import type { Plan, PlanStep, Remediation } from '../../../domain/fix/remediation.ts';
import type { Facts } from '../../../domain/kernel/facts.ts';
import {
  type Context,
  identityOf,
  look,
  type Named,
  objectAt,
  type Place,
  patchOnce,
  placeOf,
  type Seen,
} from './workload.ts';

/** One kind of change of a workload, which is one patch a step. */
interface WorkloadChange {
  /** The workload of a plan, by its parameters. */
  readonly at: (plan: Plan) => Named;
  /** What the step sets is there, and no other hand's. */
  readonly isDone: (step: PlanStep, seen: Seen, plan: Plan) => boolean;
  /** What else a step was approved with, as it is now. */
  readonly besides: (step: PlanStep, seen: Seen, at: At) => Facts | Promise<Facts>;
  /** Default: all that stands in the step's precondition. */
  readonly expected?: (step: PlanStep) => Facts;
  readonly body: (step: PlanStep, seen: Seen, at: At) => object | Promise<object>;
}

interface At {
  readonly place: Place;
  readonly plan: Plan;
  readonly context: Context;
}

/** What such a remediation does and sees of its steps. */
export function onWorkload({ at, isDone, besides, expected, body }: WorkloadChange) {
  const placeIn = (plan: Plan, { deps }: Context) => placeOf(at(plan), deps);
  return {
    async object(plan, context) {
      const place = placeIn(plan, context);
      const seen = await look(place, context.deps, context.signal);
      return objectAt(place, seen, context.deps, context.signal);
    },

    async applyStep(step, plan, context) {
      const place = placeIn(plan, context);
      const where = { place, plan, context };
      return patchOnce(place, context, {
        done: (seen) => isDone(step, seen, plan),
        expected: expected?.(step) ?? step.precondition,
        observed: async (seen) => ({ ...identityOf(seen), ...(await besides(step, seen, where)) }),
        body: (seen) => body(step, seen, where),
      });
    },

    async observeStep(step, plan, context) {
      const seen = await look(placeIn(plan, context), context.deps, context.signal);
      if (seen.uid !== step.precondition.uid) return 'unknown';
      if (isDone(step, seen, plan)) return 'done';
      return seen.generation === step.precondition.generation ? 'not-done' : 'unknown';
    },
  } satisfies Partial<Remediation<string, never, Context['deps']>>;
}
