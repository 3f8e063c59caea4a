import { Cron } from 'croner';
import type { NextCron } from '../../domain/fix/policy.ts';

/** Five-field cron expressions in a time zone, with daylight saving resolved by croner. */
export const nextCron: NextCron = (cron, timezone, after) =>
  new Cron(cron, { timezone, mode: '5-part' }).nextRun(after);

/** What is wrong with an expression, as the library that will run it says; undefined when it will fire again. */
export function cronFault(cron: string, timezone: string): string | undefined {
  try {
    return nextCron(cron, timezone, new Date()) === null ? 'never comes' : undefined;
  } catch (error) {
    const why = error instanceof Error ? error.message.replace(/^CronPattern: /, '') : 'it cannot be read';
    return `is no cron expression: ${why}`;
  }
}
