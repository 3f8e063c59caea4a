import { setTimeout as delay } from 'node:timers/promises';

/** What was started and has to be stopped, the last first. */
export interface CleanUp {
  /** Starts something that `stop` ends. Once `run` was called nothing is started any more: it throws. */
  start<T>(begin: () => Promise<T>, stop: (started: T) => Promise<unknown>): Promise<T>;
  /** Stops everything, also what is still on its way up. Never rejects; safe to call twice. */
  run(): Promise<void>;
}

/** What is still starting is waited for this long; the kernel ends it with this process after that. */
const patienceMs = 20_000;

export function createCleanUp(): CleanUp {
  const begun: { readonly up: Promise<unknown>; readonly stop: (started: never) => Promise<unknown> }[] = [];
  let over: Promise<void> | undefined;

  async function stopAll(): Promise<void> {
    for (const { up, stop } of begun.toReversed()) {
      const patience = new AbortController();
      try {
        const late = delay(patienceMs, undefined, { signal: patience.signal }).then(() =>
          Promise.reject(new Error('it did not come up')),
        );
        late.catch(() => undefined);
        const started = await Promise.race([up, late]);
        await stop(started as never);
      } catch {
        // It never came up, or it is gone already.
      } finally {
        patience.abort();
      }
    }
  }

  return {
    async start(begin, stop) {
      if (over !== undefined) throw new Error('the playground is ending');
      const up = begin();
      begun.push({ up, stop });
      return up;
    },
    run: () => (over ??= stopAll()),
  };
}
