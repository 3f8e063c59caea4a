import { describe, expect, it } from 'vitest';
import { faultById } from '../../../../lab/faults/index.ts';
import { expectedAsIs } from '../../../../scripts/campaign/as-is.ts';

describe('what a fault has to be called on the platform as it is', () => {
  it.each([
    ['part.collect-agent.unreachable', 'compose', 'H2.d', 'H2.a'],
    ['part.collect-agent.unreachable', 'kubernetes', 'H2.b', 'H2.a'],
    ['part.collect-agent.paused', 'compose', 'H2.d', undefined],
    ['part.collect-agent.paused', 'kubernetes', 'H2.d', 'H2.b'],
    ['part.redis.paused', 'kubernetes', 'H2.b', undefined],
  ] as const)('%s on %s is %s, or what became of it', (id, runtime, cause, or) => {
    const fault = faultById(id);
    const expected = expectedAsIs(fault, fault.variants[0], runtime);

    expect([expected.cause, expected.or]).toEqual([cause, or]);
  });
});
