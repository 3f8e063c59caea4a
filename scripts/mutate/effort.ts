import { readFileSync } from 'node:fs';

// The tests replace clocks and timers by false ones: these are taken before.
const { setInterval: repeat, clearInterval: stop, Date: RealDate } = globalThis;
const usage = process.cpuUsage.bind(process);

/** Epoch milliseconds, whatever the test does to the clock. */
export const realNow = (): number => RealDate.now();

/** Processor time of this process since it began, in milliseconds. */
export function cpuMs(): number {
  const { user, system } = usage();
  return (user + system) / 1000;
}

const tickMs = 25;
/** A process that gets no processor ticks late and makes up for nothing, so that these count its own waiting alone. */
let ticks = 0;
repeat(() => {
  ticks += 1;
}, tickMs).unref();

/**
 * What this process has done so far, in milliseconds: processor time, or waiting where that is more. On an idle machine it is
 * about the time that passed; on a busy one it grows as much as it would on an idle one.
 */
export const effort = (): number => Math.max(cpuMs(), ticks * tickMs);

/** Resolves with `value` after so much effort, unless it is cancelled. */
export function lateBy<T>(ms: number, value: T): { readonly promise: Promise<T>; cancel(): void } {
  const [cpu, ticked] = [cpuMs(), ticks];
  let cancel: () => void = () => undefined;
  const promise = new Promise<T>((resolve) => {
    const timer = repeat(() => {
      if (Math.max(cpuMs() - cpu, (ticks - ticked) * tickMs) > ms) resolve(value);
    }, tickMs);
    cancel = () => stop(timer);
  });
  return { promise, cancel };
}

/** Processor time of another process in milliseconds; undefined where the system does not tell it. */
export function cpuMsOf(pid: number): number | undefined {
  try {
    // The name of the program stands in brackets and may hold anything; utime and stime are the 12th and 13th after it.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) * hundredthMs;
  } catch {
    return undefined;
  }
}

/** Linux counts for programs in hundredths of a second on every machine that Node runs on. */
const hundredthMs = 10;
