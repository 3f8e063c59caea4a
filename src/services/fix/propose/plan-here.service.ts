import { planHash } from '../../../domain/fix/remediation.ts';
import type { TargetsFactory } from '../../../domain/probe/targets/targets.ts';
import type { PlanHere } from '../contract.ts';
import { makePlan, type PlanDeps } from './propose.service.ts';
import { typed } from './propose-run.service.ts';

/** What one plan may take, in milliseconds. */
const deadlineMs = 25_000;

/**
 * Plans in the process that asks, with its own credentials, and stores nothing: what is shown is no offer, and nobody
 * can approve it. Whether the target belongs to the bot itself is known to the bot alone, which asks that of its own plan.
 */
export function createPlanHere(
  deps: Omit<PlanDeps, 'self'> & { readonly targets: TargetsFactory },
): PlanHere {
  const self = () => Promise.resolve(new Set<string>());
  return {
    async plan({ environment, remediation, params, signal }) {
      const within = AbortSignal.any([signal, AbortSignal.timeout(deadlineMs)]);
      const targets = await deps.targets.forRun(environment);
      const call = { remediation, with: typed(params) };
      const made = await makePlan({ ...deps, self }, { call, environment, targets, signal: within });
      return 'plan' in made ? { plan: made.plan, planHash: planHash(made.plan) } : made;
    },
  };
}
