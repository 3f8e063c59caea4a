/** One fault in a platform that the bot is asked about by its command line: planted, asked for, taken away. */

import { until } from '../../lab/selftest.ts';
import type { Fault, Lab } from '../../lab/types.ts';
import type { DiagnoseOutput } from '../../src/cli/output-schemas.ts';
import { present } from '../../src/domain/kernel/present.ts';
import { type Expectation, expectationOf, isTrue, settled } from './expectation.ts';
import { againstIn, openIn, type Shell } from './shell.ts';
import { newIn, type Standing } from './standing.ts';
import { confirmed, confirmedAnyway, type Judged, judge } from './trial.ts';
import { compared, createReferee, type RefereeWord } from './truth.ts';

export interface InstallationTrial extends RefereeWord {
  readonly seed: number | 'as-is';
  readonly runtime: 'compose' | 'kubernetes';
  /** `healthy`, or the fault that was planted. */
  readonly state: string;
  readonly asked: readonly string[];
  readonly topCause: string;
  /** What the answer says of the planted cause; `–` where nothing is planted. */
  readonly verdict: string;
  /** Confirmed, and not planted. */
  readonly falseCauses: readonly string[];
  readonly seconds: number;
  readonly problems: readonly string[];
  /** Why the planted cause is only possible, as the answer says; undefined: it is not. */
  readonly open?: string;
}

export const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

/** Nothing is said with certainty, and the planted cause is among what may be. */
const isOpen = (answer: Judged, { cause }: Expectation): boolean =>
  confirmed(answer).length === 0 &&
  answer.causes.some(({ id, verdict }) => id === cause && verdict === 'possible');

interface Where {
  readonly seed: InstallationTrial['seed'];
  readonly runtime: InstallationTrial['runtime'];
  readonly variant?: string;
  /** What the fault has to be called there; undefined: as on the guide's platform. */
  readonly expected?: Expectation;
  /** What the shell cannot see; undefined: it sees all. */
  readonly without?: string;
  /** Undefined: the platform is as it should be. */
  readonly standing?: Standing;
}

/** Says why, where the fault cannot be planted: what an installation has not cannot be broken in it. */
export async function plantedIn(
  shell: Shell,
  lab: Lab,
  fault: Fault,
  { seed, runtime, variant = fault.variants[0], standing, without, ...where }: Where,
): Promise<InstallationTrial | { readonly impossible: string }> {
  const expected = where.expected ?? expectationOf(fault, variant);
  const before = standing ?? new Map();
  const ask = () => shell.ask<DiagnoseOutput>('diagnose', ...expected.symptom.split(' '));
  const began = performance.now();
  const problems: string[] = [];
  let answer: Judged | undefined;
  let open: string | undefined;
  let said: RefereeWord = { contradicted: [] };
  try {
    await fault.plant(lab, variant);
    await until(fault, lab, variant, true, fault.within);
  } catch (error) {
    const impossible = messageOf(error);
    await fault.clear(lab, variant).catch(() => undefined);
    await lab.healthy(300);
    return { impossible };
  }
  try {
    await settled(lab, expected);
    const asked = await ask();
    answer = newIn(asked.body, before);
    if (isOpen(answer, expected)) open = openIn(asked.body);
    const wrong = open === undefined ? judge(answer, expected) : [];
    problems.push(...wrong);
    if (wrong.length > 0) problems.push(openIn(asked.body), ...againstIn(asked.body, expected.cause));
    said = await compared(createReferee(lab), [fault], [{ asked: expected.symptom, causes: answer.causes }]);
    problems.push(...said.contradicted);
  } catch (error) {
    problems.push(messageOf(error));
  }
  try {
    await fault.clear(lab, variant);
    await lab.healthy(300);
    if (standing !== undefined) {
      problems.push(...confirmedAnyway('afterwards', newIn((await ask()).body, before)));
    }
  } catch (error) {
    problems.push(`afterwards: ${messageOf(error)}`);
  }
  return {
    ...{
      seed,
      runtime,
      state: `${fault.id} ${variant}${without === undefined ? '' : `, ${without}`}`,
      asked: [expected.symptom],
    },
    topCause: answer === undefined ? '–' : (confirmed(answer)[0] ?? '–'),
    verdict: answer?.causes.find(({ id }) => id === expected.cause)?.verdict ?? 'not asked for',
    falseCauses: answer === undefined ? [] : confirmed(answer).filter((id) => !isTrue(expected, id)),
    ...said,
    seconds: (performance.now() - began) / 1000,
    problems,
    ...present({ open }),
  };
}

/** A state of the platform about which nothing was answered. */
export const nothing = {
  ...{ asked: [], topCause: '–', verdict: '–', falseCauses: [], contradicted: [], seconds: 0 },
} as const;
