import { undoValidMs } from './policy.ts';
import type { Plan, Standing } from './remediation.ts';
import type { RemediationRow } from './rows.ts';

/** How a temporary change ended. */
export type TemporaryEnd = 'gone' | 'kept' | 'undone';

/** A fix that worked and will not last, until somebody has kept it or taken it back (R-X17). */
export interface TemporaryChange {
  readonly remediationId: string;
  readonly endsAt: Date;
  /** Raised by each look: who has looked longer than another one says nothing. */
  readonly version: number;
  /** When people were told that it is over its time. */
  readonly overAt?: Date;
  /** Since when it could not be looked at. */
  readonly unseenSince?: Date;
  readonly closedAt?: Date;
  readonly outcome?: TemporaryEnd;
}

/** One that is over its time, as the digest lists it. */
export interface OverdueChange extends Pick<TemporaryChange, 'endsAt' | 'unseenSince'> {
  readonly handle: string;
  readonly actionId: string;
}

const minuteMs = 60_000;
/** After its end a temporary change may still be undone for so long: its people may read of it in the morning. */
const overtimeMs = 24 * 60 * minuteMs;
/** What cannot be looked at is looked at again soon; what stays, often enough for the digest to be true. */
const againMs = { unseen: 5 * minuteMs, undoing: 5 * minuteMs, ours: 60 * minuteMs } as const;

/** Notes that say who puts a change back, or may, and from what a container is made anew. */
const putsBack = /^(?:puts-back\.|may-put-back$|lost-)/;

/** Whether a plan says of itself that what it changes will not last, or may not. */
export function willNotLast({ notes = [] }: Pick<Plan, 'notes'>): boolean {
  return notes.some(({ key }) => putsBack.test(key));
}

/** Milliseconds after its verdict for which a fix may be undone; of one that ends, beyond its end. */
export function undoTimeMs({ undoForMs, endsAfterMs }: Pick<Plan, 'undoForMs' | 'endsAfterMs'>): number {
  if (undoForMs !== undefined) return undoForMs;
  return endsAfterMs === undefined ? undoValidMs : endsAfterMs + overtimeMs;
}

/** Until when a fix may be undone; undefined where it has no undo, or has not worked. */
export function undoUntil({ state, plan, undoOf, finishedAt }: RemediationRow): Date | undefined {
  if (state !== 'succeeded' || plan.undo === undefined || undoOf !== undefined) return undefined;
  return finishedAt === undefined ? undefined : new Date(finishedAt.getTime() + undoTimeMs(plan));
}

/** When a temporary change that worked is over its time. */
export function endOf({ state, plan, undoOf, finishedAt }: RemediationRow): Date | undefined {
  if (state !== 'succeeded' || undoOf !== undefined || plan.endsAfterMs === undefined) return undefined;
  return finishedAt === undefined ? undefined : new Date(finishedAt.getTime() + plan.endsAfterMs);
}

/** What stands in `outcome.temporary` of a fix whose end was looked at. */
export function endedAs({ outcome }: Pick<RemediationRow, 'outcome'>): TemporaryEnd | 'over' | undefined {
  const ended = outcome?.temporary;
  return ended === 'gone' || ended === 'kept' || ended === 'undone' || ended === 'over' ? ended : undefined;
}

/** What is said of it in its thread: catalogue key `event.temporary-<say>`. */
export type TemporarySaying = 'over' | 'gone' | 'kept' | 'unseen';

export type AfterLook =
  | { readonly next: 'close'; readonly outcome: TemporaryEnd; readonly say: TemporarySaying }
  | {
      readonly next: 'again';
      readonly afterMs: number;
      readonly seen: boolean;
      readonly say?: TemporarySaying;
    };

/**
 * Pure. What follows from a look at a change whose time is over: each thing is said once, and what cannot be seen is
 * never taken for gone. While its undo is under way its people are not asked to undo it.
 */
export function afterLook(
  standing: Standing['is'] | 'unseen',
  { overAt, unseenSince }: Pick<TemporaryChange, 'overAt' | 'unseenSince'>,
  undoing: boolean,
): AfterLook {
  if (standing === 'gone' || standing === 'kept') return { next: 'close', outcome: standing, say: standing };
  if (standing === 'unseen') {
    const again = { next: 'again', afterMs: againMs.unseen, seen: false } as const;
    return overAt === undefined && unseenSince === undefined ? { ...again, say: 'unseen' } : again;
  }
  if (overAt !== undefined) return { next: 'again', afterMs: againMs.ours, seen: true };
  if (undoing) return { next: 'again', afterMs: againMs.undoing, seen: true };
  return { next: 'again', afterMs: againMs.ours, seen: true, say: 'over' };
}
