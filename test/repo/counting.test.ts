import { describe, expect, it } from 'vitest';
import { countReport } from '../../scripts/test.ts';

const file = (status: string, ...tests: readonly string[]) => ({
  name: 'a.test.ts',
  status,
  assertionResults: tests.map((state, index) => ({ status: state, fullName: `test ${index}` })),
});

describe('the sum at the end of `npm test`', () => {
  it('counts what passed, what failed and what was left out', () => {
    const report = {
      testResults: [file('failed', 'passed', 'failed', 'skipped'), file('passed', 'passed', 'pending')],
    };

    expect(countReport(report)).toEqual({
      passed: 2,
      failed: 1,
      skipped: 2,
      skippedNames: ['test 2', 'test 1'],
    });
  });

  it('counts a file that could not be read, or whose set-up failed, as a failure', () => {
    const report = { testResults: [file('failed'), file('failed', 'skipped')] };

    expect(countReport(report)).toMatchObject({ passed: 0, failed: 2 });
  });
});
