import { any, defineDiagnosis, found } from '../domain/diagnosis/diagnosis.ts';

export const configNotApplied = defineDiagnosis({
  id: 'C1',
  slug: 'config-not-applied',
  part: 'agent-manager',
  evidence: [
    { probe: 'kubernetes.config-age', with: { strict: true } },
    { probe: 'compose.config-age', with: { part: 'agent-manager' } },
    { probe: 'compose.config-age', with: { part: 'orchestrator-service' } },
    { probe: 'compose.config-age', with: { part: 'reasoning-service' } },
    { probe: 'runtime.config-overrides', with: { part: 'agent-manager' } },
    { probe: 'runtime.config-overrides', with: { part: 'orchestrator-service' } },
    { probe: 'runtime.config-overrides', with: { part: 'reasoning-service' } },
  ],
  causes: [
    {
      id: 'C1.a',
      part: 'agent-manager',
      symptom: any(found('POD_OLDER_THAN_CONFIG'), found('CONTAINER_OLDER_THAN_CONFIG')),
      when: any(found('POD_OLDER_THAN_CONFIG'), found('CONTAINER_OLDER_THAN_CONFIG')),
      remedies: [
        { remediation: 'kubernetes.restart-workload', on: 'kubernetes' },
        { remediation: 'compose.restart-service', on: 'compose' },
      ],
    },
    {
      id: 'C1.b',
      part: 'agent-manager',
      symptom: found('CONFIG_OVERRIDDEN'),
      when: found('CONFIG_OVERRIDDEN'),
      remedies: [
        { remediation: 'kubernetes.remove-override', on: 'kubernetes' },
        { instruction: 'remove-override', on: 'kubernetes' },
        { remediation: 'compose.remove-override', on: 'compose' },
        { instruction: 'remove-override-compose', on: 'compose' },
      ],
    },
  ],
  handOver: [],
});
