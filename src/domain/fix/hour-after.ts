import { z } from 'zod';
import type { Facts } from '../kernel/facts.ts';
import type { ProbeOutcome } from '../probe/probe.ts';
import { isRepaired, type LookedAgain, readFact } from './looked-again.ts';
import type { RemediationRow } from './rows.ts';

const minuteMs = 60_000;
/** After how long a fix that worked is looked at again. */
export const looksAfterMs = [5 * minuteMs, 20 * minuteMs, 60 * minuteMs] as const;
/** What has come back is looked at once more before it is said. */
const confirmAfterMs = 2 * minuteMs;
/** No look is made later than this: the last one has time to be repeated. */
export const watchedForMs = 75 * minuteMs;

/** What came back: the cause that led to the fix, or only a check of the fix itself that is not well any more. */
export type CameBack = 'cause' | 'check';

/** What one look says. What could not be seen is neither well nor back. */
export type HourLook = CameBack | 'well' | 'unseen';

const Watched = z.object({
  /** Raised with each look: a look that was overtaken counts no more. */
  turn: z.int(),
  /** When it is looked at next; missing: no more. */
  due: z.iso.datetime().optional(),
  /** Whether the cause was seen to be gone since the fix: only then can it come back. */
  gone: z.boolean(),
  /** What the look before this one saw to be back. */
  back: z.enum(['cause', 'check']).optional(),
  /** What came back and was said, and when. */
  came: z.object({ what: z.enum(['cause', 'check']), at: z.iso.datetime() }).optional(),
});
/** How far the hour after a fix is; stands in `outcome.watched` of its row. */
export type Watched = z.output<typeof Watched>;

type Fix = Pick<RemediationRow, 'outcome' | 'finishedAt'>;

/** Undefined: this fix is not watched. Pure. */
export function watchedOf(
  fix: Pick<RemediationRow, 'state' | 'undoOf' | 'surface' | 'outcome' | 'finishedAt'>,
): Watched | undefined {
  // Without a thread the result has no reader; an undo brings back what was there.
  if (fix.state !== 'succeeded' || fix.undoOf !== undefined || fix.surface === undefined) return undefined;
  if (fix.finishedAt === undefined) return undefined;
  const kept = fix.outcome?.watched;
  if (kept !== undefined) return readFact(kept, Watched);
  const gone = isRepaired(fix.outcome) || fix.outcome?.again === 'no-news';
  return { turn: 0, due: new Date(fix.finishedAt.getTime() + looksAfterMs[0]).toISOString(), gone };
}

/** The outcome of the fix with this state in it. */
export const withWatched = ({ outcome }: Fix, watched: Watched): Facts => ({
  ...outcome,
  watched: JSON.stringify(watched),
});

export const isDue = ({ due }: Watched, now: Date): boolean =>
  due !== undefined && Date.parse(due) <= now.getTime();

/** The looking process holds it for so long. */
export const takenFor = (watched: Watched, now: Date, ms: number): Watched => ({
  ...watched,
  turn: watched.turn + 1,
  due: new Date(now.getTime() + ms).toISOString(),
});

/** It is looked at no more: somebody has changed its object since. */
export const endedWatch = ({ turn, gone }: Watched): Watched => ({ turn, gone });

/** Pure. What the checks of a fix and the question that led to it say together. */
export function hourLook(again: LookedAgain['again'], checks: readonly ProbeOutcome[]): HourLook {
  if (again === 'still') return 'cause';
  if (checks.some(({ status }) => status === 'unhealthy')) return 'check';
  const seen = again === 'gone' || again === 'measured' || again === 'no-news';
  return seen && checks.every(({ status }) => status === 'healthy') ? 'well' : 'unseen';
}

/**
 * Pure. What follows from a look: what came back is said when two looks have seen the same, once; what was never seen to
 * be gone does not come back.
 */
export function afterHourLook(
  { turn, gone, back }: Watched,
  look: HourLook,
  { now, finishedAt }: { readonly now: Date; readonly finishedAt: Date },
): { readonly watched: Watched; readonly say?: CameBack } {
  const [at, began] = [now.getTime(), finishedAt.getTime()];
  const next = (dueMs: number | undefined, more: Partial<Watched>): Watched => ({
    ...{ turn, gone },
    ...(dueMs === undefined || dueMs > began + watchedForMs ? {} : { due: new Date(dueMs).toISOString() }),
    ...more,
  });
  const planned = looksAfterMs.map((ms) => began + ms).find((ms) => ms > at);
  const soon = at + confirmAfterMs;
  if (look === 'well') return { watched: next(planned, { gone: true }) };
  if (look === 'unseen') return { watched: back === undefined ? next(planned, {}) : next(soon, { back }) };
  if (look === 'cause' && !gone) return { watched: next(planned, {}) };
  return look === back
    ? { watched: next(undefined, { came: { what: look, at: now.toISOString() } }), say: look }
    : { watched: next(soon, { back: look }) };
}
