import {
  all,
  any,
  type Condition,
  defineDiagnosis,
  found,
  unlessAnswered,
  unlessExplained,
} from '../domain/diagnosis/diagnosis.ts';
import type { ServiceId } from '../domain/platform/part.ts';

/** At its limit all the time, or held back at it again and again. */
const atLimit = (part: ServiceId) => any(found('CPU_AT_LIMIT', part), found('CPU_THROTTLED', part));
const busy = (part: ServiceId) => any(found('CPU_HIGH', part), atLimit(part));
const hot = (part: ServiceId) => all(busy(part), found('HOT_FUNCTION', part));
/**
 * A limit so small that no profile can show the consumer is too low: after a raise, a profile can. Where a function runs
 * hot, that is why it is reached, and whether it is too low besides nobody can tell.
 */
const throttled = (part: ServiceId) =>
  any(
    all(atLimit(part), found('CPU_LIMIT_TINY', part)),
    unlessExplained(atLimit(part), found('HOT_FUNCTION', part)),
  );

/**
 * Of a process that its machine may keep waiting nobody can tell whether it is busy. A profile that holds too little to tell
 * is none, where the CPU in use was seen.
 */
const mayWait = (part: ServiceId): Condition => ({
  op: 'hint',
  of: unlessAnswered(found('HOT_FUNCTION_HELD_BACK', part), 'services.process-trend'),
});
const heldBack = any(mayWait('agent-manager'), mayWait('orchestrator-service'), mayWait('reasoning-service'));

const anyBusy = any(busy('agent-manager'), busy('orchestrator-service'), busy('reasoning-service'));

export const cpuHigh = defineDiagnosis({
  id: 'P1',
  slug: 'cpu-high',
  part: 'agent-manager',
  evidence: [
    { probe: 'services.process-trend', with: { service: 'agent-manager' } },
    { probe: 'services.process-trend', with: { service: 'orchestrator-service' } },
    { probe: 'services.process-trend', with: { service: 'reasoning-service' } },
    { probe: 'services.cpu-profile', with: { service: 'agent-manager' } },
    { probe: 'services.cpu-profile', with: { service: 'orchestrator-service' } },
    { probe: 'services.cpu-profile', with: { service: 'reasoning-service' } },
    { probe: 'runtime.cpu-limit', with: { part: 'agent-manager' } },
    { probe: 'runtime.cpu-limit', with: { part: 'orchestrator-service' } },
    { probe: 'runtime.cpu-limit', with: { part: 'reasoning-service' } },
  ],
  causes: [
    {
      id: 'P1.a',
      part: 'agent-manager',
      symptom: any(anyBusy, heldBack),
      when: any(hot('agent-manager'), hot('orchestrator-service'), hot('reasoning-service'), heldBack),
      remedies: [{ instruction: 'mend-hot-function' }],
    },
    {
      id: 'P1.b',
      part: 'agent-manager',
      symptom: anyBusy,
      when: any(
        throttled('agent-manager'),
        throttled('orchestrator-service'),
        throttled('reasoning-service'),
      ),
      remedies: [
        { remediation: 'kubernetes.set-resources', on: 'kubernetes' },
        { remediation: 'compose.set-limits', on: 'compose' },
        { instruction: 'raise-cpu-limit' },
      ],
    },
  ],
  handOver: [],
});
