import type { HealthReport } from '../health/health.ts';
import type { Finding } from '../look/finding.ts';
import type { ProbeCall, ProbeOutcome } from '../look/probe.ts';
import type { Targets } from '../look/targets.ts';
import type { FindingView } from '../message/render.ts';
import type { Run } from '../run/run.ts';
import type { Tx } from './store.ts';

/**
 * Tells the workers of an environment that work waits in PostgreSQL. A hint: `down` (Redis did not take it
 * within a second) loses nothing, because workers also look in PostgreSQL. Never throws.
 */
export interface Courier {
  run(job: {
    readonly environment: string;
    readonly runId: string;
    /** Of the claim to come: 1 for a new run. */
    readonly attempt: number;
    /** It was found unclaimed in PostgreSQL: a worker that is gone may have taken its job and never begun. */
    readonly unclaimed?: boolean;
  }): Promise<'ok' | 'down'>;
  execution(job: {
    readonly environment: string;
    readonly remediationId: string;
    readonly attempt: number;
    readonly unclaimed?: boolean;
  }): Promise<'ok' | 'down'>;
}

/** Runs probes in parallel under the runner's own limits. A probe that cannot look is an outcome, never an exception. */
export interface ProbeRunner {
  run(
    calls: readonly ProbeCall[],
    options: {
      readonly targets: Targets;
      readonly signal: AbortSignal;
      /** Called as each probe ends. */
      readonly onOutcome?: (outcome: ProbeOutcome) => void;
    },
  ): Promise<readonly ProbeOutcome[]>;
}

/** What a health check asks and how it is judged: the same for a table that fills in and for a complete one. */
export interface HealthRules {
  /** Every probe of a health check of this environment. */
  calls(environment: string): readonly ProbeCall[];
  judge(input: {
    readonly environment: string;
    readonly calls: readonly ProbeCall[];
    readonly outcomes: readonly ProbeOutcome[];
  }): HealthReport;
}

/** Fixes for the findings of a complete run. Slow parts (plans) come first, without a transaction. */
export interface FixOffers {
  prepare(input: {
    readonly run: Run;
    readonly findings: readonly Finding[];
    readonly targets: Targets;
    readonly signal: AbortSignal;
  }): Promise<readonly PreparedOffer[]>;
}

/** One finding with what can be offered for it. `save` writes proposals and buttons in the run's last transaction. */
export interface PreparedOffer {
  readonly finding: Finding;
  save(tx: Tx): Promise<Pick<FindingView, 'offers' | 'refused'>>;
}

/** Work that a scheduler repeats, such as expiring remediations; returns how many rows it moved. */
export interface Sweeper {
  sweep(): Promise<number>;
}

/** Carries out one approved remediation; PostgreSQL decides whether there is anything to do. */
export interface Executor {
  execute(job: {
    readonly remediationId: string;
    readonly attempt: number;
    readonly signal: AbortSignal;
  }): Promise<void>;
}

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
