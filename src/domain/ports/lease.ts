import type { Run } from '../run/run.ts';
import type { Repository, TxOf } from './store.ts';

/** A claimed run. Every write checks in its own transaction that the claim still holds, and reaches the repositories `R`. */
export interface RunLease<R extends Repository> {
  readonly run: Run;
  /** Aborts when the claim is lost, the process stops, or the job takes too long. */
  readonly signal: AbortSignal;
  /** Throws `LeaseLost` (and writes nothing) when another worker has the run. */
  readonly save: <T>(work: (tx: TxOf<R>) => Promise<T>) => Promise<T>;
  /** The last write of the run, with its state. Throws `LeaseLost` like `save`. */
  readonly finish: (summary: unknown, work: (tx: TxOf<R>) => Promise<void>) => Promise<void>;
  /** The same when only the transaction's own work can say what the summary is. */
  readonly finishWith: (work: (tx: TxOf<R>) => Promise<unknown>) => Promise<void>;
}

/** What a kind of run does once it is claimed. Throwing ends the run as failed, with words for the user. */
export interface RunHandler<R extends Repository> {
  readonly handle: (lease: RunLease<R>) => Promise<void>;
}
