import type { z } from 'zod';
import { ExecuteJob, type QueueKind, RunJob } from '../domain/run/jobs.ts';
import { type ErrorPolicy, neverRetry, retryTransient } from './error-policy.ts';

export interface QueueDefinition<P extends z.ZodType = z.ZodType> {
  readonly payload: P;
  /** Jobs at a time in one worker process, for each environment. */
  readonly concurrency: number;
  readonly attempts: number;
  /** Milliseconds after which the job's signal aborts. */
  readonly timeoutMs: number;
  /** How often BullMQ may run a job again whose worker fell silent. */
  readonly maxStalledCount: number;
  /** Whether the end of the stop budget aborts the job. */
  readonly abortOnStop: boolean;
  /** Whether a lost BullMQ lock aborts the job (R-X7). A run has a lease of its own and goes on without Redis. */
  readonly abortOnLostLock: boolean;
  readonly onError: ErrorPolicy;
}

/**
 * The one table of queues. A run is read-only and may be aborted and taken over; an execution that has
 * begun may not be repeated by Redis (R-X7) nor cut off by a shutdown: a half-made change is worse than a late exit.
 */
export const queues = {
  run: {
    payload: RunJob,
    concurrency: 4,
    attempts: 3,
    timeoutMs: 90_000,
    maxStalledCount: 1,
    abortOnStop: true,
    abortOnLostLock: false,
    onError: retryTransient,
  },
  collect: {
    payload: RunJob,
    concurrency: 1,
    attempts: 3,
    timeoutMs: 10 * 60_000,
    maxStalledCount: 1,
    abortOnStop: true,
    abortOnLostLock: false,
    onError: retryTransient,
  },
  execute: {
    payload: ExecuteJob,
    concurrency: 2,
    attempts: 1,
    // Each step and each verification has an end of its own; long work goes on for as long as it gets on (R-X16).
    timeoutMs: 24 * 3_600_000,
    maxStalledCount: 0,
    abortOnStop: false,
    abortOnLostLock: true,
    onError: neverRetry,
  },
} as const satisfies Readonly<Record<QueueKind, QueueDefinition>>;

/**
 * One job for each attempt: while it waits, adding it again changes nothing; the next attempt is another
 * job. BullMQ refuses `:` and ids that are numbers.
 */
export function runJobId(runId: string, attempt: number): string {
  return `run-${runId}-${attempt}`;
}

export function executeJobId(remediationId: string, attempt: number): string {
  return `rem-${remediationId}-${attempt}`;
}
