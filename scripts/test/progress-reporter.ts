/** Tells the process that started vitest, on file descriptor 3, how far a suite is: one JSON object a line. */

import { writeSync } from 'node:fs';
import type { Reporter, TestModule, TestSpecification } from 'vitest/node';

export type Progress =
  | { readonly files: number }
  | {
      readonly file: string;
      readonly passed: number;
      readonly failed: number;
      /** What failed outside of every test: the file itself, and each `beforeAll` or `afterAll`, which the report of vitest leaves out. */
      readonly errors: readonly string[];
    };

const tell = (progress: Progress): void => {
  writeSync(3, `${JSON.stringify(progress)}\n`);
};

export default class ProgressReporter implements Reporter {
  onTestRunStart(files: readonly TestSpecification[]): void {
    tell({ files: files.length });
  }
  onTestModuleEnd(file: TestModule): void {
    const around = [file, ...file.children.allSuites()].flatMap((suite) => suite.errors());
    const states = [...file.children.allTests()].map((test) => test.result().state);
    tell({
      file: file.moduleId,
      passed: states.filter((state) => state === 'passed').length,
      failed: states.filter((state) => state === 'failed').length + (around.length > 0 ? 1 : 0),
      errors: around.map(({ message, stack }) => stack ?? message),
    });
  }
}
