import { describe, expect, it } from 'vitest';
import { undoPlan } from '../../../../src/domain/fix/execution.ts';
import {
  afterLook,
  endedAs,
  endOf,
  undoTimeMs,
  undoUntil,
  willNotLast,
} from '../../../../src/domain/fix/temporary.ts';
import { aPlan, aRemediation } from '../../../support/slack-views.ts';

const hourMs = 3_600_000;
const at = new Date('2026-11-29T03:10:00Z');
const note = (key: string) => ({ notes: [{ key, facts: {} }] });

describe('R-X17: a change that will not last', () => {
  it.each([
    ['puts-back.argocd', true],
    ['puts-back.owner', true],
    ['may-put-back', true],
    ['lost-to-files', true],
    ['lost-when-made-anew', true],
    ['lost-network', true],
    ['set-by', false],
    ['changed-by', false],
    ['replicas-before', false],
  ])('is told by its note %s: %s', (key, is) => {
    expect(willNotLast(note(key))).toBe(is);
    expect(willNotLast({})).toBe(false);
  });

  it('ends some hours after its verdict, and may be undone for a day longer', () => {
    const plan = aPlan({ endsAfterMs: 4 * hourMs });
    const row = aRemediation({ state: 'succeeded', plan, finishedAt: at });

    expect(endOf(row)).toEqual(new Date('2026-11-29T07:10:00Z'));
    expect(undoUntil(row)).toEqual(new Date('2026-11-30T07:10:00Z'));
    expect(undoTimeMs({})).toBe(hourMs);
    // What the undo needs is not there for longer.
    expect(undoTimeMs({ endsAfterMs: 4 * hourMs, undoForMs: hourMs })).toBe(hourMs);
  });

  it.each([
    ['has not worked yet', { state: 'verifying' }],
    ['was rejected', { state: 'rejected' }],
    ['is an undo', { undoOf: 'x' }],
  ] as const)('has no end where it %s', (_why, more) => {
    const plan = aPlan({ endsAfterMs: 4 * hourMs });
    const row = aRemediation({ state: 'succeeded', plan, finishedAt: at, ...more });

    expect(endOf(row)).toBeUndefined();
    expect(undoUntil(row)).toBeUndefined();
  });

  it('is no part of its undo', () => {
    const plan = aPlan({ endsAfterMs: 4 * hourMs, undoForMs: hourMs, ...note('puts-back.argocd') });

    expect(undoPlan({ ...plan, undo: plan.steps })).not.toMatchObject({ endsAfterMs: expect.anything() });
    expect(undoPlan({ ...plan, undo: plan.steps })).not.toMatchObject({ undoForMs: expect.anything() });
  });

  it.each([
    // Standing, told before, unseen before, being undone: what follows.
    ['gone', false, false, false, { next: 'close', outcome: 'gone', say: 'gone' }],
    ['gone', true, true, true, { next: 'close', outcome: 'gone', say: 'gone' }],
    ['kept', false, true, false, { next: 'close', outcome: 'kept', say: 'kept' }],
    ['ours', false, false, false, { next: 'again', seen: true, say: 'over' }],
    ['ours', false, true, false, { next: 'again', seen: true, say: 'over' }],
    ['ours', true, false, false, { next: 'again', seen: true }],
    ['ours', false, false, true, { next: 'again', seen: true }],
    ['unseen', false, false, false, { next: 'again', seen: false, say: 'unseen' }],
    ['unseen', false, true, false, { next: 'again', seen: false }],
    ['unseen', true, false, false, { next: 'again', seen: false }],
  ] as const)(
    'that is %s (told %s, unseen %s, being undone %s) leads to %o',
    (standing, told, unseen, undoing, led) => {
      const before = { ...(told ? { overAt: at } : {}), ...(unseen ? { unseenSince: at } : {}) };

      const after = afterLook(standing, before, undoing);

      expect(after).toMatchObject(led);
      expect('say' in after).toBe('say' in led);
      if (after.next === 'again') expect(after.afterMs).toBeGreaterThanOrEqual(5 * 60_000);
    },
  );

  it('shows as ended what stands in its row alone', () => {
    expect(endedAs({ outcome: { temporary: 'kept' } })).toBe('kept');
    expect(endedAs({ outcome: { temporary: 'anything' } })).toBeUndefined();
    expect(endedAs({})).toBeUndefined();
  });
});
