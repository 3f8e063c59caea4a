/** Which failure may be tried once more, and what that costs. The list is `test/by-chance.json`. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Failure } from './report.ts';

/** A test that failed by chance before, why, and what was done about it. */
export interface KnownChance {
  /** `FILE: TEST`, as a run prints it. */
  readonly test: string;
  readonly cause: string;
  readonly mended: string;
}

/** A run passes with this many files that failed first and passed when they ran alone. */
export const filesAllowed = 2;

/** What decides, records, redacts or stores: what fails once there is a race of the product until the opposite is shown. */
const neverAgain =
  /(?:^|\/)(?:crash|contract|story|store)\/|approv|audit|anchor|redact|secret|decision|break-glass|safety|fix/;

/** Path of a test file from the root of the repository. */
export const mayRunAgain = (file: string): boolean => file.endsWith('.test.ts') && !neverAgain.test(file);

export function knownChances(root: string): readonly KnownChance[] {
  return JSON.parse(readFileSync(join(root, 'test/by-chance.json'), 'utf8')) as readonly KnownChance[];
}

const nameOf = ({ file, test }: Failure): string => (test === undefined ? file : `${file}: ${test}`);

/**
 * The files whose failures may be tried once more, in order. None when there are more than `left`: so many failures are no
 * chance. A file with a test that failed by chance before is not tried again: what was mended does not hold.
 */
export function filesToRunAgain(
  failures: readonly Failure[],
  known: readonly KnownChance[],
  left: number,
): readonly string[] {
  const before = new Set(known.map(({ test }) => test));
  const files = [...new Set(failures.map(({ file }) => file))];
  if (files.length > left) return [];
  return files.filter(
    (file) =>
      mayRunAgain(file) && !failures.some((failure) => failure.file === file && before.has(nameOf(failure))),
  );
}

/** One line for the end of a run. */
export const byChanceLine = (failure: Failure): string => `by chance: ${nameOf(failure)}`;
