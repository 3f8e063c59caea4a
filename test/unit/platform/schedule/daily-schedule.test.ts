import { describe, expect, test } from 'vitest';
import { type Due, isToServe } from '../../../../src/domain/digest/schedule.ts';
import { dailySchedule } from '../../../../src/platform/schedule/daily-schedule.ts';

const berlin = (at: string) => ({ at, timezone: 'Europe/Berlin' });
const show = ({ localDate, dueAt }: Due) => `${localDate} ${dueAt.toISOString()}`;

describe('due times', () => {
  test.each([
    ['just before', '2026-11-25T07:59:59Z', '2026-11-24 2026-11-24T08:00:00.000Z'],
    ['at the very moment', '2026-11-25T08:00:00Z', '2026-11-25 2026-11-25T08:00:00.000Z'],
    ['later that day', '2026-11-25T22:59:59Z', '2026-11-25 2026-11-25T08:00:00.000Z'],
    ['after local midnight', '2026-11-25T23:30:00Z', '2026-11-25 2026-11-25T08:00:00.000Z'],
  ])('the latest one, %s', (_when, now, due) => {
    expect(show(dailySchedule.latest(berlin('09:00'), new Date(now)))).toBe(due);
  });

  test('the local date is the channel’s, not that of UTC', () => {
    const shanghai = { at: '07:00', timezone: 'Asia/Shanghai' };

    expect(show(dailySchedule.latest(shanghai, new Date('2026-11-24T23:30:00Z')))).toBe(
      '2026-11-25 2026-11-24T23:00:00.000Z',
    );
  });

  test('the next one is today or tomorrow', () => {
    expect(show(dailySchedule.next(berlin('09:00'), new Date('2026-11-25T07:00:00Z')))).toBe(
      '2026-11-25 2026-11-25T08:00:00.000Z',
    );
    expect(show(dailySchedule.next(berlin('09:00'), new Date('2026-11-25T08:00:00Z')))).toBe(
      '2026-11-26 2026-11-26T08:00:00.000Z',
    );
  });

  test('a time that does not exist when clocks go forward comes an hour later, once', () => {
    const time = berlin('02:30');

    expect(show(dailySchedule.latest(time, new Date('2026-03-29T01:29:00Z')))).toBe(
      '2026-03-28 2026-03-28T01:30:00.000Z',
    );
    expect(show(dailySchedule.latest(time, new Date('2026-03-29T01:30:00Z')))).toBe(
      '2026-03-29 2026-03-29T01:30:00.000Z',
    );
    expect(show(dailySchedule.next(time, new Date('2026-03-29T01:30:00Z')))).toBe(
      '2026-03-30 2026-03-30T00:30:00.000Z',
    );
  });

  test('a time that comes twice when clocks go back counts once, at its first coming', () => {
    const time = berlin('02:30');

    for (const now of ['2026-10-25T00:30:00Z', '2026-10-25T01:30:00Z', '2026-10-25T12:00:00Z']) {
      expect(show(dailySchedule.latest(time, new Date(now)))).toBe('2026-10-25 2026-10-25T00:30:00.000Z');
    }
  });

  test.each(['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Shanghai'])(
    'every local day of a year has exactly one due time in %s',
    (timezone) => {
      for (const at of ['00:00', '01:30', '02:15', '23:59']) {
        const dates: string[] = [];
        let now = new Date('2026-01-01T12:00:00Z');
        for (let day = 0; day < 366; day += 1) {
          const due = dailySchedule.next({ at, timezone }, now);
          dates.push(due.localDate);
          expect(show(dailySchedule.latest({ at, timezone }, due.dueAt))).toBe(show(due));
          now = due.dueAt;
        }
        expect(new Set(dates).size).toBe(366);
        expect(dates).toEqual(dates.toSorted());
      }
    },
  );

  test('a time of day that is none is refused', () => {
    expect(() => dailySchedule.next({ at: '24:00', timezone: 'UTC' }, new Date())).toThrow(
      expect.objectContaining({ code: 'INVALID_INPUT' }),
    );
  });
});

describe('serving a due time', () => {
  const due = { localDate: '2026-11-25', dueAt: new Date('2026-11-25T08:00:00Z') };
  const at = (time: string) => new Date(`2026-11-25T${time}:00Z`);

  test.each([
    ['yesterday’s was made', { now: at('08:01'), latestDate: '2026-11-24' }, true],
    ['today’s was made', { now: at('08:01'), latestDate: '2026-11-25' }, false],
    ['a later one was made, in another zone', { now: at('08:01'), latestDate: '2026-11-26' }, false],
    ['the bot was away for days', { now: at('20:00'), latestDate: '2026-11-20' }, true],
    ['it is the first one and just due', { now: at('08:30') }, true],
    ['it is the first one and long over', { now: at('12:00') }, false],
    ['it was switched on after it was due', { now: at('08:30'), changedAt: at('08:10') }, false],
    ['it was switched on before it was due', { now: at('08:30'), changedAt: at('07:10') }, true],
    [
      'it was off for weeks and switched on after it was due',
      { now: at('15:01'), latestDate: '2026-11-01', changedAt: at('15:00') },
      false,
    ],
  ] as const)('%s', (_name, input, serve) => {
    expect(isToServe({ due, ...input })).toBe(serve);
  });
});
