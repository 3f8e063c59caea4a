import type { Clock, Logger } from '../domain/kernel/clock.ts';
import { every } from '../domain/kernel/every.ts';
import type { Courier } from '../domain/ports/courier.ts';
import type { Listening, StoreOf } from '../domain/ports/store.ts';
import { queueOfRun } from '../domain/run/jobs.ts';
import { readRunHint } from '../services/run/run.service.ts';

export interface DispatcherOptions {
  readonly environments: readonly string[];
  readonly store: StoreOf<'remediations' | 'runs'> & Listening;
  readonly courier: Courier;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Called for what Redis did not take: the caller claims it in PostgreSQL and does it itself. */
  readonly direct: (
    found:
      | { readonly kind: 'run' | 'collect'; readonly environment: string; readonly runId: string }
      | {
          readonly kind: 'execute';
          readonly environment: string;
          readonly remediationId: string;
          readonly attempt: number;
        },
  ) => void;
  /** How often PostgreSQL is looked at, in milliseconds; default 2000. */
  readonly pollMs?: number;
  /** How long a job is left to Redis before it is handed over again; default 5000. */
  readonly graceMs?: number;
}

const batch = 50;

/**
 * Finds in PostgreSQL what Redis has lost or never had, hands it over again, and does it here when Redis is
 * away. Any number of these may run: a job id is taken once, and the claim decides.
 */
export function startDispatcher(options: DispatcherOptions): { stop(): Promise<void> } {
  const { environments, store, courier, clock, logger, direct, pollMs = 2000, graceMs = 5000 } = options;
  const runs = async () => {
    const waiting = await store.tx(async (tx) => {
      const rows = await tx.runs.waiting(environments, graceMs, batch);
      for (const { id } of rows) await tx.runs.markEnqueued(id);
      return rows;
    });
    for (const { id, environment, kind, attempt } of waiting) {
      const job = { environment, kind, runId: id, attempt: attempt + 1, unclaimed: true };
      if ((await courier.run(job)) === 'down') direct({ kind: queueOfRun(kind), environment, runId: id });
    }
  };

  const executions = async () => {
    const due = await store.tx(async (tx) => {
      const rows = await tx.remediations.dispatchable(environments, graceMs, batch);
      for (const { id } of rows) await tx.remediations.markEnqueued(id);
      return rows;
    });
    for (const { id, environment, attempt } of due) {
      const job = { environment, remediationId: id, attempt: attempt + 1 };
      if ((await courier.execution({ ...job, unclaimed: true })) === 'down')
        direct({ kind: 'execute', ...job });
    }
  };

  const unseen = (err: unknown) => logger.warn({ err }, 'waiting work in PostgreSQL cannot be read');
  const looking = every(pollMs, () => Promise.all([runs().catch(unseen), executions().catch(unseen)]), {
    clock,
    onError: unseen,
  });

  const listening = Promise.all([
    store.listen('runs', (payload) => {
      const hint = readRunHint(payload);
      if (hint === undefined) looking.wake();
      else if (environments.includes(hint.environment)) direct(hint);
    }),
    store.listen('remediations', () => looking.wake()),
  ]);

  return {
    async stop() {
      const stopped = looking.stop();
      const listeners = await listening;
      await Promise.all(listeners.map((listener) => listener.stop()));
      await stopped;
    },
  };
}
