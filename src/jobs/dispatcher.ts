import type { Clock, Logger } from '../domain/kernel/clock.ts';
import { every } from '../domain/kernel/every.ts';
import type { Courier, LeftLying } from '../domain/ports/courier.ts';
import type { Listening, StoreOf } from '../domain/ports/store.ts';
import { type QueueKind, queueOfRun } from '../domain/run/jobs.ts';
import { readRunHint } from '../services/run/run.service.ts';

export interface DispatcherOptions {
  readonly environments: readonly string[];
  readonly store: StoreOf<'remediations' | 'runs'> & Listening;
  readonly courier: Courier & LeftLying;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Called for what Redis did not take, or no worker fetches: the caller claims it in PostgreSQL and does it itself. */
  readonly direct: (found: Found) => void;
  /** Whether what is done directly would begin at once. */
  readonly hasRoom: (kind: QueueKind, environment: string) => boolean;
  /** Whether this process has got a job from Redis within so many milliseconds. */
  readonly fetchedWithin: (kind: QueueKind, environment: string, ms: number) => boolean;
  /** Redis has had work of this process for long, and this process does not get it. */
  readonly onUnfetched: (kind: QueueKind, environment: string) => void;
  /** How often PostgreSQL is looked at, in milliseconds; default 2000. */
  readonly pollMs?: number;
  /** How long a job is left to Redis before it is handed over again; after twice as long it is done directly. Default 5000. */
  readonly graceMs?: number;
}

/** Work that waits in PostgreSQL. */
export type Found =
  | { readonly kind: 'run' | 'collect'; readonly environment: string; readonly runId: string }
  | {
      readonly kind: 'execute';
      readonly environment: string;
      readonly remediationId: string;
      readonly attempt: number;
    };

interface Waiting {
  readonly found: Found;
  readonly late: boolean;
  handOver(): Promise<'ok' | 'down'>;
  lies(): Promise<boolean>;
}

const batch = 50;

/**
 * Finds in PostgreSQL what Redis has lost or never had, hands it over again, and does it here when Redis is
 * away, or has taken it and no worker fetches it. Any number of these may run: a job id is taken once, and the claim
 * decides.
 */
export function startDispatcher(options: DispatcherOptions): { stop(): Promise<void> } {
  const { environments, store, courier, clock, logger, direct } = options;
  const { pollMs = 2000, graceMs = 5000 } = options;
  const lateMs = 2 * graceMs;

  /** What was handed over twice is not left to Redis any longer, as long as there is a place for it here. */
  const passOn = async (waiting: readonly Waiting[]): Promise<void> => {
    let down = false;
    for (const { found, late, handOver, lies } of waiting) {
      const { kind, environment } = found;
      if (late && options.hasRoom(kind, environment)) {
        direct(found);
        // While jobs come from there, it is only behind.
        const behind = down || options.fetchedWithin(kind, environment, graceMs);
        if (!behind && (await lies())) options.onUnfetched(kind, environment);
        continue;
      }
      // One that does not answer costs a second once, not for each.
      down ||= (await handOver()) === 'down';
      if (down) direct(found);
    }
  };

  const runs = async () => {
    const waiting = await store.tx(async (tx) => {
      const rows = await tx.runs.waiting(environments, graceMs, batch, lateMs);
      for (const { id } of rows) await tx.runs.markEnqueued(id);
      return rows;
    });
    await passOn(
      waiting.map(({ id, environment, kind, attempt, late }) => {
        const job = { environment, kind, runId: id, attempt: attempt + 1, unclaimed: true };
        const found = { kind: queueOfRun(kind), environment, runId: id };
        return { found, late, handOver: () => courier.run(job), lies: () => courier.runLies(job) };
      }),
    );
  };

  const executions = async () => {
    const due = await store.tx(async (tx) => {
      const rows = await tx.remediations.dispatchable(environments, graceMs, batch, lateMs);
      for (const { id } of rows) await tx.remediations.markEnqueued(id);
      return rows;
    });
    await passOn(
      due.map(({ id, environment, attempt, late }) => {
        const job = { environment, remediationId: id, attempt: attempt + 1 };
        return {
          ...{ found: { kind: 'execute', ...job }, late },
          handOver: () => courier.execution({ ...job, unclaimed: true }),
          lies: () => courier.executionLies(job),
        };
      }),
    );
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
