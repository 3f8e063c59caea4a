import { all, any, defineDiagnosis, found, not } from '../domain/diagnosis.ts';

const oom = found('POD_OOM_KILLED');
const probeFails = found('POD_PROBE_FAILS');

export const podNotStarting = defineDiagnosis({
  id: 'K1',
  slug: 'pod-not-starting',
  part: 'runtime',
  evidence: [{ probe: 'kubernetes.pods' }, { probe: 'kubernetes.failing-probes' }],
  causes: [
    {
      id: 'K1.a',
      part: 'runtime',
      when: found('POD_IMAGE_UNAVAILABLE'),
      remedies: [{ instruction: 'mend-image' }],
    },
    {
      id: 'K1.b',
      part: 'runtime',
      when: all(any(found('POD_CRASH_LOOPING'), found('POD_FAILED')), not(oom), not(probeFails)),
      remedies: [{ instruction: 'read-crash-log' }],
    },
    { id: 'K1.c', part: 'runtime', when: oom, remedies: [{ instruction: 'raise-pod-memory' }] },
    {
      id: 'K1.d',
      part: 'runtime',
      when: found('POD_UNSCHEDULABLE'),
      remedies: [{ instruction: 'make-schedulable' }],
    },
    {
      id: 'K1.e',
      part: 'runtime',
      when: found('POD_CONFIG_MISSING'),
      remedies: [{ instruction: 'create-missing-config' }],
    },
    {
      id: 'K1.f',
      part: 'runtime',
      when: all(probeFails, not(oom)),
      remedies: [{ instruction: 'mend-probe' }],
    },
  ],
  handOver: [],
});
