import { z } from 'zod';
import { Secret } from '../kernel/secret.ts';

/** Settings that do not belong together in one process: see `mayReadTargets` and `mayReadSlack`. */
export const roles = ['all', 'bot', 'worker', 'scheduler', 'command-line'] as const;

export type Role = (typeof roles)[number];

/** Credentials of the systems under diagnosis. */
export function mayReadTargets(role: Role): boolean {
  return role === 'all' || role === 'worker' || role === 'command-line';
}

/** Slack's tokens; the command line needs them for `doctor` alone. */
export function mayReadSlack(role: Role): boolean {
  return role === 'all' || role === 'bot' || role === 'command-line';
}

export const secret = (description: string) =>
  z
    .string()
    .min(1)
    .transform((value) => new Secret(value))
    .meta({ description, secret: true });

const commaSeparated = z.string().transform((text) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== ''),
);

export const port = z.coerce.number().int().min(0).max(65_535);

/** The process environment. */
export const ProcessEnv = z.object({
  AETHERIUS_CONFIG: z
    .string()
    .default('aetherius.yaml')
    .meta({ description: 'Path of the configuration file.' }),
  AETHERIUS_ROLE: z
    .enum(['all', 'bot', 'worker', 'scheduler'])
    .default('all')
    .meta({ description: 'Role of this process; `--role` wins.' }),
  AETHERIUS_ENVIRONMENTS: commaSeparated
    .exactOptional()
    .meta({ description: 'Environments a worker serves, separated by commas; `--env` wins; default all.' }),
  AETHERIUS_SELF_UIDS: commaSeparated.exactOptional().meta({
    description: 'UIDs of this Pod and its owners, separated by commas: no fix may have them as its target.',
  }),
  AETHERIUS_TOKEN: secret('Personal token of whoever uses the command line to decide.').exactOptional(),
  KUBECONFIG: z.string().exactOptional().meta({
    description:
      'Kubeconfigs for environments that name none, as kubectl takes them: several separated by colons; default `~/.kube/config`, else the Pod’s service account.',
  }),
  DATABASE_URL: secret(
    'The bot’s own PostgreSQL; TLS with sslmode, sslrootcert, sslcert and sslkey in the URL.',
  ).exactOptional(),
  DATABASE_MIGRATION_URL: secret(
    'The same database as the owner of its tables, who migrates; default DATABASE_URL.',
  ).exactOptional(),
  DATABASE_TLS_MODE: z
    .enum(['disable', 'require', 'verify-ca', 'verify-full'])
    .exactOptional()
    .meta({ description: 'TLS towards it, instead of sslmode; `require` does not check who answers.' }),
  DATABASE_CA_FILE: z.string().exactOptional().meta({ description: 'Certificate authority, PEM file.' }),
  DATABASE_CERT_FILE: z.string().exactOptional().meta({ description: 'Client certificate, PEM file.' }),
  DATABASE_KEY_FILE: z.string().exactOptional().meta({ description: 'Private key of it, PEM file.' }),
  REDIS_URL: secret(
    'The bot’s own Redis: redis://, rediss://, redis+sentinel://user:password@host:port,host:port/master?db=0 or redis+cluster://host:port,host:port.',
  ).exactOptional(),
  SLACK_BOT_TOKEN: secret('Bot token, xoxb-…').exactOptional(),
  SLACK_APP_TOKEN: secret('App-level token for Socket Mode, xapp-…').exactOptional(),
  SLACK_SIGNING_SECRET: secret('Signing secret, for HTTP instead of Socket Mode.').exactOptional(),
  SLACK_API_URL: z
    .string()
    .exactOptional()
    .meta({ description: 'Other root of the Web API, for emulators and proxies.' }),
  HOST: z.string().default('127.0.0.1').meta({ description: 'Address to listen on.' }),
  PORT: port.default(3000).meta({ description: 'Port for Slack’s requests in HTTP mode.' }),
  STATUS_PORT: port
    .default(9090)
    .meta({ description: 'Port of /healthz, /readyz and /metrics; 0 takes a free one.' }),
  LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'silent'])
    .default('info')
    .meta({ description: 'Least level that is logged.' }),
  SHUTDOWN_GRACE_MS: z.coerce
    .number()
    .int()
    .positive()
    .default(20_000)
    .meta({ description: 'Budget for a graceful stop; keep it below the Pod’s grace period.' }),
  AUDIT_KEY: secret(
    'Key of the audit trail’s HMAC, at least 32 characters; the database must not know it.',
  ).exactOptional(),
  AUDIT_KEY_ID: z.string().default('k1').meta({ description: 'Name of that key, stored with every row.' }),
  AUDIT_OLD_KEYS: secret('Former keys for verification, `id=key` separated by commas.').exactOptional(),
});

export type ProcessEnv = z.output<typeof ProcessEnv>;
