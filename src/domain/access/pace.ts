/** How many starts are taken within a minute. */
export interface StartsPerMinute {
  readonly person: number;
  readonly channel: number;
}

const minuteMs = 60_000;

export interface Pace {
  /**
   * Takes a start at `now` (epoch milliseconds) for all of these keys, or for none: then it says after how many
   * seconds the next one is taken.
   */
  take(keys: readonly (readonly [key: string, most: number])[], now: number): number | undefined;
}

/** R-A13: counts the starts of the last minute by person and by channel; what is refused does not count. */
export function createPace(): Pace {
  const taken = new Map<string, number[]>();
  const recent = (key: string, now: number): number[] =>
    (taken.get(key) ?? []).filter((at) => now - at < minuteMs);
  return {
    take(keys, now) {
      const waits = keys.flatMap(([key, most]) => {
        const times = recent(key, now);
        // Not before the oldest of the last `most` starts is a minute old.
        const first = times[times.length - most];
        return first === undefined ? [] : [Math.ceil((first + minuteMs - now) / 1000)];
      });
      if (waits.length > 0) return Math.max(...waits);
      for (const [key] of keys) taken.set(key, [...recent(key, now), now]);
      for (const key of taken.keys()) if (recent(key, now).length === 0) taken.delete(key);
      return undefined;
    },
  };
}
