export interface Progress {
  /** Does the work and prints one line when it is done: the time since the start, and what there is now. */
  step<T>(what: string, work: () => Promise<T>): Promise<T>;
  say(line: string): void;
  /** Seconds since the start, with one decimal. */
  seconds(): string;
}

/** @param now milliseconds of any clock that never goes back */
export function createProgress(write: (text: string) => void, now: () => number): Progress {
  const started = now();
  const since = (from: number): string => ((now() - from) / 1000).toFixed(1);
  const say = (line: string): void => write(`${line}\n`);
  return {
    say,
    seconds: () => since(started),
    async step(what, work) {
      const from = now();
      const result = await work();
      say(`${since(started).padStart(6)} s  ${what} (took ${since(from)} s)`);
      return result;
    },
  };
}
