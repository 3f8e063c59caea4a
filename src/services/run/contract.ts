import type { Facts } from '../../domain/kernel/facts.ts';
import type { Person } from '../../domain/kernel/person.ts';
import type { ElsewhereReason } from '../../domain/message/collect-view.ts';
import type { Run, RunKind, RunSource, RunWithOutcomes, Surface } from '../../domain/run/run.ts';

export interface StartRun {
  readonly kind: RunKind;
  readonly environment: string;
  readonly params?: Facts;
  readonly source: RunSource;
  readonly requestedBy?: Person;
  readonly surface?: Surface;
  /** Where it was asked for, if the answer may not stand there: that place is told so. */
  readonly elsewhere?: { readonly at: Surface; readonly why: ElsewhereReason };
  /** Its first message is sent no sooner than after so many milliseconds, unless the answer is there before. */
  readonly holdMs?: number;
  /** Same key, same run: a redelivered command starts nothing. */
  readonly dedupeKey?: string;
}

export interface RunService {
  /**
   * Stores the run and its first message in one transaction, then hints the courier.
   * `courier: 'down'` means that Redis did not take the job; the run stands in PostgreSQL and is found there.
   * AppError NOT_FOUND for an unknown environment.
   */
  start(
    input: StartRun,
  ): Promise<{ readonly runId: string; readonly duplicate: boolean; readonly courier: 'ok' | 'down' }>;
  get(runId: string): Promise<RunWithOutcomes | undefined>;
  /** The newest run that is over and has a message in this thread. */
  lastIn(thread: {
    readonly channel: string;
    readonly threadTs: string;
  }): Promise<RunWithOutcomes | undefined>;
  history(environment: string | undefined, limit: number): Promise<readonly Run[]>;
}
