import { z } from 'zod';
import { Secret } from '../kernel/secret.ts';
import { privateKeyForm } from '../kernel/signing.ts';

/** Settings that do not belong together in one process: see `mayReadTargets` and `mayReadSlack`. */
export const roles = ['all', 'bot', 'worker', 'scheduler', 'alerts', 'migration', 'command-line'] as const;

export type Role = (typeof roles)[number];

/** Roles of processes that run until they are stopped. */
export type ProcessRole = Exclude<Role, 'migration' | 'command-line'>;

/** Those that stand on the whole store; who receives alerts only adds them. */
export type FullRole = Exclude<ProcessRole, 'alerts'>;

/** Credentials of the systems under diagnosis. */
export function mayReadTargets(role: Role): boolean {
  return role === 'all' || role === 'worker' || role === 'command-line';
}

/** Slack's tokens; the command line needs them for `doctor` alone. */
export function mayReadSlack(role: Role): boolean {
  return role === 'all' || role === 'bot' || role === 'command-line';
}

/** The secrets of alerts: for the process that receives alerts. */
export function mayReadAlerts(role: Role): boolean {
  return role === 'all' || role === 'alerts';
}

/** Whether this process may issue and check personal tokens: it decides about fixes. */
export function mayReadTokens(role: Role): boolean {
  return role === 'all' || role === 'bot';
}

export const secret = (description: string) =>
  z
    .string()
    .min(1)
    .transform((value) => new Secret(value))
    .meta({ description, secret: true });

/** Shorter keys can be guessed by trying (RFC 2104, section 3: no shorter than the hash). */
export const leastKeyBytes = 32;

/** A key of an HMAC. */
const key = (description: string) =>
  secret(description).refine(
    (value) => Buffer.byteLength(value.reveal()) >= leastKeyBytes,
    `must have at least ${leastKeyBytes} bytes; \`openssl rand -hex 32\` makes one`,
  );

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
    .enum(['all', 'bot', 'worker', 'scheduler', 'alerts', 'migration'])
    .default('all')
    .meta({ description: 'Role of this process; `--role` overrides it.' }),
  AETHERIUS_ENVIRONMENTS: commaSeparated.exactOptional().meta({
    description:
      'Environments that a worker serves, separated by commas; `--env` overrides it; default: all.',
  }),
  AETHERIUS_SELF_UIDS: commaSeparated.exactOptional().meta({
    description: 'UIDs of this Pod and its owners, separated by commas; a fix may never change them.',
  }),
  AETHERIUS_SELF_NAMESPACE: z.string().min(1).exactOptional().meta({
    description: 'Namespace of this Pod, with the two below.',
  }),
  AETHERIUS_SELF_POD: z.string().min(1).exactOptional().meta({
    description: 'Name of this Pod; a fix may never change what owns it, which the API tells.',
  }),
  AETHERIUS_SELF_RELEASE: z.string().min(1).exactOptional().meta({
    description: 'Helm release of the bot; a fix may never change what carries its label in that namespace.',
  }),
  AETHERIUS_SELF_PROJECT: z.string().min(1).exactOptional().meta({
    description: 'Compose project that the bot is part of; a fix may never change its containers.',
  }),
  AETHERIUS_URL: z
    .url({ protocol: /^https?$/ })
    .exactOptional()
    .meta({ description: 'Where the bot answers the command line; see CLI_PORT.' }),
  AETHERIUS_TOKEN: secret(
    'Personal token of the person at the command line, from `/aetherius token`.',
  ).exactOptional(),
  AETHERIUS_IMAGE: z.string().min(1).exactOptional().meta({
    description:
      'Image that this container runs, for `aetherius doctor`; the chart and the Compose file set it.',
  }),
  KUBECONFIG: z.string().exactOptional().meta({
    description:
      'Kubeconfigs for environments without a `kubeconfig`, separated by colons as for kubectl; default: `~/.kube/config`, otherwise the Pod’s service account.',
  }),
  DATABASE_URL: secret(
    'The bot’s own PostgreSQL; TLS with sslmode, sslrootcert, sslcert and sslkey in the URL.',
  ).exactOptional(),
  DATABASE_DIRECT_URL: secret(
    'The same database past a pooler, for notifications and migrations; without it PostgreSQL is polled behind one that pools transactions.',
  ).exactOptional(),
  DATABASE_MIGRATION_URL: secret(
    'The same database with the login that owns its tables, for migrations; default: DATABASE_DIRECT_URL, or DATABASE_URL.',
  ).exactOptional(),
  DATABASE_TLS_MODE: z.enum(['disable', 'require', 'verify-ca', 'verify-full']).exactOptional().meta({
    description:
      'TLS of that connection, instead of sslmode; `require` does not verify the server’s identity.',
  }),
  DATABASE_CA_FILE: z.string().exactOptional().meta({ description: 'Certificate authority, PEM file.' }),
  DATABASE_CERT_FILE: z.string().exactOptional().meta({ description: 'Client certificate, PEM file.' }),
  DATABASE_KEY_FILE: z.string().exactOptional().meta({ description: 'Private key of it, PEM file.' }),
  ANCHOR_DATABASE_URL: secret(
    'A second PostgreSQL that keeps heads of the audit log; the scheduler’s login adds there, those of bot and workers only read.',
  ).exactOptional(),
  ANCHOR_S3_ACCESS_KEY_ID: secret(
    'Access key of the S3 store with heads of the audit log; the scheduler’s may put and list, that of bot and workers only list.',
  ).exactOptional(),
  ANCHOR_S3_SECRET_ACCESS_KEY: secret('The secret of that access key.').exactOptional(),
  REDIS_URL: secret(
    'The bot’s own Redis: redis://, rediss://, redis+sentinel://user:password@host:port,host:port/master?db=0 or redis+cluster://host:port,host:port.',
  ).exactOptional(),
  SLACK_BOT_TOKEN: secret('Bot token, xoxb-…').exactOptional(),
  SLACK_APP_TOKEN: secret('App-level token for Socket Mode, xapp-…').exactOptional(),
  SLACK_SIGNING_SECRET: secret('Signing secret, for HTTP instead of Socket Mode.').exactOptional(),
  SLACK_OLD_SIGNING_SECRET: secret(
    'The former signing secret, accepted beside the new one while it is being changed.',
  ).exactOptional(),
  PAGE_WEBHOOK_URL: secret(
    'Where pages are posted as JSON when `approvals.notify.page` is on; only the bot role reads it.',
  ).exactOptional(),
  SLACK_API_URL: z
    .string()
    .exactOptional()
    .meta({ description: 'Another root URL of the Web API, for emulators and proxies.' }),
  HOST: z
    .string()
    .default('127.0.0.1')
    .meta({ description: 'Address to listen on, of PORT, CLI_PORT and ALERTS_PORT.' }),
  STATUS_HOST: z.string().min(1).exactOptional().meta({
    description: 'Address to listen on, of STATUS_PORT; default: HOST.',
  }),
  PORT: port.default(3000).meta({ description: 'Port for Slack’s requests in HTTP mode.' }),
  STATUS_PORT: port
    .default(9090)
    .meta({ description: 'Port of /healthz, /readyz and /metrics; 0 takes a free port.' }),
  METRICS_TOKEN: secret(
    '/metrics answers to `Authorization: Bearer` with this token; without one it answers on loopback alone.',
  ).exactOptional(),
  CLI_PORT: port.exactOptional().meta({
    description:
      'Port at which the bot answers the command line, on HOST, with TOKEN_KEY; 0 takes a free port; off by default.',
  }),
  ALERTS_PORT: port.exactOptional().meta({
    description:
      'Port at which alerts arrive, on HOST; 0 takes a free port. Role `alerts` needs it; one process with all roles receives alerts only with it.',
  }),
  LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'silent'])
    .default('info')
    .meta({ description: 'Lowest level that is logged.' }),
  SHUTDOWN_GRACE_MS: z.coerce.number().int().positive().default(20_000).meta({
    description: 'Timeout for a graceful stop, in milliseconds; keep it below the Pod’s grace period.',
  }),
  AUDIT_KEY: key(
    'Key of the audit log’s HMAC, at least 32 bytes; keep it out of the database.',
  ).exactOptional(),
  AUDIT_KEY_ID: z.string().default('k1').meta({ description: 'Name of that key, stored with every row.' }),
  AUDIT_OLD_KEYS: secret('Former keys for verification, `id=key` separated by commas.').exactOptional(),
  SIGNING_KEY: secret(
    'Private key with which this process signs what it writes; its public key stands under `signing` in the configuration.',
  )
    .refine(
      (value) => privateKeyForm.test(value.reveal()),
      'must be a private key (aetherius-sign-…) that `aetherius-bot --make-signing-key` has printed',
    )
    .exactOptional(),
  TOKEN_KEY: key(
    'Key of the digests of personal tokens, at least 32 bytes; only the bot process has it.',
  ).exactOptional(),
  TOKEN_OLD_KEYS: secret(
    'Former ones, separated by commas; tokens issued under them stay valid.',
  ).exactOptional(),
});

export type ProcessEnv = z.output<typeof ProcessEnv>;
