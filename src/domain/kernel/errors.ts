import type { Facts } from './facts.ts';

export const errorCodes = [
  'INVALID_INPUT',
  'NOT_ALLOWED',
  'NOT_FOUND',
  'CONFLICT',
  'DEPENDENCY_UNAVAILABLE',
  'TIMED_OUT',
  'BUG',
] as const;
export type ErrorCode = (typeof errorCodes)[number];

export interface AppErrorOptions {
  readonly facts?: Facts;
  readonly cause?: unknown;
  readonly retryable?: boolean;
}

/**
 * The one error that crosses a boundary of ours. `message` is for the log; what a person reads is
 * looked up by `code` (and, when given, by `facts.reason`) in the text catalogue.
 */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly retryable: boolean;
  readonly facts: Facts;

  constructor(code: ErrorCode, message: string, options: AppErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.retryable = options.retryable ?? (code === 'DEPENDENCY_UNAVAILABLE' || code === 'TIMED_OUT');
    this.facts = options.facts ?? {};
  }
}

/** The bot's own PostgreSQL is away: nothing can be written now, and what was begun is taken up again later. */
export function isStoreAway(error: unknown): boolean {
  return error instanceof AppError && error.retryable && error.facts.dependency === 'postgres';
}

/** What may come of a word that somebody has typed: they are told, and no operator is called for it. */
export function isRefusal(error: unknown): boolean {
  return (
    error instanceof AppError &&
    ['INVALID_INPUT', 'NOT_ALLOWED', 'NOT_FOUND', 'CONFLICT'].includes(error.code)
  );
}

/** How far a call to a target got before it failed. */
export const stages = [
  'dns', // the name does not resolve
  'refused', // the host answered: no process listens there
  'connect-timeout', // no answer to the connection attempt: firewall, route, dead host
  'tls', // connected, TLS did not come up
  'auth', // the target refused the credentials
  'not-admitted', // it answers that it lets no such connection in: an address, a user, a database, or no TLS
  'forbidden', // authenticated, but not allowed (RBAC, ACL)
  'no-answer', // connected, but no answer came
  'closed', // connected, then closed or reset before an answer
  'limit', // the target turns connections or requests away because a limit is reached
  'starting', // it answers that it takes no work yet, or no longer: it starts, recovers or stops
  'busy', // it answers that one thing keeps it from all else, such as a script that runs
  'read-only', // it answers that it takes no writes: a failed save, a replica, a standby
  'full', // it answers that its memory or its disk has no room for what is asked
  'fault', // it answers that it cannot serve for a fault of its own
  'rejected', // it refuses this one request as such, which says nothing of how it is
  'protocol', // an answer that makes no sense for this protocol
  'unknown-error', // it answers with an error that stands in no list of ours: quoted, and not classed
  'aborted', // we stopped waiting: the run's deadline or a cancel
] as const;
export type Stage = (typeof stages)[number];

/** A call to a system under diagnosis failed. Adapters translate driver errors into this, once. */
export class TargetError extends AppError {
  readonly stage: Stage;

  constructor(stage: Stage, message: string, options: AppErrorOptions = {}) {
    super(
      stage === 'connect-timeout' || stage === 'no-answer' ? 'TIMED_OUT' : 'DEPENDENCY_UNAVAILABLE',
      message,
      options,
    );
    this.name = 'TargetError';
    this.stage = stage;
  }
}

/**
 * Stages that say something about the target itself. The others (`dns`, `connect-timeout`, `tls`, `not-admitted`,
 * `forbidden`, `rejected`, `aborted`, `protocol`, `unknown-error`) only say that we could not check.
 */
export const targetStages: ReadonlySet<Stage> = new Set<Stage>([
  ...(['refused', 'auth', 'no-answer', 'closed', 'limit'] as const),
  ...(['starting', 'busy', 'read-only', 'full', 'fault'] as const),
]);
