import type { KubernetesChange, PlanStep } from '../../domain/fix/remediation.ts';
import type { Facts } from '../../domain/kernel/facts.ts';
import { own } from '../../domain/kernel/own.ts';
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
  const value = String(step.to['restarted']);
  return patchOnce(place, context, {
    done: (seen) => seen.uid === step.precondition['uid'] && restartedOf(seen) === value,
    expected: step.precondition,
    observed: identityOf,
    body: () => restartPatch(value),
  });
}
