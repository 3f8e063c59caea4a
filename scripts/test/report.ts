/** What a report of vitest says: counts, failures with their reasons, and the files that they are in. */

import { isAbsolute, relative } from 'node:path';

export interface Count {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export interface Report {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message?: string;
    readonly assertionResults: readonly {
      readonly status: string;
      readonly fullName: string;
      readonly failureMessages?: readonly string[];
    }[];
  }[];
}

export interface Failure {
  /** Path of the test file from the root of the repository. */
  readonly file: string;
  /** Full name of the test; undefined when the file itself could not be read or set up. */
  readonly test?: string;
  /** The test, and the first lines of what it said. */
  readonly said: string;
}

export const nothing: Count = { passed: 0, failed: 0, skipped: 0 };

export function total(counts: readonly Count[]): Count {
  const sum = (key: keyof Count): number => counts.reduce((all, count) => all + count[key], 0);
  return { passed: sum('passed'), failed: sum('failed'), skipped: sum('skipped') };
}

/** Adds a report up. A file that could not even be read counts as one failure. */
export function countReport(report: Report): Count & { readonly skippedNames: readonly string[] } {
  const tests = report.testResults.flatMap((file) => file.assertionResults);
  const broken = report.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  );
  const skippedNames = tests
    .filter((test) => test.status !== 'passed' && test.status !== 'failed')
    .map((test) => test.fullName);
  return {
    passed: tests.filter((test) => test.status === 'passed').length,
    failed: tests.filter((test) => test.status === 'failed').length + broken.length,
    skipped: skippedNames.length,
    skippedNames,
  };
}

const firstLines = (name: string, message = ''): string =>
  [name, ...message.split('\n').slice(0, 12)].join('\n  ').trimEnd();

/**
 * What failed in a report. Paths of files are given from `root`.
 * @param around What failed outside of every test, by the file's absolute path.
 */
export function failuresOf(
  report: Report,
  root: string,
  around: ReadonlyMap<string, readonly string[]> = new Map(),
): readonly Failure[] {
  return report.testResults
    .filter((file) => file.status === 'failed')
    .flatMap((result): readonly Failure[] => {
      const file = isAbsolute(result.name) ? relative(root, result.name) : result.name;
      const tests = result.assertionResults.filter((test) => test.status === 'failed');
      if (tests.length === 0)
        return [{ file, said: firstLines(file, around.get(result.name)?.join('\n') ?? result.message) }];
      return tests.map((test) => ({
        file,
        test: test.fullName,
        said: firstLines(`${file}: ${test.fullName}`, test.failureMessages?.join('\n')),
      }));
    });
}
