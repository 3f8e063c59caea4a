import type { RunKind } from '../run/run.ts';

/**
 * Tells the workers of an environment that work waits in PostgreSQL. A hint: `down` (Redis did not take it
 * within a second) loses nothing, because workers also look in PostgreSQL. Never throws.
 */
export interface Courier {
  run(job: {
    readonly environment: string;
    /** Names the queue; absent: one of those that answer at once. */
    readonly kind?: RunKind;
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
