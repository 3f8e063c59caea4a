import { describe, expect, it } from 'vitest';
import { servicesStepTimeouts } from '../../../../src/probes/services/step-timeouts.probe.ts';
import { wordsIn } from '../../../../src/text/words.ts';
import { fakeServices, httpAnswer, probeContext } from '../../../support/probe-context.ts';
import { json } from '../../../support/service-pages.ts';

const executionsPath = (limit: number) => `/api/v1/workflows/executions?limit=${limit}`;

const pending = {
  id: 'e1',
  workflow_id: 'diagnose-oom',
  status: 'pending',
  created_at: '2026-03-01T10:00:00Z',
};

describe('services.step-timeouts', () => {
  const failed = (error: string, status: string) => ({
    ...pending,
    status: 'failed',
    finished_at: '2026-03-01T10:02:00Z',
    steps: [{ id: 'collect_logs', status, timeout_seconds: 2, duration_ms: 2000, error }],
  });
  const look = (...list: readonly object[]) =>
    servicesStepTimeouts.run(
      { minutes: 30 },
      probeContext({ services: fakeServices({ [executionsPath(200)]: [json({ executions: list })] }) }),
    );

  it('tells the step’s own limit from the command’s', async () => {
    expect(await look(failed('timeout after 2s', 'timeout'))).toMatchObject({
      findings: [{ code: 'STEP_TIMED_OUT', facts: { timeoutSeconds: 2 } }],
    });
    expect(await look(failed('command timeout: no free slot within 5s', 'failed'))).toMatchObject({
      findings: [{ code: 'STEP_COMMAND_TIMED_OUT' }],
    });
  });

  const step = (more: object) => ({
    ...failed('', 'failed'),
    steps: [{ id: 'collect_logs', status: 'failed', timeout_seconds: 120, ...more }],
  });

  it('takes no failed command for a slow one', async () => {
    for (const error of ['command failed: exit status 1', 'command failed: no such file or directory'])
      expect(await look(step({ duration_ms: 119_000, error }))).toMatchObject({ status: 'healthy' });
    for (const error of ['command timeout: no result within 2s', 'timed out waiting for result'])
      expect(await look(step({ duration_ms: 2000, error }))).toMatchObject({
        findings: [{ code: 'STEP_COMMAND_TIMED_OUT' }],
      });
  });

  it('takes a call that timed out after a fraction of the step’s limit for no timeout of the step', async () => {
    const error = 'Post "http://agent-manager:8080/api/v1/commands": dial tcp 10.0.0.7:8080: i/o timeout';

    expect(await look(step({ duration_ms: 30_000, error }))).toMatchObject({ status: 'healthy' });
    expect(await look(step({ duration_ms: 108_000, error: 'context deadline exceeded' }))).toMatchObject({
      findings: [{ code: 'STEP_TIMED_OUT', facts: { tookSeconds: 108 } }],
    });
    expect(
      await look(
        step({
          started_at: '2026-03-01T10:00:00Z',
          finished_at: '2026-03-01T10:02:00Z',
          error: 'timed out',
        }),
      ),
    ).toMatchObject({ findings: [{ code: 'STEP_TIMED_OUT', facts: { tookSeconds: 120 } }] });
  });

  it('could not check when the steps of a failed execution, or their durations, are not told', async () => {
    const unreadable = {
      status: 'inconclusive',
      cause: { facts: { reason: 'steps-unreadable', executions: 1 } },
    };

    for (const steps of [null, []])
      expect(await look({ ...failed('', ''), steps })).toMatchObject(unreadable);
    expect(await look({ ...failed('', ''), steps: [], error: 'step x: timeout after 2s' })).toMatchObject(
      unreadable,
    );
    expect(await look(step({ error: 'context deadline exceeded' }))).toMatchObject(unreadable);
    expect(await look({ ...failed('', ''), steps: [], error: 'no workflow "x"' })).toMatchObject({
      status: 'healthy',
    });
    for (const language of ['en', 'zh-CN'] as const)
      expect(wordsIn(language).lookup('cause.steps-unreadable')).toBeDefined();
  });

  it('takes a failure for history once the workflow went through again', async () => {
    const later = { ...pending, id: 'e2', status: 'completed', created_at: '2026-03-01T10:03:00Z' };

    expect(await look(failed('timeout after 2s', 'timeout'), later)).toMatchObject({ status: 'healthy' });
  });
});

describe('services.step-timeouts, at its thresholds', () => {
  const params = servicesStepTimeouts.params.parse({});
  interface World {
    readonly list: readonly object[];
    /** Seconds that the step may take now. */
    readonly limitNow?: number;
    readonly workflowsStatus?: number;
  }
  const look = ({ list, limitNow, workflowsStatus = 200 }: World) => {
    const steps = [{ id: 's', ...(limitNow === undefined ? {} : { config: { timeout: limitNow } }) }];
    const services = fakeServices({
      [executionsPath(200)]: [json({ executions: list })],
      '/api/v1/workflows': [json({ workflows: [{ id: 'w', steps }] }, workflowsStatus)],
    });
    return servicesStepTimeouts.run(params, probeContext({ services }));
  };
  const failed = (step: object = {}, more: object = {}) => ({
    ...{ id: 'e1', workflow_id: 'w', status: 'failed', created_at: '2026-03-01T10:00:00Z' },
    finished_at: '2026-03-01T10:02:00Z',
    steps: [
      { id: 's', status: 'failed', timeout_seconds: 100, error: 'timed out', duration_ms: 100_000, ...step },
    ],
    ...more,
  });

  it.each([
    [89_999, 'healthy'],
    [90_000, 'unhealthy'],
    [90_001, 'unhealthy'],
  ])('takes nine tenths of the limit for all of it: %i of 100 000 ms', async (duration_ms, status) => {
    expect(await look({ list: [failed({ duration_ms })] })).toMatchObject({ status });
  });

  it.each([
    ['2026-03-01T09:34:59Z', 'healthy'],
    ['2026-03-01T09:35:00Z', 'unhealthy'],
    ['2026-03-01T09:35:01Z', 'unhealthy'],
  ])('looks back half an hour: %s', async (finished_at, status) => {
    expect(await look({ list: [failed({}, { finished_at })] })).toMatchObject({ status });
  });

  it('goes by the beginning of one whose end is not told', async () => {
    const old = { finished_at: null, created_at: '2026-03-01T09:00:00Z' };

    expect(await look({ list: [failed({}, old)] })).toMatchObject({ status: 'healthy' });
    const outcome = await look({ list: [failed({}, { finished_at: null })] });
    expect(outcome).toMatchObject({ status: 'unhealthy' });
    expect(JSON.stringify(outcome)).not.toContain('since');
  });

  it.each([
    [99, 'unhealthy'],
    [100, 'unhealthy'],
    [101, 'healthy'],
  ])('takes a limit that was raised since for mended: %i s now', async (limitNow, status) => {
    expect(await look({ list: [failed()], limitNow })).toMatchObject({ status });
    expect(await look({ list: [failed()], limitNow, workflowsStatus: 404 })).toMatchObject({
      status: 'unhealthy',
    });
  });

  it('cannot say that a limit was raised which was not told', async () => {
    const step = { timeout_seconds: undefined, status: 'timeout' };

    expect(await look({ list: [failed(step)], limitNow: 1_000 })).toMatchObject({ status: 'unhealthy' });
  });

  it.each([
    ['2026-03-01T09:59:59Z', 'unhealthy'],
    ['2026-03-01T10:00:00Z', 'unhealthy'],
    ['2026-03-01T10:00:01Z', 'healthy'],
  ])('takes a failure for history after a later success: %s', async (created_at, status) => {
    const later = { id: 'e2', workflow_id: 'w', status: 'completed', created_at };

    expect(await look({ list: [failed(), later] })).toMatchObject({ status });
    expect(await look({ list: [failed(), { ...later, workflow_id: 'other' }] })).toMatchObject({
      status: 'unhealthy',
    });
  });

  it('groups by step and by whose limit it was', async () => {
    const command = { error: `command timeout: ${'x'.repeat(200)}` };
    const earlier = { id: 'e0', finished_at: '2026-03-01T10:01:00Z', created_at: '2026-03-01T09:59:00Z' };

    expect(
      await look({ list: [failed(), failed({}, earlier), failed(command, { id: 'e3' })] }),
    ).toMatchObject({
      findings: [
        {
          ...{ code: 'STEP_TIMED_OUT', part: 'orchestrator-service', subject: 'w/s' },
          ...{ since: '2026-03-01T10:01:00Z', facts: { times: 2, execution: 'e1', tookSeconds: 100 } },
        },
        {
          ...{ code: 'STEP_COMMAND_TIMED_OUT', part: 'agent-manager' },
          facts: { times: 1, error: `${command.error.slice(0, 159)}…` },
        },
      ],
      facts: { listed: 3, failed: 3, timedOut: 3 },
    });
  });

  it('looks back a day at most', () => {
    expect([1440, 1441].map((minutes) => servicesStepTimeouts.params.safeParse({ minutes }).success)).toEqual(
      [...[true, false]],
    );
  });
});

describe('services.step-timeouts, by what ran out', () => {
  const ended = '2026-03-01T10:02:00Z';
  const at = Date.parse(ended) / 1000;
  const waited = (step: object = {}, more: object = {}) => ({
    ...{ id: 'e1', workflow_id: 'w', status: 'failed', created_at: '2026-03-01T10:00:00Z' },
    finished_at: ended,
    steps: [
      {
        ...{ id: 's', status: 'failed', timeout_seconds: 100, duration_ms: 1_600, finished_at: ended },
        ...{ error: 'command timeout: no result within 2s', ...step },
      },
    ],
    ...more,
  });
  interface World {
    readonly list?: readonly object[];
    readonly metrics?: string;
    readonly params?: object;
  }
  const page = (seconds: number, start: number) =>
    `command_default_timeout_seconds ${seconds}\nprocess_start_time_seconds ${start}\n`;
  const look = ({ list = [waited()], metrics, params = {} }: World) => {
    const services = fakeServices({
      [executionsPath(200)]: [json({ executions: list })],
      ...(metrics === undefined ? {} : { '/metrics': [httpAnswer(metrics)] }),
    });
    return servicesStepTimeouts.run(servicesStepTimeouts.params.parse(params), probeContext({ services }));
  };
  const ranOut = (value: string, more: object = {}) => ({
    findings: [{ facts: { ranOut: value, ...more } }],
  });

  it.each([
    [1.5, 'default-timeout'],
    [1.77, 'default-timeout'],
    [1.78, 'command-timeout'],
    [300, 'command-timeout'],
  ])(
    'takes a command that took 1.6 s for one that used up a default of %d s: %s',
    async (seconds, expected) => {
      expect(await look({ metrics: page(seconds, at - 60) })).toMatchObject(
        ranOut(expected, { defaultTimeoutSeconds: seconds }),
      );
    },
  );

  it('says no default where none is told, and asks for none where a place lacked', async () => {
    expect(await look({})).toMatchObject(ranOut('command-timeout', { defaultTimeoutSeconds: null }));
    expect(await look({ metrics: 'command_default_timeout_seconds 1.5\n' })).toMatchObject(
      ranOut('command-timeout', { defaultTimeoutSeconds: null }),
    );
    const slots = waited({ error: 'command timeout: no free slot within 2s' });
    expect(await look({ list: [slots], metrics: page(1.5, at - 60) })).toMatchObject(
      ranOut('slots', { defaultTimeoutSeconds: null }),
    );
  });

  it.each([
    ['longer, and started since', 600, 1, 'healthy'],
    ['longer, and started before', 600, 0, 'unhealthy'],
    ['as short, and started since', 1.5, 1, 'unhealthy'],
    ['just as long as it took, and started since', 1.6, 1, 'unhealthy'],
  ])('takes it for history once the default is %s', async (_what, seconds, later, status) => {
    expect(await look({ metrics: page(seconds, at + later) })).toMatchObject({ status });
    const slots = waited({ error: 'command timeout: no free slot within 2s' });
    expect(await look({ list: [slots], metrics: page(seconds, at + later) })).toMatchObject({
      status: 'unhealthy',
    });
  });

  it('knows no history of one whose time is not told', async () => {
    const untimed = waited({ duration_ms: undefined });

    expect(await look({ list: [untimed], metrics: page(600, at + 1) })).toMatchObject({
      status: 'unhealthy',
    });
  });

  it('looks at one step, or at what ran out of one time, where it is asked to', async () => {
    const own = { error: 'timeout after 100s', status: 'timeout', duration_ms: 100_000 };
    const list = [waited(), waited({ ...own, id: 'own' }, { id: 'e2' })];
    const metrics = page(1.5, at - 60);
    const subjects = async (params: object) => {
      const outcome = await look({ list, metrics, params });
      return outcome.status === 'unhealthy' ? outcome.findings.map(({ subject }) => subject) : outcome.status;
    };

    expect(await subjects({})).toEqual(['w/s', 'w/own']);
    expect(await subjects({ subject: 'w/own' })).toEqual(['w/own']);
    expect(await subjects({ ranOut: 'step-limit' })).toEqual(['w/own']);
    expect(await subjects({ ranOut: 'default-timeout' })).toEqual(['w/s']);
    expect(await subjects({ subject: 'w/s', ranOut: 'step-limit' })).toBe('healthy');
  });
});
