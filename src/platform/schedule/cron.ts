import { Cron } from 'croner';
import type { NextCron } from '../../domain/fix/policy.ts';

/** Five-field cron expressions in a time zone, with daylight saving resolved by croner. */
export const nextCron: NextCron = (cron, timezone, after) =>
  new Cron(cron, { timezone, mode: '5-part' }).nextRun(after);
