/** Several faults at once: nothing that is not there is said with certainty, and nothing that is there is ruled out. */

import { until } from '../../lab/selftest.ts';
import type { Fault, Lab } from '../../lab/types.ts';
import { foundations } from '../../src/domain/platform/dependencies.ts';
import type { PartId } from '../../src/domain/platform/part.ts';
import { callKey, type ProbeCall } from '../../src/domain/probe/probe.ts';
import { probes } from '../../src/probes/index.ts';
import { missed, notFound, notPlanted } from './certain.ts';
import { askedFor, type Combination } from './combinations.ts';
import { type Expectation, expectationOf, settled } from './expectation.ts';
import type { Answer, Evidence } from './product.ts';
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

/** The way to another part, which the answer was led to, says nothing of this one but what is confirmed there. */
const saidOf = ({ causes }: Judged, symptom: string): Judged['causes'] =>
  causes.filter(
    ({ id, part, verdict }) =>
      verdict === 'confirmed' || part === undefined || !id.startsWith('H2.') || symptom === `H2 ${part}`,
  );

/** The best that is said of a planted cause, under whichever of its names. */
function verdictOf(answer: Judged, expected: Expectation): string {
  const own = saidOf(answer, expected.symptom)
    .filter(({ id }) => idsOf(expected).includes(id))
    .map(({ verdict }) => verdict);
  const best = (['confirmed', 'possible', 'ruled-out'] as const).find((verdict) => own.includes(verdict));
  return best ?? 'not asked for';
}

export const nothingFound = notFound('nothing that is planted is confirmed');

/** What an answer to one symptom says, and what it could look at. */
type Said = Judged & { readonly evidence?: readonly Pick<Evidence, 'key' | 'status'>[] };

/** Of what its diagnosis asks a part that shuts the bot out, or one that stands on it, something could not be looked at. */
function isShutOut(one: Expectation, said: Said | undefined, hiding: readonly Expectation[]): boolean {
  const shut = new Set<PartId | undefined>(hiding.map((other) => askedFor(other).part));
  const unseen = (said?.evidence ?? []).flatMap(({ key, status }) => (status === 'inconclusive' ? key : []));
  return askedFor(one).diagnosis.evidence.some(
    (call) => standsOn(partAsked(call)).some((part) => shut.has(part)) && unseen.includes(callKey(call)),
  );
}

const standsOn = (part: PartId | undefined): readonly PartId[] =>
  part === undefined ? [] : [part, ...foundations(part)];

function partAsked(call: ProbeCall): PartId | undefined {
  const probe = probes.find(({ id }) => id === call.probe);
  return typeof probe?.part === 'function' ? probe.part(probe.params.parse(call.with ?? {})) : probe?.part;
}

/**
 * What is wrong with the answers to several faults, by the symptom of each: a cause that is not there, one that is there
 * and ruled out, or no root at all. One fault may hide another, which is then possible; one that shuts the bot out of a part
 * may hide all that is asked of it, and of what cannot work without it.
 */
export function judgeCombination(
  expected: readonly Expectation[],
  answers: ReadonlyMap<string, Said>,
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
  const hiding = expected.filter((one) => one.mayHide === true);
  const nobodyCouldTell = expected.every(
    (one, at) =>
      one.mayHide === true ||
      one.harmless === true ||
      (verdicts[at] === 'possible' && isShutOut(one, answers.get(one.symptom), hiding)),
  );
  return {
    verdicts,
    falseCauses,
    problems: [
      ...notPlanted(falseCauses),
      ...ruledOut.map(({ cause }) => missed(cause, 'ruled-out')),
      ...(verdicts.includes('confirmed') || nobodyCouldTell ? [] : [nothingFound]),
    ],
  };
}

/** They cannot be planted together, and why; `problems`: what could not be taken away again. */
export interface Impossible {
  readonly impossible: string;
  readonly problems: readonly string[];
}

interface Planted {
  readonly fault: Fault;
  readonly variant: string;
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
  const said = judgeCombination(expected, answers);
  // One may take another one away while they are asked for: what is gone by then was not there to be found.
  if (impossible === undefined && said.problems.length > 0) impossible = await goneOf(lab, planted);
  problems.push(...(await clearAll(lab, planted)));
  await lab.healthy(120).catch((error: unknown) => problems.push(`afterwards: ${String(error)}`));
  if (impossible !== undefined) return { impossible, problems };
  return {
    planted: planted.map(({ fault, variant }) => `${fault.id} ${variant}`).join(' + '),
    runtime: lab.runtime,
    ...said,
    ...word,
    problems: [...problems, ...said.problems],
  };
}

/** Takes all away, the last first, and says what could not be. One may need what another one has taken away. */
async function clearAll(lab: Lab, planted: readonly Planted[]): Promise<readonly string[]> {
  const left: Planted[] = [];
  for (const one of planted.toReversed()) await one.fault.clear(lab, one.variant).catch(() => left.push(one));
  const problems: string[] = [];
  for (const { fault, variant } of left)
    await fault
      .clear(lab, variant)
      .catch((error: unknown) => problems.push(`clear ${fault.id}: ${String(error)}`));
  return problems;
}

/** Which of these the lab does not see any more, by the fault's own check; undefined: all are there. */
async function goneOf(lab: Lab, planted: readonly Planted[]): Promise<string | undefined> {
  for (const { fault, variant } of planted)
    if (!(await fault.check(lab, variant).catch(() => false)))
      return `${fault.id} was gone when it was asked for`;
  return undefined;
}
