import { describe, expect, it } from 'vitest';
import {
  againFacts,
  auditedOf,
  isRepaired,
  type LookedAgain,
  lookedAgain,
  measuresOf,
  uncheckedFacts,
  unwellIn,
} from '../../../../src/domain/fix/looked-again.ts';
import type { ProbeOutcome } from '../../../../src/domain/probe/probe.ts';

const outcome = (more: Partial<ProbeOutcome>): ProbeOutcome => ({
  ...{ key: 'redis.memory', probe: 'redis.memory', part: 'redis', status: 'healthy', findings: [] },
  ...{ facts: { usedBytes: 12 }, startedAt: new Date(0).toISOString(), durationMs: 1 },
  ...more,
});
const full = outcome({
  status: 'unhealthy',
  findings: [
    {
      ...{ code: 'REDIS_MEMORY_AT_LIMIT', severity: 'critical', part: 'redis', subject: 'redis' },
      facts: { usedBytes: 99, name: 'x'.repeat(900) },
    },
  ],
});

describe('what was seen when the question was asked again, as it is kept with a fix', () => {
  it('comes back as it was written', () => {
    const looked: LookedAgain = {
      ...{ again: 'still', cause: 'D3.a', before: measuresOf([full]), after: measuresOf([outcome({})]) },
      due: { key: 'postgres-restart', facts: { now: 60, next: 200 } },
    };

    expect(lookedAgain({ settled: true, ...againFacts(looked) })).toEqual(looked);
  });

  it.each([
    ['a fix of an earlier version', { settled: true }],
    ['an answer that this version does not know', { again: 'perhaps' }],
    ['nothing', undefined],
  ])('is nothing for %s', (_what, facts) => {
    expect(lookedAgain(facts)).toBeUndefined();
  });

  it.each(['{', '[{"key":1}]', '7'])(
    'is read without what it looked at where that is damaged: %s',
    (before) => {
      expect(lookedAgain({ again: 'gone', before })).toEqual({ again: 'gone', before: [], after: [] });
    },
  );

  it('is short, whatever a target says', () => {
    expect(JSON.stringify(measuresOf(Array.from({ length: 50 }, () => full))).length).toBeLessThan(6_000);
  });

  it('leaves out what is of another runtime', () => {
    expect(measuresOf([outcome({ status: 'skipped', reason: 'not-applicable' })])).toEqual([]);
  });

  it('does not fill the audit: the answer stands there, without what was shown for it', () => {
    expect(auditedOf({ again: 'gone', before: '[]', after: '[]', unwell: '[]', settled: true })).toEqual({
      again: 'gone',
      settled: true,
    });
  });

  it('keeps of a failed check why it could not look, in the words of the target', () => {
    const cause = { code: 'refused', detail: 'connect ECONNREFUSED', facts: {} };
    const facts = uncheckedFacts([outcome({}), outcome({ status: 'inconclusive', facts: {}, cause })]);

    expect(unwellIn(facts)).toMatchObject([{ why: 'refused', said: 'connect ECONNREFUSED' }]);
    expect(uncheckedFacts([outcome({})])).toEqual({});
  });

  it.each([
    ['gone', true],
    ['measured', true],
    ['still', false],
    ['not-due', false],
    ['unseen', false],
    ['no-news', false],
  ])('what is %s is repaired: %s', (again, repaired) => {
    expect(isRepaired({ again })).toBe(repaired);
    expect(isRepaired({ settled: true })).toBe(true);
  });
});
