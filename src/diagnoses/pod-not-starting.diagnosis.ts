import { any, defineDiagnosis, found, foundApart, foundFact, hint } from '../domain/diagnosis/diagnosis.ts';
import type { EvictionKind } from '../domain/probe/eviction.ts';
import type { RefusalKind } from '../domain/probe/refusal.ts';
import type { BlockKind } from '../domain/probe/scheduling.ts';

/** A Pod does not run as it should, whatever keeps it from that. */
const notRunning = any(
  found('POD_IMAGE_UNAVAILABLE'),
  found('POD_CRASH_LOOPING'),
  found('POD_FAILED'),
  found('POD_OOM_KILLED'),
  found('POD_UNSCHEDULABLE'),
  found('POD_CONFIG_MISSING'),
  found('POD_PROBE_FAILS'),
  found('POD_REFUSED'),
  found('POD_INIT_WAITS'),
  found('POD_COMMAND_MISSING'),
  found('POD_EVICTED'),
  hint('POD_INIT_RUNS'),
  hint('POD_PROBE_UNANSWERED'),
  hint('POD_SAYS_NOT_READY'),
);

/** A container of it was ended from outside: it did not crash. */
const endedOtherwise = ['POD_OOM_KILLED', 'POD_PROBE_FAILS', 'POD_PROBE_UNANSWERED'] as const;

const refused = (kind: RefusalKind | 'unknown') => foundFact(kind, 'POD_REFUSED');

const evicted = (kind: EvictionKind | 'unknown') => foundFact(kind, 'POD_EVICTED');

const blocked = (kind: BlockKind | 'unknown') => foundFact(kind, 'POD_UNSCHEDULABLE');

export const podNotStarting = defineDiagnosis({
  id: 'K1',
  slug: 'pod-not-starting',
  part: 'runtime',
  evidence: [
    { probe: 'kubernetes.pods', with: { logs: 2 } },
    { probe: 'kubernetes.failing-probes' },
    { probe: 'kubernetes.refused-pods' },
  ],
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
      // The scheduler says what keeps it from the nodes: that, and nothing else, is to be mended.
      remedies: [
        { remediation: 'kubernetes.rollback-workload', on: 'kubernetes', where: blocked('room') },
        {
          remediation: 'kubernetes.remove-node-selector',
          on: 'kubernetes',
          where: foundFact('nodeLabel', 'POD_UNSCHEDULABLE'),
        },
        { instruction: 'make-room', on: 'kubernetes', where: blocked('room') },
        { instruction: 'mend-node-choice', on: 'kubernetes', where: blocked('selector') },
        { instruction: 'tolerate-taint', on: 'kubernetes', where: blocked('taint') },
        { instruction: 'free-host-port', on: 'kubernetes', where: blocked('port') },
        { instruction: 'mend-claim', on: 'kubernetes', where: blocked('claim') },
        { instruction: 'mend-pod-affinity', on: 'kubernetes', where: blocked('affinity') },
        { instruction: 'mend-spread', on: 'kubernetes', where: blocked('spread') },
        { instruction: 'uncordon-node', on: 'kubernetes', where: blocked('cordoned') },
        { instruction: 'mend-node', on: 'kubernetes', where: blocked('ill') },
        { instruction: 'make-schedulable', on: 'kubernetes', where: blocked('unknown') },
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
        { instruction: 'roll-back', on: 'kubernetes', by: 'kubernetes.rollback-workload' },
        { instruction: 'mend-probe', by: 'kubernetes.set-probe' },
      ],
    },
    {
      id: 'K1.g',
      part: 'runtime',
      symptom: notRunning,
      when: found('POD_REFUSED'),
      // Somebody set each of these limits on purpose: whether to lift it is not for a button.
      remedies: [
        { instruction: 'mend-quota', on: 'kubernetes', where: refused('quota') },
        { instruction: 'set-what-quota-wants', on: 'kubernetes', where: refused('unlimited') },
        { instruction: 'fit-limit-range', on: 'kubernetes', where: refused('range') },
        { instruction: 'mend-security-context', on: 'kubernetes', where: refused('security') },
        { instruction: 'mend-webhook', on: 'kubernetes', where: refused('webhook') },
        { instruction: 'mend-what-is-denied', on: 'kubernetes', where: refused('denied') },
        { instruction: 'create-service-account', on: 'kubernetes', where: refused('account') },
        { instruction: 'mend-what-refuses', on: 'kubernetes', where: refused('unknown') },
      ],
    },
    {
      id: 'K1.h',
      part: 'runtime',
      symptom: notRunning,
      // What it does for so long only its log tells.
      when: any(found('POD_INIT_WAITS'), hint('POD_INIT_RUNS')),
      remedies: [{ instruction: 'see-what-init-waits-for', on: 'kubernetes' }],
    },
    {
      id: 'K1.i',
      part: 'runtime',
      symptom: notRunning,
      when: found('POD_COMMAND_MISSING'),
      remedies: [
        { remediation: 'kubernetes.rollback-workload', on: 'kubernetes' },
        { instruction: 'mend-command', on: 'kubernetes' },
      ],
    },
    {
      id: 'K1.j',
      part: 'runtime',
      symptom: notRunning,
      when: found('POD_EVICTED'),
      // What may go from a node, or how much a program may keep, is for people.
      remedies: [
        { instruction: 'free-node', on: 'kubernetes', where: evicted('pressure') },
        { instruction: 'raise-storage-limit', on: 'kubernetes', where: evicted('overuse') },
        { instruction: 'see-eviction', on: 'kubernetes', where: evicted('unknown') },
      ],
    },
  ],
  handOver: [],
});
