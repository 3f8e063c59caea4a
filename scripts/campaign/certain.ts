/**
 * Of all that may be wrong with an answer, two kinds are counted apart. *Certain and wrong*: something is said with
 * certainty that is not so. *Not found*: a planted cause stays open, or nobody speaks of it.
 * Rows of tables are read again as text, so each problem says its kind itself.
 */

const marks = { certain: 'certain and wrong: ', notFound: 'not found: ' } as const;

export type KindOfProblem = keyof typeof marks;

/** A problem that says with its first words of which kind it is. */
export const certain = (text: string): string => `${marks.certain}${text}`;
export const notFound = (text: string): string => `${marks.notFound}${text}`;

export const kindOf = (problem: string): KindOfProblem | undefined =>
  (['certain', 'notFound'] as const).find((kind) => problem.startsWith(marks[kind]));

/** The same problem, said of one question among others: its kind stays in front. */
export function asked(where: string, problem: string): string {
  const kind = kindOf(problem);
  const mark = kind === undefined ? '' : marks[kind];
  return `${mark}${where}: ${problem.slice(mark.length)}`;
}

/** What is wrong with the verdict on a planted cause. */
export const missed = (cause: string, verdict: string): string =>
  verdict === 'ruled-out' ? certain(`${cause} is ruled out`) : notFound(`${cause} is ${verdict}`);

/** Causes that are confirmed and not planted, as one problem; none where there are none. */
export const notPlanted = (causes: readonly string[]): readonly string[] =>
  causes.length === 0 ? [] : [certain(`not planted: ${causes.join(', ')}`)];

export interface Kinds {
  readonly certain: number;
  readonly notFound: number;
}

/** How many trials have a problem of each kind. What is certain and wrong is never counted as not found. */
export function kindsOf(trials: readonly (readonly string[])[]): Kinds {
  const kinds = trials.map((problems) => problems.map(kindOf));
  return {
    certain: kinds.filter((all) => all.includes('certain')).length,
    notFound: kinds.filter((all) => all.includes('notFound') && !all.includes('certain')).length,
  };
}

export const kindsSaid = (kinds: Kinds): string =>
  `${kinds.certain} certain and wrong, ${kinds.notFound} not found`;
