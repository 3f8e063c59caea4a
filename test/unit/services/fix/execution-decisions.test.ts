import { describe, expect, it } from 'vitest';
import type { Plan } from '../../../../src/domain/fix/remediation.ts';
import { countedApprovals } from '../../../../src/services/fix/decide/remediation.service.ts';
import { reminderDue, unknownReminderDue } from '../../../../src/services/fix/decide/sweep.service.ts';
import { afterSteps } from '../../../../src/services/fix/execute/executor.service.ts';
import { afterSecondLook } from '../../../../src/services/fix/execute/recovery.service.ts';
import { person } from '../../../support/approvals.ts';

const bare = { plan: {} as Plan };
const undoable = { plan: { undo: [{}] } as unknown as Plan };

describe('where steps lead', () => {
  it.each([
    ['all done', { end: 'complete' }, 2, bare, 'verifying'],
    ['not certain', { end: 'unknown', facts: {} }, 0, undoable, 'indeterminate'],
    ['stopped before the first', { end: 'refused', why: 'stopped', facts: {} }, 0, undoable, 'failed'],
    [
      'stopped after one, with a way back',
      { end: 'refused', why: 'stopped', facts: {} },
      1,
      undoable,
      'rolling_back',
    ],
    ['stopped after one, without', { end: 'refused', why: 'stopped', facts: {} }, 1, bare, 'failed'],
    [
      'the approval ran out before the first',
      { end: 'refused', why: 'approval-expired', facts: {} },
      0,
      bare,
      'stale',
    ],
    ['the target moved before the first', { end: 'stale', facts: {} }, 0, undoable, 'stale'],
    ['the target moved before the second', { end: 'stale', facts: {} }, 1, undoable, 'rolling_back'],
    ['the first failed', { end: 'failed', facts: {} }, 0, undoable, 'failed'],
    ['the second failed', { end: 'failed', facts: {} }, 1, undoable, 'rolling_back'],
  ] as const)('%s', (_what, end, done, row, to) => {
    expect(afterSteps(row, end, done).to).toBe(to);
  });
});

describe('R-X5: a second look at what was not certain', () => {
  it.each([
    ['it happened, and was the last step', 'done', 'observable', 'apply', true, bare, 'verifying'],
    [
      'it happened, more should have followed, and there is a way back',
      'done',
      'observable',
      'apply',
      false,
      undoable,
      'rolling_back',
    ],
    [
      'it happened, more should have followed, and there is none',
      'done',
      'observable',
      'apply',
      false,
      bare,
      'failed',
    ],
    [
      'it did not happen and may be repeated, so nothing hangs',
      'not-done',
      'idempotent',
      'apply',
      true,
      bare,
      'failed',
    ],
    [
      'it did not happen yet and may not be repeated',
      'not-done',
      'observable',
      'apply',
      true,
      bare,
      undefined,
    ],
    ['the target is still at it', 'under-way', 'idempotent', 'apply', true, bare, undefined],
    ['still nobody can tell', 'unknown', 'idempotent', 'apply', true, bare, undefined],
    ['the way back was taken', 'done', 'observable', 'undo', true, undoable, 'rolling_back'],
  ] as const)('%s', (_what, seen, safety, direction, last, row, to) => {
    expect(afterSecondLook(seen, { safety }, direction, last, row)).toBe(to);
  });
});

describe('which approvals count', () => {
  const row = { planHash: 'h', eligible: ['T:A', 'T:B', 'T:R'], requesterId: 'T:R' };
  const approval = (personId: string, more: object = {}) =>
    ({
      ...{
        personId,
        person: person('U'),
        decision: 'approve',
        planHash: 'h',
        policyVersion: 'p',
        version: 1,
      },
      decidedAt: new Date(0),
      ...more,
    }) as Parameters<typeof countedApprovals>[1][number];

  it('only those of the stored set, for this plan, by others than the requester', () => {
    const counted = countedApprovals(row, [
      approval('T:A'),
      approval('T:B', { planHash: 'other' }),
      approval('T:C'),
      approval('T:R'),
      approval('T:B', { decision: 'reject' }),
    ]);

    expect(counted.map((item) => item.personId)).toEqual(['T:A']);
  });
});

describe('reminders of an unknown outcome', () => {
  const minute = 60_000;
  it.each([
    [15 * minute - 1, undefined],
    [15 * minute, 'unknown-1'],
    [60 * minute - 1, 'unknown-1'],
    [60 * minute, 'unknown-2'],
    [240 * minute, 'unknown-3'],
    [24 * 60 * minute - 1, 'unknown-3'],
    [24 * 60 * minute, 'unknown-day-1'],
    [49 * 60 * minute, 'unknown-day-2'],
  ] as const)('%i ms after it became unknown: %s', (age, which) => {
    expect(unknownReminderDue({ leaseUntil: new Date(0) }, new Date(age))).toBe(which);
  });

  it('none while nobody has held it', () => {
    expect(unknownReminderDue({}, new Date(48 * 60 * minute))).toBeUndefined();
  });
});

describe('reminders', () => {
  const row = { requestedAt: new Date(0), requestExpiresAt: new Date(30_000) };
  it.each([
    [9_999, undefined],
    [10_000, 'reminder-1'],
    [19_999, 'reminder-1'],
    [20_000, 'reminder-2'],
    [30_000, undefined],
  ] as const)('after %i ms of 30,000: %s', (age, which) => {
    expect(reminderDue(row, new Date(age))).toBe(which);
  });
});
