/** Jobs per second and latency of our job layer beside bare BullMQ, in one run, on the same servers. */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { startPostgres } from '../../lab/components/postgres.ts';
import { startRedis } from '../../lab/components/redis.ts';
import { LazySecret } from '../../src/domain/kernel/secret.ts';
import type { Renderer } from '../../src/domain/message/renderer.ts';
import type { RunHandler } from '../../src/domain/ports/lease.ts';
import { createCourier, type JobCourier } from '../../src/jobs/courier.ts';
import { queues } from '../../src/jobs/queues.ts';
import { type RunExecutor, startWorker } from '../../src/jobs/worker.ts';
import { systemClock, systemIds } from '../../src/platform/process/clock.ts';
import { silentLogger } from '../../src/platform/process/logger.ts';
import { openRedis, queuePrefix, type RedisConnections } from '../../src/platform/queue/bullmq.ts';
import { migrate } from '../../src/platform/store/migrate.ts';
import { createStore, type PostgresStore } from '../../src/platform/store/store.ts';
import { createRunService } from '../../src/services/run/run.service.ts';
import { createRunExecutor } from '../../src/services/run/run-executor.service.ts';

export interface JobsFigure {
  readonly name: string;
  readonly jobs: number;
  readonly jobsPerSecond: number;
  /** Milliseconds from handing a job over until it is done, one at a time on an idle system. */
  readonly p50Ms: number;
  readonly p99Ms: number;
}

export interface JobsBench {
  /** Queue.add and a Worker that does nothing, with the settings of our `run` queue. */
  readonly bare: JobsFigure;
  /** Our courier and worker around the same nothing: ids, payload check, time limit, dispatcher. */
  readonly layer: JobsFigure;
  /** The whole way of a run: stored, handed over, claimed under a lease, finished, all in PostgreSQL. */
  readonly stored: JobsFigure;
}

export interface JobsBenchOptions {
  /** Jobs for the throughput; default 2000. */
  readonly jobs?: number;
  /** Jobs for the latency; default 200. */
  readonly samples?: number;
}

/** Hands over job `id`; the system calls `done(id)` when it is done. */
interface System {
  readonly name: string;
  give(id: string): Promise<void>;
}

/** Starts servers of its own and stops them. */
export async function benchJobs({ jobs = 2000, samples = 200 }: JobsBenchOptions = {}): Promise<JobsBench> {
  const dir = mkdtempSync(join(tmpdir(), 'aetherius-bench-jobs-'));
  // PostgreSQL runs as another user when we are root.
  chmodSync(dir, 0o755);
  const redisServer = await startRedis({ dir: join(dir, 'redis') });
  const postgres = await startPostgres({ dir: join(dir, 'postgres'), databases: ['bench'] });
  const url = postgres.url('bench');
  await migrate({ database: { url }, logger: silentLogger });
  const store = createStore({
    database: { url },
    auditKey: { id: 'bench', secret: 'bench' },
    logger: silentLogger,
  });
  const connection = {
    kind: 'single',
    url: new LazySecret({ kind: 'literal', value: redisServer.url }),
  } as const;
  const redis = await openRedis({ connection, logger: silentLogger, timeoutMs: 30_000 });
  const courier = createCourier({
    client: redis.producer(),
    prefix: queuePrefix,
    logger: silentLogger,
    timeoutMs: 30_000,
  });
  const finished = createFinished();
  try {
    const bare = await withBare(redisServer.url, finished, (system) =>
      measure(system, finished, jobs, samples),
    );
    const layer = await withLayer(store, redis, courier, finished, (system) =>
      measure(system, finished, jobs, samples),
    );
    const stored = await withStored(store, redis, courier, finished, (system) =>
      measure(system, finished, jobs, samples),
    );
    return { bare, layer, stored };
  } finally {
    await courier.close();
    redis.close();
    await store.close();
    await Promise.all([redisServer.stop(), postgres.stop()]);
    rmSync(dir, { recursive: true, force: true });
  }
}

async function measure(
  system: System,
  finished: ReturnType<typeof createFinished>,
  jobs: number,
  samples: number,
): Promise<JobsFigure> {
  await run(system, finished, 100);
  const took: number[] = [];
  for (let sample = 0; sample < samples; sample += 1) {
    const began = performance.now();
    await run(system, finished, 1);
    took.push(performance.now() - began);
  }
  const began = performance.now();
  await run(system, finished, jobs);
  const seconds = (performance.now() - began) / 1000;
  took.sort((a, b) => a - b);
  const at = (share: number) => round(took[Math.min(took.length - 1, Math.floor(took.length * share))] ?? 0);
  return {
    name: system.name,
    jobs,
    jobsPerSecond: Math.round(jobs / seconds),
    p50Ms: at(0.5),
    p99Ms: at(0.99),
  };
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

/** Gives jobs from sixteen hands, as commands would come, and waits until all are done. */
async function run(
  system: System,
  finished: ReturnType<typeof createFinished>,
  count: number,
): Promise<void> {
  const all = finished.expect(count);
  let left = count;
  const hand = async () => {
    while (left > 0) {
      left -= 1;
      await system.give(systemIds.uuid());
    }
  };
  await Promise.all(Array.from({ length: Math.min(16, count) }, hand));
  await all;
}

function createFinished() {
  let left = 0;
  let resolve: () => void = () => undefined;
  return {
    done(): void {
      left -= 1;
      if (left === 0) resolve();
    },
    expect(count: number): Promise<void> {
      left = count;
      return new Promise((next) => {
        resolve = next;
      });
    },
  };
}

type Finished = ReturnType<typeof createFinished>;
type Measured = (system: System) => Promise<JobsFigure>;

async function withBare(url: string, finished: Finished, measured: Measured): Promise<JobsFigure> {
  const [producer, consumer] = [new Redis(url), new Redis(url, { maxRetriesPerRequest: null })];
  const queue = new Queue('bare', { connection: producer });
  const worker = new Worker('bare', () => Promise.resolve(), {
    connection: consumer,
    concurrency: queues.run.concurrency,
    removeOnComplete: { count: 0 },
  });
  worker.on('completed', () => finished.done());
  try {
    return await measured({
      name: 'bare BullMQ',
      give: async (id) => {
        await queue.add('run', { runId: id }, { jobId: `run-${id}-1`, removeOnComplete: true });
      },
    });
  } finally {
    await worker.close();
    await queue.close();
    producer.disconnect();
    consumer.disconnect();
  }
}

function workerOver(
  store: PostgresStore,
  redis: RedisConnections,
  courier: JobCourier,
  runs: RunExecutor,
  done: () => void,
) {
  return startWorker({
    environments: ['prod'],
    store,
    courier,
    redis,
    prefix: queuePrefix,
    runs,
    executor: { execute: () => Promise.resolve() },
    clock: systemClock,
    logger: silentLogger,
    onJob: done,
    graceMs: 60_000,
  });
}

async function withLayer(
  store: PostgresStore,
  redis: RedisConnections,
  courier: JobCourier,
  finished: Finished,
  measured: Measured,
): Promise<JobsFigure> {
  const nothing = { execute: () => Promise.resolve() };
  const worker = workerOver(store, redis, courier, nothing, () => finished.done());
  try {
    return await measured({
      name: 'courier and worker',
      give: async (id) => {
        await courier.run({ environment: 'prod', runId: id, attempt: 1 });
      },
    });
  } finally {
    await worker.stop(5000);
  }
}

async function withStored(
  store: PostgresStore,
  redis: RedisConnections,
  courier: JobCourier,
  finished: Finished,
  measured: Measured,
): Promise<JobsFigure> {
  const common = { store, renderer: wordless, clock: systemClock, ids: systemIds, environments: ['prod'] };
  const service = createRunService({ ...common, courier });
  const nothing: RunHandler<'runs'> = { handle: (lease) => lease.finish({}, () => Promise.resolve()) };
  const runs = createRunExecutor({
    ...common,
    logger: silentLogger,
    worker: 'bench',
    handlers: { health: nothing },
  });
  const worker = workerOver(store, redis, courier, runs, () => finished.done());
  try {
    return await measured({
      name: 'a run stored, claimed and finished',
      give: async () => {
        await service.start({ kind: 'health', environment: 'prod', source: 'command-line' });
      },
    });
  } finally {
    await worker.stop(5000);
  }
}

const said = () => ({ text: '' });
const wordless: Renderer = {
  health: said,
  finding: said,
  runFailed: said,
  offerRefused: said,
  otherFixes: said,
  remediation: said,
  page: (event, row) => `${event} ${row.handle}`,
  remediationEvent: said,
  digest: said,
};

if (process.argv[1] === import.meta.filename) console.log(JSON.stringify(await benchJobs(), null, 2));
