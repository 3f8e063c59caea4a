import { all, any, defineDiagnosis, found } from '../domain/diagnosis.ts';

export const workflowStuck = defineDiagnosis({
  id: 'S4',
  slug: 'workflow-stuck',
  part: 'orchestrator-service',
  evidence: [
    { probe: 'services.workflow-executions' },
    { probe: 'services.executor-queue' },
    { probe: 'runtime.executor-log' },
    { probe: 'runtime.workflow-files' },
    { probe: 'http.service-health', with: { service: 'orchestrator-service' } },
  ],
  causes: [
    {
      id: 'S4.a',
      part: 'orchestrator-service',
      when: all(
        any(found('EXECUTIONS_PENDING'), found('EXECUTIONS_WAITING')),
        any(found('EXECUTOR_STARVED'), found('EXECUTOR_QUEUE_FULL_LOGGED')),
      ),
      remedies: [{ instruction: 'raise-executor' }],
    },
    {
      id: 'S4.b',
      part: 'orchestrator-service',
      when: found('WORKFLOW_FILE_BROKEN'),
      remedies: [{ instruction: 'mend-workflow-file' }],
    },
  ],
  handOver: [{ when: found('ENDPOINT_REFUSED', 'orchestrator-service'), to: 'H2' }],
});
