import { describe, expect, it } from 'vitest';
import { faultById } from '../../../../lab/faults/index.ts';
import { expectationOf, isTrue } from '../../../../scripts/campaign/expectation.ts';

const allows = (id: string, variant: string, cause: string) =>
  isTrue(expectationOf(faultById(id), variant), cause);

describe('what is true beside a planted cause', () => {
  it.each([
    ['S3.c', 'no-index', 'D2.a', true],
    ['S3.c', 'no-index', 'D2.c', false],
    ['S3.c', 'table-locked', 'D2.c', true],
    ['S3.c', 'table-locked', 'D2.a', false],
    ['part.redis.unreachable', 'isolated', 'N1.c', true],
    ['part.redis.unreachable', 'dropped', 'N1.c', false],
    ['part.redis.unreachable', 'dropped', 'N1.d', false],
    ['part.collect-agent.unreachable', 'isolated', 'S2.c', true],
    ['part.collect-agent.unreachable', 'dropped', 'S2.c', false],
    ['part.collect-agent.unreachable', 'dropped', 'H2.a', false],
    ['part.collect-agent.refusing', 'nats-password', 'S2.c', true],
    ['part.collect-agent.refusing', 'other-token', 'S2.c', false],
    ['D3.c', 'few-large', 'D3.a', true],
    ['D3.a', 'reports-24mb', 'D3.c', false],
  ])('%s %s: %s %s', (id, variant, cause, allowed) => {
    expect(allows(id, variant, cause)).toBe(allowed);
  });
});
