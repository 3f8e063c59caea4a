import { all, any, defineDiagnosis, found } from '../domain/diagnosis/diagnosis.ts';

/** A kill shows that an analysis failed, also when the next one does not. */
const failing = any(found('ROOT_CAUSE_FAILS'), found('OOM_KILLED', 'reasoning-service'));

export const rootCauseFailure = defineDiagnosis({
  id: 'S6',
  slug: 'root-cause-failure',
  part: 'reasoning-service',
  evidence: [
    { probe: 'services.root-cause-call' },
    { probe: 'runtime.models' },
    { probe: 'runtime.analyzer-log' },
    { probe: 'http.service-health', with: { service: 'reasoning-service' } },
  ],
  afterwards: [{ probe: 'runtime.memory-limit', with: { part: 'reasoning-service' } }],
  causes: [
    {
      id: 'S6.a',
      part: 'reasoning-service',
      symptom: failing,
      when: any(
        found('OOM_KILLED', 'reasoning-service'),
        all(found('ROOT_CAUSE_FAILS'), found('MEMORY_NEAR_LIMIT', 'reasoning-service')),
      ),
      remedies: [
        { remediation: 'kubernetes.set-resources', on: 'kubernetes' },
        { remediation: 'compose.set-limits', on: 'compose' },
        { instruction: 'raise-memory-limit' },
      ],
    },
    {
      id: 'S6.b',
      part: 'reasoning-service',
      symptom: failing,
      // An analysis that works needs no model where we look for one.
      when: all(
        found('ROOT_CAUSE_FAILS'),
        any(
          found('MODEL_MISSING'),
          found('MODEL_EMPTY'),
          found('ROOT_CAUSE_MODEL_ERROR'),
          found('ANALYZER_MODEL_ERROR'),
          found('SKLEARN_IMPORT_FAILS'),
        ),
      ),
      remedies: [
        { remediation: 'compose.fetch-model', on: 'compose' },
        { remediation: 'kubernetes.fetch-model', on: 'kubernetes' },
        { instruction: 'fetch-model-again' },
      ],
    },
  ],
  handOver: [{ when: found('ROOT_CAUSE_GRAPH_UNAVAILABLE'), to: 'S7' }],
});
