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
});
