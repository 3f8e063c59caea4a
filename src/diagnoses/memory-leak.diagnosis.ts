import { all, any, defineDiagnosis, found, hint } from '../domain/diagnosis/diagnosis.ts';
import type { ServiceId } from '../domain/platform/part.ts';

/** Go services name the function that holds the memory; of a Python process only the growth can be seen. */
const leaks = (part: ServiceId) => all(found('MEMORY_GROWS', part), found('HEAP_GROWS_AT', part));

const unlimited = any(
  found('NO_MEMORY_LIMIT', 'agent-manager'),
  found('NO_MEMORY_LIMIT', 'orchestrator-service'),
  found('NO_MEMORY_LIMIT', 'reasoning-service'),
);
const grows = any(
  found('MEMORY_GROWS', 'agent-manager'),
  found('MEMORY_GROWS', 'orchestrator-service'),
  found('MEMORY_GROWS', 'reasoning-service'),
);

/** What lives grows, while the memory of the process does not yet: it has room left, or started moments ago. */
const heapGrows = any(
  found('HEAP_GROWS_AT', 'agent-manager'),
  found('HEAP_GROWS_AT', 'orchestrator-service'),
);

export const memoryLeak = defineDiagnosis({
  id: 'P2',
  slug: 'memory-leak',
  part: 'agent-manager',
  evidence: [
    { probe: 'services.process-trend', with: { service: 'agent-manager' } },
    { probe: 'services.process-trend', with: { service: 'orchestrator-service' } },
    { probe: 'services.process-trend', with: { service: 'reasoning-service' } },
    { probe: 'services.heap-profile', with: { service: 'agent-manager' } },
    { probe: 'services.heap-profile', with: { service: 'orchestrator-service' } },
    { probe: 'runtime.memory-limit', with: { part: 'agent-manager' } },
    { probe: 'runtime.memory-limit', with: { part: 'orchestrator-service' } },
    { probe: 'runtime.memory-limit', with: { part: 'reasoning-service' } },
  ],
  causes: [
    {
      id: 'P2.a',
      part: 'agent-manager',
      symptom: any(grows, heapGrows),
      when: any(
        leaks('agent-manager'),
        leaks('orchestrator-service'),
        found('MEMORY_GROWS', 'reasoning-service'),
        hint('HEAP_GROWS_AT', 'agent-manager'),
        hint('HEAP_GROWS_AT', 'orchestrator-service'),
      ),
      remedies: [{ instruction: 'mend-leak' }],
    },
    {
      id: 'P2.b',
      part: 'agent-manager',
      symptom: unlimited,
      // Whether it grows now or not: nothing but the node would stop it.
      when: unlimited,
      remedies: [
        { remediation: 'kubernetes.set-resources', on: 'kubernetes' },
        { remediation: 'compose.set-limits', on: 'compose' },
        { instruction: 'set-memory-limit' },
      ],
    },
  ],
  handOver: [],
});
