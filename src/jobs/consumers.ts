import { type ConnectionOptions, type Job, UnrecoverableError, Worker } from 'bullmq';
import type { Clock, Logger } from '../domain/kernel/clock.ts';
import { type QueueKind, queueKinds, queueName } from '../domain/run/jobs.ts';
import { queues } from './queues.ts';
import { JobAborted } from './runners.ts';

/** Clients that wait while Redis is away. */
export interface ConsumerConnections {
  worker(): ConnectionOptions;
  /** Closes one that is not used any more. */
  release(client: ConnectionOptions): void;
}

export interface ConsumersOptions {
  readonly environments: readonly string[];
  readonly redis: ConsumerConnections;
  readonly prefix: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** BullMQ's lock, in milliseconds. */
  readonly lockMs: number;
  /** The shortest time between two renewals of one consumer, in milliseconds. */
  readonly renewMs: number;
  /** Rejects with the work's error. */
  readonly work: (
    kind: QueueKind,
    environment: string,
    payload: unknown,
    signal: AbortSignal | undefined,
  ) => Promise<void>;
}

/** What fetches the jobs of one queue. */
interface Consumer {
  readonly worker: Worker;
  /** A connection of its own; the first ones share one. */
  readonly own?: ConnectionOptions;
  /** Jobs in hand. */
  active: number;
  leaving: boolean;
}

/** How long BullMQ may take to say that the last job of a consumer that leaves is done. */
const lastWordMs = 1_000;

/** So many errors without a job in between, and a consumer rests for so long. */
const mostErrors = 20;
const restMs = 1_000;

/**
 * One consumer for each environment and kind. BullMQ's may fall silent without a word: its blocking connection is gone, or
 * leads nowhere, and it believes that there is no work. `renew` puts another one in its place, on new connections.
 */
export function createConsumers(options: ConsumersOptions) {
  const { environments, redis, clock, logger } = options;
  const first = redis.worker();
  const current = new Map<string, Consumer>();
  const leaving = new Set<Consumer>();
  const renewed = new Map<string, number>();
  let closed = false;

  const end = async (consumer: Consumer): Promise<void> => {
    await consumer.worker
      .close(true)
      .catch((err: unknown) => logger.debug({ err }, 'a consumer did not end'));
    if (consumer.own !== undefined) redis.release(consumer.own);
    leaving.delete(consumer);
  };
  /** It fetches nothing more, and keeps the locks of what it has in hand. */
  const leave = (consumer: Consumer): void => {
    consumer.leaving = true;
    leaving.add(consumer);
    void consumer.worker.pause(true);
    if (consumer.active === 0) void end(consumer);
  };
  const start = (kind: QueueKind, environment: string, own?: ConnectionOptions): void => {
    const consumer: Consumer = {
      worker: startConsumer(options, kind, environment, own ?? first, async (job, signal) => {
        consumer.active += 1;
        try {
          await options.work(kind, environment, job.data, signal);
        } finally {
          consumer.active -= 1;
          if (consumer.leaving && consumer.active === 0)
            void clock.sleep(lastWordMs).then(() => end(consumer));
        }
      }),
      ...(own === undefined ? {} : { own }),
      active: 0,
      leaving: false,
    };
    rest(consumer);
    current.set(queueName(kind, environment), consumer);
  };
  /** A Redis that refuses to be written to is asked thousands of times a second, unless somebody slows BullMQ down. */
  const rest = (consumer: Consumer): void => {
    const { worker } = consumer;
    let errors = 0;
    worker.on('error', () => {
      errors += 1;
      if (errors !== mostErrors) return;
      void worker.pause(true);
      void clock.sleep(restMs).then(() => {
        errors = 0;
        if (!closed && !consumer.leaving) void worker.resume();
      });
    });
    worker.on('active', () => {
      errors = 0;
    });
  };
  for (const environment of environments) for (const kind of queueKinds) start(kind, environment);

  return {
    /** Another consumer takes its place, unless one did a short while ago. */
    renew(kind: QueueKind, environment: string): void {
      const queue = queueName(kind, environment);
      const old = current.get(queue);
      const now = clock.now().getTime();
      const last = renewed.get(queue);
      if (closed || old === undefined) return;
      if (last !== undefined && Math.abs(now - last) < options.renewMs) return;
      renewed.set(queue, now);
      logger.warn(
        { queue, inHand: old.active },
        'work lies in Redis that this process does not get: it is done from PostgreSQL, and another consumer takes over',
      );
      leave(old);
      start(kind, environment, redis.worker());
    },
    /** `force`: without waiting for what is in hand. */
    async close(force = false): Promise<void> {
      closed = true;
      const all = [...current.values(), ...leaving];
      await Promise.allSettled(all.map(({ worker }) => worker.close(force)));
    },
  };
}

function startConsumer(
  options: ConsumersOptions,
  kind: QueueKind,
  environment: string,
  connection: ConnectionOptions,
  work: (job: Job<unknown>, signal: AbortSignal | undefined) => Promise<void>,
): Worker {
  const { logger, lockMs } = options;
  const { concurrency, maxStalledCount, onError } = queues[kind];
  const name = queueName(kind, environment);
  const process = async (job: Job<unknown>, _token?: string, signal?: AbortSignal): Promise<void> => {
    try {
      await work(job, signal);
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
    connection,
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
