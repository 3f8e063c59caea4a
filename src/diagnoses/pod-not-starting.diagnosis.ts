import { any, defineDiagnosis, found, foundApart, hint } from '../domain/diagnosis/diagnosis.ts';

export const podNotStarting = defineDiagnosis({
  id: 'K1',
  slug: 'pod-not-starting',
  part: 'runtime',
  evidence: [{ probe: 'kubernetes.pods', with: { logs: 2 } }, { probe: 'kubernetes.failing-probes' }],
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
      when: any(
        foundApart('POD_CRASH_LOOPING', 'POD_OOM_KILLED', 'POD_PROBE_FAILS'),
        foundApart('POD_FAILED', 'POD_OOM_KILLED', 'POD_PROBE_FAILS'),
      ),
      remedies: [{ instruction: 'read-crash-log' }],
      leavesWhyOpen: true,
    },
    {
      id: 'K1.c',
      part: 'runtime',
      when: found('POD_OOM_KILLED'),
      remedies: [{ instruction: 'raise-pod-memory' }],
    },
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
      when: any(foundApart('POD_PROBE_FAILS', 'POD_OOM_KILLED'), hint('POD_SAYS_NOT_READY')),
      remedies: [{ instruction: 'mend-probe' }],
    },
  ],
  handOver: [],
});
