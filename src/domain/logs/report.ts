import type { Facts } from '../kernel/facts.ts';
import type { PartId } from '../platform/part.ts';
import type { LogLevel } from './level.ts';

/** What is asked of a log. Times in milliseconds since 1970. */
export interface LogQuery {
  readonly since?: number;
  readonly until?: number;
  /** Entries below it are counted and not grouped. */
  readonly level: LogLevel;
  /** Entries that hold these words in any line, in any case; what else there is is counted. */
  readonly grep?: string;
  /** Entries of this trace or request alone. */
  readonly trace?: string;
}

/** Entries of one shape. */
export interface LogGroup {
  /** The same in every report of one analysis. */
  readonly id: number;
  readonly level: LogLevel;
  /** In the time that was asked for. */
  readonly count: number;
  /** Entries a minute, over the time that was asked for. */
  readonly perMinute?: number;
  /** Milliseconds since 1970; absent where the log has no times. */
  readonly first?: number;
  readonly last?: number;
  /** How often in the hour before, where the log reaches back that far. */
  readonly before?: number;
  readonly mark?: 'new' | 'more';
  /** The latest entry, without secrets; a long trace is cut. */
  readonly example: readonly string[];
  /** What the latest says, in one line, without time and level; without secrets. */
  readonly text: string;
  /** The same with `*` for what changes. */
  readonly shape: string;
  readonly sources: readonly string[];
  readonly known?: {
    readonly id: string;
    readonly part?: PartId;
    readonly causes: readonly string[];
    readonly ask?: string;
  };
}

/** One log that was to be read. */
export interface LogSource {
  readonly name: string;
  readonly lines: number;
  readonly bytes: number;
  /** Why it could not be read, or not to its end; the key of its words. */
  readonly failed?: string;
  /** What those words need. */
  readonly facts?: Facts;
  /** The source has more than what was read. */
  readonly cut?: true;
}

/** Why entries are in no group. */
export interface LogLeftOut {
  readonly belowLevel: number;
  readonly otherTime: number;
  readonly otherWords: number;
  /** There were too many shapes. */
  readonly tooManyShapes: number;
  /** Groups that are not shown, and the entries in them. */
  readonly groups: number;
  readonly inGroups: number;
}

/** One entry of those that hold the words, or belong to the trace, that were asked for. */
export interface LogStep {
  /** Milliseconds since 1970. */
  readonly time?: number;
  readonly level: LogLevel;
  readonly source: string;
  /** Whose log that is, where it is known. */
  readonly part?: PartId;
  /** What it says, in one line; without secrets. */
  readonly text: string;
}

/** Entries by time, in steps of whole minutes. */
export interface LogTimeline {
  readonly from: number;
  readonly stepMs: number;
  /** Of any level, and how many of them are errors or worse, and warnings. */
  readonly counts: readonly number[];
  readonly errors: readonly number[];
  readonly warnings: readonly number[];
}

export interface LogReport {
  readonly query: LogQuery;
  readonly sources: readonly LogSource[];
  readonly bytes: number;
  readonly lines: number;
  readonly entries: number;
  readonly byLevel: Readonly<Record<LogLevel, number>>;
  /** Entries that give no zone and were read as UTC; those with no time at all before them. */
  readonly zoneless: number;
  readonly timeless: number;
  /** The first and the last entry, of any level. */
  readonly first?: number;
  readonly last?: number;
  /** What is compared with the hour before; absent where the log does not reach back so far. */
  readonly compared?: { readonly from: number; readonly to: number };
  /** Where words or a trace were asked for: the first entries with them, of all sources, in the order of their times. */
  readonly steps?: readonly LogStep[];
  /** Worst first. */
  readonly groups: readonly LogGroup[];
  /** Entries in groups, shown or not. */
  readonly grouped: number;
  readonly leftOut: LogLeftOut;
  /** Entries in groups by time. */
  readonly timeline?: LogTimeline;
}
