import { setTimeout as delayed, setImmediate as turn } from 'node:timers/promises';

const RESOLUTION_MS = 20;

/** Average delay from which a process is late all the time: an answer that takes many turns is late by all of them. */
const STEADY_MS = 50;

interface Watch {
  /** By `performance.now`, as all times here. */
  readonly asked: number;
  worst: number;
  sum: number;
  turns: number;
}

const watches = new Set<Watch>();
let ticking: NodeJS.Timeout | undefined;
let lastTick = 0;

/** One timer for all who watch: each call of a target watches, and there are thousands of them in a second. */
function tick(): void {
  const now = performance.now();
  for (const watch of watches) count(watch, now);
  lastTick = now;
}

function count(watch: Watch, now: number): void {
  const late = Math.max(0, now - Math.max(lastTick, watch.asked) - RESOLUTION_MS);
  watch.worst = Math.max(watch.worst, late);
  watch.sum += late;
  watch.turns += 1;
}

/**
 * Watches how late this process gets its turn (event loop delay: own work, and waiting for a CPU alike), from its first
 * moment on. The function it returns stops watching and gives the worst delay in milliseconds; where each turn came late,
 * the sum.
 */
export function watchEventLoopDelay(): () => Promise<number> {
  const watch: Watch = { asked: performance.now(), worst: 0, sum: 0, turns: 0 };
  if (ticking === undefined) {
    lastTick = watch.asked;
    ticking = setInterval(tick, RESOLUTION_MS);
    ticking.unref();
  }
  watches.add(watch);
  return async () => {
    // A delay is counted by a timer of the loop, and who waited for an answer is told before that timer has its turn: after
    // work of half a second nothing would be counted yet. In the check phase all timers that were due have run.
    await delayed(1);
    await turn();
    if (watches.delete(watch)) count(watch, performance.now());
    if (watches.size === 0) {
      clearInterval(ticking);
      ticking = undefined;
    }
    const { worst, sum, turns } = watch;
    return sum < STEADY_MS * turns ? worst : Math.max(worst, sum);
  };
}

/** A turn that comes no later than this is one of a process that has time. */
const QUIET_MS = 40;
const TURNS = 2;
const GIVE_UP_MS = 2_000;

/**
 * Resolves when this process gets its turns in time: after its start it still loads and compiles, and what it measured
 * meanwhile would be its own lag. After two seconds it resolves in any case: then the machine is busy, not this start.
 */
export async function eventLoopQuiet(): Promise<void> {
  const started = performance.now();
  for (let inTime = 0; inTime < TURNS && performance.now() - started < GIVE_UP_MS; ) {
    const asked = performance.now();
    await new Promise((resolve) => setTimeout(resolve, RESOLUTION_MS));
    inTime = performance.now() - asked - RESOLUTION_MS <= QUIET_MS ? inTime + 1 : 0;
  }
}
