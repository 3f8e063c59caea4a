import { backOff } from '../domain/kernel/back-off.ts';
import { AppError } from '../domain/kernel/errors.ts';

export type ErrorDecision = { readonly retry: false } | { readonly retry: true; readonly delayMs: number };

/** What to do after attempt `attempt` (1 for the first) failed with `error`. Pure. */
export type ErrorPolicy = (error: unknown, attempt: number) => ErrorDecision;

/** Longest pause between two attempts of one job. */
const longestMs = 30_000;

/** Again after 0.5 s, 1 s, 2 s … when the error says that trying again may help; a bug stays a bug. */
export const retryTransient: ErrorPolicy = (error, attempt) =>
  error instanceof AppError && error.retryable
    ? { retry: true, delayMs: backOff(attempt, { firstMs: 500, mostMs: longestMs }) }
    : { retry: false };

/** R-X7: an execution is never tried again by the courier; the state in PostgreSQL decides what follows. */
export const neverRetry: ErrorPolicy = () => ({ retry: false });
