import { z } from 'zod';
import { Approvals } from '../fix/policy.ts';
import { Environment } from './environment.ts';
import { Redaction } from './redaction.ts';
import { SlackSettings } from './slack.ts';

/**
 * The whole configuration file. Every field carries its description (`.meta`), from which the reference and the list of
 * fields to hide in logs are made; `{secret: true}` marks what must never be printed. `Config` is what the loader
 * returns after every reference has got its resolver.
 */
export const ConfigFile = z.strictObject({
  environments: z
    .record(z.string(), Environment)
    .refine((all) => Object.keys(all).length > 0, 'needs at least one environment')
    .meta({ description: 'The installations that the bot checks, by name.' }),
  slack: SlackSettings.prefault({}),
  approvals: Approvals,
  redaction: Redaction.prefault({}),
});

export type Config = z.output<typeof ConfigFile>;
