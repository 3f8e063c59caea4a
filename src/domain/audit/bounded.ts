const minuteMs = 60_000;

/** Bounds what strangers have written into the record: so many rows a minute, and the next one says how many were not. */
export interface Bounded {
  /** Undefined: this one is not written down; else with how many were left out since the last row. */
  take(now: number): { readonly unwritten: number } | undefined;
}

/** @param most rows of one minute; `now` is in epoch milliseconds. */
export function createBounded(most: number): Bounded {
  let minute = Number.NaN;
  let count = 0;
  let unwritten = 0;
  return {
    take(now) {
      const current = Math.floor(now / minuteMs);
      count = current === minute ? count + 1 : 1;
      minute = current;
      if (count > most) {
        unwritten += 1;
        return undefined;
      }
      const left = unwritten;
      unwritten = 0;
      return { unwritten: left };
    },
  };
}

/** As facts of a row; nothing where all were written down. */
export const unwrittenFacts = ({
  unwritten,
}: {
  readonly unwritten: number;
}): { readonly unwritten?: number } => (unwritten === 0 ? {} : { unwritten });
