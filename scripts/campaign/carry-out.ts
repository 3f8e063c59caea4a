/** The fixes of an answer, carried out from Slack's front door and counted at the target; and their undo. */

import type { Lab } from '../../lab/types.ts';
import type { Plan } from '../../src/domain/fix/remediation.ts';
import { type DoneStep, type Effects, notOnce, watchEffects } from './effects.ts';
import type { Ended, Fixes, Offer, Offered } from './fixes.ts';

/** One press of the button with all that came of it. */
export interface Carried {
  readonly ended: readonly Ended[];
  readonly effects: readonly Effects[];
  readonly problems: readonly string[];
}

/** Where fixes are carried out, and who counts there; default: the target's own means. */
export interface Place {
  readonly lab: Lab;
  readonly fixes: Fixes;
  readonly watch?: typeof watchEffects;
}

/** Remediations of an answer: the recommended ones first, then those of the menu. */
export function fixesIn({ offers, menu }: Offered): readonly string[] {
  return [...new Set([...offers, ...menu].map(({ fix }) => fix))];
}

/** All that the answer offers of one remediation, each asked for, approved and done; each effect exactly once. */
export async function carryOut(
  place: Place,
  { runId }: { readonly runId: string },
  offered: Offered,
  fix: string,
): Promise<Carried> {
  const own = offered.offers.filter((one) => one.fix === fix);
  const chosen = own.length > 0 ? [] : offered.menu.filter((one) => one.fix === fix);
  const all: Offer[] = [...own];
  for (const choice of chosen) all.push(await place.fixes.choose(runId, choice));
  return counted(place, all, (offer) => place.fixes.carryOut(offer));
}

/** Takes back, the last one first, what can be taken back. */
export function undo(place: Place, { ended }: Carried): Promise<Carried> {
  const back = ended.map(({ offer }) => offer).filter(({ plan }) => plan.undo !== undefined);
  return counted(place, back.toReversed(), (offer) => place.fixes.undo(offer));
}

async function counted(
  { lab, watch: begin = watchEffects }: Place,
  offers: readonly Offer[],
  run: (offer: Offer) => Promise<Ended>,
): Promise<Carried> {
  const ended: Ended[] = [];
  const effects: Effects[] = [];
  const problems: string[] = [];
  for (const offer of offers) {
    const watch = await begin(lab, offer.fix);
    const end = await run(offer);
    const seen = await watch?.();
    ended.push(end);
    if (seen === undefined) problems.push(`nothing counts the effects of ${offer.fix}`);
    else {
      effects.push(seen);
      problems.push(...notOnce(seen, doneSteps(end)));
    }
    problems.push(...judge(end));
    if (end.state !== 'succeeded') break;
  }
  return { ended, effects, problems };
}

/** Steps that the product says are done, in the order of the plan that was carried out. */
function doneSteps({ offer: { plan }, steps }: Ended): readonly DoneStep[] {
  return steps
    .filter(({ outcome }) => outcome === 'done' || outcome === 'observed-done')
    .flatMap(({ direction, idx, facts }) => {
      const step = stepsOf(plan, direction)[idx];
      return step === undefined ? [] : [{ step, batches: 'total' in facts }];
    });
}

const stepsOf = (plan: Plan, direction: 'apply' | 'undo') =>
  (direction === 'undo' ? plan.undo : plan.steps) ?? [];

function judge({ offer, state, outcome, steps, approvedBy, requestedBy }: Ended): readonly string[] {
  const reason = outcome.reason ?? outcome.key;
  const again = steps.filter(({ attempt }) => attempt > 1);
  return [
    ...(state === 'succeeded'
      ? []
      : [`${offer.fix} ended as ${state}${reason === undefined ? '' : ` (${String(reason)})`}`]),
    ...(again.length === 0 ? [] : [`${again.length} steps were done in another attempt`]),
    ...(approvedBy.length > 0 && !approvedBy.includes(requestedBy) ? [] : ['no other person approved it']),
  ];
}
