import { describe, expect, it } from 'vitest';
import { evictionFacts, isEvicted } from '../../../../src/domain/probe/eviction.ts';

describe('why the kubelet evicts a Pod', () => {
  it.each([
    [
      'The node was low on resource: memory. Threshold quantity: 100Mi, available: 12Mi. Container main was using 3Gi, request is 0, has larger consumption of memory. ',
      { pressure: 'memory' },
    ],
    [
      'The node was low on resource: ephemeral-storage. Threshold quantity: 1Gi',
      { pressure: 'ephemeral-storage' },
    ],
    ['The node had condition: [DiskPressure]. ', { pressure: 'DiskPressure' }],
    ['Usage of EmptyDir volume "spool" exceeds the limit "8Mi". ', { overuse: 'spool' }],
    [
      'Pod ephemeral local storage usage exceeds the total limit of containers 8Mi. ',
      { overuse: 'ephemeral local storage' },
    ],
    ['Container main exceeded its local ephemeral storage limit "8Mi". ', { overuse: 'main' }],
    ['a sentence of tomorrow', { unknown: '–' }],
    ['', { unknown: '–' }],
  ])('%s', (message, facts) => {
    expect(evictionFacts(message)).toEqual(facts);
  });

  it('is known by a reason of the Pod or of its condition', () => {
    const condition = (status: string, reason: string) => ({
      reason: 'Failed',
      conditions: [{ type: 'DisruptionTarget', status, reason }],
    });

    expect(isEvicted({ reason: 'Evicted', conditions: [] })).toBe(true);
    expect(isEvicted(condition('True', 'TerminationByKubelet'))).toBe(true);
    expect(isEvicted(condition('False', 'TerminationByKubelet'))).toBe(false);
    expect(isEvicted(condition('True', 'DeletionByPodGC'))).toBe(false);
    expect(isEvicted({ conditions: [] })).toBe(false);
  });
});
