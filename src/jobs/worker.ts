import type { Executor } from '../domain/fix/executor.ts';
import type { Clock, Logger } from '../domain/kernel/clock.ts';
import { AppError } from '../domain/kernel/errors.ts';
import { present } from '../domain/kernel/present.ts';
import { inTime } from '../domain/kernel/within.ts';
import type { Courier, LeftLying } from '../domain/ports/courier.ts';
import type { Listening, StoreOf } from '../domain/ports/store.ts';
import { ExecuteJob, type QueueKind, RunJob } from '../domain/run/jobs.ts';
import { type ConsumerConnections, createConsumers } from './consumers.ts';
import { type Found, startDispatcher } from './dispatcher.ts';
import { createRunners, type JobReport, type Work } from './runners.ts';

/** Executes one run of any kind; PostgreSQL decides whether this worker owns it. */
export interface RunExecutor {
  execute(job: { readonly runId: string; readonly signal: AbortSignal }): Promise<void>;
}

export interface WorkerOptions {
  /** Only these are asked for, in Redis and in PostgreSQL. */
  readonly environments: readonly string[];
  readonly store: StoreOf<'remediations' | 'runs'> & Listening;
  readonly courier: Courier & LeftLying;
  readonly redis: ConsumerConnections;
  readonly prefix: string;
  readonly runs: RunExecutor;
  readonly executor: Executor;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onJob?: (report: JobReport) => void;
  /** Redis had work for long that this process did not get from it: it is done all the same. */
  readonly onUnfetched?: (where: { readonly kind: QueueKind; readonly environment: string }) => void;
  readonly pollMs?: number;
  readonly graceMs?: number;
  /** BullMQ's lock, in milliseconds; default 30,000. */
  readonly lockMs?: number;
}

export interface RunningWorker {
  /** Jobs in hand. */
  active(): number;
  /**
   * Takes no more work and lets what runs end within the budget. What may be aborted is aborted then and
   * taken over by another worker; an execution that has begun goes on and is counted in `left`.
   */
  stop(budgetMs: number): Promise<{ readonly aborted: number; readonly left: number }>;
}

export function startWorker(options: WorkerOptions): RunningWorker {
  const { environments, clock, logger, courier, graceMs = 5000 } = options;
  const runners = createRunners({
    clock,
    logger,
    ...present({ onJob: options.onJob }),
  });
  const consumers = createConsumers({
    ...{ environments, redis: options.redis, prefix: options.prefix, clock, logger },
    lockMs: options.lockMs ?? 30_000,
    renewMs: 6 * graceMs,
    work: (kind, environment, payload, signal) =>
      runners.fromRedis(toWork(options, kind, environment, payload), signal),
  });
  const dispatcher = startDispatcher({
    environments,
    store: options.store,
    courier,
    clock,
    logger,
    graceMs,
    ...present({ pollMs: options.pollMs }),
    direct: (found) => runners.fromPostgres(toWork(options, found.kind, found.environment, payloadOf(found))),
    hasRoom: (kind, environment) => runners.hasRoom(kind, environment),
    fetchedWithin: (kind, environment, ms) => runners.fetchedWithin(kind, environment, ms),
    onUnfetched(kind, environment) {
      options.onUnfetched?.({ kind, environment });
      void courier.noteUnfetched(kind, environment);
      consumers.renew(kind, environment);
    },
  });
  return {
    active: () => runners.active(),
    async stop(budgetMs) {
      const soft = budgetMs * 0.8;
      // Nothing new from here on; both wait for Redis and must not wait longer than the budget.
      const closing = Promise.allSettled([dispatcher.stop(), consumers.close()]);
      const quiet = Promise.all([closing, runners.idle()]);
      if (await inTime(soft, quiet)) return { aborted: 0, left: 0 };
      const counts = runners.abortForStop();
      logger.warn(counts, 'the stop budget is used up');
      await inTime(budgetMs - soft, quiet);
      await inTime(500, consumers.close(true));
      return counts;
    },
  };
}

function payloadOf(found: Found): unknown {
  return found.kind === 'execute'
    ? { remediationId: found.remediationId, attempt: found.attempt }
    : { runId: found.runId };
}

/** Payloads are checked here, whichever way they come. */
function toWork(options: WorkerOptions, kind: QueueKind, environment: string, payload: unknown): Work {
  switch (kind) {
    case 'run':
    case 'collect': {
      const parsed = RunJob.safeParse(payload);
      if (!parsed.success) throw badPayload(kind, parsed.error);
      const { runId } = parsed.data;
      const run = (signal: AbortSignal) => options.runs.execute({ runId, signal });
      return { kind, environment, key: `run ${runId}`, run };
    }
    case 'execute': {
      const parsed = ExecuteJob.safeParse(payload);
      if (!parsed.success) throw badPayload(kind, parsed.error);
      const job = parsed.data;
      const run = (signal: AbortSignal) => options.executor.execute({ ...job, signal });
      return { kind, environment, key: `execute ${job.remediationId}`, run };
    }
  }
}

function badPayload(kind: QueueKind, cause: unknown): AppError {
  return new AppError('BUG', 'a job has a payload of another shape', { facts: { kind }, cause });
}
