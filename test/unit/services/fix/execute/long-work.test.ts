import { describe, expect, it } from 'vitest';
import type { StepRow } from '../../../../../src/domain/fix/rows.ts';
import { afterSteps } from '../../../../../src/services/fix/execute/executor.service.ts';
import { cameTo, hasBegun, pace, progressIn } from '../../../../../src/services/fix/execute/long-work.ts';
import { aPlan } from '../../../../support/slack-views.ts';

const row = (more: Partial<StepRow>): StepRow => ({
  ...{ direction: 'apply', idx: 0, attempt: 1, fence: 1, intentAt: new Date(0), facts: {} },
  ...more,
});

describe('R-X16: long work', () => {
  it('goes on from the last attempt of the same step that said how far it was', () => {
    const rows = [
      row({ facts: { done: 10, total: 90, cursor: 3 }, outcome: 'not-done' }),
      row({ attempt: 2, facts: { done: 30, total: 90, cursor: 9 }, outcome: 'not-done' }),
      row({ attempt: 3, facts: {} }),
      row({ attempt: 4, idx: 1, facts: { done: 80, total: 90 } }),
      row({ attempt: 4, direction: 'undo', facts: { done: 70, total: 90 } }),
    ];

    expect(cameTo(rows, { direction: 'apply', idx: 0 })).toEqual({ done: 30, total: 90, cursor: 9 });
    expect(cameTo(rows, { direction: 'apply', idx: 2 })).toEqual({});
    expect(progressIn({ done: 30, total: 90, cursor: 9, waits: 'lag', perSecond: 4 })).toEqual({
      ...{ done: 30, total: 90, cursor: 9, waits: 'lag' },
    });
    expect(progressIn({ deleted: 3 })).toBeUndefined();
    expect(hasBegun(rows, { direction: 'apply', idx: 1 })).toBe(true);
    expect(hasBegun(rows, { direction: 'apply', idx: 2 })).toBe(false);
    expect(hasBegun([row({ facts: { underWay: true } })], { direction: 'apply', idx: 0 })).toBe(true);
  });

  it('counts its speed from what this attempt has done, and says nothing before it has done anything', () => {
    const from = 100;

    expect(pace({ done: 200, total: 400 }, from, 2_000)).toEqual({ perSecond: 50, leftSeconds: 4 });
    expect(pace({ done: 100, total: 400 }, from, 2_000)).toEqual({});
    expect(pace({ done: 450, total: 400 }, 0, 1_000)).toMatchObject({ leftSeconds: 0 });
  });

  it('is left as it is when it was stopped or broke midway, and taken back where its plan says so', () => {
    const midway = { end: 'refused', why: 'stopped', facts: { done: 5, total: 9 } } as const;
    const plan = aPlan();

    expect(afterSteps({ plan }, midway, 0)).toMatchObject({
      to: 'failed',
      facts: { reason: 'stopped-midway' },
    });
    // Of an index nothing is left.
    expect(
      afterSteps({ plan }, { ...midway, facts: { ...midway.facts, whole: true } }, 0).facts,
    ).toMatchObject({ reason: 'stopped-whole' });
    expect(
      afterSteps({ plan }, { end: 'failed', facts: { why: 'limit', gaveUp: 'gave-way' } }, 0),
    ).toMatchObject({ to: 'failed', facts: { reason: 'gave-way' } });
    expect(afterSteps({ plan }, { ...midway, facts: {} }, 1)).toMatchObject({
      ...{ to: 'rolling_back', facts: { reason: 'stopped' } },
    });
    expect(afterSteps({ plan: { ...plan, undoWhen: 'asked' } }, { ...midway, facts: {} }, 1).to).toBe(
      'failed',
    );
  });
});
