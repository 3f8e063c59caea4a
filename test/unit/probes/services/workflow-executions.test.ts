import { describe, expect, it } from 'vitest';
import { servicesWorkflowExecutions } from '../../../../src/probes/services/workflow-executions.probe.ts';
import { fakeServices, probeContext } from '../../../support/probe-context.ts';
import { json } from '../../../support/service-pages.ts';

const executionsPath = (limit: number) => `/api/v1/workflows/executions?limit=${limit}`;

const pending = {
  id: 'e1',
  workflow_id: 'diagnose-oom',
  status: 'pending',
  created_at: '2026-03-01T10:00:00Z',
};

describe('services.workflow-executions', () => {
  const look = (list: readonly object[]) => {
    const answer = json({ executions: list });
    const services = fakeServices({
      [executionsPath(500)]: [answer],
      [executionsPath(200)]: [answer],
      [executionsPath(1000)]: [answer],
    });
    return servicesWorkflowExecutions.run(
      servicesWorkflowExecutions.params.parse({}),
      probeContext({ services }),
    );
  };

  it('sees executions that stay pending', async () => {
    expect(await look([pending])).toMatchObject({
      findings: [{ code: 'EXECUTIONS_PENDING', facts: { stuck: 1, workflows: 'diagnose-oom' } }],
    });
    expect(await look([{ ...pending, status: 'completed' }])).toMatchObject({ status: 'healthy' });
  });
});

describe('services.workflow-executions, at its thresholds', () => {
  const params = servicesWorkflowExecutions.params.parse({});
  /** Executions of these ages, in seconds at the second look. */
  const aged = (...ages: readonly number[]) =>
    ages.map((age, index) => ({
      ...{ id: `e${index}`, workflow_id: `w${index % 7}`, status: 'pending' },
      created_at: new Date(Date.parse('2026-03-01T10:05:03Z') - age * 1000).toISOString(),
    }));
  const look = async (...lists: readonly (readonly object[])[]) => {
    const services = fakeServices({
      [executionsPath(500)]: lists.map((executions) => json({ executions })),
    });
    const context = probeContext({ services });
    const start = context.now().getTime();
    const outcome = await servicesWorkflowExecutions.run(params, context);
    return { outcome, waited: context.now().getTime() - start };
  };
  const codeOf = async (...of: readonly (readonly object[])[]) => {
    const { outcome } = await look(...of);
    return outcome.status === 'unhealthy' ? outcome.findings[0]?.code : outcome.status;
  };

  it.each([
    [9, 'healthy'],
    [10, 'EXECUTIONS_PENDING'],
    [11, 'EXECUTIONS_PENDING'],
  ])('takes one for stuck after ten seconds: %i', async (age, code) => {
    expect(await codeOf(aged(age))).toBe(code);
  });

  it.each([
    [4, 'healthy'],
    [5, 'EXECUTIONS_WAITING'],
    [6, 'EXECUTIONS_WAITING'],
  ])('takes five young ones for a queue: %i', async (count, code) => {
    expect(await codeOf(aged(...Array.from({ length: count }, () => 5)))).toBe(code);
  });

  it('counts only what waits in both looks', async () => {
    const [one, other] = [aged(20), aged(0, 20).slice(1)];

    expect(await codeOf(one, other)).toBe('healthy');
    // What ran at the first look and waits at the second has not been waiting.
    const [waits, ran] = aged(20, 20);
    expect(await codeOf([waits ?? {}, { ...ran, status: 'running' }], [{ ...ran }])).toBe('healthy');
    expect(
      await codeOf(
        one,
        one.map((execution) => ({ ...execution, status: 'running' })),
      ),
    ).toBe('healthy');
  });

  it('looks a second time after three seconds, and only when something waits', async () => {
    expect(await look(aged(20))).toMatchObject({ waited: 3_000 });
    expect(await look([{ ...pending, status: 'running' }])).toMatchObject({
      waited: 0,
      outcome: { facts: { listed: 1, pending: 0, running: 1, failed: 0 } },
    });
    expect(
      [30, 31].map((seconds) => servicesWorkflowExecutions.params.safeParse({ seconds }).success),
    ).toEqual([...[true, false]]);
  });

  it('names five workflows, and the one where it is only one', async () => {
    expect((await look(aged(70, 60, 50, 40, 30, 20, 10))).outcome).toMatchObject({
      findings: [
        {
          ...{ subject: 'workflow executions', since: '2026-03-01T10:03:53.000Z' },
          facts: { stuck: 7, oldestSeconds: 70, workflows: 'w0, w1, w2, w3, w4', pending: 7, listed: 7 },
        },
      ],
    });
    expect((await look(aged(30))).outcome).toMatchObject({ findings: [{ subject: 'w0' }] });
  });

  it('has no say about a service that is not configured', async () => {
    const services = { ...fakeServices({}), find: () => undefined };

    expect(await servicesWorkflowExecutions.run(params, probeContext({ services }))).toMatchObject({
      reason: 'not-configured',
    });
  });
});
