import { all, any, defineDiagnosis, found, unlessExplained } from '../domain/diagnosis/diagnosis.ts';

/** Executions do not go on, or a file cannot be read by anybody who starts one. */
const stuck = any(
  found('EXECUTIONS_PENDING'),
  found('EXECUTIONS_WAITING'),
  found('WORKFLOW_FILE_BROKEN'),
  found('WORKFLOW_FILE_FAULTY'),
);
const starved = any(found('EXECUTOR_STARVED'), found('EXECUTOR_QUEUE_FULL_LOGGED'));

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
      symptom: stuck,
      when: all(any(found('EXECUTIONS_PENDING'), found('EXECUTIONS_WAITING')), starved),
      remedies: [
        { remediation: 'kubernetes.set-config-key', on: 'kubernetes' },
        { remediation: 'compose.set-config-key', on: 'compose' },
        { instruction: 'raise-executor' },
      ],
    },
    {
      id: 'S4.b',
      part: 'orchestrator-service',
      symptom: stuck,
      when: any(
        found('WORKFLOW_FILE_BROKEN'),
        // Behind a starved executor, executions wait even when their file is correct.
        unlessExplained(found('WORKFLOW_FILE_FAULTY'), starved),
      ),
      remedies: [{ instruction: 'mend-workflow-file' }],
    },
  ],
  handOver: [],
});
