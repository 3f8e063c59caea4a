import { describe, expect, it } from 'vitest';
import { countReport, failuresOf } from '../../scripts/test.ts';

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

  it('names what failed with the first lines of why, for whoever sees only the end of the log', () => {
    const failed = {
      status: 'failed',
      fullName: 'a run ends',
      failureMessages: ['AssertionError: expected 1 to be 2\n    at a.test.ts:3'],
    };
    const report = {
      testResults: [
        {
          name: 'a.test.ts',
          status: 'failed',
          assertionResults: [failed, { status: 'passed', fullName: 'b' }],
        },
        { name: 'c.test.ts', status: 'failed', message: 'Cannot find module', assertionResults: [] },
        file('passed', 'passed'),
      ],
    };

    expect(failuresOf(report)).toEqual([
      'a.test.ts: a run ends\n  AssertionError: expected 1 to be 2\n      at a.test.ts:3',
      'c.test.ts\n  Cannot find module',
    ]);
  });
});
