import type { Clock } from '../domain/clock.ts';
import type { RunLease } from '../domain/ports.ts';
import type { ProbeOutcome } from '../domain/probe.ts';
import type { Tx } from '../domain/store.ts';

/** At most one edit of a message a second; the first one soon, because a healthy platform answers at once. */
const editEveryMs = 1000;
const firstEditMs = 200;

/**
 * Serialises writes: outcomes that come while one is on its way go together into the next, and two writes
 * begin at least a second apart, except the last.
 */
export function createRunWriter(
  clock: Clock,
  lease: RunLease,
  write: (tx: Tx, fresh: readonly ProbeOutcome[]) => Promise<void>,
) {
  let fresh: ProbeOutcome[] = [];
  let dirty = true;
  let failure: unknown;
  const last = new AbortController();

  const once = async () => {
    const batch = fresh;
    fresh = [];
    dirty = false;
    await lease.save((tx) => write(tx, batch));
  };
  const pause = (ms: number) =>
    clock.sleep(ms, AbortSignal.any([last.signal, lease.signal])).catch(() => undefined);
  const loop = (async () => {
    await pause(firstEditMs);
    while (!last.signal.aborted && !lease.signal.aborted) {
      if (dirty) await once();
      await pause(editEveryMs);
    }
    if (dirty && !lease.signal.aborted) await once();
  })().catch((error: unknown) => {
    failure = error;
  });

  return {
    add(outcome: ProbeOutcome): void {
      fresh.push(outcome);
      dirty = true;
    },
    async flush(): Promise<void> {
      last.abort();
      await loop;
      if (failure !== undefined)
        throw failure instanceof Error ? failure : new Error('a write failed', { cause: failure });
    },
  };
}
