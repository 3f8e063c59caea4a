import type { KubernetesChange, Observation, PlanStep } from '../../../domain/fix/remediation.ts';
import type { Facts } from '../../../domain/kernel/facts.ts';
import { own } from '../../../domain/kernel/own.ts';
import { refused } from '../../shared/stale.ts';
import { restartsItself } from './config-source.ts';
import { type Context, identityOf, kinds, type Place, patchOnce, type Seen, targetOf } from './workload.ts';

/** In the Pod template, so that its change makes the controller replace the Pods, as `kubectl rollout restart` does. */
const annotation = 'aetherius.io/restarted-generation';
/** With the generation that was seen: a change in between makes another value of it, and is noticed. */
const prefix = 'generation ';

/** The step of a plan that restarts a workload. */
export const restartKind = 'kubernetes-rollout-restart';

export const restartChange: KubernetesChange = {
  feature: 'restart',
  group: 'apps',
  resources: Object.values(kinds),
  fields: [
    {
      path: ['spec', 'template', 'metadata', 'annotations', annotation],
      to: { becomes: 'mark', prefix },
    },
  ],
};

/** What stands in the template after a restart of this generation. */
export const restartMark = (generation: number): string => `${prefix}${generation}`;

/** What stands there now. */
export const restartedOf = ({ templateAnnotations }: Seen): string | null =>
  own(templateAnnotations, annotation) ?? null;

export function restartPatch(value: string) {
  return { spec: { template: { metadata: { annotations: { [annotation]: value } } } } };
}

/** Restarts the workload as it is now. `from`: what its cards show of before. */
export function restartStep(place: Place, from: Facts, generation: number, precondition: Facts): PlanStep {
  return {
    kind: restartKind,
    target: targetOf(place),
    from,
    to: { restarted: restartMark(generation) },
    precondition,
    safety: 'idempotent',
  };
}

/** Exactly that step, once. */
export function applyRestart(step: PlanStep, place: Place, context: Context): Promise<Facts> {
  const value = String(step.to.restarted);
  return patchOnce(place, context, {
    done: (seen) => seen.uid === step.precondition.uid && restartedOf(seen) === value,
    expected: step.precondition,
    observed: identityOf,
    body: () => restartPatch(value),
  });
}

/** Refuses a workload that would not restart, or not once, so that a change beside it takes effect. */
export function mustRestartOnce({ name }: Place, seen: Seen): void {
  if (seen.paused) throw refused('rollout-paused', { workload: name });
  if (seen.strategy === 'OnDelete') throw refused('on-delete-strategy', { workload: name });
  if (seen.desired === 0) throw refused('scaled-to-zero', { workload: name });
  // It would restart twice, and the second restart would look like somebody else's.
  if (restartsItself(seen.object)) throw refused('restarts-itself', { workload: name });
}

/** Whether a restart that follows another change has happened, or that of its undo. */
export function restartObserved({ from, to, precondition }: PlanStep, seen: Seen): Observation {
  const mark = restartedOf(seen);
  if (mark === to.restarted) return 'done';
  const generation = Number(precondition.generation);
  const before = from.restarted;
  // Of an undo whose restart never came: the Pods have read nothing of it.
  if (before !== undefined && mark !== before) return seen.generation === generation - 1 ? 'done' : 'unknown';
  return seen.generation === generation ? 'not-done' : 'unknown';
}
