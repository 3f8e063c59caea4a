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
