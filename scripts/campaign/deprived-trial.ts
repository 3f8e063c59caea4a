/** A planted fault, asked for with one kind of evidence taken away: never a wrong cause, and never "all is well". */

import { faults } from '../../lab/faults/index.ts';
import { until } from '../../lab/selftest.ts';
import type { Fault, Lab } from '../../lab/types.ts';
import { missed, notPlanted } from './certain.ts';
import { type Expectation, expectationOf, settled } from './expectation.ts';
import type { Answer } from './product.ts';
import { confirmed } from './trial.ts';
import { compared, type RefereedStage, type RefereeWord } from './truth.ts';

export interface DeprivedTrial extends RefereeWord {
  readonly fault: string;
  readonly variant: string;
  readonly runtime: Lab['runtime'];
  readonly without: string;
  /** What the answer says of the planted cause. */
  readonly verdict: string;
  readonly falseCauses: readonly string[];
  readonly seconds: number;
  readonly problems: readonly string[];
}

/** Which faults show what happens when this is taken away. */
export const samples: Readonly<Record<string, readonly string[]>> = {
  'without-logs': ['S1.a', 'S2.b', 'S4.b', 'S6.b', 'S7.b'],
  'empty-logs': ['S1.b', 'S1.c', 'S2.a', 'S7.a', 'S7.c'],
  'without-exec': ['S2.a', 'S4.b', 'S6.b', 'C1.b'],
  'without-metrics': ['S3.a', 'S4.a', 'S5.b', 'P1.a', 'P2.a'],
};

/**
 * Whether an environment shows anything of a fault. Metrics are hidden by a door in front of the services, which also
 * hides the way to them; and nothing that H2 looks at is a metric.
 */
export function tells(environment: string, fault: Fault): boolean {
  return environment !== 'without-metrics' || !fault.id.startsWith('part.');
}

/** What is taken away when this fault is asked for once: another kind for the next fault, and with the next seed. */
export function takenAway(environments: readonly string[], fault: Fault, seed: number): string | undefined {
  const own = environments.filter((name) => tells(name, fault));
  return own[(faults.indexOf(fault) + seed) % own.length];
}

/** Plants once, asks in every deprived environment that the fault is a sample for, clears, asks again. Never throws. */
export async function tryDeprived(
  { lab, product, referee }: RefereedStage,
  fault: Fault,
  variant: string,
  environments: readonly string[],
  onAnswer: (environment: string, answer: Answer) => void,
): Promise<readonly DeprivedTrial[]> {
  const expected = expectationOf(fault, variant);
  const { symptom, cause, also, or } = expected;
  const trials: DeprivedTrial[] = [];
  const head = { fault: fault.id, variant, runtime: lab.runtime };
  let broken: string | undefined;
  try {
    await fault.plant(lab, variant);
    await until(fault, lab, variant, true, fault.within);
    await settled(lab, expected);
    for (const without of environments) {
      const answer = await product.diagnose(symptom, without);
      onAnswer(without, answer);
      const falseCauses = confirmed(answer).filter((id) => id !== cause && id !== or && !also.includes(id));
      const verdictOf = (id: string | undefined) => answer.causes.find((one) => one.id === id)?.verdict;
      const verdict = verdictOf(verdictOf(or) === 'confirmed' ? or : cause) ?? 'not asked for';
      const said: RefereeWord =
        referee === undefined
          ? { contradicted: [] }
          : await compared(referee, [fault], [{ asked: symptom, causes: answer.causes }]);
      trials.push({
        ...head,
        without,
        verdict,
        falseCauses,
        seconds: answer.seconds,
        ...said,
        problems: [...problemsOf(answer, expected, verdict, falseCauses), ...said.contradicted],
      });
    }
  } catch (error) {
    broken = String(error);
  }
  try {
    await fault.clear(lab, variant);
    await until(fault, lab, variant, false, 45);
    await lab.healthy(90);
  } catch (error) {
    broken ??= String(error);
  }
  if (broken === undefined) return trials;
  const failed = {
    ...head,
    without: environments.join(', '),
    verdict: '–',
    falseCauses: [],
    contradicted: [],
    seconds: 0,
  };
  return [...trials, { ...failed, problems: [broken] }];
}

function problemsOf(
  answer: Answer,
  { cause, harmless }: Expectation,
  verdict: string,
  falseCauses: readonly string[],
): readonly string[] {
  return [
    ...(harmless === true || verdict === 'confirmed' || verdict === 'possible'
      ? []
      : [missed(cause, verdict)]),
    ...notPlanted(falseCauses),
    ...(verdict === 'possible' && !answer.message.includes(cause)
      ? [`the message does not name ${cause}`]
      : []),
  ];
}
