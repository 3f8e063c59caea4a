import type { RecordGuard } from '../../domain/audit/record.ts';
import { textsRemovedAction } from '../../domain/audit/texts.ts';
import type { Clock, Logger } from '../../domain/kernel/clock.ts';
import { AppError } from '../../domain/kernel/errors.ts';
import { type RetentionKind, type RetentionResult, retentionKinds } from '../../domain/ports/retention.ts';
import type { StoreOf } from '../../domain/ports/store.ts';
import type { Sweeper } from '../../domain/ports/sweeper.ts';

export interface RetentionDeps {
  readonly store: StoreOf<'retention' | 'audit'>;
  /** While anchors contradict the record nothing of it is removed. */
  readonly record: Pick<RecordGuard, 'check'>;
  /** Milliseconds that each kind is kept; an incident as long as its alerts, a mute as long as other reasons. */
  readonly keep: Readonly<Record<Exclude<RetentionKind, 'incidents' | 'mutes'>, number>>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Milliseconds that one call may work; default 1000, a fifth of a round of the scheduler. */
  readonly budgetMs?: number;
}

/** PostgreSQL ends a statement that runs for so long, and with it every lock that it holds. */
const mostMs = 80;
/** What a batch should take. */
const aimMs = 30;
const most = 500;
const least = 1;
/** A batch that took too long, met somebody, or found no free connection in its time. */
const passing: ReadonlySet<string> = new Set(['TIMED_OUT', 'CONFLICT', 'DEPENDENCY_UNAVAILABLE']);
/** Milliseconds between two looks at everything. */
const restMs = 60 * 60_000;
const dayMs = 24 * restMs;
/** Least milliseconds between two batches, in which others have the server for themselves. */
const pauseMs = 10;

/**
 * Removes what is older than its kind is kept, a few rows at a time: each batch is one statement that the server itself
 * ends before it has held a lock for 100 ms. A batch that took long makes the next one smaller. Any number may run.
 */
export function createRetentionSweeper(deps: RetentionDeps): Sweeper {
  const { store, record, keep, clock, logger, budgetMs = 1000 } = deps;
  const limits = new Map<RetentionKind, number>();
  /** What is left of the look at everything that is under way, and where it stands in the first of it. */
  let open: RetentionKind[] = [];
  let after: string | undefined;
  let removed = new Map<RetentionKind, number>();
  let rested: number | undefined;

  /** Undefined: the batch was too large, or somebody was in its way. */
  const batch = async (kind: RetentionKind, limit: number): Promise<RetentionResult | undefined> => {
    const started = performance.now();
    try {
      const result = await store.tx(
        (tx) =>
          tx.retention.remove(kind, {
            ...{ olderThanMs: keep[keptLike(kind)], limit },
            ...(after === undefined ? {} : { after }),
          }),
        { statementTimeoutMs: mostMs },
      );
      limits.set(kind, nextLimit(limit, performance.now() - started));
      return result;
    } catch (error) {
      if (!(error instanceof AppError) || !passing.has(error.code)) throw error;
      limits.set(kind, Math.max(least, Math.floor(limit / 4)));
      return undefined;
    }
  };

  /** R-L7: which texts go is written down before they go; false: none are old. */
  const announced = async (): Promise<boolean> => {
    const old = (tx: Parameters<Parameters<typeof store.tx>[0]>[0]) => tx.retention.typedDue(keep.typed);
    if ((await store.tx(old)) === undefined || (await record.check()).state === 'held') return false;
    return store
      .tx(async (tx) => {
        const due = await old(tx);
        if (due === undefined) return false;
        const facts = { ...due, days: Math.floor(keep.typed / dayMs) };
        await tx.audit.append({ actor: 'system', actorTeam: '-', action: textsRemovedAction, facts });
        return true;
      })
      .catch((error: unknown) => {
        // Another scheduler has said it meanwhile.
        if (error instanceof AppError && passing.has(error.code)) return false;
        throw error;
      });
  };

  const begin = (): boolean => {
    const now = clock.now().getTime();
    if (rested !== undefined && now - rested < restMs) return false;
    open = [...retentionKinds];
    after = undefined;
    removed = new Map();
    return true;
  };

  const end = () => {
    rested = clock.now().getTime();
    const counts = Object.fromEntries([...removed].filter(([, count]) => count > 0));
    if (Object.keys(counts).length > 0) logger.info({ removed: counts }, 'what was kept long enough is gone');
  };

  const next = () => {
    open.shift();
    after = undefined;
  };

  return {
    async sweep() {
      if (open.length === 0 && !begin()) return 0;
      // Opens a connection, which takes longer than a batch may; without PostgreSQL it ends here.
      await store.tx((tx) => tx.now());
      let total = 0;
      let failures = 0;
      const until = performance.now() + budgetMs;
      for (let kind = open[0]; kind !== undefined; kind = open[0]) {
        const limit = limits.get(kind) ?? 50;
        const began = performance.now();
        const result = await batch(kind, limit);
        if (result === undefined) {
          failures += 1;
          // Somebody is in the way, or the server is slow: the others have their turn, and this kind later.
          if (failures > 5 && limit === least) {
            logger.warn({ kind }, 'what is old cannot be removed within its time');
            next();
            failures = 0;
          }
        } else {
          failures = 0;
          total += result.removed;
          removed.set(kind, (removed.get(kind) ?? 0) + result.removed);
          if (result.last !== undefined && result.looked >= limit) after = result.last;
          // What was written down is gone; what has become old meanwhile has its turn.
          else if (kind !== 'typed' || !(await announced())) next();
        }
        if (open.length === 0) end();
        else if (performance.now() >= until) break;
        // As long as the batch took: half of the time is that of others.
        else await clock.sleep(Math.max(pauseMs, performance.now() - began));
      }
      return total;
    },
  };
}

/** The kind whose time it is kept for. */
function keptLike(kind: RetentionKind): keyof RetentionDeps['keep'] {
  if (kind === 'incidents') return 'alerts';
  return kind === 'mutes' ? 'typed' : kind;
}

/** Pure: how many rows the next batch looks at, so that it takes about 30 ms. */
export function nextLimit(limit: number, tookMs: number): number {
  const fitting = Math.round(limit * Math.min(2, aimMs / Math.max(1, tookMs)));
  return Math.min(most, Math.max(least, fitting));
}
