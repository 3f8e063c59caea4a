import type { EmulatorClock } from './types.ts';

/** The machine's clock. Its timers never keep the process alive. */
export const systemClock: EmulatorClock = {
  now: () => Date.now(),
  setTimer: (ms, run) => {
    const timer = setTimeout(run, ms);
    timer.unref();
    return () => clearTimeout(timer);
  },
};

export interface ManualClock extends EmulatorClock {
  /** Moves time on and runs every timer that falls due, in order. */
  advance(ms: number): void;
  /** Timers that wait. */
  pending(): number;
}

/** A clock that stands still until `advance` is called. `start` is in milliseconds since 1970. */
export function createManualClock(start = Date.UTC(2026, 10, 25, 9, 0, 0)): ManualClock {
  let now = start;
  let order = 0;
  const timers = new Map<number, { readonly at: number; readonly run: () => void }>();
  const nextDue = (limit: number) =>
    [...timers.entries()]
      .filter(([, timer]) => timer.at <= limit)
      .sort(([a, left], [b, right]) => left.at - right.at || a - b)[0];
  return {
    now: () => now,
    setTimer: (ms, run) => {
      order += 1;
      const id = order;
      timers.set(id, { at: now + Math.max(0, ms), run });
      return () => void timers.delete(id);
    },
    advance: (ms) => {
      const target = now + ms;
      for (let due = nextDue(target); due; due = nextDue(target)) {
        timers.delete(due[0]);
        now = Math.max(now, due[1].at);
        due[1].run();
      }
      now = target;
    },
    pending: () => timers.size,
  };
}
