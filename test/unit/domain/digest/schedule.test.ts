import { describe, expect, it } from 'vitest';
import { firstCatchUpMs, isToServe, lateAfterMs, timeOfDay } from '../../../../src/domain/digest/schedule.ts';

const due = { localDate: '2026-11-26', dueAt: new Date('2026-11-26T09:00:00Z') };
const serve = (now: string, more: { readonly latestDate?: string; readonly changedAt?: Date } = {}) =>
  isToServe({ due, now: new Date(now), ...more });

describe('a digest that is due', () => {
  it('is served unless one of that day or a later one exists', () => {
    const now = '2026-11-26T23:00:00Z';

    expect(serve(now, { latestDate: '2026-11-25' })).toBe(true);
    expect(serve(now, { latestDate: '2026-11-26' })).toBe(false);
    expect(serve(now, { latestDate: '2026-11-27' })).toBe(false);
  });

  it('is caught up for an hour and no longer in a channel that never had one', () => {
    expect(firstCatchUpMs).toBe(3_600_000);
    expect(serve('2026-11-26T09:00:00Z')).toBe(true);
    expect(serve('2026-11-26T10:00:00Z')).toBe(true);
    expect(serve('2026-11-26T10:00:01Z')).toBe(false);
  });

  it('is not served when it was due before the schedule was changed, or at that moment', () => {
    const changed = (changedAt: string) =>
      serve('2026-11-26T09:30:00Z', { changedAt: new Date(changedAt), latestDate: '2026-11-25' });

    expect(changed('2026-11-26T08:59:59Z')).toBe(true);
    expect(changed('2026-11-26T09:00:00Z')).toBe(false);
    expect(changed('2026-11-26T09:00:01Z')).toBe(false);
  });

  it('says that it is late after ten minutes', () => {
    expect(lateAfterMs).toBe(600_000);
  });
});

it.each<[string, boolean]>([
  ...(['00:00', '09:05', '19:59', '20:00', '23:59'] as const).map(
    (text) => [text, true] as [string, boolean],
  ),
  ...(['24:00', '9:05', '09:60', '09:5', '0x:00', 'x09:05', '09:05x', '30:00', '09-05', ''] as const).map(
    (text) => [text, false] as [string, boolean],
  ),
])('"%s" is a time of day: %s', (text, expected) => {
  expect(timeOfDay.test(text)).toBe(expected);
});
