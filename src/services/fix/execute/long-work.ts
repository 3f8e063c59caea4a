import type { LongWork, WorkProgress } from '../../../domain/fix/remediation.ts';
import type { StepRow } from '../../../domain/fix/rows.ts';
import type { Facts } from '../../../domain/kernel/facts.ts';
import type { HeldRow, Hold, StepKey } from './hold.ts';

/** Milliseconds from one edit of the card to the next. */
const shownEveryMs = 5_000;

/** Why a step ended between two batches. */
export type WorkEnd =
  | { readonly end: 'refused'; readonly why: 'stopped' | 'kill-switch'; readonly facts: Facts }
  /** We were asked to go; another worker goes on. */
  | { readonly end: 'released' };

/** Passes through `applyStep`; what it stands for is asked of `ended`. */
class WorkEnded extends Error {}

/** The long work of one step in one attempt (R-X16). */
export interface StepWork {
  /** For the step itself; `renew` gives it the whole time of a step again. */
  renewing(renew: () => void): LongWork;
  /** How far it is, as facts of its outcome; empty for a step that never said so. */
  facts(): Facts;
  /** Undefined: it was not ended from here. Throws what kept it from being stored: then it is not ours any more. */
  ended(): WorkEnd | undefined;
}

/** Where earlier attempts of a step came to, as they stored it. */
export function cameTo(rows: readonly StepRow[], { direction, idx }: StepKey): Facts {
  const own = rows.filter((row) => row.direction === direction && row.idx === idx);
  return own.findLast(({ facts }) => progressIn(facts) !== undefined)?.facts ?? {};
}

/** Pure. Whether an earlier attempt of a step has got anywhere, so that the step is gone on with and not begun. */
export function hasBegun(rows: readonly StepRow[], key: StepKey): boolean {
  const { direction, idx } = key;
  return (
    progressIn(cameTo(rows, key)) !== undefined ||
    rows.some((row) => row.direction === direction && row.idx === idx && row.facts.underWay === true)
  );
}

/** Pure. What a step has stored, as its progress; undefined where it stored none. */
export function progressIn({ done, total, cursor, waits, unit, whole }: Facts): WorkProgress | undefined {
  if (typeof done !== 'number' || typeof total !== 'number') return undefined;
  return {
    done,
    total,
    ...(typeof cursor === 'number' ? { cursor } : {}),
    ...(typeof waits === 'string' ? { waits } : {}),
    ...(unit === 'bytes' ? { unit } : {}),
    ...(whole === true ? { whole } : {}),
  };
}

export function longWork(hold: Hold, key: StepKey, stored: Facts, signal: AbortSignal): StepWork {
  const { deps } = hold;
  const before = progressIn(stored);
  const began = deps.monotonic();
  /** Where this attempt went on: from what was stored, or from less where that was lost. */
  let from: number | undefined;
  let shownAt = began - shownEveryMs;
  let facts: Facts = {};
  let end: WorkEnd | undefined;
  let lost: { readonly error: unknown } | undefined;

  const store = async (own: HeldRow, waits: boolean, was: boolean): Promise<WorkEnd | undefined> => {
    const now = deps.monotonic();
    // That it waits, or goes on again, is told at once.
    const shown = now - shownAt >= shownEveryMs || waits !== was;
    await own.progress(key, facts, shown);
    if (shown) shownAt = now;
    if (key.direction === 'apply' && own.row.abortRequested)
      return { end: 'refused', why: 'stopped', facts: {} };
    const kill = await own.tx.killSwitches.active(own.row.actionId);
    if (kill !== undefined) return { end: 'refused', why: 'kill-switch', facts: { scope: kill.scope } };
    return signal.aborted ? { end: 'released' } : undefined;
  };

  const next = async (progress: WorkProgress, pauseMs: number, renew: () => void): Promise<void> => {
    const was = facts.waits !== undefined;
    from ??= Math.min(before?.done ?? 0, progress.done);
    facts = { ...progress, ...pace(progress, from, deps.monotonic() - began) };
    try {
      await deps.atKillPoint?.('R-K4-batch');
      end = await hold.insist((own) => store(own, progress.waits !== undefined, was));
      if (end === undefined && pauseMs > 0) await deps.clock.sleep(pauseMs, signal).catch(() => undefined);
      if (end === undefined) hold.mustBeOurs();
    } catch (error) {
      lost = { error };
      throw error;
    }
    if (end !== undefined) throw new WorkEnded('the step ends between two batches');
    renew();
  };

  return {
    renewing: (renew) => ({
      before,
      next: (progress, pauseMs = 0) => next(progress, pauseMs, renew),
      stopped: () => end?.end === 'refused',
    }),
    facts: () => facts,
    ended() {
      if (lost !== undefined) throw lost.error;
      return end;
    },
  };
}

/**
 * Pure. How fast an attempt is that went on at `from` (per second), and how long it takes from here (seconds), where
 * that can be told.
 */
export function pace(now: WorkProgress, from: number, elapsedMs: number): Facts {
  const done = now.done - from;
  if (done <= 0 || elapsedMs <= 0) return {};
  const perSecond = (done * 1_000) / elapsedMs;
  return {
    perSecond: Math.max(1, Math.round(perSecond)),
    leftSeconds: Math.ceil(Math.max(0, now.total - now.done) / perSecond),
  };
}
