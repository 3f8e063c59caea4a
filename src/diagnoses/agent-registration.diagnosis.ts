import {
  all,
  any,
  defineDiagnosis,
  found,
  hint,
  unlessExplained,
  unlessFound,
} from '../domain/diagnosis/diagnosis.ts';
import { restartUseless, saidAtEnd, startUseless } from './started-anew.ts';

const tokens = any(
  found('AUTH_TOKENS_DIFFER'),
  found('AUTH_TOKEN_MISSING'),
  found('REGISTRATION_REFUSED_TOKEN'),
);
const subjects = found('REGISTRATION_SUBJECTS_DIFFER');
/** No agent that runs is known to agent-manager, by its own word or by what reaches it. */
const unregistered = any(
  found('AGENTS_NONE_REGISTERED'),
  found('AGENT_HEARTBEAT_STALE'),
  found('AGENT_REGISTRATION_FAILS'),
  found('MANAGER_SEES_NO_REGISTRATION'),
  found('NOBODY_PUBLISHES'),
  found('AGENT_SUBJECTS_DIFFER'),
);
const exits = found('SERVICE_EXITS_AT_START', 'collect-agent');
/** Its process or Pod was seen to be stopped; or agent-manager knew agents, which are silent and nowhere to be found. */
const seenStopped = any(
  found('PART_NOT_RUNNING', 'collect-agent'),
  found('PART_PAUSED', 'collect-agent'),
  exits,
  all(
    any(found('PART_MISSING', 'collect-agent'), found('PART_ABSENT', 'collect-agent')),
    found('AGENTS_SILENT'),
  ),
);

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
    { probe: 'runtime.startup-log', with: { part: 'collect-agent' } },
    { probe: 'http.service-health', with: { service: 'agent-manager' } },
    { probe: 'nats.server' },
  ],
  causes: [
    {
      id: 'S2.a',
      part: 'collect-agent',
      symptom: unregistered,
      when: subjects,
      remedies: [
        { instruction: 'align-registration-subject' },
        { remediation: 'kubernetes.set-config-text', on: 'kubernetes' },
        { remediation: 'compose.set-config-text', on: 'compose' },
      ],
    },
    {
      id: 'S2.b',
      part: 'collect-agent',
      symptom: unregistered,
      when: tokens,
      remedies: [
        { instruction: 'copy-auth-token' },
        { remediation: 'kubernetes.copy-registration-token', at: 'collect-agent', on: 'kubernetes' },
      ],
    },
    {
      id: 'S2.c',
      part: 'collect-agent',
      symptom: unregistered,
      // Silence alone is what an agent that hangs, or cannot reach NATS, shows as well.
      when: all(found('NOBODY_PUBLISHES'), any(seenStopped, hint('NOBODY_PUBLISHES'))),
      why: saidAtEnd('collect-agent'),
      remedies: [
        { instruction: 'start-collect-agent', unless: restartUseless('collect-agent') },
        { instruction: 'mend-what-it-said', where: restartUseless('collect-agent') },
        // One that ends by itself is started anew again and again as it is.
        {
          remediation: 'kubernetes.restart-workload',
          at: 'collect-agent',
          on: 'kubernetes',
          unless: exits,
        },
        // Whether it has stopped for good, its plan sees.
        {
          remediation: 'compose.start-service',
          at: 'collect-agent',
          on: 'compose',
          unless: startUseless('collect-agent'),
        },
        { remediation: 'compose.restart-service', at: 'collect-agent', on: 'compose', unless: exits },
      ],
    },
    {
      id: 'S2.d',
      part: 'collect-agent',
      symptom: unregistered,
      // A subject that is set otherwise on one side can be set alike: that is S2.a. Who does not run, or hangs, cannot be asked.
      when: unlessExplained(
        unlessFound(found('AGENT_SUBJECTS_DIFFER'), 'REGISTRATION_SUBJECTS_DIFFER'),
        any(found('ENDPOINT_REFUSED', 'agent-manager'), found('ENDPOINT_HUNG', 'agent-manager')),
      ),
      remedies: [{ instruction: 'report-subject-drift' }],
    },
  ],
  handOver: [
    { when: found('ENDPOINT_REFUSED', 'agent-manager'), to: 'H2' },
    { when: exits, to: 'K1' },
  ],
});
