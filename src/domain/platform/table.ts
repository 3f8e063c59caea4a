import type { PartId, ServiceId } from './part.ts';

/** A workload as `kubectl` names it. */
export type WorkloadName = `${'deployment' | 'statefulset' | 'daemonset'}/${string}`;

/** What every part may have; which of these it has, its row in the table says. */
export interface PartRow {
  /** Parts that it needs to do its work. */
  readonly dependsOn: readonly PartId[];
  /** Parts that it connects to besides, for the platform's requests. */
  readonly alsoConnects?: readonly PartId[];
  /** Other names under which it goes in connection names, labels and workload names. */
  readonly aliases: readonly string[];
  /** Other names that people type. */
  readonly spoken: readonly string[];
  /** Other names under which a service reports it as a dependency. */
  readonly reportedAs: readonly string[];
  readonly port?: number;
  /** A second port of the same process: monitoring, or a console. */
  readonly monitorPort?: number;
  readonly workload?: WorkloadName;
  /** Name of its Kubernetes Service, under which the other parts find it. */
  readonly service?: string;
  readonly composeService?: string;
  /** Its container in the Pod. */
  readonly container?: string;
  readonly configMap?: string;
  readonly configFile?: string;
  /** The Secret with the credentials that its clients use. */
  readonly secret?: string;
}

/** A part that runs under one name everywhere. */
const named = <const Name extends string, const Kind extends 'deployment' | 'statefulset' | 'daemonset'>(
  kind: Kind,
  name: Name,
) =>
  ({
    workload: `${kind}/${name}`,
    service: name,
    composeService: name,
    container: name,
    configMap: `${name}-config`,
  }) as const;

const configFile = '/etc/aetherius/config.yaml';

/**
 * The platform as its guide describes it: the one place where such facts stand (R-PLAT25). An installation that differs
 * says so under `environments.<name>.platform`, and `platformOf` puts that over this table. Readers take the `Platform`
 * of their environment, never this table.
 */
export const guide = {
  parts: {
    'agent-manager': {
      dependsOn: ['postgres', 'redis', 'nats'],
      alsoConnects: ['orchestrator-service'],
      aliases: ['agentmanager'],
      spoken: [],
      reportedAs: [],
      port: 8080,
      configFile,
      ...named('deployment', 'agent-manager'),
      secret: 'database-credentials',
    },
    'orchestrator-service': {
      dependsOn: ['postgres', 'agent-manager', 'reasoning-service'],
      alsoConnects: ['reasoning-service', 'nats'],
      aliases: ['orchestrator'],
      spoken: ['orchestrator'],
      reportedAs: [],
      port: 8081,
      configFile,
      ...named('deployment', 'orchestrator-service'),
    },
    'reasoning-service': {
      dependsOn: ['neo4j'],
      aliases: ['reasoning'],
      spoken: ['reasoning'],
      reportedAs: [],
      port: 8082,
      configFile,
      ...named('deployment', 'reasoning-service'),
    },
    'collect-agent': {
      dependsOn: ['nats', 'agent-manager'],
      aliases: [],
      spoken: ['agents'],
      reportedAs: [],
      configFile,
      ...named('daemonset', 'collect-agent'),
    },
    postgres: {
      dependsOn: [],
      aliases: ['postgresql', 'postgresql-primary'],
      spoken: ['postgresql', 'pg'],
      reportedAs: ['database', 'db', 'pg', 'sql'],
      port: 5432,
      ...named('statefulset', 'postgres'),
    },
    redis: {
      dependsOn: [],
      aliases: ['redis-master', 'redis-node'],
      spoken: [],
      reportedAs: ['cache'],
      port: 6379,
      ...named('statefulset', 'redis'),
    },
    nats: {
      dependsOn: [],
      aliases: [],
      spoken: [],
      reportedAs: ['messaging', 'broker'],
      port: 4222,
      monitorPort: 8222,
      ...named('statefulset', 'nats'),
    },
    neo4j: {
      dependsOn: [],
      aliases: [],
      spoken: [],
      reportedAs: ['graph', 'knowledge-graph'],
      port: 7687,
      monitorPort: 7474,
      ...named('statefulset', 'neo4j'),
    },
    runtime: { dependsOn: [], aliases: [], spoken: [], reportedAs: [] },
  },
  /** Keys of the services' configuration, by the key in the guide. */
  keys: {
    'server.port': 'server.port',
    'database.host': 'database.host',
    'database.port': 'database.port',
    'database.user': 'database.user',
    'database.max_open_conns': 'database.max_open_conns',
    'database.max_idle_conns': 'database.max_idle_conns',
    'database.conn_max_lifetime': 'database.conn_max_lifetime',
    'redis.addr': 'redis.addr',
    'redis.password': 'redis.password',
    'nats.url': 'nats.url',
    'nats.user': 'nats.user',
    'nats.subjects.registration': 'nats.subjects.registration',
    'event.workers': 'event.workers',
    'event.buffer_size': 'event.buffer_size',
    'event.batch_size': 'event.batch_size',
    'event.batch_timeout': 'event.batch_timeout',
    'executor.workers': 'executor.workers',
    'executor.queue_size': 'executor.queue_size',
    'agent.command.default_timeout': 'agent.command.default_timeout',
    'agent.command.max_concurrent': 'agent.command.max_concurrent',
    'model.path': 'model.path',
  },
  /** Variables of the services; `prefix` goes before the name of a key. */
  variables: { prefix: 'AETHERIUS_', token: 'AGENT_AUTH_TOKEN', neo4jPassword: 'NEO4J_PASSWORD' },
  /** Paths of the services over HTTP. */
  paths: {
    health: '/health',
    live: '/health/live',
    ready: '/health/ready',
    status: '/health/status',
    metrics: '/metrics',
    agents: '/api/v1/agents',
    workflows: '/api/v1/workflows',
    executions: '/api/v1/workflows/executions',
    rootCause: '/api/v1/analyze/root-cause',
    cpuProfile: '/debug/pprof/profile',
    heapProfile: '/debug/pprof/heap',
  },
  /** Files and folders inside the containers. */
  files: {
    workflows: '/etc/aetherius/workflows',
    models: '/app/models',
    token: '/etc/aetherius/secrets/agent-auth-token',
  },
  secrets: { token: 'agent-auth-token', nats: 'nats-credentials', neo4j: 'neo4j-credentials' },
  /** Subjects on NATS: what is the platform's, what its agents use, and what events are sent to. */
  subjects: {
    all: 'aetherius.>',
    agents: 'aetherius.agent.>',
    registration: 'aetherius.agent.{cluster_id}.register',
    heartbeat: 'aetherius.agent.{cluster_id}.heartbeat',
    events: 'aetherius.events.>',
  },
  streams: { events: 'EVENTS' },
  /** Tables, by their name in the guide. */
  tables: {
    agents: 'agents',
    clusters: 'clusters',
    events: 'events',
    commands: 'commands',
    workflows: 'workflows',
    workflow_executions: 'workflow_executions',
    strategies: 'strategies',
  },
  /** Prefixes of keys in Redis: the copies of agents' rows, what may be deleted, and what else is filled again by its users. */
  cache: { agents: 'agent:', disposable: 'cache:', more: [] },
} as const satisfies { readonly parts: Readonly<Record<PartId, PartRow>> } & Readonly<
  Record<string, unknown>
>;

/** The parts of `runtime`, `postgres.databases` and `neo4j` in the configuration that have a default of the platform. */
export const usual = {
  namespace: 'aetherius',
  agentNamespace: 'kube-system',
  project: 'aetherius',
  databases: { agentManager: 'agent_manager', orchestrator: 'orchestrator' },
  /** Health paths of a service, tried in turn. */
  healthPaths: [guide.paths.health, guide.paths.live, guide.paths.ready, guide.paths.status],
} as const;

/**
 * Ports that a client takes where its URL names no port. They are the protocols' own, so that no installation changes them;
 * bolt's is that of every other scheme.
 */
export const protocolPorts = {
  http: 80,
  https: 443,
  postgres: guide.parts.postgres.port,
  redis: guide.parts.redis.port,
  nats: guide.parts.nats.port,
  bolt: guide.parts.neo4j.port,
} as const;

/**
 * Prometheus' own defaults: the path that a job asks where it names no path (`metrics_path`), and the port of its own page
 * (`--web.listen-address`).
 */
export const prometheus = { path: '/metrics', port: 9_090 } as const;

export type PlatformDatabase = keyof typeof usual.databases;

/** The guide's five indexes ("数据库查询缓慢", 添加索引), by database; tables by their name in the guide. */
export const guideIndexes = {
  agentManager: [
    { name: 'idx_events_cluster_id', table: 'events', column: 'cluster_id' },
    { name: 'idx_events_severity', table: 'events', column: 'severity' },
    { name: 'idx_events_timestamp', table: 'events', column: 'timestamp' },
  ],
  orchestrator: [
    { name: 'idx_executions_workflow_id', table: 'workflow_executions', column: 'workflow_id' },
    { name: 'idx_executions_status', table: 'workflow_executions', column: 'status' },
  ],
} as const satisfies Readonly<
  Record<
    PlatformDatabase,
    readonly { readonly name: string; readonly table: keyof typeof guide.tables; readonly column: string }[]
  >
>;

/**
 * The guide's retention ("清理旧数据"): 30 days for events that are neither critical nor high, 90 for executions, which
 * it archives first. `at` and `kept.column` are columns of those tables in each schema that was seen (R-PLAT21).
 */
export const guideRetention = {
  agentManager: {
    table: 'events',
    at: 'timestamp',
    days: 30,
    kept: { column: 'severity', values: ['critical', 'high'] },
  },
  orchestrator: { table: 'workflow_executions', at: 'created_at', days: 90, kept: undefined },
} as const satisfies Readonly<
  Record<
    PlatformDatabase,
    {
      readonly table: keyof typeof guide.tables;
      readonly at: string;
      readonly days: number;
      /** Rows that stay, however old. */
      readonly kept: { readonly column: string; readonly values: readonly string[] } | undefined;
    }
  >
>;

interface Setting {
  /** Whose configuration has it. */
  readonly parts: readonly [ServiceId, ...ServiceId[]];
  /** What the guide sets it to, and which way from the value before. */
  readonly value: number;
  readonly way: 'up' | 'down';
  /** Bounds of a value that may be set without anybody who knows more. */
  readonly least: number;
  readonly most: number;
  /** The metric by which the program says with what it runs; one unit of it is `per` of the key. */
  readonly gauge?: string;
  readonly per?: number;
  /** It is a time in this unit; one with a fraction, or with a unit of its own, is understood as well. */
  readonly unit?: 's';
}

/** Numbers of the services' configuration that the guide advises, by their key in the guide. */
export const guideSettings = {
  'event.workers': {
    ...{ parts: ['agent-manager'], value: 20, way: 'up', least: 1, most: 64 },
    gauge: 'event_workers',
  },
  'event.buffer_size': {
    ...{ parts: ['agent-manager'], value: 2_000, way: 'up', least: 100, most: 10_000 },
    gauge: 'event_queue_capacity',
  },
  'event.batch_size': {
    ...{ parts: ['agent-manager'], value: 200, way: 'up', least: 10, most: 1_000 },
    gauge: 'event_batch_limit',
  },
  'event.batch_timeout': {
    ...{ parts: ['agent-manager'], value: 500, way: 'down', least: 50, most: 10_000 },
    ...{ gauge: 'event_batch_timeout_seconds', per: 1_000 },
  },
  'executor.workers': {
    ...{ parts: ['orchestrator-service'], value: 50, way: 'up', least: 1, most: 100 },
    gauge: 'executor_workers',
  },
  'executor.queue_size': {
    ...{ parts: ['orchestrator-service'], value: 2_000, way: 'up', least: 100, most: 10_000 },
    gauge: 'executor_queue_capacity',
  },
  'agent.command.default_timeout': {
    ...{ parts: ['agent-manager'], value: 600, way: 'up', least: 30, most: 1_800, unit: 's' },
    gauge: 'command_default_timeout_seconds',
  },
  'agent.command.max_concurrent': {
    ...{ parts: ['agent-manager'], value: 200, way: 'up', least: 1, most: 500 },
    gauge: 'command_max_concurrent',
  },
  'database.max_open_conns': {
    ...{ parts: ['agent-manager', 'orchestrator-service'], value: 50, way: 'down', least: 5, most: 200 },
    gauge: 'database_max_open_connections',
  },
  'database.max_idle_conns': {
    parts: ['agent-manager', 'orchestrator-service'],
    ...{ value: 10, way: 'down', least: 1, most: 100 },
  },
  'database.conn_max_lifetime': {
    parts: ['agent-manager', 'orchestrator-service'],
    ...{ value: 30, way: 'down', least: 1, most: 3_600 },
  },
} as const satisfies Readonly<Partial<Record<keyof typeof guide.keys, Setting>>>;

/**
 * The guide's example of a step that needs more time ("步骤执行超时", 增加步骤超时时间), in seconds. A step that has that much
 * already gets more in the same proportion, up to `most`.
 */
export const guideStepTimeout = { from: 120, to: 300, most: 1_800 } as const;

/** The part that each database belongs to. */
export const databaseOwners = {
  agentManager: 'agent-manager',
  orchestrator: 'orchestrator-service',
} as const satisfies Readonly<Record<keyof typeof usual.databases, PartId>>;

/**
 * Variables that the public programs read, by the key that they give instead of the file's (R-PLAT16). Documented alone:
 * that one wins has to be seen.
 */
export const variablesRead: Readonly<Partial<Record<PartId, Readonly<Record<string, string>>>>> = {
  'agent-manager': {
    DB_HOST: 'database.host',
    DB_PORT: 'database.port',
    REDIS_ADDR: 'redis.addr',
    NATS_URL: 'nats.url',
  },
  'orchestrator-service': { DB_HOST: 'database.host', DB_PORT: 'database.port', NATS_URL: 'nats.url' },
};

/** Keys that the public agent-manager reads (R-PLAT16). Documented alone: they name what a key may have been meant for. */
export const publicKeys = [
  'database.conn_max_lifetime',
  'database.max_idle_conns',
  'database.max_open_conns',
  'database.ssl_mode',
  'logging.format',
  'logging.level',
  'nats.max_reconnect',
  'nats.reconnect_wait',
  'redis.dial_timeout',
  'redis.pool_size',
] as const;
