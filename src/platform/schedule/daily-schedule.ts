import { DateTime } from 'luxon';
import { type DailySchedule, type DailyTime, type Due, timeOfDay } from '../../domain/digest/schedule.ts';
import { AppError } from '../../domain/kernel/errors.ts';

/** Due times with luxon, which resolves gaps and overlaps of daylight saving. */
export const dailySchedule: DailySchedule = {
  latest(time, now) {
    const local = DateTime.fromJSDate(now, { zone: time.timezone });
    const today = on(local, time);
    return today.dueAt <= now ? today : on(local.minus({ days: 1 }), time);
  },
  next(time, now) {
    const local = DateTime.fromJSDate(now, { zone: time.timezone });
    const today = on(local, time);
    return today.dueAt > now ? today : on(local.plus({ days: 1 }), time);
  },
};

function on(day: DateTime, { at, timezone }: DailyTime): Due {
  const localDate = day.toISODate();
  if (!timeOfDay.test(at) || localDate === null) {
    throw new AppError('INVALID_INPUT', 'no such time of day or zone', { facts: { at, timezone } });
  }
  const due = DateTime.fromISO(`${localDate}T${at}`, { zone: timezone });
  // Left alone luxon would pick one of two by the offset of today's season.
  const first = Math.min(...due.getPossibleOffsets().map((possible) => possible.toMillis()));
  return { localDate, dueAt: new Date(first) };
}
