import { describe, expect, it } from 'vitest';
import { memoryLeak } from '../../../src/diagnoses/memory-leak.diagnosis.ts';
import { outcomesOf, verdictsOf } from '../../support/diagnosis.ts';

const part = 'agent-manager';
/** Both are seen of agent-manager alone. */
function judged(...seen: readonly [code: string, probe: string][]) {
  const findings = seen.map(([code, probe]) => ({ code, probe }));
  const outcomes = outcomesOf(memoryLeak, findings).map((one) =>
    one.part === part ? one : { ...one, status: 'healthy' as const, findings: [] },
  );
  return verdictsOf(memoryLeak, outcomes)['P2.a'];
}

describe('a service that keeps what it should forget', () => {
  const process: [string, string] = ['MEMORY_GROWS', 'services.process-trend'];
  const heap: [string, string] = ['HEAP_GROWS_AT', 'services.heap-profile'];

  it('is known by its process and by the function that keeps it', () => {
    expect(judged(process, heap)).toBe('confirmed');
  });

  it('is possible where a function keeps more and more, and its process has room for it yet', () => {
    // Seen on a busy machine: a process of two minutes' age grew by less than what a start explains.
    expect(judged(heap)).toBe('possible');
  });

  it('is not known by the process alone, whose memory no function keeps', () => {
    expect(judged(process)).toBe('ruled-out');
    expect(judged()).toBe('ruled-out');
  });
});
