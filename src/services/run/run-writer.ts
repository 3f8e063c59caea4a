import type { Clock } from '../../domain/kernel/clock.ts';
import type { RunLease } from '../../domain/ports/lease.ts';
import type { TxOf } from '../../domain/ports/store.ts';
import type { ProbeOutcome } from '../../domain/probe/probe.ts';

/** At most one edit of a message a second; the first one soon, because a healthy platform answers at once. */
const editEveryMs = 1000;
const firstEditMs = 200;

/**
 * Writes down what a run has seen while it goes on: outcomes that come while one write is on its way go together into
 * the next, and two writes begin at least a second apart. `progress` edits the message in the same transaction. It must
 * be ended, by `rest` or by `flush`; after that nothing is shown any more, because the answer follows.
 */
export function createRunWriter(
  clock: Clock,
  lease: RunLease<'messages' | 'runs'>,
  progress: (tx: TxOf<'messages'>) => Promise<void>,
) {
  let fresh: ProbeOutcome[] = [];
  let dirty = true;
  const last = new AbortController();

  const once = async () => {
    const batch = fresh;
    fresh = [];
    dirty = false;
    await lease.save(async (tx) => {
      await tx.runs.saveOutcomes(lease.run.id, batch);
      await progress(tx);
    });
  };
  const pause = (ms: number) =>
    clock.sleep(ms, AbortSignal.any([last.signal, lease.signal])).catch(() => undefined);
  const loop = (async (): Promise<{ readonly failure?: unknown }> => {
    try {
      await pause(firstEditMs);
      while (!last.signal.aborted && !lease.signal.aborted) {
        if (dirty) await once();
        await pause(editEveryMs);
      }
      return {};
    } catch (failure) {
      return { failure };
    }
  })();

  /** Ends the writing; what was not written yet goes into the caller's last transaction. */
  const rest = async (): Promise<readonly ProbeOutcome[]> => {
    last.abort();
    const { failure } = await loop;
    if (failure !== undefined)
      throw failure instanceof Error ? failure : new Error('a write failed', { cause: failure });
    return fresh;
  };

  return {
    add(outcome: ProbeOutcome): void {
      fresh.push(outcome);
      dirty = true;
    },
    /** What is shown has changed, and no outcome with it. */
    changed(): void {
      dirty = true;
    },
    rest,
    /** Ends the writing with a write of its own. */
    async flush(): Promise<void> {
      const unsaved = await rest();
      if (unsaved.length === 0 || lease.signal.aborted) return;
      await lease.save((tx) => tx.runs.saveOutcomes(lease.run.id, unsaved));
    },
  };
}
