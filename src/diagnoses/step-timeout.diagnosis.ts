import { any, defineDiagnosis, found, unlessExplained } from '../domain/diagnosis/diagnosis.ts';

const slowCommands = any(
  found('COMMANDS_SATURATED'),
  found('STEP_COMMAND_TIMED_OUT'),
  found('COMMANDS_TIME_OUT'),
);

const late = any(found('STEP_TIMED_OUT'), slowCommands);

export const stepTimeout = defineDiagnosis({
  id: 'S5',
  slug: 'step-timeout',
  part: 'orchestrator-service',
  evidence: [
    { probe: 'services.step-timeouts' },
    { probe: 'services.command-capacity' },
    { probe: 'http.service-health', with: { service: 'agent-manager' } },
    { probe: 'http.service-health', with: { service: 'orchestrator-service' } },
  ],
  causes: [
    {
      id: 'S5.a',
      part: 'orchestrator-service',
      symptom: late,
      // Steps run out of time because commands wait; whether their limit is also too low cannot be told.
      when: unlessExplained(found('STEP_TIMED_OUT'), slowCommands),
      remedies: [
        { remediation: 'kubernetes.set-step-timeout', on: 'kubernetes' },
        { remediation: 'compose.set-step-timeout', on: 'compose' },
        { instruction: 'raise-step-timeout' },
      ],
    },
    {
      id: 'S5.b',
      part: 'agent-manager',
      symptom: late,
      when: any(found('STEP_COMMAND_TIMED_OUT'), found('COMMANDS_SATURATED')),
      remedies: [
        { remediation: 'kubernetes.set-config-key', on: 'kubernetes' },
        { remediation: 'compose.set-config-key', on: 'compose' },
        { instruction: 'raise-command-capacity' },
      ],
    },
  ],
  handOver: [{ when: found('ENDPOINT_REFUSED', 'agent-manager'), to: 'H2' }],
});
