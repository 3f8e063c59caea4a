import { type ConnectionOptions, Queue } from 'bullmq';
import type { Logger } from '../domain/kernel/clock.ts';
import { within } from '../domain/kernel/within.ts';
import type { Courier, ExecutionHandedOver, LeftLying, RunHandedOver } from '../domain/ports/courier.ts';
import {
  type QueueKind,
  queueName,
  queueOfRun,
  unfetchedNote,
  unfetchedNotedSeconds,
} from '../domain/run/jobs.ts';
import { executeJobId, queues, runJobId } from './queues.ts';

/** What the courier needs of a Redis client made by `platform/bullmq`. */
export interface ProducerClient {
  readonly status: string;
  set(key: string, value: string, expires: 'EX', seconds: number): Promise<unknown>;
  once(event: 'ready' | 'close' | 'error', listener: () => void): unknown;
  off(event: 'ready' | 'close' | 'error', listener: () => void): unknown;
}

export interface CourierOptions {
  readonly client: ProducerClient & ConnectionOptions;
  readonly prefix: string;
  readonly logger: Logger;
  /** Longest wait for Redis to take a job, in milliseconds; default 1000. */
  readonly timeoutMs?: number;
}

export interface JobCourier extends Courier, LeftLying {
  /** Whether Redis answers now. */
  up(): boolean;
  close(): Promise<void>;
}

/** Hands jobs to BullMQ and says so when Redis does not take them in time. */
export function createCourier(options: CourierOptions): JobCourier {
  const { client, prefix, logger, timeoutMs = 1000 } = options;
  const known = new Map<string, Queue>();

  const queueOf = (name: string): Queue => {
    const existing = known.get(name);
    if (existing !== undefined) return existing;
    const queue = new Queue(name, {
      connection: client,
      prefix,
      skipWaitingForReady: true,
      skipVersionCheck: true,
      skipMetasUpdate: true,
      // Nothing is kept: a kept job would make adding its id again a silent no-op.
      defaultJobOptions: { removeOnComplete: true, removeOnFail: true },
    });
    queue.on('error', (err) => logger.debug({ err, queue: name }, 'queue connection error'));
    known.set(name, queue);
    return queue;
  };

  const ask = <T>(name: string, question: (queue: Queue) => Promise<T>): Promise<T> =>
    within(timeoutMs, async () => {
      await whenReady(client);
      return question(queueOf(name));
    });

  const add = async ({ kind, environment, jobId, payload, unclaimed = false }: Parcel) => {
    const name = queueName(kind, environment);
    try {
      await ask(name, async (queue) => {
        const { attempts } = queues[kind];
        const id = unclaimed ? await idNobodyHolds(queue, jobId) : jobId;
        await queue.add(kind, payload, { jobId: id, attempts, backoff: { type: 'policy' } });
      });
      return 'ok';
    } catch (err) {
      logger.warn({ err, queue: name, jobId }, 'Redis did not accept a job; it waits in PostgreSQL');
      return 'down';
    }
  };

  const lies = async ({ kind, environment, jobId }: Parcel) => {
    const name = queueName(kind, environment);
    try {
      return await ask(name, (queue) => liesIn(queue, jobId));
    } catch (err) {
      logger.debug({ err, queue: name, jobId }, 'Redis does not say what became of a job');
      return false;
    }
  };

  return {
    run: (job) => add(ofRun(job)),
    execution: (job) => add(ofExecution(job)),
    runLies: (job) => lies(ofRun(job)),
    executionLies: (job) => lies(ofExecution(job)),
    async noteUnfetched(kind, environment) {
      const queue = queueName(kind, environment);
      const key = `${prefix}:${unfetchedNote}:${queue}`;
      await within(timeoutMs, async () => {
        await whenReady(client);
        await client.set(key, '1', 'EX', unfetchedNotedSeconds);
      }).catch((err: unknown) => logger.debug({ err, queue }, 'no word could be left in Redis'));
    },
    up: () => client.status === 'ready',
    async close() {
      await Promise.allSettled([...known.values()].map((queue) => queue.close()));
      known.clear();
    },
  };
}

interface Parcel {
  readonly kind: QueueKind;
  readonly environment: string;
  readonly jobId: string;
  readonly payload: object;
  readonly unclaimed?: boolean;
}

function ofRun({ environment, kind, runId, attempt, ...rest }: RunHandedOver): Parcel {
  return {
    kind: kind === undefined ? 'run' : queueOfRun(kind),
    environment,
    jobId: runJobId(runId, attempt),
    payload: { runId },
    ...rest,
  };
}

function ofExecution({ environment, remediationId, attempt, ...rest }: ExecutionHandedOver): Parcel {
  const payload = { remediationId, attempt };
  return { kind: 'execute', environment, jobId: executeJobId(remediationId, attempt), payload, ...rest };
}

/**
 * A job in a dead worker's hands blocks its id until BullMQ finds it stalled, which takes up to two lock
 * durations: a minute in which nothing happens. PostgreSQL decides who does the work, so a second job is safe.
 */
async function idNobodyHolds(queue: Queue, jobId: string): Promise<string> {
  return (await firstNotHeld(queue, jobId))?.id ?? jobId;
}

/** Whether a job still waits to be fetched, or each worker that fetched it has left it. */
async function liesIn(queue: Queue, jobId: string): Promise<boolean> {
  const state = (await firstNotHeld(queue, jobId))?.state;
  return state === undefined || !taken.has(state);
}

/** A job that was carried out is gone. */
const taken: ReadonlySet<string> = new Set(['unknown', 'completed', 'failed']);

/** Of the ids under which one piece of work is handed over; undefined: each is in somebody's hands. */
async function firstNotHeld(queue: Queue, jobId: string) {
  for (let n = 1; n < 5; n += 1) {
    const id = n === 1 ? jobId : `${jobId}-again-${n}`;
    const state = await queue.getJobState(id);
    if (state !== 'active') return { id, state };
  }
  return undefined;
}

/** Waits for a connection that is being made; a client without one fails at once. */
function whenReady(client: ProducerClient): Promise<void> {
  if (client.status === 'ready') return Promise.resolve();
  if (client.status !== 'connecting' && client.status !== 'connect') {
    return Promise.reject(new Error('no connection to Redis'));
  }
  return new Promise((resolve, reject) => {
    const settle = (end: () => void) => {
      client.off('ready', ready);
      client.off('close', gone);
      client.off('error', gone);
      end();
    };
    const ready = () => settle(resolve);
    const gone = () => settle(() => reject(new Error('no connection to Redis')));
    client.once('ready', ready);
    client.once('close', gone);
    client.once('error', gone);
  });
}
