import { AppError } from '../../src/domain/kernel/errors.ts';

const busy: ReadonlySet<string> = new Set(['DEPENDENCY_UNAVAILABLE', 'TIMED_OUT']);

/** Somebody is told that nothing could be stored on a machine that is too busy, and types it again. */
export async function typedAgain<T>(start: () => Promise<T>, times = 5): Promise<T> {
  try {
    return await start();
  } catch (error) {
    const isBusy = error instanceof AppError && busy.has(error.code);
    if (!isBusy || times <= 1) throw error;
    return typedAgain(start, times - 1);
  }
}
