import { any, defineDiagnosis, found, foundApart, hint } from '../domain/diagnosis/diagnosis.ts';

/** A Pod does not run as it should, whatever keeps it from that. */
const notRunning = any(
  found('POD_IMAGE_UNAVAILABLE'),
  found('POD_CRASH_LOOPING'),
  found('POD_FAILED'),
  found('POD_OOM_KILLED'),
  found('POD_UNSCHEDULABLE'),
  found('POD_CONFIG_MISSING'),
  found('POD_PROBE_FAILS'),
  hint('POD_PROBE_UNANSWERED'),
  hint('POD_SAYS_NOT_READY'),
);

/** A container of it was ended from outside: it did not crash. */
const endedOtherwise = ['POD_OOM_KILLED', 'POD_PROBE_FAILS', 'POD_PROBE_UNANSWERED'] as const;

export const podNotStarting = defineDiagnosis({
  id: 'K1',
  slug: 'pod-not-starting',
  part: 'runtime',
  evidence: [{ probe: 'kubernetes.pods', with: { logs: 2 } }, { probe: 'kubernetes.failing-probes' }],
  causes: [
    {
      id: 'K1.a',
      part: 'runtime',
      symptom: notRunning,
      when: found('POD_IMAGE_UNAVAILABLE'),
      remedies: [
        { remediation: 'kubernetes.rollback-workload', on: 'kubernetes' },
        { remediation: 'kubernetes.set-image', on: 'kubernetes' },
        { instruction: 'mend-image' },
      ],
    },
    {
      id: 'K1.b',
      part: 'runtime',
      symptom: notRunning,
      when: any(
        foundApart('POD_CRASH_LOOPING', ...endedOtherwise),
        foundApart('POD_FAILED', ...endedOtherwise),
      ),
      remedies: [
        { instruction: 'read-crash-log' },
        { remediation: 'kubernetes.rollback-workload', on: 'kubernetes' },
      ],
      leavesWhyOpen: true,
    },
    {
      id: 'K1.c',
      part: 'runtime',
      symptom: notRunning,
      when: found('POD_OOM_KILLED'),
      remedies: [
        { remediation: 'kubernetes.set-resources', on: 'kubernetes' },
        { instruction: 'raise-pod-memory' },
      ],
    },
    {
      id: 'K1.d',
      part: 'runtime',
      symptom: notRunning,
      when: found('POD_UNSCHEDULABLE'),
      remedies: [
        { remediation: 'kubernetes.rollback-workload', on: 'kubernetes' },
        { remediation: 'kubernetes.remove-node-selector', on: 'kubernetes' },
        { instruction: 'make-schedulable' },
      ],
    },
    {
      id: 'K1.e',
      part: 'runtime',
      symptom: notRunning,
      when: found('POD_CONFIG_MISSING'),
      remedies: [
        { remediation: 'kubernetes.rollback-workload', on: 'kubernetes' },
        { instruction: 'create-missing-config' },
      ],
    },
    {
      id: 'K1.f',
      part: 'runtime',
      symptom: notRunning,
      // Whether the probe is wrong, or the program hangs or waits, the diagnosis of the way to it tells.
      when: any(
        foundApart('POD_PROBE_FAILS', 'POD_OOM_KILLED'),
        hint('POD_PROBE_UNANSWERED'),
        hint('POD_SAYS_NOT_READY'),
      ),
      remedies: [
        { remediation: 'kubernetes.rollback-workload', on: 'kubernetes' },
        { remediation: 'kubernetes.set-probe', on: 'kubernetes' },
        { instruction: 'mend-probe' },
      ],
    },
  ],
  handOver: [],
});
