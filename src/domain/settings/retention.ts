import { z } from 'zod';
import { Duration } from '../fix/policy.ts';

const dayMs = 24 * 60 * 60_000;

/** How long something is kept; `least` days, because something still needs it until then. */
const kept = (fallback: string, least: number, description: string) =>
  Duration.refine((ms) => ms >= least * dayMs, `must be at least ${least}d`)
    .prefault(fallback)
    .meta({ description: `${description} At least \`${least}d\`.` });

/** How long what the bot stores is kept, by kind; in milliseconds once it is read. */
export const Retention = z
  .strictObject({
    runs: kept('90d', 14, 'Health checks, diagnoses and digests, with what each probe saw.'),
    messages: kept('90d', 14, 'Where our messages stand in Slack; a thread goes as a whole.'),
    buttons: kept('30d', 2, 'Buttons, counted from the end of their validity.'),
    inbox: kept('2d', 1, 'Deliveries of Slack that were accepted; each is taken once.'),
    outbox: kept('7d', 1, 'What was sent to Slack; what could not be sent stays four times as long.'),
    uploads: kept('2d', 1, 'Files that were sent to Slack, such as reports.'),
    bundles: kept('2d', 1, 'Bundles on their way from a worker to Slack; each goes as soon as Slack has it.'),
    inventories: kept('30d', 2, 'What workers found of each environment; the last of each stays.'),
    alerts: kept('30d', 2, 'Alerts that arrived, and which message told of them.'),
    typed: kept(
      '400d',
      30,
      'What people have typed: reasons, notes of follow-ups, names of tokens. The record holds without it.',
    ),
  })
  .meta({
    description:
      'How long the bot keeps what it stores ([what is never removed](../guides/operate.md#what-is-kept-and-for-how-long)).',
  });
