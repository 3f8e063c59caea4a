import { describe, expect, it } from 'vitest';
import {
  isTerminal,
  mayMove,
  openStates,
  personId,
  type RemediationState,
  remediationStates,
} from '../../../../src/domain/fix/approval.ts';

describe('the life of a fix (R-M1)', () => {
  it('ends where nothing can come any more', () => {
    expect(remediationStates.filter(isTerminal)).toEqual([
      ...['succeeded', 'failed', 'rolled_back', 'rollback_failed'],
      ...['rejected', 'expired', 'cancelled', 'superseded', 'stale'],
    ]);
  });

  it('goes through the request, the approval, the execution and the verification', () => {
    const way: RemediationState[] = [
      ...(['proposed', 'requested', 'approved', 'executing', 'verifying', 'succeeded'] as const),
    ];

    for (const [index, from] of way.slice(0, -1).entries())
      expect(way.filter((to) => mayMove(from, to))).toEqual([way[index + 1]]);
  });

  it.each<[RemediationState, boolean]>([
    ['proposed', true],
    ['requested', true],
    ['approved', true],
    ['executing', false],
    ['verifying', false],
    ['rolling_back', false],
    ['indeterminate', false],
  ])('can be cancelled, expire or be superseded before it began: %s (%s)', (from, possible) => {
    for (const to of ['cancelled', 'expired', 'superseded'] as const)
      expect(mayMove(from, to)).toBe(possible);
  });

  it('is rejected only while it is requested', () => {
    expect(remediationStates.filter((from) => mayMove(from, 'rejected'))).toEqual(['requested']);
  });

  it('turns stale only before a step has run', () => {
    expect(remediationStates.filter((from) => mayMove(from, 'stale'))).toEqual(['approved', 'executing']);
  });

  it('is undone or left open from what runs, and from an open end only by looking again', () => {
    const running = ['executing', 'verifying'] as const;

    expect(remediationStates.filter((from) => mayMove(from, 'rolling_back'))).toEqual([
      ...running,
      'indeterminate',
    ]);
    expect(remediationStates.filter((from) => mayMove(from, 'indeterminate'))).toEqual([
      ...running,
      'rolling_back',
    ]);
    expect(remediationStates.filter((to) => mayMove('rolling_back', to))).toEqual([
      'rolled_back',
      'rollback_failed',
      'indeterminate',
    ]);
    expect(remediationStates.filter((from) => mayMove(from, 'failed'))).toEqual([
      ...running,
      'indeterminate',
    ]);
  });

  it('R-X2: holds its target from the approval to the verdict', () => {
    expect(remediationStates.filter((state) => openStates.includes(state))).toEqual([
      'approved',
      'executing',
      'verifying',
      'rolling_back',
      'indeterminate',
    ]);
    expect(openStates.filter(isTerminal)).toEqual([]);
  });
});

it('R-A4, R-A5: a person is one id in a workspace, and one in all workspaces of a Grid', () => {
  expect(personId({ teamId: 'T1', userId: 'U1' })).toBe('T1:U1');
  expect(personId({ teamId: 'T1', userId: 'U1', enterpriseId: 'E1' })).toBe('E1:U1');
  expect(personId({ teamId: 'T2', userId: 'U1', enterpriseId: 'E1' })).toBe('E1:U1');
});
