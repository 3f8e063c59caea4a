import { TargetError } from '../../../domain/kernel/errors.ts';

/** Places of our own at a target. Who waits for one waits for us: the target's time begins with the place. */
export interface Places {
  /** Runs `call` once there is a place; TargetError `aborted` where the signal ends before. */
  use<T>(signal: AbortSignal | undefined, call: () => Promise<T>): Promise<T>;
}

/** As many places as there are sessions; who came first is first. */
export function createPlaces(most: number): Places {
  let taken = 0;
  const waiting: (() => void)[] = [];
  const place = (signal: AbortSignal | undefined) =>
    new Promise<void>((resolve, reject) => {
      const left = () => {
        waiting.splice(waiting.indexOf(granted), 1);
        reject(new TargetError('aborted', 'stopped waiting for a session of our own'));
      };
      const granted = () => {
        signal?.removeEventListener('abort', left);
        resolve();
      };
      signal?.addEventListener('abort', left, { once: true });
      waiting.push(granted);
    });
  return {
    async use(signal, call) {
      if (taken < most) taken += 1;
      else await place(signal);
      try {
        return await call();
      } finally {
        // The place goes on to whoever waits; nobody who comes now takes it before.
        const next = waiting.shift();
        if (next === undefined) taken -= 1;
        else next();
      }
    },
  };
}
