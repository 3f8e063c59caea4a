import type { Run } from '../run/run.ts';
import type { Tx } from './store.ts';

/** A claimed run. Every write checks in its own transaction that the claim still holds. */
export interface RunLease {
  readonly run: Run;
  /** Aborts when the claim is lost, the process stops, or the job takes too long. */
  readonly signal: AbortSignal;
  /** Throws `LeaseLost` (and writes nothing) when another worker has the run. */
  save<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /** The last write of the run, with its state. Throws `LeaseLost` like `save`. */
  finish(summary: unknown, work: (tx: Tx) => Promise<void>): Promise<void>;
  /** The same when only the transaction's own work can say what the summary is. */
  finishWith(work: (tx: Tx) => Promise<unknown>): Promise<void>;
}

/** What a kind of run does once it is claimed. Throwing ends the run as failed, with words for the user. */
export interface RunHandler {
  handle(lease: RunLease): Promise<void>;
}
