import { describe, expect, it } from 'vitest';
import { mayMove, openStates, remediationStates, transitions } from '../../../../src/domain/fix/approval.ts';
import {
  identityClaims,
  leaseMarginMs,
  planDrift,
  planFault,
  progressOf,
  stepsDone,
  undoPlan,
} from '../../../../src/domain/fix/execution.ts';
import { type Plan, type PlanStep, planHash } from '../../../../src/domain/fix/remediation.ts';
import type { StepRow } from '../../../../src/domain/fix/rows.ts';

const step = (target: string, more: Partial<PlanStep> = {}): PlanStep => ({
  ...{
    kind: 'k',
    target,
    from: { v: 'old' },
    to: { v: 'new' },
    precondition: { uid: 'u1' },
    safety: 'idempotent',
  },
  ...more,
});
const plan: Plan = {
  ...{ schemaVersion: 1, actionId: 'a', actionVersion: 1, environment: 'prod', part: 'redis', target: 't' },
  ...{ identity: { uid: 'u1' }, params: {}, tier: 2, steps: [step('one'), step('two')] },
  ...{ verifyWith: [{ probe: 'p' }], verifyWithinMs: 1_000, stableForMs: 100 },
  ...{ blast: { key: 'b', facts: {} }, stepTimeoutMs: 5_000, objects: 2 },
};
const row = (idx: number, outcome?: StepRow['outcome'], attempt = 1): StepRow => ({
  ...{ direction: 'apply', idx, attempt, fence: attempt, intentAt: new Date(0), facts: {} },
  ...(outcome === undefined ? {} : { outcome }),
});

describe('where an execution stands', () => {
  it.each<[string, StepRow[], object]>([
    ['nothing begun', [], { at: 'step', idx: 0 }],
    ['an intent without outcome', [row(0)], { at: 'open', idx: 0, attempt: 1 }],
    ['one step done', [row(0, 'done')], { at: 'step', idx: 1 }],
    ['one seen to be done', [row(0, 'observed-done')], { at: 'step', idx: 1 }],
    ['one that certainly did not happen', [row(0, 'not-done')], { at: 'step', idx: 0 }],
    [
      'tried again after that',
      [row(0, 'not-done'), row(0, undefined, 2)],
      { at: 'open', idx: 0, attempt: 2 },
    ],
    ['the later attempt decides', [row(0, 'done', 2), row(0, 'not-done', 1)], { at: 'step', idx: 1 }],
    ['failed', [row(0, 'failed')], { at: 'failed', idx: 0 }],
    ['all done', [row(0, 'done'), row(1, 'done')], { at: 'complete' }],
  ])('%s', (_what, rows, expected) => {
    expect(progressOf(2, rows, 'apply')).toEqual(expected);
  });

  it('keeps the two directions apart', () => {
    expect(progressOf(2, [row(0, 'done'), row(1, 'done')], 'undo')).toEqual({ at: 'step', idx: 0 });
  });

  it('counts a step once, however many attempts it took', () => {
    expect(stepsDone([row(0, 'not-done', 1), row(0, 'done', 2), row(0, 'observed-done', 3), row(1)])).toBe(1);
  });
});

describe('R-P2, R-P3: the plan of now against the approved one', () => {
  it('is the same when only other objects have appeared and numbers for people changed', () => {
    const now = {
      ...plan,
      steps: [step('zero'), step('one'), step('two')] as const,
      blast: { key: 'b', facts: { n: 9 } },
      objects: 3,
    };

    expect(planDrift(plan, now)).toBeUndefined();
  });

  it.each<[string, Partial<Plan>, string]>([
    ['another target', { target: 'other' }, 'target'],
    ['another identity', { identity: { uid: 'u2' } }, 'identity'],
    ['a higher tier', { tier: 3 }, 'tier'],
    ['a step that is gone', { steps: [step('one')] }, 'step'],
    ['another value before', { steps: [step('one', { from: { v: 'x' } }), step('two')] }, 'one from'],
    ['another effect', { steps: [step('one'), step('two', { to: { v: 'x' } })] }, 'two to'],
    [
      'another precondition',
      { steps: [step('one', { precondition: { uid: 'u1', rv: '2' } }), step('two')] },
      'one precondition',
    ],
  ])('has drifted with %s', (_what, change, differing) => {
    expect(planDrift(plan, { ...plan, ...change })).toMatchObject({ differing });
  });
});

describe('what no plan may be', () => {
  const expected = { id: 'a', version: 1, tier: 2, environment: 'prod' } as const;
  const limits = { leaseMs: 60_000, maxObjects: 5 };

  it.each<[string, Partial<Plan>, string]>([
    ['of another action', { actionId: 'b' }, 'names another action'],
    ['of another version', { actionVersion: 2 }, 'names another action'],
    ['for another environment', { environment: 'dev' }, 'names another environment'],
    ['below the tier of its action', { tier: 1 }, 'lowers the tier of its action'],
    ['over nothing', { objects: 0 }, 'touches nothing'],
    ['over too much', { objects: 6 }, 'touches too many objects'],
    ['with steps longer than the lease', { stepTimeoutMs: 50_000 }, 'has steps longer than the lease'],
    [
      'without a precondition',
      { steps: [step('one', { precondition: {} })] },
      'has a step without precondition',
    ],
  ])('%s', (_what, change, fault) => {
    expect(planFault({ ...plan, ...change }, expected, limits)).toBe(fault);
  });

  it('may raise its tier (R-T2)', () => {
    expect(planFault({ ...plan, tier: 3 }, expected, limits)).toBeUndefined();
  });
});

describe('undo', () => {
  const undo = [step('two', { from: { v: 'new' }, to: { v: 'old' } })] as const;

  it('is a plan of its own with the saved pre-image as its steps, and without an undo', () => {
    const made = undoPlan({ ...plan, undo, undoVerifyWith: [{ probe: 'q' }] });

    expect(made).toMatchObject({ steps: undo, verifyWith: [{ probe: 'q' }], objects: 1, tier: 2 });
    expect(made).not.toHaveProperty('undo');
    expect(made && planHash(made)).not.toBe(planHash(plan));
  });

  it('is not there when the plan has none', () => {
    expect(undoPlan(plan)).toBeUndefined();
  });
});

describe('R-P1: the hash of a plan', () => {
  it('does not depend on the order of keys', () => {
    const shuffled = Object.fromEntries(Object.entries(plan).toReversed()) as unknown as Plan;

    expect(planHash(shuffled)).toBe(planHash(plan));
  });

  it('changes with every part of it', () => {
    const changed = Object.keys(plan).map((key) => planHash({ ...plan, [key]: 'other' }));

    expect(new Set([planHash(plan), ...changed]).size).toBe(Object.keys(plan).length + 1);
  });
});

describe('identity', () => {
  it('R-X14: is compared by key and value, whatever its place in a list', () => {
    expect(identityClaims({ 'container_id.0': 'a', 'container_id.1': 'b', uid: 'c' })).toEqual([
      'container_id=a',
      'container_id=b',
      'uid=c',
    ]);
  });
});

describe('the state machine', () => {
  it('moves only along its arrows, and out of every state that is not an end (R-M1)', () => {
    expect(mayMove('proposed', 'approved')).toBe(false);
    expect(mayMove('requested', 'executing')).toBe(false);
    expect(mayMove('approved', 'succeeded')).toBe(false);
    expect(mayMove('indeterminate', 'executing')).toBe(false);
    for (const state of openStates) expect(transitions[state].length).toBeGreaterThan(0);
  });

  it('reaches every state from a proposal', () => {
    const seen = new Set(['proposed']);
    for (const from of seen) for (const to of transitions[from as keyof typeof transitions]) seen.add(to);

    expect([...seen].toSorted()).toEqual([...remediationStates].toSorted());
  });
});

describe('the limits of a plan', () => {
  const expected = { id: 'a', version: 1, tier: 2, environment: 'prod' } as const;
  const fault = (change: Partial<Plan>, leaseMs = 60_000, maxObjects = 2) =>
    planFault({ ...plan, ...change }, expected, { leaseMs, maxObjects });

  it('are met by what just fits: steps and their margin in the lease, as many objects as allowed', () => {
    expect(leaseMarginMs).toBe(15_000);
    expect(fault({ stepTimeoutMs: 45_000 })).toBeUndefined();
    expect(fault({ stepTimeoutMs: 45_001 })).toBe('has steps longer than the lease');
    expect(fault({ objects: 2 })).toBeUndefined();
    expect(fault({ objects: 3 })).toBe('touches too many objects');
    expect(fault({ objects: 1 })).toBeUndefined();
  });

  it('forbid a plan without steps or without anything to verify, though its type allows none', () => {
    expect(fault({ steps: [] as never })).toBe('touches nothing');
    expect(fault({ verifyWith: [] as never })).toBe('verifies nothing');
  });

  it('hold for the undo, too', () => {
    expect(fault({ undo: [step('one', { precondition: {} })] })).toBe('has a step without precondition');
    expect(fault({ undo: [step('one')] })).toBeUndefined();
    expect(fault({ steps: [step('one'), step('two', { precondition: {} })] })).toBe(
      'has a step without precondition',
    );
  });
});

describe('a drift', () => {
  it('tells what was approved and what would be done now', () => {
    expect(planDrift(plan, { ...plan, tier: 3 })).toEqual({
      differing: 'tier',
      expected: '2',
      observed: '3',
    });
    expect(planDrift(plan, { ...plan, target: 'u' })).toEqual({
      ...{ differing: 'target', expected: '"t"', observed: '"u"' },
    });
    expect(planDrift(plan, { ...plan, steps: [step('one')] })).toEqual({
      ...{ differing: 'step', expected: '"two"', observed: '"gone"' },
    });
  });

  it('is none when the target is better off than when it was approved', () => {
    expect(planDrift(plan, { ...plan, tier: 1 })).toBeUndefined();
  });

  it('is an identity fact that came or went', () => {
    expect(planDrift(plan, { ...plan, identity: {} })).toMatchObject({ differing: 'identity' });
    expect(planDrift(plan, { ...plan, identity: { uid: 'u1', more: 1 } })).toMatchObject({
      differing: 'identity',
    });
    expect(planDrift({ ...plan, identity: {} }, plan)).toMatchObject({ differing: 'identity' });
  });

  it('is a step of another kind on the same object', () => {
    expect(planDrift(plan, { ...plan, steps: [step('one', { kind: 'other' }), step('two')] })).toMatchObject({
      differing: 'step',
    });
  });
});

describe('steps that are done', () => {
  const undone = (idx: number): StepRow => ({ ...row(idx, 'done'), direction: 'undo' });

  it('are counted in one direction', () => {
    const rows = [row(0, 'done'), row(1, 'observed-done'), undone(0)];

    expect([stepsDone(rows), stepsDone(rows, 'apply'), stepsDone(rows, 'undo')]).toEqual([2, 2, 1]);
  });

  it('are not those that failed, did not happen, or have no outcome', () => {
    expect(stepsDone([row(0, 'failed'), row(1, 'not-done'), row(2)])).toBe(0);
  });

  it('of the other direction do not tell where this one stands', () => {
    expect(progressOf(2, [undone(0), row(0, 'failed')], 'undo')).toEqual({ at: 'step', idx: 1 });
    expect(progressOf(1, [undone(0)], 'apply')).toEqual({ at: 'step', idx: 0 });
  });

  it('are all of a plan without steps', () => {
    expect(progressOf(0, [], 'apply')).toEqual({ at: 'complete' });
  });
});

it('an undo is verified as the plan is, where nothing else is said', () => {
  const undo = [step('one')] as const;

  expect(undoPlan({ ...plan, undo })?.verifyWith).toEqual(plan.verifyWith);
});

it('R-X14: only an index at the end of a key is left out', () => {
  expect(identityClaims({ 'a.0.b': 'x', 'a.12': 'y', a1: 'z', 'b.c': 'w' })).toEqual([
    'a.0.b=x',
    'a=y',
    'a1=z',
    'b.c=w',
  ]);
});
