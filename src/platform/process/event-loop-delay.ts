import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as delayed, setImmediate as turn } from 'node:timers/promises';

const RESOLUTION_MS = 20;

/** Average delay from which a process is late all the time: an answer that takes many turns is late by all of them. */
const STEADY_MS = 50;

/**
 * Watches how late this process gets its turn (event loop delay: own work, and waiting for a CPU alike).
 * The function it returns stops watching and gives the worst delay in milliseconds; where each turn came late, the sum.
 */
export function watchEventLoopDelay(): () => Promise<number> {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  // The histogram counts from its first turn on; a block that begins before that would never be seen.
  const asked = performance.now();
  let first = 0;
  const firstTurn = setTimeout(() => {
    first = performance.now() - asked - RESOLUTION_MS;
  }, RESOLUTION_MS);
  return async () => {
    // A delay is counted by a timer of the loop, and who waited for an answer is told before that timer has its turn: after
    // work of half a second nothing would be counted yet. In the check phase all timers that were due have run.
    await delayed(1);
    await turn();
    delay.disable();
    clearTimeout(firstTurn);
    const later = delay.count === 0 ? 0 : (delay.mean / 1e6 - RESOLUTION_MS) * delay.count;
    const worst = Math.max(0, first, delay.max / 1e6 - RESOLUTION_MS);
    const sum = first + later;
    return sum < STEADY_MS * (delay.count + 1) ? worst : Math.max(worst, sum);
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
