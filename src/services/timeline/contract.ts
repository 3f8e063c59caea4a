import type { Pinned } from '../../domain/ports/pins.ts';
import type { TimelineFact } from '../../domain/timeline/timeline.ts';

export interface TimelineQuery {
  /** Where it was asked, and so who reads it. */
  readonly place: { readonly channel: string; readonly threadTs?: string };
  /** The environment that was named: a thread of another one does not count. */
  readonly environment?: string;
  /** The environment whose newest incident is meant where the thread has none. */
  readonly usual?: string;
}

export interface Timeline {
  readonly environment: string;
  /**
   * `thread`: of the incident of the thread; `runs`: the thread has none, and these are its runs; `newest`: of the newest
   * incident of the environment.
   */
  readonly of: 'thread' | 'runs' | 'newest';
  /** How many incidents the facts belong to. */
  readonly incidents: number;
  /** In their order. */
  readonly facts: readonly TimelineFact[];
  /** Something stands in a private place, and is told there alone. */
  readonly left: boolean;
  /** More alerts came than are read. */
  readonly moreAlerts: boolean;
  /** What is known of pinned messages; those that were seen are among the facts. */
  readonly pins: Pinned['kind'];
  /** Where a file with it belongs. */
  readonly file: { readonly channel: string; readonly threadTs?: string };
  /** A run whose secrets the file must not have. */
  readonly runId?: string;
}

export interface TimelineService {
  /** Undefined: nothing is recorded that may be shown there. */
  find(query: TimelineQuery): Promise<Timeline | undefined>;
  attach(timeline: Timeline, file: { readonly name: string; readonly text: string }): Promise<void>;
}
