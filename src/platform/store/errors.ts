import { DatabaseError } from 'pg';
import { AppError } from '../../domain/kernel/errors.ts';
import { present } from '../../domain/kernel/present.ts';

/** Serialization failure and deadlock: the transaction did nothing and may be tried again. */
export function isRetryable(error: unknown): boolean {
  const state = sqlState(error);
  return state === '40001' || state === '40P01';
}

export function sqlState(error: unknown): string | undefined {
  return error instanceof DatabaseError ? error.code : undefined;
}

/**
 * What a failed call to our own PostgreSQL means. An error that carries no SQLSTATE comes from the
 * socket or from a timeout of the driver: the database could not be reached.
 */
export function translate(error: unknown): AppError {
  if (error instanceof AppError) return error;
  if (!(error instanceof DatabaseError)) {
    return new AppError('DEPENDENCY_UNAVAILABLE', 'PostgreSQL cannot be reached', {
      cause: error,
      facts: { dependency: 'postgres' },
    });
  }
  const state = error.code ?? '';
  const facts = {
    dependency: 'postgres',
    sqlstate: state,
    ...present({ constraint: error.constraint }),
  };
  if (state === '57014' || state === '55P03') {
    return new AppError('TIMED_OUT', 'PostgreSQL gave up a statement', { cause: error, facts });
  }
  if (state === '23505' && openTarget.has(error.constraint ?? '')) {
    return new AppError('CONFLICT', 'the target has an open remediation', {
      cause: error,
      facts: { ...facts, reason: 'target-busy' },
    });
  }
  if (state.startsWith('23')) {
    return new AppError('CONFLICT', 'PostgreSQL refused a change', { cause: error, facts });
  }
  if (unavailable.some((prefix) => state.startsWith(prefix))) {
    return new AppError('DEPENDENCY_UNAVAILABLE', 'PostgreSQL is not available', { cause: error, facts });
  }
  return new AppError('BUG', 'PostgreSQL refused a statement', { cause: error, facts });
}

/** A fix of the same object is approved or under way (R-X2). */
const openTarget: ReadonlySet<string> = new Set(['remediations_open_target', 'target_locks_pkey']);

/** For a deadline of ours: `translate` reads a plain error as a database that cannot be reached. */
export function noAnswer(): never {
  throw new Error('PostgreSQL did not answer in time');
}

/**
 * Connection failures, authorisation at connect, no such database, resources, operator intervention,
 * read-only standby, conflicts that outlived their retries, and a session that the server ended because we were late.
 */
const unavailable = ['08', '28', '3D', '40', '53', '57P', '25006', '58', 'XX', '25P03'];
