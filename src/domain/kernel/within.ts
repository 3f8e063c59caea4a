import { setMaxListeners } from 'node:events';
import { AppError } from './errors.ts';

export interface WithinOptions<Late> {
  /** The caller's own end. */
  readonly signal?: AbortSignal | undefined;
  /** What comes instead at the deadline: a value, or an error that it throws. Default: AppError TIMED_OUT. */
  readonly late?: () => Late;
  /** What is thrown when the caller's signal ends first. Default: the signal's own reason. */
  readonly stopped?: () => Error;
}

/**
 * Work with a deadline of `ms` milliseconds; `Infinity` leaves the caller's signal alone. The answer comes at the
 * deadline or at the caller's end even if a driver goes on; what the work says afterwards, value or error, is dropped.
 * Work that is a function gets a signal that ends then too, and is not begun when the caller's has ended before. Where
 * it is made of parts, each call of `renew` gives it the whole time again; after its end that does nothing.
 */
export function within<T, Late = never>(
  ms: number,
  work: Promise<T> | ((signal: AbortSignal, renew: () => void) => Promise<T> | T),
  options: WithinOptions<Late> = {},
): Promise<T | Late> {
  const { signal, late = tooLate } = options;
  return new Promise<T | Late>((resolve, reject) => {
    const own = new AbortController();
    // Every call that the work makes may listen to it; that is no leak.
    setMaxListeners(0, own.signal);
    let timer: NodeJS.Timeout | undefined;
    const renew = (): void => {
      if (timer === undefined) return;
      clearTimeout(timer);
      timer = setTimeout(onDeadline, ms);
    };
    const leave = (): void => {
      clearTimeout(timer);
      timer = undefined;
      signal?.removeEventListener('abort', onAbort);
    };
    const fail = (error: Error): void => {
      leave();
      own.abort(error);
      reject(error);
    };
    const onDeadline = (): void => {
      try {
        const instead = late();
        leave();
        own.abort(timedOut());
        resolve(instead);
      } catch (error) {
        fail(asError(error));
      }
    };
    const onAbort = (): void => fail(options.stopped?.() ?? asError(signal?.reason));
    if (signal?.aborted === true) {
      if (typeof work !== 'function') work.catch(() => undefined);
      onAbort();
      return;
    }
    signal?.addEventListener('abort', onAbort, { once: true });
    if (Number.isFinite(ms)) timer = setTimeout(onDeadline, ms);
    const running =
      typeof work === 'function' ? new Promise<T>((begin) => begin(work(own.signal, renew))) : work;
    running.then(
      (value) => {
        leave();
        resolve(value);
      },
      (error: unknown) => {
        leave();
        reject(error);
      },
    );
  });
}

/** Whether it settled well within `ms` milliseconds; rejects as it does. */
export function inTime(ms: number, work: Promise<unknown>): Promise<boolean> {
  return within(
    ms,
    work.then(() => true),
    { late: () => false },
  );
}

function timedOut(): AppError {
  return new AppError('TIMED_OUT', 'no answer in time');
}

function tooLate(): never {
  throw timedOut();
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error('stopped waiting', { cause: reason });
}
