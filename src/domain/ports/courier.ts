import type { QueueKind } from '../run/jobs.ts';
import type { RunKind } from '../run/run.ts';

/**
 * Tells the workers of an environment that work waits in PostgreSQL. A hint: `down` (Redis did not take it
 * within a second) loses nothing, because workers also look in PostgreSQL. Never throws.
 */
export interface Courier {
  run(job: RunHandedOver): Promise<'ok' | 'down'>;
  execution(job: ExecutionHandedOver): Promise<'ok' | 'down'>;
}

export interface RunHandedOver {
  readonly environment: string;
  /** Names the queue; absent: one of those that answer at once. */
  readonly kind?: RunKind;
  readonly runId: string;
  /** Of the claim to come: 1 for a new run. */
  readonly attempt: number;
  /** It was found unclaimed in PostgreSQL: a worker that is gone may have taken its job and never begun. */
  readonly unclaimed?: boolean;
}

export interface ExecutionHandedOver {
  readonly environment: string;
  readonly remediationId: string;
  readonly attempt: number;
  readonly unclaimed?: boolean;
}

/** Work that Redis was handed and that no worker fetches. No member throws. */
export interface LeftLying {
  /** False when Redis is away. */
  runLies(job: RunHandedOver): Promise<boolean>;
  executionLies(job: ExecutionHandedOver): Promise<boolean>;
  /** Leaves word in Redis for `doctor`, for a day. */
  noteUnfetched(kind: QueueKind, environment: string): Promise<void>;
}
