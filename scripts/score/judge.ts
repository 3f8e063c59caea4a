/** What an answer is worth: pure rules, the same for whoever answers. */

import type { Case, Root } from './cases.ts';

/** A cause that is said with certainty. */
export interface Said {
  /** Parts that it names; none: it does not say. */
  readonly parts: readonly string[];
  /** An id of the catalogue, or words. */
  readonly cause: string;
  /** Remediations that are offered for it. */
  readonly remedies: readonly string[];
}

/** One answer beside what is true. */
export interface Judged {
  readonly found: readonly string[];
  readonly missing: readonly string[];
  /** Confirmed and not so. */
  readonly wrong: readonly string[];
  /** Of the wrong ones, those that the case forbids, and each one where nothing is planted. */
  readonly harmful: readonly string[];
  readonly harmfulRemedies: readonly string[];
  /** 0 when a root is missing, else true roots ÷ all confirmed roots; undefined where there is none to find. */
  readonly score?: number;
}

const includes = (said: string, word: string) => said.toLowerCase().includes(word.toLowerCase());

/** Whether this names the root: its part, if it says one, and its id or one of its words. */
function names({ parts, cause }: Said, root: Root): boolean {
  const where = parts.length === 0 || parts.some((part) => includes(part, root.part));
  return where && (cause === root.cause || root.words.some((word) => includes(cause, word)));
}

const nameOf = ({ part, cause }: Root) => `${cause} of ${part}`;

/** Judges what was said with certainty. `also`: causes that are as true here, beside those of the case. */
export function judge(of: Case, said: readonly Said[], also: readonly string[] = []): Judged {
  const asTrue = new Set([...of.also, ...also]);
  const isForbidden = ({ cause }: Said) => of.forbidden.includes(cause);
  const isRoot = (one: Said) => of.roots.some((root) => names(one, root));
  const isTrue = (one: Said) => !isForbidden(one) && (isRoot(one) || asTrue.has(one.cause));
  const isFound = (root: Root) => said.some((one) => names(one, root));
  const found = of.roots.filter(isFound).map(nameOf);
  const missing = of.roots.filter((root) => !isFound(root)).map(nameOf);
  const wrongOnes = said.filter((one) => !isTrue(one));
  const wrong = [...new Set(wrongOnes.map(({ cause }) => cause))];
  const harmful = wrongOnes.filter((one) => of.looksLike !== undefined || isForbidden(one));
  const remedies = [
    ...said.flatMap((one) => one.remedies.filter((id) => of.harmful.includes(id))),
    ...wrongOnes.flatMap((one) => one.remedies),
  ];
  return {
    ...{ found, missing, wrong },
    harmful: [...new Set(harmful.map(({ cause }) => cause))],
    harmfulRemedies: [...new Set(remedies)],
    ...(of.roots.length === 0
      ? {}
      : { score: missing.length > 0 ? 0 : found.length / (found.length + wrong.length) }),
  };
}

/** One case that was tried. */
export interface Tried {
  readonly case: Case;
  readonly judged: Judged;
  /** What was typed for the answer: the words of the case, or what was offered for them first. */
  readonly asked: string;
  readonly seconds: number;
  /** A healthy look-alike, and more than a word for information was said. */
  readonly loud: boolean;
  /** Why there was no answer. */
  readonly problem?: string;
}

/** What all cases come to. */
export interface Sum {
  readonly faults: number;
  readonly rootsFound: number;
  readonly mean: number;
  readonly wrong: number;
  readonly harmful: number;
  readonly harmfulRemedies: number;
  readonly negatives: number;
  readonly silent: number;
  /** In the middle, and the longest. */
  readonly seconds: readonly [middle: number, most: number];
}

/** Sums up; what got no answer has found nothing, and is not silent. */
export function sumOf(all: readonly Tried[]): Sum {
  const count = (of: (judged: Judged) => readonly unknown[]) =>
    all.reduce((sum, { judged }) => sum + of(judged).length, 0);
  const scores = all.flatMap(({ judged }) => judged.score ?? []);
  const negatives = all.filter((one) => one.case.looksLike !== undefined);
  const times = all.map(({ seconds }) => seconds).toSorted((a, b) => a - b);
  return {
    faults: scores.length,
    rootsFound: all.filter(({ judged }) => judged.score !== undefined && judged.missing.length === 0).length,
    mean: scores.length === 0 ? 0 : scores.reduce((sum, one) => sum + one, 0) / scores.length,
    wrong: count(({ wrong }) => wrong),
    harmful: count(({ harmful }) => harmful),
    harmfulRemedies: count((judged) => judged.harmfulRemedies),
    negatives: negatives.length,
    silent: negatives.filter(({ loud, problem }) => !loud && problem === undefined).length,
    seconds: [times[Math.floor((times.length - 1) / 2)] ?? 0, times.at(-1) ?? 0],
  };
}
