import { type ConnectionOptions, type Job, UnrecoverableError, Worker } from 'bullmq';
import type { Executor } from '../domain/fix/executor.ts';
import type { Clock, Logger } from '../domain/kernel/clock.ts';
import { AppError } from '../domain/kernel/errors.ts';
import { present } from '../domain/kernel/present.ts';
import { inTime } from '../domain/kernel/within.ts';
import type { Courier } from '../domain/ports/courier.ts';
import type { Listening, StoreOf } from '../domain/ports/store.ts';
import { ExecuteJob, type QueueKind, queueKinds, RunJob } from '../domain/run/jobs.ts';
import { startDispatcher } from './dispatcher.ts';
import { queueName, queues } from './queues.ts';
import { createRunners, JobAborted, type JobReport, type Runners, type Work } from './runners.ts';

/** Executes one run of any kind; PostgreSQL decides whether this worker owns it. */
export interface RunExecutor {
  execute(job: { readonly runId: string; readonly signal: AbortSignal }): Promise<void>;
}

export interface WorkerOptions {
  /** Only these are asked for, in Redis and in PostgreSQL. */
  readonly environments: readonly string[];
  readonly store: StoreOf<'remediations' | 'runs'> & Listening;
  readonly courier: Courier;
  /** Of `RedisConnections.worker()`: waits while Redis is away. */
  readonly connection: ConnectionOptions;
  readonly prefix: string;
  readonly runs: RunExecutor;
  readonly executor: Executor;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onJob?: (report: JobReport) => void;
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
  const { environments, clock, logger } = options;
  const runners = createRunners({
    clock,
    logger,
    ...present({ onJob: options.onJob }),
  });
  const workers = environments.flatMap((environment) =>
    queueKinds.map((kind) => startConsumer(options, runners, kind, environment)),
  );
  const dispatcher = startDispatcher({
    environments,
    store: options.store,
    courier: options.courier,
    clock,
    logger,
    ...present({ pollMs: options.pollMs, graceMs: options.graceMs }),
    direct: (found) => runners.fromPostgres(toWork(options, found.kind, found.environment, payloadOf(found))),
  });
  return {
    active: () => runners.active(),
    async stop(budgetMs) {
      const soft = budgetMs * 0.8;
      // Nothing new from here on; both wait for Redis and must not wait longer than the budget.
      const closing = Promise.allSettled([dispatcher.stop(), ...workers.map((worker) => worker.close())]);
      const quiet = Promise.all([closing, runners.idle()]);
      if (await inTime(soft, quiet)) return { aborted: 0, left: 0 };
      const counts = runners.abortForStop();
      logger.warn(counts, 'the stop budget is used up');
      await inTime(budgetMs - soft, quiet);
      await inTime(500, Promise.allSettled(workers.map((worker) => worker.close(true))));
      return counts;
    },
  };
}

function startConsumer(
  options: WorkerOptions,
  runners: Runners,
  kind: QueueKind,
  environment: string,
): Worker {
  const { logger, lockMs = 30_000 } = options;
  const { concurrency, maxStalledCount, onError } = queues[kind];
  const name = queueName(kind, environment);
  const process = async (job: Job<unknown>, _token?: string, signal?: AbortSignal): Promise<void> => {
    try {
      await runners.fromRedis(toWork(options, kind, environment, job.data), signal);
    } catch (error) {
      const attempt = job.attemptsMade + 1;
      const decision = onError(error, attempt);
      const facts = { err: error, queue: name, job: job.id, attempt, retry: decision.retry };
      if (error instanceof JobAborted) logger.warn(facts, 'a job was aborted');
      else logger.error(facts, 'a job failed');
      if (decision.retry) throw error;
      throw new UnrecoverableError(error instanceof Error ? error.name : 'not an Error');
    }
  };
  const worker = new Worker(name, process, {
    connection: options.connection,
    prefix: options.prefix,
    concurrency,
    maxStalledCount,
    lockDuration: lockMs,
    stalledInterval: lockMs,
    // Nothing is kept: PostgreSQL knows what became of it, and a kept id could not be added again.
    removeOnComplete: { count: 0 },
    removeOnFail: { count: 0 },
    settings: {
      backoffStrategy: (attempt, _type, error) => {
        const decision = onError(error, attempt);
        return decision.retry ? decision.delayMs : -1;
      },
    },
  });
  worker.on('error', (err) => logger.debug({ err, queue: name }, 'worker connection error'));
  // Opt-in of BullMQ: without it a worker goes on after its lock is gone.
  worker.on('lockRenewalFailed', (jobIds) => {
    for (const id of jobIds) worker.cancelJob(id, 'lock-lost');
  });
  return worker;
}

type Found = Parameters<Parameters<typeof startDispatcher>[0]['direct']>[0];

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
