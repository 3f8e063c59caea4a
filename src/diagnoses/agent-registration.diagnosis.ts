import { all, any, defineDiagnosis, found, not } from '../domain/diagnosis/diagnosis.ts';

const tokens = any(
  found('AUTH_TOKENS_DIFFER'),
  found('AUTH_TOKEN_MISSING'),
  found('REGISTRATION_REFUSED_TOKEN'),
);
const subjects = found('REGISTRATION_SUBJECTS_DIFFER');
/** Nothing is heard, and longer than a pause between two heartbeats. */
const silence = all(found('NOBODY_PUBLISHES'), found('AGENTS_SILENT'));

export const agentRegistration = defineDiagnosis({
  id: 'S2',
  slug: 'agent-registration',
  part: 'collect-agent',
  evidence: [
    { probe: 'runtime.registration-log' },
    { probe: 'nats.registration-traffic' },
    { probe: 'agents.heartbeats' },
    { probe: 'agents.silence' },
    { probe: 'runtime.registration-subjects' },
    { probe: 'runtime.auth-token' },
    { probe: 'runtime.running', with: { part: 'collect-agent' } },
    { probe: 'runtime.startup', with: { part: 'collect-agent' } },
    { probe: 'http.service-health', with: { service: 'agent-manager' } },
    { probe: 'nats.server' },
  ],
  causes: [
    {
      id: 'S2.a',
      part: 'collect-agent',
      when: subjects,
      remedies: [{ instruction: 'align-registration-subject' }],
    },
    {
      id: 'S2.b',
      part: 'collect-agent',
      when: tokens,
      remedies: [
        { instruction: 'copy-auth-token' },
        { remediation: 'kubernetes.restart-workload', with: { part: 'collect-agent' }, on: 'kubernetes' },
        { remediation: 'compose.restart-service', with: { part: 'collect-agent' }, on: 'compose' },
      ],
    },
    {
      id: 'S2.c',
      part: 'collect-agent',
      when: any(
        found('PART_NOT_RUNNING', 'collect-agent'),
        found('PART_PAUSED', 'collect-agent'),
        // Agents may live in other clusters, or under another name: then somebody publishes.
        all(found('PART_ABSENT', 'collect-agent'), found('NOBODY_PUBLISHES')),
        // An agent that ends before it is connected has no configuration to compare.
        all(found('NOBODY_PUBLISHES'), found('SERVICE_EXITS_AT_START', 'collect-agent')),
        all(silence, not(subjects), not(tokens)),
      ),
      remedies: [
        { instruction: 'start-collect-agent' },
        { remediation: 'kubernetes.restart-workload', with: { part: 'collect-agent' }, on: 'kubernetes' },
        { remediation: 'compose.restart-service', with: { part: 'collect-agent' }, on: 'compose' },
      ],
    },
  ],
  handOver: [
    { when: found('ENDPOINT_REFUSED', 'agent-manager'), to: 'H2' },
    { when: found('SERVICE_EXITS_AT_START', 'collect-agent'), to: 'K1' },
  ],
});
