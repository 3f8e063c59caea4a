import type { Clock } from './clock.ts';

export interface EveryOptions {
  readonly clock: Pick<Clock, 'sleep'>;
  /** Told what a round threw; the next round comes all the same. */
  readonly onError: (error: unknown) => void;
  /** Pause before the first round, in milliseconds; default 0. */
  readonly firstMs?: number;
  /** Shortest pause between two rounds, however often it is woken, in milliseconds; default 0. */
  readonly restMs?: number;
  /** Ends it as `stop` does. */
  readonly signal?: AbortSignal;
}

export interface Periodic {
  /** The next round begins at once, or as soon as the present one has ended. */
  wake(): void;
  /** No other round begins; resolves when the present one has ended. Not to be awaited by a round itself. */
  stop(): Promise<void>;
}

/** When a pause is asked for and the round failed, there is no answer. */
const afterFailureMs = 1_000;

/**
 * Does `round` again and again, one at a time, with a pause in between. `pauseMs` may be a function that is asked after
 * each round. A round gets a signal that ends when it is stopped.
 */
export function every(
  pauseMs: number | (() => number | Promise<number>),
  round: (signal: AbortSignal) => Promise<unknown>,
  options: EveryOptions,
): Periodic {
  const { clock, onError, firstMs = 0, restMs = 0 } = options;
  const stopping = new AbortController();
  let woken = false;
  let rouse: () => void = () => undefined;

  const sleep = async (ms: number): Promise<void> => {
    // One signal a pause: joined ones would pile up on the long-lived signal.
    const pause = new AbortController();
    rouse = () => pause.abort(new Error('woken'));
    if (!woken && !stopping.signal.aborted) await clock.sleep(ms, pause.signal).catch(() => undefined);
    rouse = () => undefined;
  };
  /** What comes back is how long to pause then. */
  const oneRound = async (): Promise<number> => {
    woken = false;
    try {
      await round(stopping.signal);
      if (typeof pauseMs === 'function' && !woken) return await pauseMs();
    } catch (error) {
      onError(error);
    }
    return typeof pauseMs === 'function' ? afterFailureMs : pauseMs;
  };
  const end = (): void => {
    stopping.abort(new Error('stopping'));
    rouse();
  };
  options.signal?.addEventListener('abort', end, { once: true });
  if (options.signal?.aborted === true) end();
  const loop = (async () => {
    if (firstMs > 0) await sleep(firstMs);
    while (!stopping.signal.aborted) {
      const ms = await oneRound();
      if (restMs > 0) await clock.sleep(restMs, stopping.signal).catch(() => undefined);
      await sleep(ms);
    }
  })();

  return {
    wake() {
      woken = true;
      rouse();
    },
    async stop() {
      options.signal?.removeEventListener('abort', end);
      end();
      await loop;
    },
  };
}
