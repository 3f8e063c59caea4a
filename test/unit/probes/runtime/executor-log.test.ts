import { describe, expect, it } from 'vitest';
import { runtimeExecutorLog } from '../../../../src/probes/runtime/executor-log.probe.ts';
import { fakeRuntime } from '../../../support/fake-runtime.ts';
import { fakeServices, httpAnswer, probeContext } from '../../../support/probe-context.ts';

describe('runtime.executor-log', () => {
  const line = (level: string, msg: string, time = '2026-03-01T10:04:50Z') =>
    JSON.stringify({ time, level, msg });
  const full = (time: string) =>
    line('error', 'executor error: queue is full, executions stay pending', time);
  const submitted = (created_at: string, workflow_id = 'w', status = 'pending') => ({
    id: created_at,
    workflow_id,
    status,
    created_at,
  });
  const gauges = (busy: number, queue: number) =>
    httpAnswer(
      `executor_workers 4\nexecutor_workers_busy ${busy}\nexecutor_queue_size ${queue}\nexecutor_queue_capacity 100\n`,
    );
  const read = (log: string, executions?: readonly object[], metrics = httpAnswer('', 404)) =>
    runtimeExecutorLog.run(
      { minutes: 15 },
      probeContext({
        runtime: fakeRuntime({ 'orchestrator-service': [{ log }] }),
        ...(executions === undefined
          ? {}
          : {
              services: fakeServices({
                '/api/v1/workflows/executions?limit=500': [httpAnswer(JSON.stringify({ executions }))],
                '/metrics': [metrics],
              }),
            }),
      }),
    );
  const isFull = { findings: [{ code: 'EXECUTOR_QUEUE_FULL_LOGGED' }] };
  const isOther = { findings: [{ code: 'EXECUTOR_ERRORS_LOGGED' }] };

  it('tells a full queue from other errors, and information from both', async () => {
    const waiting = [submitted('2026-03-01T10:04:00Z')];

    expect(await read(line('info', 'executor: execution completed'), waiting)).toMatchObject({
      status: 'healthy',
    });
    expect(await read(line('error', 'executor error: cannot start a workflow'), waiting)).toMatchObject(
      isOther,
    );
    expect(await read(full('2026-03-01T10:04:50Z'), waiting)).toMatchObject(isFull);
    expect(await read(full('2026-03-01T10:04:50Z'), waiting, gauges(4, 90))).toMatchObject(isFull);
    expect(await read('executor: queue is full', waiting)).toMatchObject(isFull);
  });

  it('believes the level of a line before its words', async () => {
    expect(await read(line('info', 'executor: no error so far'), [])).toMatchObject({ status: 'healthy' });
    expect(await read('executor: no worker was idle', [])).toMatchObject({ status: 'healthy' });
    expect(await read('executor: task failed', [])).toMatchObject(isOther);
  });

  it('stands alone where executions cannot be listed, and joins none that has no time', async () => {
    const recent = full('2026-03-01T10:04:50Z');

    expect(await read(recent)).toMatchObject(isFull);
    expect(await read(recent, [{ ...submitted('x'), created_at: undefined }])).toMatchObject(isOther);
  });

  it('does not join a queue that was full once with what waits for another reason', async () => {
    const old = full('2026-03-01T09:52:00Z');

    expect(await read(old, [submitted('2026-03-01T10:04:00Z')])).toMatchObject(isOther);
    // Stuck since yesterday: every line of today is younger.
    expect(await read(old, [submitted('2026-02-28T10:00:00Z')])).toMatchObject(isOther);
    expect(await read(full('2026-03-01T10:04:20Z'), [submitted('2026-03-01T10:04:55Z')])).toMatchObject(
      isOther,
    );
    expect(await read(old, [])).toMatchObject(isOther);
    expect(await read(old)).toMatchObject(isOther);
  });

  it('believes the live counters more than a line of a minute ago', async () => {
    const stuck = [submitted('2026-02-28T10:00:00Z')];

    expect(await read(full('2026-03-01T10:04:20Z'), stuck, gauges(1, 0))).toMatchObject(isOther);
    expect(await read(full('2026-03-01T10:04:20Z'), stuck, gauges(4, 0))).toMatchObject(isFull);
  });

  it('explains executions that were turned away by a queue that has room again', async () => {
    const turnedAway = [submitted('2026-03-01T09:52:01Z'), submitted('2026-03-01T09:52:08Z')];

    expect(await read(full('2026-03-01T09:52:00Z'), turnedAway, gauges(0, 0))).toMatchObject(isFull);
    expect(
      await read(
        full('2026-03-01T09:52:00Z'),
        [...turnedAway, submitted('2026-03-01T10:01:00Z')],
        gauges(0, 0),
      ),
    ).toMatchObject(isOther);
  });

  it.each([
    ['2026-03-01T10:04:00.000Z', isFull],
    ['2026-03-01T10:03:59.999Z', isOther],
    ['2026-03-01T10:04:00.001Z', isFull],
  ])('takes what was said within a minute for what is: %s', async (time, code) => {
    // Waiting since yesterday, so that only the time of the line tells.
    expect(await read(full(time), [submitted('2026-02-28T10:00:00Z')])).toMatchObject(code);
    expect(await read(full(time))).toMatchObject(code);
  });

  it.each([
    [30_000, isFull],
    [29_999, isFull],
    [30_001, isOther],
    [-30_000, isFull],
    [-30_001, isOther],
  ])('takes what was submitted within half a minute for turned away: %i ms later', async (later, code) => {
    const said = '2026-03-01T09:52:00.000Z';
    const at = new Date(Date.parse(said) + later).toISOString();

    expect(await read(full(said), [submitted(at)], gauges(0, 0))).toMatchObject(code);
  });

  it.each([
    [5_000, isFull],
    [4_999, isFull],
    [5_001, isOther],
  ])(
    'allows for five seconds between two clocks: said %i ms before it was submitted',
    async (before, code) => {
      const submittedAt = Date.parse('2026-03-01T10:04:50.000Z');
      const said = new Date(submittedAt - before).toISOString();
      // One of long ago as well, so that nearness alone does not decide.
      const pending = [
        submitted(new Date(submittedAt).toISOString()),
        submitted('2026-03-01T10:04:59.000Z', 'v'),
      ];

      expect(
        await read(full(said), [...pending, submitted('2026-03-01T10:05:40.000Z')], gauges(4, 90)),
      ).toMatchObject(code);
    },
  );

  const counters = (values: Readonly<Record<string, number>>) =>
    httpAnswer(
      Object.entries(values)
        .map(([name, value]) => `executor_${name} ${value}\n`)
        .join(''),
    );

  it.each([
    [{ workers: 4, workers_busy: 3, queue_size: 49, queue_capacity: 100 }, isOther],
    [{ workers: 4, workers_busy: 3, queue_size: 50, queue_capacity: 100 }, isFull],
    [{ workers: 4, workers_busy: 3, queue_size: 51, queue_capacity: 100 }, isFull],
    [{ workers: 4, workers_busy: 4, queue_size: 0, queue_capacity: 100 }, isFull],
    [{ workers: 4, workers_busy: 3, queue_size: 0 }, isOther],
    [{ workers: 4, workers_busy: 3, queue_size: 1 }, isFull],
    [{ workers: 4, workers_busy: 3 }, isFull],
    [{ workers: 4, queue_size: 0 }, isFull],
    [{ workers_busy: 0, queue_size: 0 }, isFull],
  ])('has room with an idle worker and less than half of the queue: %o', async (values, code) => {
    const stuck = [submitted('2026-02-28T10:00:00Z')];

    expect(await read(full('2026-03-01T10:04:50Z'), stuck, counters(values))).toMatchObject(code);
  });

  it('reads two thousand lines of a quarter of an hour, and of a minute where lines have no time', async () => {
    const asked: unknown[] = [];
    const runtime = fakeRuntime({ 'orchestrator-service': [{}] });
    const logs: typeof runtime.logs = (_instance, options) => {
      asked.push([options?.tail, options?.sinceSeconds]);
      return Promise.resolve('executor: queue is full');
    };

    await runtimeExecutorLog.run(
      runtimeExecutorLog.params.parse({}),
      probeContext({ runtime: { ...runtime, logs } }),
    );

    expect(asked).toEqual([
      [2_000, 900],
      [2_000, 60],
    ]);
    expect([120, 121].map((minutes) => runtimeExecutorLog.params.safeParse({ minutes }).success)).toEqual([
      ...[true, false],
    ]);
  });

  it('shows the last three lines, and since when', async () => {
    const errors = [1, 2, 3, 4].map((nth) =>
      line('error', `executor error ${nth}`, `2026-03-01T10:0${nth}:00Z`),
    );

    expect(await read([...errors, 'other: failed'].join('\n'))).toMatchObject({
      findings: [
        {
          ...{ since: '2026-03-01T10:01:00Z', facts: { errors: 4, queueFull: 0, minutes: 15 } },
          excerpts: [{ source: 'log orchestrator-service-0', lines: errors.slice(1) }],
        },
      ],
    });
    expect(JSON.stringify(await read('executor: failed'))).not.toContain('since');
  });

  it('has no say where the service does not run', async () => {
    expect(
      await runtimeExecutorLog.run({ minutes: 1 }, probeContext({ runtime: fakeRuntime({}) })),
    ).toMatchObject({ status: 'skipped', reason: 'no-data' });
  });
});
