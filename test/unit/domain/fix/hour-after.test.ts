import { describe, expect, it } from 'vitest';
import {
  afterHourLook,
  endedWatch,
  type HourLook,
  hourLook,
  isDue,
  takenFor,
  type Watched,
  watchedOf,
  withWatched,
} from '../../../../src/domain/fix/hour-after.ts';
import type { Again } from '../../../../src/domain/fix/looked-again.ts';
import type { ProbeOutcome } from '../../../../src/domain/probe/probe.ts';
import { aRemediation } from '../../../support/slack-views.ts';

const finishedAt = new Date('2026-12-02T10:00:00Z');
const after = (minutes: number) => new Date(finishedAt.getTime() + minutes * 60_000);
const due = (minutes: number) => after(minutes).toISOString();
const fix = (more: Parameters<typeof aRemediation>[0] = {}) =>
  aRemediation({
    state: 'succeeded',
    finishedAt,
    outcome: { again: 'gone' },
    surface: { teamId: 'T0HOME', channel: 'C0INC', language: 'en' },
    ...more,
  });
const check = (status: ProbeOutcome['status']) => ({ status }) as ProbeOutcome;

/** Looks of one fix, each at its minute, as they follow from each other. */
function looks(watched: Watched, ...seen: readonly (readonly [minute: number, look: HourLook])[]) {
  let now = watched;
  const said: string[] = [];
  for (const [minute, look] of seen) {
    const { watched: next, say } = afterHourLook(now, look, { now: after(minute), finishedAt });
    if (say !== undefined) said.push(`${minute}: ${say}`);
    now = next;
  }
  return { said, watched: now };
}
const fresh: Watched = { turn: 1, gone: true };

describe('R-X18: which fix is looked at in the hour after it', () => {
  it('is one that worked, with a thread, five minutes after it', () => {
    expect(watchedOf(fix())).toEqual({ turn: 0, due: due(5), gone: true });
    expect(isDue({ turn: 0, due: due(5), gone: true }, after(4.9))).toBe(false);
    expect(isDue({ turn: 0, due: due(5), gone: true }, after(5))).toBe(true);
    expect(isDue({ turn: 0, gone: true }, after(70))).toBe(false);
  });

  it.each([
    ['one that failed', { state: 'failed' }],
    ['one under way', { state: 'verifying' }],
    ['an undo', { undoOf: '01a2198d-cbad-71ce-b332-cdf440515805' }],
  ] as const)('is not %s', (_which, more) => {
    expect(watchedOf(fix(more))).toBeUndefined();
  });

  it('is not one that nobody is told of, or that has not ended', () => {
    const { surface: _none, ...unplaced } = fix();
    const { finishedAt: _never, ...open } = fix();

    expect(watchedOf(unplaced)).toBeUndefined();
    expect(watchedOf(open)).toBeUndefined();
  });

  it.each([
    ['gone', true],
    ['measured', true],
    ['no-news', true],
    ['still', false],
    ['not-due', false],
    ['unseen', false],
  ] as const)('that ended as %s: its cause was seen to be gone: %s', (again, gone) => {
    expect(watchedOf(fix({ outcome: { again } }))?.gone).toBe(gone);
  });

  it('keeps how far it is in its outcome, beside what else stands there', () => {
    const watched: Watched = { turn: 3, due: due(22), gone: true, back: 'cause' };
    const outcome = withWatched(fix({ outcome: { again: 'gone', temporary: 'over' } }), watched);

    expect(outcome).toMatchObject({ again: 'gone', temporary: 'over' });
    expect(watchedOf(fix({ outcome }))).toEqual(watched);
    // Such as by a later version: then nobody looks, and nothing throws.
    expect(watchedOf(fix({ outcome: { watched: '{"turn":"x"}' } }))).toBeUndefined();
    expect(watchedOf(fix({ outcome: { watched: '{' } }))).toBeUndefined();
  });

  it('is taken with a higher turn, and ends with the next fix', () => {
    const watched: Watched = { turn: 3, due: due(22), gone: true, back: 'cause' };

    expect(takenFor(watched, after(23), 90_000)).toEqual({ ...watched, turn: 4, due: due(24.5) });
    expect(endedWatch(watched)).toEqual({ turn: 3, gone: true });
  });
});

describe('R-X18: what one look says', () => {
  it.each([
    ['still', [], 'cause'],
    ['still', ['unhealthy'], 'cause'],
    ['gone', ['unhealthy'], 'check'],
    ['unseen', ['unhealthy'], 'check'],
    ['gone', ['healthy'], 'well'],
    ['gone', [], 'well'],
    ['measured', ['healthy', 'healthy'], 'well'],
    ['no-news', ['healthy'], 'well'],
    ['gone', ['healthy', 'inconclusive'], 'unseen'],
    ['gone', ['skipped'], 'unseen'],
    ['unseen', ['healthy'], 'unseen'],
    ['not-due', ['healthy'], 'unseen'],
  ] as const satisfies readonly (readonly [Again, readonly ProbeOutcome['status'][], HourLook])[])(
    'the question says %s, the checks %j: %s',
    (again, checks, is) => {
      expect(hourLook(again, checks.map(check))).toBe(is);
    },
  );
});

describe('R-X18: what follows from a look', () => {
  it('that stays well is three looks, and silence', () => {
    expect(afterHourLook(fresh, 'well', { now: after(5), finishedAt }).watched.due).toBe(due(20));
    expect(afterHourLook(fresh, 'well', { now: after(20), finishedAt }).watched.due).toBe(due(60));
    expect(looks(fresh, [5, 'well'], [20, 'well'], [60, 'well'])).toEqual({
      said: [],
      watched: { turn: 1, gone: true },
    });
  });

  it('says what two looks have seen to be back, once, and looks no more', () => {
    const once = looks(fresh, [5, 'cause']);
    expect(once).toEqual({ said: [], watched: { turn: 1, gone: true, due: due(7), back: 'cause' } });

    expect(looks(fresh, [5, 'well'], [20, 'cause'], [22, 'cause'])).toEqual({
      said: ['22: cause'],
      watched: { turn: 1, gone: true, came: { what: 'cause', at: due(22) } },
    });
  });

  it('says nothing of what was back for one look', () => {
    expect(looks(fresh, [5, 'cause'], [7, 'well'], [20, 'cause'], [22, 'well'], [60, 'well'])).toEqual({
      said: [],
      watched: { turn: 1, gone: true },
    });
  });

  it('tells its cause from a check of its own that is not well', () => {
    expect(looks(fresh, [5, 'check'], [7, 'cause'], [9, 'check'], [11, 'check']).said).toEqual(['11: check']);
  });

  it('that could not look says nothing, and forgets nothing', () => {
    expect(looks(fresh, [5, 'unseen'], [20, 'unseen'], [60, 'unseen'])).toEqual({
      said: [],
      watched: { turn: 1, gone: true },
    });
    expect(looks(fresh, [5, 'cause'], [7, 'unseen'], [9, 'cause']).said).toEqual(['9: cause']);
  });

  it('what was never seen to be gone does not come back, until it was gone', () => {
    const never: Watched = { turn: 1, gone: false };

    expect(looks(never, [5, 'cause'], [20, 'cause'], [60, 'cause']).said).toEqual([]);
    expect(looks(never, [5, 'well'], [20, 'cause'], [22, 'cause']).said).toEqual(['22: cause']);
  });

  it('makes no look later than a quarter of an hour after the hour', () => {
    expect(looks(fresh, [60, 'cause'], [62, 'unseen']).watched.due).toBe(due(64));
    expect(looks(fresh, [60, 'cause'], [74, 'unseen']).watched.due).toBeUndefined();
  });
});
