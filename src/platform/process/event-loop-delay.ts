import { monitorEventLoopDelay } from 'node:perf_hooks';

const RESOLUTION_MS = 20;

/**
 * Watches how late this process gets its turn (event loop delay: own work, and waiting for a CPU alike).
 * The function it returns stops watching and gives the worst delay in milliseconds.
 */
export function watchEventLoopDelay(): () => number {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  return () => {
    delay.disable();
    return Math.max(0, delay.max / 1e6 - RESOLUTION_MS);
  };
}
