import { z } from 'zod';
import { Approvals } from '../fix/policy.ts';
import { sha256 } from '../kernel/canonical.ts';
import { LazySecret } from '../kernel/secret.ts';
import { Environment } from './environment.ts';
import { Redaction } from './redaction.ts';
import { Retention } from './retention.ts';
import { Signing } from './signing.ts';
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
  retention: Retention.prefault({}),
  signing: Signing,
});

export type Config = z.output<typeof ConfigFile>;

/** Lower-case hex SHA-256 of all settings of a process; of a secret it is where it stands, and never its value. */
export function configDigest(config: Config): string {
  return sha256(JSON.stringify(withSources(config)));
}

function withSources(value: unknown): unknown {
  if (value instanceof LazySecret) return value.source();
  if (Array.isArray(value)) return value.map(withSources);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, item]) => [name, withSources(item)]),
  );
}
