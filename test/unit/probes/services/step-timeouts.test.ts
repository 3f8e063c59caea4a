import { describe, expect, it } from 'vitest';
import { servicesStepTimeouts } from '../../../../src/probes/services/step-timeouts.probe.ts';
import { wordsIn } from '../../../../src/text/words.ts';
import { fakeServices, probeContext } from '../../../support/probe-context.ts';
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

  it('could not look when the steps of a failed execution, or their durations, are not told', async () => {
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
