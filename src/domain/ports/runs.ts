import type { Facts } from '../kernel/facts.ts';
import type { Person } from '../kernel/person.ts';
import type { ProbeOutcome } from '../probe/probe.ts';
import type { Mended, Run, RunKind, RunSource, RunWithOutcomes, Surface } from '../run/run.ts';

export interface NewRun {
  readonly id: string;
  readonly kind: RunKind;
  readonly environment: string;
  readonly params: Facts;
  readonly source: RunSource;
  readonly requestedBy?: Person;
  readonly surface?: Surface;
  readonly dedupeKey?: string;
}

/** Selects a run that was not named; a missing field matches every run. */
export interface RunFilter {
  readonly kinds: readonly RunKind[];
  readonly environment?: string;
  /** Where its answer belongs; with `threadTs`: one with a message of its own in that thread. */
  readonly channel?: string;
  readonly threadTs?: string;
  readonly requestedBy?: Pick<Person, 'teamId' | 'userId'>;
  /** Also one that has looked at nothing by a probe, such as a reading of logs. */
  readonly unseen?: true;
}

export interface Runs {
  /** False: a run with this dedupe key exists. */
  insert(run: NewRun): Promise<boolean>;
  get(id: string): Promise<RunWithOutcomes | undefined>;
  list(filter: {
    readonly environment?: string;
    readonly kind?: RunKind;
    readonly limit: number;
  }): Promise<readonly Run[]>;
  /** queued, or running with a lease that ended → running for `owner`; undefined when somebody else has it or it is over. */
  claim(
    id: string,
    owner: string,
    leaseMs: number,
    /** Runs of others are not claimed. Default: any. */
    environments?: readonly string[],
  ): Promise<Run | undefined>;
  /**
   * Takes the place of the params, without the secrets that `owner` knows, and empties the delivery that they came with
   * (ADR 0016). False: the lease is not ours any more.
   */
  clean(id: string, owner: string, params: Facts): Promise<boolean>;
  /** False: the lease is not ours any more; stop. */
  extend(id: string, owner: string, leaseMs: number): Promise<boolean>;
  /** One statement, however many; an outcome whose key is there already takes its place. Keys are distinct. */
  saveOutcomes(id: string, outcomes: readonly ProbeOutcome[]): Promise<void>;
  /** running → complete/failed, only while `owner` holds it. */
  finish(id: string, owner: string, state: 'complete' | 'failed', summary: unknown): Promise<boolean>;
  /**
   * Queued runs without a worker, and running ones whose lease ended; oldest first. `late`: it was handed over, and
   * has not been claimed for `lateMs`; without `lateMs` no run is late.
   */
  waiting(
    environments: readonly string[],
    olderThanMs: number,
    limit: number,
    lateMs?: number,
  ): Promise<
    readonly {
      readonly id: string;
      readonly environment: string;
      readonly kind: RunKind;
      readonly attempt: number;
      readonly late: boolean;
    }[]
  >;
  markEnqueued(id: string): Promise<void>;
  /**
   * Answers of health checks and diagnoses that found something, are not mended and were over before `before`, no older than
   * `withinMs`; newest first. Those alone of which a message tells.
   */
  unmended(
    environment: string,
    where: { readonly before: Date; readonly withinMs: number; readonly limit: number },
  ): Promise<readonly Run[]>;
  /**
   * What it found is mended from now on, by this fix or, without one, as a newer look saw. A fix is added to what a look has
   * said. False: nothing was changed.
   */
  mend(id: string, fix?: string): Promise<boolean>;
  /** It is not, after all: the fix was taken back. False: it was not said to be. */
  unmend(id: string): Promise<boolean>;
  /** Undefined where it is not mended, or there is no such run. */
  mendedOf(id: string): Promise<Mended | undefined>;
  /** The newest run that is over and has looked at something, or at least is over where `unseen` is given. */
  latest(where: RunFilter): Promise<Run | undefined>;
  /** Those of which a message stands in this thread, and those that were asked for there; oldest first. */
  inThread(
    thread: { readonly channel: string; readonly threadTs: string },
    limit: number,
  ): Promise<readonly Run[]>;
  /** By its id, or by the last eight digits of it, which is what people see. */
  byReference(reference: string): Promise<Run | undefined>;
  byDedupeKey(key: string): Promise<Run | undefined>;
  /**
   * Runs that were requested longer ago and have no holder become `expired`; returns those. A run that was never claimed
   * loses its params: no process that knows the secrets of its environment has checked them.
   */
  expire(olderThanMs: number, limit: number): Promise<readonly Run[]>;
}
