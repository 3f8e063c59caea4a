import type { Clock } from './clock.ts';

export interface BackOff {
  /** Milliseconds after the first failure; each further one doubles it. */
  readonly firstMs: number;
  readonly mostMs: number;
  /** From 0 up to 1. With it the pause lies between half and the whole, so that many do not come back at once. */
  readonly random?: () => number;
}

/** Milliseconds to wait when attempt number `attempt` (1 for the first) has failed. */
export function backOff(attempt: number, { firstMs, mostMs, random }: BackOff): number {
  const whole = Math.min(mostMs, firstMs * 2 ** (attempt - 1));
  return random === undefined ? whole : whole * (0.5 + random() / 2);
}

export interface RetryOptions {
  readonly clock: Pick<Clock, 'sleep'>;
  /** Whether trying again may help, and there is still time for it: `waitMs` would pass before. */
  readonly again: (error: unknown, attempt: number, waitMs: number) => boolean;
  readonly backOff: BackOff;
  readonly signal?: AbortSignal;
}

/** The work's answer, as often as it is worth trying; rejects with its last error, or with the signal's reason. */
export async function retrying<T>(
  work: (attempt: number) => Promise<T>,
  { clock, again, signal, ...options }: RetryOptions,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work(attempt);
    } catch (error) {
      const waitMs = backOff(attempt, options.backOff);
      if (signal?.aborted === true || !again(error, attempt, waitMs)) throw error;
      await clock.sleep(waitMs, signal);
    }
  }
}
