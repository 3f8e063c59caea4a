import { describe, expect, it } from 'vitest';
import {
  AppError,
  type ErrorCode,
  errorCodes,
  isStoreAway,
  type Stage,
  stages,
  TargetError,
  targetStages,
} from '../../../../src/domain/kernel/errors.ts';

describe('an error of ours', () => {
  it.each<[ErrorCode, boolean]>([
    ['INVALID_INPUT', false],
    ['NOT_ALLOWED', false],
    ['NOT_FOUND', false],
    ['CONFLICT', false],
    ['DEPENDENCY_UNAVAILABLE', true],
    ['TIMED_OUT', true],
    ['BUG', false],
  ])('of code %s may be tried again: %s', (code, retryable) => {
    expect(errorCodes).toContain(code);
    expect(new AppError(code, 'm').retryable).toBe(retryable);
    expect(new AppError(code, 'm', { retryable: !retryable }).retryable).toBe(!retryable);
  });

  it('keeps its code, facts and cause, and has no cause where none is given', () => {
    const cause = new Error('below');
    const error = new AppError('CONFLICT', 'm', { facts: { a: 1 }, cause });

    expect(error).toMatchObject({ name: 'AppError', code: 'CONFLICT', message: 'm', facts: { a: 1 }, cause });
    expect(new AppError('BUG', 'm').facts).toEqual({});
    expect(Object.hasOwn(new AppError('BUG', 'm'), 'cause')).toBe(false);
  });

  it('says that the own PostgreSQL is away only where that is what failed, and may end', () => {
    const of = (dependency: string, retryable = true) =>
      new AppError('DEPENDENCY_UNAVAILABLE', 'm', { facts: { dependency }, retryable });

    expect(isStoreAway(of('postgres'))).toBe(true);
    expect(isStoreAway(of('redis'))).toBe(false);
    expect(isStoreAway(of('postgres', false))).toBe(false);
    expect(isStoreAway(new AppError('DEPENDENCY_UNAVAILABLE', 'm'))).toBe(false);
    expect(
      isStoreAway(Object.assign(new Error('m'), { retryable: true, facts: { dependency: 'postgres' } })),
    ).toBe(false);
    expect(isStoreAway(undefined)).toBe(false);
  });
});

describe('an error of a target', () => {
  // The code, and whether the stage says something about the target itself or only that it could not be checked.
  const expected: Readonly<Record<Stage, readonly [ErrorCode, 'the target' | 'could not check']>> = {
    dns: ['DEPENDENCY_UNAVAILABLE', 'could not check'],
    refused: ['DEPENDENCY_UNAVAILABLE', 'the target'],
    'connect-timeout': ['TIMED_OUT', 'could not check'],
    tls: ['DEPENDENCY_UNAVAILABLE', 'could not check'],
    auth: ['DEPENDENCY_UNAVAILABLE', 'the target'],
    'not-admitted': ['DEPENDENCY_UNAVAILABLE', 'could not check'],
    starting: ['DEPENDENCY_UNAVAILABLE', 'the target'],
    busy: ['DEPENDENCY_UNAVAILABLE', 'the target'],
    'read-only': ['DEPENDENCY_UNAVAILABLE', 'the target'],
    full: ['DEPENDENCY_UNAVAILABLE', 'the target'],
    fault: ['DEPENDENCY_UNAVAILABLE', 'the target'],
    rejected: ['DEPENDENCY_UNAVAILABLE', 'could not check'],
    'unknown-error': ['DEPENDENCY_UNAVAILABLE', 'could not check'],
    forbidden: ['DEPENDENCY_UNAVAILABLE', 'could not check'],
    'no-answer': ['TIMED_OUT', 'the target'],
    closed: ['DEPENDENCY_UNAVAILABLE', 'the target'],
    limit: ['DEPENDENCY_UNAVAILABLE', 'the target'],
    protocol: ['DEPENDENCY_UNAVAILABLE', 'could not check'],
    aborted: ['DEPENDENCY_UNAVAILABLE', 'could not check'],
  };

  it.each(Object.entries(expected))('at the stage "%s"', (stage, [code, about]) => {
    const error = new TargetError(stage as Stage, 'm', { facts: { host: 'h' } });

    expect(error).toMatchObject({ name: 'TargetError', stage, code, retryable: true, facts: { host: 'h' } });
    expect(targetStages.has(stage as Stage) ? 'the target' : 'could not check').toBe(about);
  });

  it('has a stage of the list', () => {
    expect([...stages].toSorted()).toEqual(Object.keys(expected).toSorted());
  });
});
