/** Faults that occur together: each has to be found beside the other, and nothing else. */

import { until } from '../../lab/selftest.ts';
import type { Fault, Lab } from '../../lab/types.ts';
import { expectationOf } from './expectation.ts';
import type { Answer, Product } from './product.ts';
import { confirmed } from './trial.ts';

export interface Planting {
  readonly fault: string;
  readonly variant: string;
}

/** Chosen so that one diagnosis has to tell them apart, or so that one breaks what the other is seen by. */
export const pairs: readonly (readonly [Planting, Planting])[] = [
  [
    { fault: 'T1.a', variant: 'retired-agents' },
    { fault: 'T1.b', variant: 'bloat' },
  ],
  [
    { fault: 'S4.a', variant: 'one-worker' },
    { fault: 'C1.a', variant: 'agent-manager' },
  ],
  [
    { fault: 'S6.b', variant: 'missing' },
    { fault: 'S7.c', variant: 'stopped' },
  ],
  [
    { fault: 'S2.b', variant: 'agent-differs' },
    { fault: 'T1.b', variant: 'corruption' },
  ],
  [
    { fault: 'C1.b', variant: 'environment-orchestrator' },
    { fault: 'C1.a', variant: 'agent-manager' },
  ],
  [
    { fault: 'S1.b', variant: 'wrong-host' },
    { fault: 'S7.b', variant: 'service-outdated' },
  ],
  [
    { fault: 'D2.a', variant: 'events' },
    { fault: 'D2.b', variant: 'executions-100-days' },
  ],
  [
    { fault: 'D3.c', variant: 'few-large' },
    { fault: 'D1.b', variant: 'agent-manager' },
  ],
  [
    { fault: 'K1.b', variant: 'config-not-yaml' },
    { fault: 'K1.c', variant: 'reasoning-48mi' },
  ],
  [
    { fault: 'K1.a', variant: 'no-such-tag' },
    { fault: 'K1.d', variant: 'no-such-node' },
  ],
];

export interface PairTrial {
  readonly planted: string;
  readonly runtime: Lab['runtime'];
  /** Causes confirmed, by what was asked. */
  readonly found: string;
  readonly falseCauses: readonly string[];
  readonly problems: readonly string[];
}

/** Plants both, asks for the symptom of each, clears both. Never throws. */
export async function tryPair(
  { lab, product }: { readonly lab: Lab; readonly product: Product },
  planted: readonly { readonly fault: Fault; readonly variant: string }[],
  onAnswer: (symptom: string, answer: Answer) => void,
): Promise<PairTrial> {
  const expected = planted.map(({ fault }) => expectationOf(fault));
  const allowed = new Set(expected.flatMap(({ cause, also }) => [cause, ...also]));
  const problems: string[] = [];
  const found: string[] = [];
  const falseCauses: string[] = [];
  try {
    for (const { fault, variant } of planted) await fault.plant(lab, variant);
    for (const { fault, variant } of planted) await until(fault, lab, variant, true, fault.within);
    for (const symptom of new Set(expected.map((one) => one.symptom))) {
      const answer = await product.diagnose(symptom);
      onAnswer(symptom, answer);
      const causes = confirmed(answer);
      found.push(`${symptom}: ${causes.join(', ') || '–'}`);
      falseCauses.push(...causes.filter((id) => !allowed.has(id)));
      const missed = expected.filter((one) => one.symptom === symptom && !causes.includes(one.cause));
      problems.push(...missed.map(({ cause }) => `${cause} is not confirmed`));
    }
    if (falseCauses.length > 0) problems.push(`not planted: ${falseCauses.join(', ')}`);
  } catch (error) {
    problems.push(String(error));
  }
  for (const { fault, variant } of planted.toReversed()) {
    try {
      await fault.clear(lab, variant);
      await until(fault, lab, variant, false, 45);
    } catch (error) {
      problems.push(`clear ${fault.id}: ${String(error)}`);
    }
  }
  await lab.healthy(90).catch((error: unknown) => problems.push(String(error)));
  return {
    planted: planted.map(({ fault, variant }) => `${fault.id} ${variant}`).join(' + '),
    runtime: lab.runtime,
    found: found.join('; '),
    falseCauses,
    problems,
  };
}
