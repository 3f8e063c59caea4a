import { describe, expect, it } from 'vitest';
import { servicesExecutorQueue } from '../../../../src/probes/services/executor-queue.probe.ts';
import { wordsIn } from '../../../../src/text/words.ts';
import { probeContext } from '../../../support/probe-context.ts';
import { pages, replica } from '../../../support/service-pages.ts';

describe('services.executor-queue, whose samples reach different replicas', () => {
  const waits = {
    executor_workers: 4,
    executor_workers_busy: 4,
    executor_queue_size: 10,
    executor_queue_capacity: 100,
    executor_executions_total: 50,
  };
  const idle = { ...waits, executor_workers_busy: 0, executor_queue_size: 0 };
  const executor = (...samples: readonly Readonly<Record<string, number>>[]) =>
    servicesExecutorQueue.run({ seconds: 3 }, probeContext({ services: pages(...samples) }));
  const other = { facts: { reason: 'another-replica' } };

  it('are taken again until the first replica is met', async () => {
    const [one, two] = [replica(100, waits), replica(200, idle)];

    expect(await executor(one, two, two, two, two, one)).toMatchObject({
      findings: [{ code: 'EXECUTOR_STARVED' }],
    });
  });

  it('are never compared when the first replica is not met again', async () => {
    const [one, two] = [replica(100, waits), replica(200, waits)];

    await expect(executor(one, two, two, two, two, two, one)).rejects.toMatchObject(other);
    await expect(executor(one, waits)).rejects.toMatchObject(other);
  });

  it('show themselves by a counter that fell, where nobody tells the start', async () => {
    await expect(executor(waits, { ...waits, executor_executions_total: 20 })).rejects.toMatchObject(other);
  });

  it('have their words in both languages', () => {
    for (const language of ['en', 'zh-CN'] as const)
      expect(wordsIn(language).lookup('cause.another-replica')).toBeDefined();
  });
});

describe('services.executor-queue', () => {
  const look = (busy: number, queue: number) => {
    const sample = {
      executor_workers: 4,
      executor_workers_busy: busy,
      executor_queue_size: queue,
      executor_queue_capacity: 100,
    };
    return servicesExecutorQueue.run({ seconds: 3 }, probeContext({ services: pages(sample, sample) }));
  };

  it('is starved when all workers are busy and executions wait', async () => {
    expect(await look(4, 10)).toMatchObject({
      findings: [
        {
          ...{
            code: 'EXECUTOR_STARVED',
            severity: 'warning',
            part: 'orchestrator-service',
            subject: 'executor',
          },
          facts: { queue: 10, workers: 4 },
        },
      ],
    });
    expect(await look(4, 0)).toMatchObject({ status: 'healthy' });
    expect(await look(1, 10)).toMatchObject({ status: 'healthy' });
  });

  it('could not check when executions wait and the metrics that would tell why are absent', async () => {
    const whole = {
      executor_workers: 4,
      executor_workers_busy: 1,
      executor_queue_size: 10,
      executor_queue_capacity: 100,
    };
    for (const name of ['executor_workers', 'executor_workers_busy', 'executor_queue_capacity'] as const) {
      const { [name]: _absent, ...sample } = whole;
      const run = (given: Readonly<Record<string, number>>) =>
        servicesExecutorQueue.run({ seconds: 3 }, probeContext({ services: pages(given) }));

      expect(await run(sample)).toMatchObject({
        status: 'inconclusive',
        cause: { facts: { reason: 'metrics-absent', metrics: name } },
      });
      expect(await run({ ...sample, executor_queue_size: 0 })).toMatchObject({ status: 'healthy' });
    }
    for (const language of ['en', 'zh-CN'] as const)
      expect(wordsIn(language).lookup('cause.metrics-absent')).toBeDefined();
  });

  it('is not judged where the metrics are absent (R-PLAT12)', async () => {
    expect(
      await servicesExecutorQueue.run({ seconds: 3 }, probeContext({ services: pages({ up: 1 }) })),
    ).toMatchObject({ status: 'skipped', reason: 'not-installed' });
  });
});

describe('services.executor-queue, at its thresholds', () => {
  const params = servicesExecutorQueue.params.parse({});
  const sample = (busy: number, queue: number, more: object = {}) => ({
    ...{ executor_workers: 4, executor_workers_busy: busy, executor_queue_size: queue },
    ...{ executor_queue_capacity: 100, ...more },
  });
  const look = (...samples: readonly Readonly<Record<string, number>>[]) =>
    servicesExecutorQueue.run(params, probeContext({ services: pages(...samples) }));

  it.each([
    [89, 'healthy'],
    [90, 'unhealthy'],
    [91, 'unhealthy'],
  ])(
    'is starved when nine tenths of the queue are taken, whoever is busy: %i of 100',
    async (queue, status) => {
      expect(await look(sample(0, queue))).toMatchObject({ status });
    },
  );

  it.each([
    [3, 1, 'healthy'],
    [4, 0, 'healthy'],
    [4, 1, 'unhealthy'],
    [5, 1, 'unhealthy'],
  ])('or when every worker is busy and one waits: %i of 4 busy, %i wait', async (busy, queue, status) => {
    expect(await look(sample(busy, queue))).toMatchObject({ status });
  });

  it('counts what lasted from one sample to the other', async () => {
    expect(await look(sample(4, 10), sample(3, 10))).toMatchObject({
      status: 'healthy',
      facts: { workersBusy: 3 },
    });
    expect(await look(sample(3, 10), sample(4, 10))).toMatchObject({ status: 'healthy' });
    expect(await look(sample(4, 0), sample(4, 10))).toMatchObject({ status: 'healthy', facts: { queue: 0 } });
  });

  it('takes neither a queue nor workers for full of which there are none', async () => {
    expect(await look(sample(0, 0, { executor_queue_capacity: 0 }))).toMatchObject({ status: 'healthy' });
    expect(await look(sample(0, 1, { executor_workers: 0 }))).toMatchObject({ status: 'healthy' });
  });

  it('waits three seconds between the samples, half a minute at most', async () => {
    const done = (total: number) => sample(1, 0, { executor_executions_total: total });
    const context = probeContext({ services: pages(done(10), done(16)) });
    const start = context.now().getTime();

    expect(await servicesExecutorQueue.run(params, context)).toMatchObject({
      facts: { finishedPerSecond: 2 },
    });
    expect(context.now().getTime() - start).toBe(3_000);
    expect([30, 31].map((seconds) => servicesExecutorQueue.params.safeParse({ seconds }).success)).toEqual([
      ...[true, false],
    ]);
  });
});
