/** A time of day in a time zone. */
export interface DailyTime {
  /** `HH:MM`, 24 hours. */
  readonly at: string;
  /** IANA zone. */
  readonly timezone: string;
}

export interface Due {
  /** ISO date in the zone: it makes a daily job happen once a day, even when clocks change. */
  readonly localDate: string;
  readonly dueAt: Date;
}

/**
 * Due times of a daily schedule. On the day on which clocks jump over the time it is an hour later (02:30
 * becomes 03:30); on the day on which the time comes twice, the first one counts.
 */
export interface DailySchedule {
  /** The last due time at or before `now`. */
  latest(time: DailyTime, now: Date): Due;
  /** The first one after `now`. */
  next(time: DailyTime, now: Date): Due;
}

export const timeOfDay = /^([01]\d|2[0-3]):[0-5]\d$/;

/** Later than this after its due time a digest says that it is late. */
export const lateAfterMs = 10 * 60_000;
/** A channel's very first digest is not caught up for longer than this. */
export const firstCatchUpMs = 60 * 60_000;

/**
 * Whether the latest due time is still to be served: nothing of that day or a later one exists, and it was
 * due while the schedule was in force. `firstCatchUpMs` bounds how far back a channel without any history goes.
 */
export function isToServe(input: {
  readonly due: Due;
  readonly now: Date;
  /** Local date of the channel's newest digest. */
  readonly latestDate?: string;
  /** When the schedule was last changed from Slack. */
  readonly changedAt?: Date;
}): boolean {
  const { due, now, latestDate, changedAt } = input;
  if (changedAt !== undefined && due.dueAt <= changedAt) return false;
  if (latestDate === undefined) return now.getTime() - due.dueAt.getTime() <= firstCatchUpMs;
  return latestDate < due.localDate;
}
