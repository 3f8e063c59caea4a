import { any, defineDiagnosis, found } from '../domain/diagnosis/diagnosis.ts';

export const configNotApplied = defineDiagnosis({
  id: 'C1',
  slug: 'config-not-applied',
  part: 'agent-manager',
  evidence: [
    { probe: 'kubernetes.config-age', with: { strict: true } },
    { probe: 'kubernetes.secret-age', with: { part: 'agent-manager' } },
    { probe: 'kubernetes.secret-age', with: { part: 'orchestrator-service' } },
    { probe: 'kubernetes.secret-age', with: { part: 'reasoning-service' } },
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
      symptom: any(found('CONFIG_OVERRIDDEN'), found('CONFIG_OVERRIDE_IN_USE')),
      when: any(found('CONFIG_OVERRIDDEN'), found('CONFIG_OVERRIDE_IN_USE')),
      // A value by which the program is connected now is never the one to take away.
      remedies: [
        { remediation: 'kubernetes.remove-override', on: 'kubernetes', where: found('CONFIG_OVERRIDDEN') },
        { instruction: 'remove-override', on: 'kubernetes', where: found('CONFIG_OVERRIDDEN') },
        { remediation: 'compose.remove-override', on: 'compose', where: found('CONFIG_OVERRIDDEN') },
        { instruction: 'remove-override-compose', on: 'compose', where: found('CONFIG_OVERRIDDEN') },
        { instruction: 'keep-override', where: found('CONFIG_OVERRIDE_IN_USE') },
      ],
    },
    {
      id: 'C1.c',
      part: 'agent-manager',
      symptom: found('POD_OLDER_THAN_SECRET'),
      when: found('POD_OLDER_THAN_SECRET'),
      remedies: [
        { instruction: 'restart-for-secret', on: 'kubernetes' },
        { remediation: 'kubernetes.restart-workload', on: 'kubernetes' },
      ],
    },
  ],
  handOver: [],
});
