/** Work that Redis takes and nobody fetches: with the connections of a worker in the test's hand. */
import { afterEach, describe, expect, test } from 'vitest';
import { LazySecret } from '../../../src/domain/kernel/secret.ts';
import type { JobReport } from '../../../src/jobs/runners.ts';
import type { RunningWorker, WorkerOptions } from '../../../src/jobs/worker.ts';
import { openRedis } from '../../../src/platform/queue/bullmq.ts';
import { silentLogger } from '../../support/logger.ts';
import { usePostgres } from '../../support/postgres.ts';
import { useRedis } from '../../support/redis.ts';
import { startRedisGate } from '../../support/redis-gate.ts';
import { outcomeOf, plainProbes, workbench } from '../../support/workbench.ts';

const postgres = usePostgres();
const redis = useRedis();
const closers: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
  await redis.call('FLUSHALL');
});

const soon = { timeout: 30_000, interval: 20 };
/** The command in which a consumer waits for work. */
const waitsForWork = /bzpopmin/i;

/** A worker whose ways to Redis all lead through a gate, and a bot whose ways do not. */
async function bench(more: Partial<WorkerOptions> = {}, probes = plainProbes()) {
  const database = await postgres.migrated();
  const gate = await startRedisGate(redis.server.url);
  const through = await openRedis({
    connection: { kind: 'single', url: new LazySecret({ kind: 'literal', value: gate.url }) },
    logger: silentLogger,
  });
  const bot = workbench({ store: database.store(), redis: await redis.connections() });
  const made = workbench({ store: database.store(), redis: through, probes });
  const jobs: JobReport[] = [];
  const unfetched: string[] = [];
  let worker: RunningWorker | undefined;
  closers.push(
    () => gate.stop(),
    () => Promise.resolve(through.close()),
    async () => worker?.stop(500),
  );
  return {
    ...{ database, gate, bot, unfetched },
    start() {
      worker = made.start({
        courier: bot.courier,
        pollMs: 50,
        onJob: (report) => jobs.push(report),
        onUnfetched: ({ kind, environment }) => unfetched.push(`${kind}-${environment}`),
        ...more,
      });
      return worker;
    },
    /** Starts a check and waits until it is done, beside so many jobs; how it came to this worker. */
    async check(beside = 0): Promise<'postgres' | 'redis'> {
      const fromPostgres = () => jobs.filter(({ via }) => via === 'postgres').length;
      const before = fromPostgres();
      const { runId, courier } = await bot.startHealth();
      expect(courier).toBe('ok');
      await expect.poll(async () => (await bot.runs.get(runId))?.state, soon).toBe('complete');
      expect((await bot.runs.get(runId))?.attempt).toBe(1);
      await expect.poll(() => worker?.active(), soon).toBe(beside);
      return fromPostgres() > before ? 'postgres' : 'redis';
    },
  };
}

describe('a consumer whose blocking connection is ended and stays dead', () => {
  test('work that Redis took is claimed from PostgreSQL, and said to be unfetched', async () => {
    const one = await bench();
    one.start();
    expect(await one.check()).toBe('redis');
    // The first job may have been there before the consumer had to wait for one.
    await expect.poll(() => one.gate.hasSent(waitsForWork), soon).toBe(true);

    one.gate.end(waitsForWork);

    expect(await one.check()).toBe('postgres');
    await expect.poll(() => one.unfetched, soon).toContain('run-prod');
    await expect.poll(() => redis.call('EXISTS', '{aetherius}:unfetched:run-prod'), soon).toBe(1);
  });
});

describe('connections that a firewall has forgotten', () => {
  test('the consumer is made anew, and the next job comes from Redis again', async () => {
    const one = await bench();
    one.start();
    expect(await one.check()).toBe('redis');

    one.gate.forget();

    expect(await one.check()).toBe('postgres');
    await expect.poll(() => one.unfetched, soon).toEqual(['run-prod']);
    await expect.poll(() => one.check(), soon).toBe('redis');
    expect(one.unfetched).toEqual(['run-prod']);
  });

  test('a job in the hands of the old consumer goes on, and ends once', async () => {
    let open: () => void = () => undefined;
    const opened = new Promise<void>((resolve) => {
      open = resolve;
    });
    let slow = true;
    const probes = plainProbes(async (call) => {
      if (slow) await opened;
      return outcomeOf(call);
    });
    const one = await bench({}, probes);
    one.start();
    const first = await one.bot.startHealth();
    await expect.poll(async () => (await one.bot.runs.get(first.runId))?.state, soon).toBe('running');
    slow = false;
    one.gate.forget();
    expect(await one.check(1)).toBe('postgres');
    await expect.poll(() => one.check(1), soon).toBe('redis');

    open();

    await expect.poll(async () => (await one.bot.runs.get(first.runId))?.state, soon).toBe('complete');
    expect((await one.bot.runs.get(first.runId))?.attempt).toBe(1);
  });
});

describe('a worker that has enough to do', () => {
  test('is only behind: nobody does more at a time, and its consumer stays', async () => {
    let open: () => void = () => undefined;
    const opened = new Promise<void>((resolve) => {
      open = resolve;
    });
    let now = 0;
    let most = 0;
    const probes = plainProbes(async (call) => {
      now += 1;
      most = Math.max(most, now);
      await opened;
      now -= 1;
      return outcomeOf(call);
    });
    const one = await bench({}, probes);
    const worker = one.start();
    const started = await Promise.all(Array.from({ length: 7 }, () => one.bot.startHealth()));
    await expect.poll(() => worker.active(), soon).toBe(4);

    // All that may be done directly has been looked at, twice.
    const lookedAt = () =>
      one.database.sql(
        `SELECT FROM runs WHERE state = 'queued' AND enqueued_at > created_at + interval '900 milliseconds'`,
      );
    await expect.poll(async () => (await lookedAt()).length, soon).toBe(3);
    expect(worker.active()).toBe(4);
    // Once it has room, a direct look may be quicker than its consumer: that is no sign of a consumer that is gone.
    expect(one.unfetched).toEqual([]);
    open();

    for (const { runId } of started)
      await expect.poll(async () => (await one.bot.runs.get(runId))?.state, soon).toBe('complete');
    // Four runs of four probes each.
    expect(most).toBe(16);
  });
});

describe('a Redis that refuses to be written to', () => {
  test('is not asked thousands of times a second, and work goes on from it afterwards', async () => {
    let errors = 0;
    const one = await bench({ logger: { ...silentLogger, debug: () => (errors += 1) } });
    await redis.call('REPLICAOF', '127.0.0.1', '1');
    try {
      one.start();
      await expect.poll(() => errors, soon).toBeGreaterThan(20);
      const before = errors;
      const { runId } = await one.bot.startHealth();
      await expect.poll(async () => (await one.bot.runs.get(runId))?.state, soon).toBe('complete');
      // Three consumers that rest for a second after twenty errors each; it was a thousand and more.
      expect(errors - before).toBeLessThan(300);
    } finally {
      await redis.call('REPLICAOF', 'NO', 'ONE');
    }
    await expect.poll(() => one.check(), soon).toBe('redis');
  });
});
