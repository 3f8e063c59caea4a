import type { WatchedLook } from '../watch/now.ts';
import type { WatchState } from '../watch/watch.ts';

/** Whose look it is; what it finds counts only until another look begins. */
export interface WatchTurn {
  readonly turn: number;
  readonly state: WatchState;
  /** When the look before it ended. */
  readonly lastAt?: Date;
}

export interface Watches {
  /** What the last look that ended saw; undefined: there was no look. */
  last(environment: string): Promise<WatchedLook | undefined>;
  /** The next look, where one is due `everyMs` after the last and no look is under way; it is this caller's for `forMs`. */
  take(environment: string, everyMs: number, forMs: number): Promise<WatchTurn | undefined>;
  /** False: another look has begun since, and this one is not to be counted. */
  finish(environment: string, turn: number, state: WatchState): Promise<boolean>;
}
