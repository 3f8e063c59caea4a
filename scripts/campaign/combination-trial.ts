/** Several faults at once: nothing that is not there is said with certainty, and nothing that is there is ruled out. */

import { until } from '../../lab/selftest.ts';
import type { Lab } from '../../lab/types.ts';
import type { Combination } from './combinations.ts';
import { type Expectation, expectationOf, settled } from './expectation.ts';
import type { Answer } from './product.ts';
import { confirmed, type Judged } from './trial.ts';
import { comparedAll, type RefereedStage, type RefereeWord } from './truth.ts';

export interface CombinationTrial extends RefereeWord {
  readonly planted: string;
  readonly runtime: Lab['runtime'];
  /** What the answer to its own symptom says of each planted cause, in the order of planting. */
  readonly verdicts: readonly string[];
  readonly falseCauses: readonly string[];
  readonly problems: readonly string[];
}

const idsOf = ({ cause, or, later, also }: Expectation): readonly string[] => [
  cause,
  ...[or, later].filter((id) => id !== undefined),
  ...also,
];

/** The best that is said of a planted cause, under whichever of its names. */
function verdictOf(answer: Judged, expected: Expectation): string {
  const own = answer.causes.filter(({ id }) => idsOf(expected).includes(id)).map(({ verdict }) => verdict);
  const best = (['confirmed', 'possible', 'ruled-out'] as const).find((verdict) => own.includes(verdict));
  return best ?? 'not asked for';
}

/**
 * What is wrong with the answers to several faults, by the symptom of each: a cause that is not there, one that is there
 * and ruled out, or no root at all. One fault may hide another, which is then possible.
 */
export function judgeCombination(
  expected: readonly Expectation[],
  answers: ReadonlyMap<string, Judged>,
): Pick<CombinationTrial, 'verdicts' | 'falseCauses' | 'problems'> {
  const allowed = new Set(expected.flatMap(idsOf));
  const falseCauses = [...new Set([...answers.values()].flatMap(confirmed).filter((id) => !allowed.has(id)))];
  const verdicts = expected.map((one) => {
    const answer = answers.get(one.symptom);
    return answer === undefined ? 'not asked for' : verdictOf(answer, one);
  });
  const ruledOut = expected.filter(
    (one, at) => verdicts[at] === 'ruled-out' && one.harmless !== true && one.shownBySilence !== true,
  );
  return {
    verdicts,
    falseCauses,
    problems: [
      ...(falseCauses.length === 0 ? [] : [`not planted: ${falseCauses.join(', ')}`]),
      ...ruledOut.map(({ cause }) => `${cause} is ruled out`),
      ...(verdicts.includes('confirmed') || expected.every((one) => one.mayHide === true)
        ? []
        : ['nothing that is planted is confirmed']),
    ],
  };
}

/** They cannot be planted together, and why; `problems`: what could not be taken away again. */
export interface Impossible {
  readonly impossible: string;
  readonly problems: readonly string[];
}

/** Plants all, asks for the symptom of each, clears all. Never throws. */
export async function tryCombination(
  { lab, product, referee }: RefereedStage,
  combination: Combination,
  onAnswer: (symptom: string, answer: Answer) => void,
): Promise<CombinationTrial | Impossible> {
  const planted = combination.map((fault) => ({ fault, variant: fault.variants[0] }));
  const expected = planted.map(({ fault, variant }) => expectationOf(fault, variant));
  const answers = new Map<string, Answer>();
  const problems: string[] = [];
  let impossible: string | undefined;
  try {
    for (const { fault, variant } of planted) {
      await fault.plant(lab, variant);
      await until(fault, lab, variant, true, fault.within);
    }
    // The later ones may have taken an earlier one away.
    for (const { fault, variant } of planted) await until(fault, lab, variant, true, fault.within);
    for (const one of expected) await settled(lab, one);
  } catch (error) {
    impossible = error instanceof Error ? error.message : String(error);
  }
  let word: RefereeWord = { contradicted: [] };
  if (impossible === undefined)
    try {
      for (const symptom of new Set(expected.map((one) => one.symptom))) {
        const answer = await product.diagnose(symptom);
        answers.set(symptom, answer);
        onAnswer(symptom, answer);
      }
      word = await comparedAll(referee, combination, answers);
      problems.push(...word.contradicted);
    } catch (error) {
      problems.push(String(error));
    }
  for (const { fault, variant } of planted.toReversed())
    await fault
      .clear(lab, variant)
      .catch((error: unknown) => problems.push(`clear ${fault.id}: ${String(error)}`));
  await lab.healthy(120).catch((error: unknown) => problems.push(`afterwards: ${String(error)}`));
  if (impossible !== undefined) return { impossible, problems };
  const said = judgeCombination(expected, answers);
  return {
    planted: planted.map(({ fault, variant }) => `${fault.id} ${variant}`).join(' + '),
    runtime: lab.runtime,
    ...said,
    ...word,
    problems: [...problems, ...said.problems],
  };
}
