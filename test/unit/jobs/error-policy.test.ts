import { expect, test } from 'vitest';
import { AppError } from '../../../src/domain/kernel/errors.ts';
import { neverRetry, retryTransient } from '../../../src/jobs/error-policy.ts';

test.each([
  [
    'an unreachable dependency, first time',
    new AppError('DEPENDENCY_UNAVAILABLE', 'x'),
    1,
    { retry: true, delayMs: 500 },
  ],
  [
    'an unreachable dependency, third time',
    new AppError('DEPENDENCY_UNAVAILABLE', 'x'),
    3,
    { retry: true, delayMs: 2000 },
  ],
  [
    'an unreachable dependency, for ever',
    new AppError('DEPENDENCY_UNAVAILABLE', 'x'),
    40,
    { retry: true, delayMs: 30_000 },
  ],
  ['a timeout', new AppError('TIMED_OUT', 'x'), 1, { retry: true, delayMs: 500 }],
  ['one marked as final', new AppError('TIMED_OUT', 'x', { retryable: false }), 1, { retry: false }],
  ['a conflict', new AppError('CONFLICT', 'x'), 1, { retry: false }],
  ['input that is wrong', new AppError('INVALID_INPUT', 'x'), 1, { retry: false }],
  ['a bug', new AppError('BUG', 'x'), 1, { retry: false }],
  ['an error nobody translated', new TypeError('x'), 1, { retry: false }],
  ['something that is no error', 'x', 1, { retry: false }],
] as const)('of a run: %s', (_name, error, attempt, decision) => {
  expect(retryTransient(error, attempt)).toEqual(decision);
});

test('R-X7: an execution is never tried again', () => {
  expect(neverRetry(new AppError('DEPENDENCY_UNAVAILABLE', 'x'), 1)).toEqual({ retry: false });
});
