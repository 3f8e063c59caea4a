import { z } from 'zod';
import { Approvals } from '../fix/policy.ts';
import { LazySecret, Secret } from '../kernel/secret.ts';
import { serviceIds } from '../platform/part.ts';
import {
  EnvReference,
  FileReference,
  KubernetesReference,
  secretValue,
  toLazySecret,
} from './secret-schema.ts';

/**
 * The configuration file. Every field carries its description (`.meta`), from which the reference and the
 * list of fields to hide in logs are made; `{secret: true}` marks what must never be printed.
 */
/** True for a URL that carries a password (or a token as its user). */
function carriesPassword(url: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*@/i.test(url) && !/^[a-z][a-z0-9+.-]*:\/\/[^/?#:@]*@/i.test(url);
}

/** Query parameters in which connection strings carry credentials. */
const secretParameter = /[?&](password|passwd|pwd|token|secret|api_?key|access_?key|sslpassword|authtoken)=/i;

function plainUrl(protocols: readonly string[]) {
  const shape = new RegExp(`^(${protocols.join('|')})://[^\\s]+$`);
  return z
    .string()
    .regex(shape, `must be a URL that begins with ${protocols.map((p) => `${p}://`).join(' or ')}`)
    .refine((url) => !carriesPassword(url) && !secretParameter.test(url), {
      error:
        'must not carry a password; use {env: NAME}, {file: path} or {secret: {namespace, name, key}} for the whole URL',
    });
}

const secretUrl = (protocols: readonly string[], description: string) =>
  z
    .union([plainUrl(protocols), EnvReference, FileReference, KubernetesReference], {
      error: `must be a URL (${protocols.join(', ')}) without a password, or a reference {env}, {file}, {secret}`,
    })
    .transform(toLazySecret)
    .meta({ description, secret: true });

export const Tls = z
  .strictObject({
    mode: z.enum(['disable', 'require', 'verify-ca', 'verify-full']).default('verify-full').meta({
      description: 'How far the server is checked; `require` encrypts without checking who answers.',
    }),
    ca: secretValue('Certificate authority, PEM.').exactOptional(),
    cert: secretValue('Client certificate, PEM.').exactOptional(),
    key: secretValue('Private key of the client certificate, PEM.').exactOptional(),
    servername: z
      .string()
      .exactOptional()
      .meta({ description: 'Name to check when it differs from the address.' }),
  })
  .meta({ description: 'TLS of the connection.' });
export type Tls = z.output<typeof Tls>;

const HostPort = z
  .string()
  .regex(/^(\[[0-9a-f:]+\]|[^\s:@/]+):\d{1,5}$/i, 'must be host:port')
  .transform((text) => {
    const colon = text.lastIndexOf(':');
    return { host: text.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(text.slice(colon + 1)) };
  });

const Redis = z
  .strictObject({
    url: secretUrl(['redis', 'rediss'], 'One server: `redis://` or, with TLS, `rediss://`.').exactOptional(),
    sentinels: z.array(HostPort).min(1).exactOptional().meta({ description: 'Sentinels, `host:port` each.' }),
    name: z.string().min(1).exactOptional().meta({ description: 'Name of the master the Sentinels watch.' }),
    cluster: z
      .array(HostPort)
      .min(1)
      .exactOptional()
      .meta({ description: 'Some nodes of a cluster, `host:port` each.' }),
    username: z.string().exactOptional().meta({ description: 'ACL user, for Sentinel and Cluster.' }),
    password: secretValue('Password, for Sentinel and Cluster.').exactOptional(),
    sentinelPassword: secretValue('Password of the Sentinels themselves.').exactOptional(),
    db: z.int().min(0).exactOptional().meta({ description: 'Database number; not with Cluster.' }),
    tls: Tls.exactOptional(),
  })
  .meta({ description: 'Exactly one of `url`, `sentinels` (with `name`) or `cluster`.' });

export type HostPort = z.output<typeof HostPort>;

/** The three ways to reach a Redis. */
export type RedisConnection =
  | { readonly kind: 'single'; readonly url: LazySecret; readonly tls?: Tls }
  | {
      readonly kind: 'sentinel';
      readonly sentinels: readonly HostPort[];
      readonly name: string;
      readonly username?: string;
      readonly password?: LazySecret;
      readonly sentinelPassword?: LazySecret;
      readonly db?: number;
      readonly tls?: Tls;
    }
  | {
      readonly kind: 'cluster';
      readonly nodes: readonly HostPort[];
      readonly username?: string;
      readonly password?: LazySecret;
      readonly tls?: Tls;
    };

/** Which of the three is set is checked by the loader, which reports it beside every other fault. */
function toRedisConnection(redis: z.output<typeof Redis>): RedisConnection {
  const { username, password, tls } = redis;
  const login = {
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(tls === undefined ? {} : { tls }),
  };
  if (redis.cluster !== undefined) return { kind: 'cluster', nodes: redis.cluster, ...login };
  if (redis.sentinels !== undefined) {
    return {
      kind: 'sentinel',
      sentinels: redis.sentinels,
      name: redis.name ?? '',
      ...login,
      ...(redis.sentinelPassword === undefined ? {} : { sentinelPassword: redis.sentinelPassword }),
      ...(redis.db === undefined ? {} : { db: redis.db }),
    };
  }
  const url = redis.url ?? new LazySecret({ kind: 'literal', value: '' });
  return { kind: 'single', url, ...(tls === undefined ? {} : { tls }) };
}

const Runtime = z
  .discriminatedUnion('kind', [
    z
      .strictObject({
        kind: z.literal('kubernetes'),
        namespace: z.string().min(1).default('aetherius').meta({ description: 'Where the platform runs.' }),
        agentNamespace: z
          .string()
          .min(1)
          .default('kube-system')
          .meta({ description: 'Where the collect agents run.' }),
        kubeconfig: z.string().exactOptional().meta({
          description: 'Path of a kubeconfig; without it the Pod’s service account, else `~/.kube/config`.',
        }),
        context: z.string().exactOptional().meta({ description: 'Context of the kubeconfig.' }),
        debugImage: z.string().regex(/^\S+$/, 'must be the name of an image').exactOptional().meta({
          description:
            'Image with `sh`, `wget` and `nslookup`, such as `registry.example/busybox:1.36`. With it, a check of the network from a container that lacks these tools adds a debug container to that Pod ([what that means](../guides/operate.md#containers-without-tools)); without it nothing is added.',
        }),
      })
      .meta({ description: 'The platform runs on Kubernetes.' }),
    z
      .strictObject({
        kind: z.literal('compose'),
        project: z.string().min(1).default('aetherius').meta({ description: 'Compose project.' }),
        socket: z
          .string()
          .default('/var/run/docker.sock')
          .meta({ description: 'Socket of the Docker engine.' }),
      })
      .meta({ description: 'The platform runs in Docker Compose.' }),
    z.strictObject({ kind: z.literal('none') }).meta({ description: 'No runtime can be looked at.' }),
  ])
  .meta({ description: 'What carries the platform.' });

export const defaultHealthPaths = ['/health', '/health/live', '/health/ready', '/health/status'] as const;

const Service = z.strictObject({
  url: plainUrl(['http', 'https']).meta({ description: 'Root of the service, as the worker reaches it.' }),
  healthPaths: z
    .array(z.string().regex(/^\//, 'must begin with /'))
    .min(1)
    .default([...defaultHealthPaths])
    .meta({ description: 'Tried in turn until one does not answer 404.' }),
});

const Postgres = z
  .strictObject({
    url: secretUrl(
      ['postgres', 'postgresql'],
      'Server and credentials; the database of the URL is not used.',
    ),
    databases: z
      .strictObject({
        agentManager: z.string().min(1).exactOptional().meta({ description: 'Database of agent-manager.' }),
        orchestrator: z
          .string()
          .min(1)
          .exactOptional()
          .meta({ description: 'Database of orchestrator-service.' }),
      })
      .default({ agentManager: 'agent_manager', orchestrator: 'orchestrator' })
      .meta({ description: 'Names of the two databases.' }),
    tls: Tls.exactOptional(),
  })
  .meta({ description: 'PostgreSQL of the platform.' });

const Nats = z
  .strictObject({
    url: secretUrl(['nats', 'tls', 'ws', 'wss'], 'Client address.'),
    monitorUrl: plainUrl(['http', 'https'])
      .exactOptional()
      .meta({ description: 'Monitoring address (port 8222).' }),
    user: z.string().exactOptional().meta({ description: 'User name, when the URL has none.' }),
    password: secretValue('Password of that user.').exactOptional(),
    token: secretValue('Token, instead of user and password.').exactOptional(),
    tls: Tls.exactOptional(),
  })
  .meta({ description: 'NATS of the platform.' });

const Neo4j = z
  .strictObject({
    url: secretUrl(['bolt', 'bolt\\+s', 'bolt\\+ssc', 'neo4j', 'neo4j\\+s', 'neo4j\\+ssc'], 'Bolt address.'),
    user: z.string().default('neo4j').meta({ description: 'User name.' }),
    password: secretValue('Password of that user.').exactOptional(),
    database: z.string().exactOptional().meta({ description: 'Database; without it the server’s default.' }),
    tls: Tls.exactOptional(),
  })
  .meta({ description: 'Neo4j of the platform.' });

const threshold = (value: number, description: string) =>
  z.number().positive().default(value).meta({ description });

/** Where a number begins to be a finding. */
export const Thresholds = z
  .strictObject({
    httpSlowMs: threshold(2_000, 'A health answer slower than this makes a service degraded.'),
    postgresSlowMs: threshold(500, 'A `SELECT 1` slower than this makes PostgreSQL degraded.'),
    redisSlowMs: threshold(200, 'A PING slower than this makes Redis degraded.'),
    natsSlowMs: threshold(500, 'A round trip slower than this makes NATS degraded.'),
    neo4jSlowMs: threshold(2_000, 'A Bolt handshake slower than this makes Neo4j degraded.'),
    postgresConnectionsPercent: threshold(80, 'Share of `max_connections` in use that is a finding.'),
    idleInTransactionSeconds: threshold(300, 'Age from which an idle transaction counts as leaked.'),
    redisMemoryPercent: threshold(90, 'Share of `maxmemory` in use that is a finding.'),
    redisHitRatePercent: threshold(50, 'A hit rate below this is a finding.'),
    natsPendingBytes: threshold(8_388_608, 'Pending bytes from which a consumer counts as slow.'),
    agentHeartbeatSeconds: threshold(120, 'A collect agent silent for longer counts as lost.'),
    podRestarts: threshold(3, 'Restarts within the last hour that are a finding.'),
  })
  .meta({ description: 'Where a number begins to be a finding.' });
export type Thresholds = z.output<typeof Thresholds>;

const Environment = z
  .strictObject({
    runtime: Runtime,
    services: z
      .partialRecord(z.enum(serviceIds), Service)
      .default({})
      .meta({ description: 'The platform’s own services; one left out is "not configured".' }),
    postgres: Postgres.exactOptional(),
    redis: Redis.transform(toRedisConnection).exactOptional(),
    nats: Nats.exactOptional(),
    neo4j: Neo4j.exactOptional(),
    thresholds: Thresholds.prefault({}),
  })
  .meta({ description: 'One Aetherius installation.' });

const DigestTime = z
  .strictObject({
    at: z
      .string()
      .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time of day, HH:MM')
      .meta({ description: 'Time of day.' }),
    timezone: z
      .string()
      .refine(isTimezone, 'must be an IANA time zone, such as Asia/Shanghai')
      .meta({ description: 'IANA time zone of that time.' }),
  })
  .meta({ description: 'Daily digest of the channel; without it there is none until `digest on`.' });

function isTimezone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

const language = z.enum(['en', 'zh-CN']);

const Channel = z.strictObject({
  environment: z
    .string()
    .exactOptional()
    .meta({ description: 'Environment meant when a command names none.' }),
  language: language.default('en').meta({ description: 'Language of shared messages.' }),
  digest: DigestTime.exactOptional(),
});

const SlackSettings = z
  .strictObject({
    defaultEnvironment: z
      .string()
      .exactOptional()
      .meta({ description: 'Environment meant when neither the command nor the channel names one.' }),
    channels: z
      .record(z.string().regex(/^[CGD][A-Z0-9]{2,}$/, 'must be a channel id, such as C0INC'), Channel)
      .default({})
      .meta({ description: 'Settings by channel id.' }),
  })
  .meta({ description: 'How the bot behaves in Slack.' });

/** The whole file. `Config` is what the loader returns after every reference has got its resolver. */
export const ConfigFile = z.strictObject({
  environments: z
    .record(z.string(), Environment)
    .refine((all) => Object.keys(all).length > 0, 'needs at least one environment')
    .meta({ description: 'The installations to look after, by name.' }),
  slack: SlackSettings.prefault({}),
  approvals: Approvals,
});

export type Config = z.output<typeof ConfigFile>;
export type EnvironmentConfig = z.output<typeof Environment>;
export type RuntimeConfig = z.output<typeof Runtime>;
export type PostgresConfig = z.output<typeof Postgres>;
export type NatsConfig = z.output<typeof Nats>;
export type Neo4jConfig = z.output<typeof Neo4j>;
export type ServiceConfig = z.output<typeof Service>;
export type SlackConfig = z.output<typeof SlackSettings>;
export type ChannelConfig = z.output<typeof Channel>;

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

const secret = (description: string) =>
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

const port = z.coerce.number().int().min(0).max(65_535);

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
