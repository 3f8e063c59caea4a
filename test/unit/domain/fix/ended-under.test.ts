import { describe, expect, it } from 'vitest';
import { endedUnder, limitChanged } from '../../../../src/domain/fix/ended-under.ts';
import type { StepRow } from '../../../../src/domain/fix/rows.ts';

const killed = { id: 'c1', finishedAt: '2026-03-01T10:04:00.123456789Z' };

/** A change of the limit of this container, that many minutes after the hour. */
const changed = (
  minute: number,
  formerBytes: number,
  life = killed,
  more: Partial<StepRow> = {},
): StepRow => ({
  ...{ direction: 'apply', idx: 0, attempt: 1, fence: 1, outcome: 'done' },
  intentAt: new Date(Date.UTC(2026, 2, 1, 10, minute)),
  facts: limitChanged(life, formerBytes),
  ...more,
});

describe('the limit that a life ended under', () => {
  it('is the one until the first change that came after its end', () => {
    expect(endedUnder(killed, [changed(5, 100)])).toBe(100);
    // Raised, taken back, and raised again: in any order that they are read in.
    expect(endedUnder(killed, [changed(9, 100), changed(5, 100), changed(7, 200)])).toBe(100);
    expect(endedUnder(killed, [changed(9, 100), changed(7, 200)])).toBe(200);
    expect(endedUnder(killed, [changed(5, 0)])).toBe(0);
  });

  it.each([
    [
      'a change before it, after which it ended',
      changed(5, 100, { ...killed, finishedAt: '2026-03-01T10:03:00Z' }),
    ],
    ['a change in the first life', changed(5, 100, { id: 'c1' } as typeof killed)],
    ['a change of another container', changed(5, 100, { ...killed, id: 'c2' })],
    ['a change that failed', changed(5, 100, killed, { outcome: 'failed' })],
    [
      'a change that was only seen to be done',
      changed(5, 100, killed, { outcome: 'observed-done', facts: {} }),
    ],
    ['a step of another kind', changed(5, 100, killed, { facts: { restarted: true } })],
  ])('is not told by %s', (_, step) => {
    expect(endedUnder(killed, [step])).toBeUndefined();
  });

  it('is none where nothing has ended', () => {
    expect(endedUnder({ id: 'c1' }, [changed(5, 100, { id: 'c1' } as typeof killed)])).toBeUndefined();
  });
});
