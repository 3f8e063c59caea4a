import { describe, expect, it } from 'vitest';
import { redisMemory } from '../../../src/diagnoses/redis-memory.diagnosis.ts';
import { outcomesOf, type Seen, verdictsOf } from '../../support/diagnosis.ts';

const full: Seen = { code: 'REDIS_MEMORY_AT_LIMIT', probe: 'redis.memory' };
const keeps: Seen = { code: 'REDIS_POLICY_NOEVICTION', probe: 'redis.eviction-policy' };
const tooLow: Seen = { code: 'REDIS_LIMIT_TOO_LOW', probe: 'redis.memory-limit' };
const judged = (...found: readonly Seen[]) => verdictsOf(redisMemory, outcomesOf(redisMemory, found));

describe('memory that is full', () => {
  it('has a limit that is too low where keys may go', () => {
    expect(judged(full)).toMatchObject({ 'D3.a': 'ruled-out', 'D3.b': 'confirmed' });
  });

  it('leaves open whether its limit is too low where no key may go (R-PLAT28)', () => {
    expect(judged(full, keeps)).toMatchObject({ 'D3.a': 'confirmed', 'D3.b': 'possible' });
    expect(judged(full, keeps, tooLow)).toMatchObject({ 'D3.a': 'confirmed', 'D3.b': 'confirmed' });
  });

  it('is no complaint where there is room', () => {
    expect(judged(keeps)).toMatchObject({ 'D3.a': 'ruled-out', 'D3.b': 'ruled-out' });
  });
});

describe('a Redis that refuses writes', () => {
  it('is a replica whose master is gone (D3.d), and short of nothing', () => {
    const gone: Seen = { code: 'REDIS_MASTER_GONE', probe: 'redis.writes' };

    expect(judged(gone)).toMatchObject({ 'D3.a': 'ruled-out', 'D3.b': 'ruled-out', 'D3.d': 'confirmed' });
    expect(judged()).toMatchObject({ 'D3.d': 'ruled-out' });
    expect(verdictsOf(redisMemory, outcomesOf(redisMemory, [], ['redis.writes']))).toMatchObject({
      'D3.d': 'possible',
    });
  });

  it('could not save (D3.e)', () => {
    const failed: Seen = { code: 'REDIS_SAVE_FAILED', probe: 'redis.writes' };

    expect(judged(failed)).toMatchObject({ 'D3.d': 'ruled-out', 'D3.e': 'confirmed' });
    expect(judged()).toMatchObject({ 'D3.e': 'ruled-out' });
  });

  it('wants replicas that it does not have (D3.f)', () => {
    const missing: Seen = { code: 'REDIS_REPLICAS_MISSING', probe: 'redis.writes' };

    expect(judged(missing)).toMatchObject({ 'D3.d': 'ruled-out', 'D3.e': 'ruled-out', 'D3.f': 'confirmed' });
  });
});
