import type { PartId } from '../platform/part.ts';
import type { Platform } from '../platform/platform.ts';
import { protocolPorts } from '../platform/table.ts';
import type { FindingCode } from '../probe/findings.ts';

/**
 * Lines that the platform, its stores and their drivers are known to write: what each means, and where to go on. One
 * table for logs, for errors that people paste, and for the probe that reads why a part does not start. What a line
 * says is the program's word; the causes that go with it are what a diagnosis has to confirm.
 */
export interface KnownLine {
  /** Its words are `log.known.<id>`. */
  readonly id: string;
  readonly pattern: RegExp;
  /** What it is about, where that is sure. */
  readonly part?: PartId;
  /** The finding of `runtime.startup-log` when this line ends the start of a part. */
  readonly atStart?: FindingCode;
  /** Causes of the catalogue that it speaks for, the likeliest first. */
  readonly causes: readonly string[];
  /** What to ask for, as somebody types it: `D1`, `H2 redis`. */
  readonly ask?: string;
  /** Words of a person may say the same and mean more: a pasted text is not settled by it. */
  readonly common?: true;
}

/** By what a line names a product: the name of it or of its driver, its port, its own codes. A word such as `sql` names none. */
const products = {
  postgres: [
    ...[
      'postgres',
      'pgx',
      'pgconn',
      'psycopg',
      'asyncpg',
      'libpq',
      'npgsql',
      'pgbouncer',
      'PSQLException',
      '\\bpq:',
    ],
    ...['\\bPG::', `\\bport "?${protocolPorts.postgres}\\b`, 'SQLSTATE:? ?08\\w{3}'],
  ],
  redis: ['redis', 'jedis', 'lettuce'],
  nats: ['\\bnats\\b', '\\bnats-'],
  neo4j: [
    'neo4j',
    '\\bbolt(?:\\+s{1,2}c?)?:\\/\\/',
    '\\bbolt (?:connection|server|driver)',
    'knowledge graph',
  ],
  others: [
    ...[
      'mysql',
      'mariadb',
      ':3306\\b',
      'sql ?server',
      'mssql',
      ':1433\\b',
      'ORA-\\d{5}',
      'oracle',
      ':1521\\b',
    ],
    ...[
      'mongo',
      ':27017\\b',
      'cassandra',
      ':9042\\b',
      'clickhouse',
      'elasticsearch',
      'opensearch',
      ':9200\\b',
    ],
    ...[
      'kafka',
      ':9092\\b',
      'rabbitmq',
      'amqp',
      ':5672\\b',
      '\\bs3\\b',
      'minio',
      'amazonaws',
      'etcd',
      ':2379\\b',
    ],
    ...[
      'sqlite',
      'memcache',
      ':11211\\b',
      'consul',
      '\\bvault\\b',
      '\\bldap',
      '\\bsmtp',
      'dynamodb',
      'influx',
      'cockroach',
    ],
  ],
} as const;
type Product = keyof typeof products;
const productNames = Object.keys(products) as readonly Product[];

/** A product is named, and then a failure, with no other product between: what stands nearest is meant. */
function failureOf(product: Product, port: number | undefined, failure: string): RegExp {
  const own = port === undefined ? [] : [`:${port}\\b`];
  const others = productNames.filter((name) => name !== product).flatMap((name) => products[name]);
  const between = `(?:(?!${others.join('|')})[^\\n])`;
  return new RegExp(`(?:${[...products[product], ...own].join('|')})${between}{0,400}?${failure}`, 'i');
}

/** Nothing but the word says what it is about: the database of whoever writes the line. */
const someDatabase = (failure: string): RegExp =>
  new RegExp(
    `^(?![^]{0,2000}(?:${productNames.flatMap((name) => products[name]).join('|')}))[^]{0,2000}?(?:` +
      `\\bdatabase\\b[^\\n]{0,120}(?:connection refused|no such host|i\\/o timeout|no route to host|cannot connect|failed to connect|failed to dial)|` +
      `\\b(?:connect\\w*|dial\\w*|ping\\w*|reach\\w*) (?:to |with )?(?:the |its |a )?database\\b[^\\n]{0,120}${failure})`,
    'i',
  );

const fails =
  '(?:connection refused|no such host|i\\/o timeout|deadline exceeded|no route to host|timed? ?out|cannot connect|failed to connect|failed to dial)';

/** Of a file of settings, as Go, Node and Python say it. */
const settingsFile = '\\.(?:ya?ml|json|toml|ini|conf|cfg|env|properties)\\b';
const notOpened = '(?:no such file or directory|permission denied|is a directory)';
const unopened = new RegExp(
  [
    `\\b(?:open|stat|read) \\S*${settingsFile}\\S*:? ${notOpened}`,
    `(?:ENOENT|EACCES|EISDIR|Errno \\d+)\\]?:? ${notOpened}.{0,20}\\S*${settingsFile}`,
    'Config File \\\\?"[^"]*" Not Found in',
  ].join('|'),
  'i',
);

/** The table for one installation. Order: the most specific first. */
export function knownLines({ parts }: Platform): readonly KnownLine[] {
  return [
    {
      id: 'port-in-use',
      pattern:
        /address already in use|EADDRINUSE|port is already allocated|bind:.*in use|only one usage of each socket address/i,
      atStart: 'STARTUP_PORT_IN_USE',
      causes: ['S1.c'],
      ask: 'S1',
    },
    // It lets no such connection in, which is no word about a password: an address, a user, a database, or no TLS.
    {
      id: 'database-not-admitted',
      pattern:
        /pg_hba\.conf|server does not support SSL, but SSL was required|The server does not support SSL connections|pq: SSL is not enabled on the server|server refused TLS connection/i,
      part: 'postgres',
      atStart: 'STARTUP_DATABASE_NOT_ADMITTED',
      causes: ['S1.a'],
      ask: 'S1',
      common: true,
    },
    {
      id: 'database-password',
      pattern:
        /password authentication failed|\b28P01\b|no password supplied|role \\?"[^"]*" does not exist/i,
      part: 'postgres',
      atStart: 'STARTUP_DATABASE_CREDENTIALS',
      causes: ['S1.a'],
      ask: 'S1',
      common: true,
    },
    {
      id: 'database-missing',
      pattern: /database \\?"[^"]*" does not exist|SQLSTATE 3D000|\b3D000\b/i,
      part: 'postgres',
      atStart: 'STARTUP_DATABASE_MISSING',
      causes: ['S1.i', 'M1.f'],
      ask: 'M1',
      common: true,
    },
    // Words of Redis itself, also when another program repeats them.
    {
      id: 'redis-password',
      pattern:
        /\bWRONGPASS\b|\bNOAUTH\b|invalid username-password pair|AUTH .* called without any password configured|client sent AUTH, but no password is set/i,
      part: 'redis',
      atStart: 'STARTUP_REDIS_CREDENTIALS',
      causes: ['S1.e'],
      ask: 'S1',
      common: true,
    },
    {
      id: 'redis-full',
      pattern: /OOM command not allowed when used memory/i,
      part: 'redis',
      atStart: 'STARTUP_REDIS_FULL',
      causes: ['D3.a', 'S1.f'],
      ask: 'D3',
    },
    // Go's database/sql and the SQLSTATEs of a relation or column that is absent or of another type.
    {
      id: 'row-unreadable',
      pattern:
        /\bScan error on column index\b|unsupported Scan, storing driver\.Value|can(?:no|')t scan .*into/i,
      part: 'postgres',
      atStart: 'STARTUP_ROW_UNREADABLE',
      causes: ['S1.h'],
      ask: 'S1',
      common: true,
    },
    {
      id: 'schema-wrong',
      pattern:
        /SQLSTATE (?:42P01|42703|42704|42804|42P07|42701)\b|(?:relation|column) \\?"[^"]*"(?: of relation \\?"[^"]*")? (?:does not exist|already exists)/i,
      part: 'postgres',
      atStart: 'STARTUP_SCHEMA_WRONG',
      causes: ['S1.h'],
      ask: 'S1',
      common: true,
    },
    // The file itself is not there, or may not be read: nothing is known of what stands in it.
    {
      id: 'file-unopened',
      pattern: unopened,
      atStart: 'STARTUP_FILE_UNOPENED',
      causes: [],
      ask: 'S1',
      common: true,
    },
    // Loggers and readers of YAML: the program has its file and cannot work with it.
    {
      id: 'config-refused',
      pattern:
        /no encoder (?:name specified|registered for name)|invalid log level|unrecognized level|failed to parse config(?:uration)?(?: file)?:|field \S+ not found in type|failed to read config(?:uration)? file|\byaml: (?:line \d+: |unmarshal errors|(?:did not|could not) find|mapping values)/i,
      atStart: 'STARTUP_CONFIG_REFUSED',
      causes: ['S1.g'],
      ask: 'S1',
      common: true,
    },
    {
      id: 'postgres-full',
      pattern:
        /sorry, too many clients already|remaining connection slots are reserved|too many connections for (?:role|database)|SQLSTATE:? ?53300\b/i,
      part: 'postgres',
      causes: ['D1.a', 'D1.b'],
      ask: 'D1',
    },
    {
      id: 'database-unreachable',
      pattern: failureOf('postgres', parts.postgres.port, fails),
      part: 'postgres',
      atStart: 'STARTUP_DATABASE_UNREACHABLE',
      causes: ['S1.a'],
      ask: 'H2 postgres',
      common: true,
    },
    {
      id: 'some-database-unreachable',
      pattern: someDatabase(fails),
      atStart: 'STARTUP_DATABASE_UNREACHABLE',
      causes: ['S1.a'],
      ask: 'H2 postgres',
      common: true,
    },
    {
      id: 'redis-unreachable',
      pattern: failureOf('redis', parts.redis.port, fails),
      part: 'redis',
      atStart: 'STARTUP_REDIS_UNREACHABLE',
      causes: ['S1.d'],
      ask: 'H2 redis',
      common: true,
    },
    {
      id: 'nats-refusal',
      pattern:
        /\bnats\b.*(?:authentication (?:expired|revoked|error|failed)|permissions violation)|\bauthorization violation\b/i,
      part: 'nats',
      atStart: 'STARTUP_NATS_CREDENTIALS',
      causes: ['S1.b'],
      ask: 'S1',
      common: true,
    },
    {
      id: 'nats-unreachable',
      pattern: failureOf(
        'nats',
        parts.nats.port,
        '(?:no servers available|connection refused|no such host|i\\/o timeout|no route to host|timed? ?out|cannot connect|failed to connect)',
      ),
      part: 'nats',
      atStart: 'STARTUP_NATS_UNREACHABLE',
      causes: ['S1.b'],
      ask: 'H2 nats',
      common: true,
    },
    // PostgreSQL: its own words and its SQLSTATEs (appendix A of its manual), which drivers repeat.
    {
      id: 'pool-exhausted',
      pattern:
        /QueuePool limit of size|HikariPool\S* - Connection is not available|connection pool (?:is )?exhausted|timed? ?out (?:while )?waiting for (?:a )?(?:free )?connection from (?:the )?pool/i,
      causes: ['D1.b'],
      ask: 'D1',
    },
    {
      id: 'idle-transaction-ended',
      pattern: /terminating connection due to idle-in-transaction timeout|SQLSTATE:? ?25P03\b/i,
      part: 'postgres',
      causes: ['D1.c'],
      ask: 'D1',
    },
    {
      id: 'postgres-locks',
      pattern:
        /deadlock detected(?! while waiting for resource|\. The current transaction)|canceling statement due to lock timeout|SQLSTATE:? ?(?:40P01|55P03)\b/i,
      part: 'postgres',
      causes: ['D2.c'],
      ask: 'D2',
    },
    {
      id: 'statement-too-slow',
      pattern: /canceling statement due to statement timeout/i,
      part: 'postgres',
      causes: ['D2.a', 'D2.b', 'D2.c'],
      ask: 'D2',
    },
    {
      id: 'index-corrupt',
      pattern:
        /invalid page in block|could not read blocks? \d+(?:\.\.\d+)? in file|index \\?"[^"]*\\?" (?:contains|is not a)|SQLSTATE:? ?XX00[12]\b/i,
      part: 'postgres',
      causes: ['T1.b'],
      ask: 'T1',
    },
    {
      id: 'disk-full',
      pattern:
        /no space left on device|ENOSPC|could not extend file|SQLSTATE:? ?53100\b|disk quota exceeded/i,
      causes: [],
    },
    {
      id: 'redis-snapshot',
      pattern: /\bMISCONF\b|Can't save in background|Background saving error/i,
      part: 'redis',
      causes: ['D3.e'],
      ask: 'D3',
    },
    {
      id: 'nats-lost',
      pattern: /\bnats connection lost\b|\bdisconnected from nats\b/i,
      part: 'nats',
      causes: [],
      ask: 'H2 nats',
    },
    {
      id: 'nats-slow-consumer',
      pattern:
        /slow consumer detected|\bnats\b[^\n]{0,200}slow consumer|slow consumer(?:, messages dropped|[^\n]{0,200}\bnats\b)/i,
      part: 'nats',
      causes: ['D4.a'],
      ask: 'D4',
      common: true,
    },
    {
      id: 'nats-no-stream',
      pattern:
        /no stream matches subject|(?:nats|jetstream)[^\n]{0,200}stream not found|stream not found[^\n]{0,200}(?:nats|jetstream|10059)|no response from stream|jetstream not enabled/i,
      part: 'nats',
      causes: ['D4.b'],
      ask: 'D4',
    },
    {
      id: 'neo4j-password',
      pattern:
        /The client is unauthorized due to authentication failure|Neo\.ClientError\.Security\.(?:Unauthorized|AuthenticationRateLimit)|neo4j.*(?:unauthori[sz]ed|authentication fail)/i,
      part: 'neo4j',
      causes: ['S7.b'],
      ask: 'S7',
    },
    {
      id: 'neo4j-unreachable',
      pattern: new RegExp(
        [
          `Neo\\.TransientError\\.\\S*DatabaseUnavailable|Couldn't connect to \\S+:${parts.neo4j.port}`,
          failureOf('neo4j', parts.neo4j.port, `(?:${fails}|unavailable|not available)`).source,
        ].join('|'),
        'i',
      ),
      part: 'neo4j',
      causes: ['S7.c', 'S7.a'],
      ask: 'S7',
      common: true,
    },
    {
      id: 'model-unusable',
      pattern:
        /model (?:load|fetch) failed|cannot load the model|unpickl\w*Error|No such file[^\n]{0,200}\bmodel|\bmodel (?:file |artifact |weights )?(?:is |was )?(?:corrupt\w*|missing|not found)/i,
      part: 'reasoning-service',
      causes: ['S6.b'],
      ask: 'S6',
      common: true,
    },
    {
      id: 'executor-full',
      pattern: /\bexecutor\b[^\n]{0,40}\bqueue\b[^\n]{0,20}\bfull\b/i,
      part: 'orchestrator-service',
      causes: ['S4.a'],
      ask: 'S4',
    },
    {
      id: 'workflow-broken',
      pattern: /workflow (?:cannot be loaded|is broken)|its workflow is broken/i,
      part: 'orchestrator-service',
      causes: ['S4.b'],
      ask: 'S4',
    },
    {
      id: 'step-late',
      pattern:
        /\bstep failed\b.*\btimeout after\b|\bstep \S+:? timeout after\b|\bcommand timeout(?:: no| after)\b/i,
      causes: ['S5.a', 'S5.b'],
      ask: 'S5',
      common: true,
    },
    {
      id: 'agents-silent',
      pattern: /\bagents? without heartbeat\b|\bagent heartbeat timeout\b/i,
      part: 'collect-agent',
      // An agent that no server admits is as silent as one that is gone.
      causes: ['S2.c', 'S2.a', 'S2.b'],
      ask: 'S2',
    },
    {
      id: 'events-late',
      pattern: /event queue is full|event processing is late/i,
      part: 'agent-manager',
      causes: ['S3.a', 'S3.b', 'S3.c', 'D4.a'],
      ask: 'S3',
    },
    {
      id: 'registration-unheard',
      pattern: /regist\S* failed.*\bno responders\b/i,
      causes: ['S2.a', 'S2.d'],
      ask: 'S2',
    },
    {
      id: 'registration-token',
      pattern:
        /(?<!\b(?:runner|device|push|user|image) )\bregistration (?:failed|refused|rejected|denied)\b.*(?:token|unauthori[sz]ed|credential)/i,
      part: 'collect-agent',
      causes: ['S2.b'],
      ask: 'S2',
    },
    {
      id: 'memory-out',
      pattern:
        /fatal error: runtime: out of memory|\bOutOfMemoryError\b|\bMemoryError\b|cannot allocate memory|Out of memory: Killed process/i,
      causes: ['K1.c', 'P2.a'],
      ask: 'P2',
    },
    {
      id: 'name-unknown',
      pattern:
        /no such host|Name or service not known|Temporary failure in name resolution|could not translate host name|server misbehaving|\bEAI_AGAIN\b|\bENOTFOUND\b/i,
      causes: ['N1.b'],
      ask: 'N1',
      common: true,
    },
    {
      id: 'connection-fails',
      pattern:
        /connection refused|\bECONNREFUSED\b|i\/o timeout|no route to host|connection reset by peer|\bETIMEDOUT\b|\bEHOSTUNREACH\b/i,
      causes: [],
      ask: 'N1',
      common: true,
    },
  ];
}

/** Whether a text is one of those lines, in one look. */
export function isKnownIn(table: readonly KnownLine[]): (text: string) => boolean {
  const any = new RegExp(table.map(({ pattern }) => `(?:${pattern.source})`).join('|'), 'i');
  return (text) => any.test(text);
}
