/**
 * Every finding there is, with the traits that the engine reads. A new one is a line here, its words, and the probe that
 * emits it; its code is never used again for anything else. The engine asks for traits and never for a code.
 */
export interface FindingTraits {
  /** It says of its part: it does not serve. (At its limit it still does.) */
  readonly partFails?: true;
  /** The runtime's own word that a part which belongs here does not run. */
  readonly partStopped?: true;
  /** A wrong address, a missing TLS setting or a wrong password of ours would look the same. */
  readonly maybeOurs?: true;
  /** It reports our own failed attempt to use the part; health tells it only when a second witness agrees. */
  readonly ownAttempt?: true;
  /** What that attempt, or the silence of an agent, comes to in the health table. */
  readonly attempt?: 'refused' | 'hung' | 'closed' | 'silent' | 'silent-when-critical';
  /**
   * It rests on how long an answer took by this process's clock, or on its absence within a time. How long writes take
   * (`EVENT_WRITES_SLOW`) is what the service itself has measured.
   */
  readonly byOwnClock?: true;
  /** It makes what stands on the part slow, too. */
  readonly slow?: true;
  /** The part was not found where we looked; one that answers runs somewhere else. */
  readonly expectedHere?: true;
  /** What the runtime says of the part with it, whatever else it counts. */
  readonly runtime?: 'not-running' | 'not-ready';
  /** One path of the service hangs while another one answers: it waits for something that it needs. */
  readonly waits?: true;
  /** The service itself says that it is unhealthy. */
  readonly saysUnhealthy?: true;
  /** Its excerpts are what the part itself said, which is shown word for word where no cause explains it. */
  readonly verbatim?: true;
  /** What its part logged says why, or more. */
  readonly readLog?: true;
  /** Something that the part depends on can cause it; `unless-ordered`: not when somebody ended the container. */
  readonly explainable?: true | 'unless-ordered';
  /** It tells of what has happened, and is told for a while after it: once more alone it is no news. */
  readonly past?: true;
  /** Codes about the same part that say no more than this one. */
  readonly explains?: readonly string[];
}

const endpoint = [
  'ENDPOINT_REFUSED',
  'ENDPOINT_CLOSED',
  'ENDPOINT_HUNG',
  'NATS_MONITOR_UNREACHABLE',
] as const;
const notReady = [
  'WORKLOAD_NOT_READY',
  'POD_NOT_READY',
  'CONTAINER_UNHEALTHY',
  'SERVICE_WITHOUT_ENDPOINTS',
  'SERVICE_WITHOUT_PODS',
] as const;
const silent = ['AGENTS_NONE_REGISTERED', 'AGENT_HEARTBEAT_STALE'] as const;
const unreachedService = [
  'SERVICE_WITHOUT_ENDPOINTS',
  'SERVICE_WITHOUT_PODS',
  'ENDPOINT_REFUSED',
  'ENDPOINT_CLOSED',
] as const;
const podEnded = [...endpoint, ...notReady, ...silent, 'POD_RESTARTING', 'SERVICE_UNHEALTHY'] as const;
const nothingRuns = [...endpoint, ...silent, 'SERVICE_WITHOUT_ENDPOINTS', 'SERVICE_WITHOUT_PODS'] as const;

export const findings = {
  ADDRESS_NOT_FOLLOWED: {},
  ADDRESS_UNEXPLAINED: {},
  AGENTS_NONE_REGISTERED: { attempt: 'silent', explainable: true },
  AGENTS_SILENT: {},
  AGENT_HEARTBEAT_STALE: { attempt: 'silent-when-critical', explainable: true },
  AGENT_REGISTRATION_FAILS: { past: true, readLog: true },
  AGENT_SUBJECTS_DIFFER: {},
  ALERT_WITHOUT_METRIC: {},
  ANALYZER_MODEL_ERROR: { readLog: true },
  AUTH_TOKENS_DIFFER: {},
  AUTH_TOKEN_MISSING: {},
  CHANGED_CONFIG: {},
  CHANGED_CONTAINER: {},
  CHANGED_IMAGE: {},
  CHANGED_NODE: {},
  CHANGED_POLICY: {},
  CHANGED_ROLLOUT: {},
  COMMANDS_SATURATED: {},
  COMMANDS_TIME_OUT: { past: true },
  CONFIG_OVERRIDDEN: {},
  CONFIG_OVERRIDE_IN_USE: {},
  CONNECTION_FAILS: {},
  CONNECTION_NAME_UNKNOWN: {},
  CONNECTION_REFUSED: {},
  CONTAINER_EXITED: { readLog: true, explainable: 'unless-ordered', explains: nothingRuns },
  CONTAINER_MISSING: { expectedHere: true, runtime: 'not-running', explains: nothingRuns },
  CONTAINER_OFF_NETWORK: {},
  CONTAINER_OLDER_THAN_CONFIG: {},
  CONTAINER_OOM_KILLED: { past: true, explains: nothingRuns },
  CONTAINER_PAUSED: { explains: nothingRuns },
  CONTAINER_RESTARTING: { readLog: true, explainable: true, explains: nothingRuns },
  CONTAINER_UNHEALTHY: {
    readLog: true,
    runtime: 'not-ready',
    explainable: true,
    explains: ['ENDPOINT_REFUSED', 'ENDPOINT_CLOSED'],
  },
  CPU_AT_LIMIT: {},
  CPU_BUSY_WITHOUT_LIMIT: {},
  CPU_HIGH: {},
  CPU_LIMIT_TINY: {},
  CPU_THROTTLED: {},
  DISK_FULL: { readLog: true },
  DISK_FULL_LOGGED: { past: true, readLog: true },
  DNS_NOT_RUNNING: {},
  ENDPOINT_AT_LIMIT: { ownAttempt: true },
  ENDPOINT_CLOSED: {
    partFails: true,
    maybeOurs: true,
    ownAttempt: true,
    attempt: 'closed',
    byOwnClock: true,
    explains: ['NATS_MONITOR_UNREACHABLE'],
  },
  ENDPOINT_BUSY: { partFails: true },
  ENDPOINT_FAULT: { partFails: true },
  ENDPOINT_FULL: {},
  ENDPOINT_HUNG: {
    partFails: true,
    ownAttempt: true,
    attempt: 'hung',
    byOwnClock: true,
    explains: [...notReady, 'NATS_MONITOR_UNREACHABLE'],
  },
  ENDPOINT_READ_ONLY: {},
  ENDPOINT_REFUSED: {
    partFails: true,
    ownAttempt: true,
    attempt: 'refused',
    explains: ['NATS_MONITOR_UNREACHABLE'],
  },
  ENDPOINT_STARTING: { partFails: true },
  EVENT_BATCHES_FULL: {},
  EVENT_LATENCY_HIGH: {},
  EVENT_QUEUE_BACKLOG: {},
  EVENTS_UNHEARD: {},
  EVENT_WORKERS_BUSY: {},
  EVENT_WORKERS_SATURATED: {},
  EVENT_WRITES_SLOW: { slow: true },
  EXECUTIONS_PENDING: {},
  EXECUTIONS_WAITING: {},
  EXECUTOR_ERRORS_LOGGED: { past: true, readLog: true },
  EXECUTOR_QUEUE_FULL_LOGGED: { past: true, readLog: true },
  EXECUTOR_STARVED: {},
  EXPECTED_DATABASE_MISSING: {},
  GRAPH_CONNECTION_FAILS: { past: true, readLog: true },
  GRAPH_CREDENTIALS_REFUSED: { past: true, readLog: true },
  HEALTH_CHECK_CANNOT_PASS: {},
  HEAP_GROWS_AT: {},
  HEARTBEAT_WITHOUT_AGENT: {},
  HOT_FUNCTION: {},
  HOT_FUNCTION_HELD_BACK: {},
  INDEX_BLOATED: {},
  INDEX_CORRUPT: {},
  INDEX_INVALID: {},
  MANAGER_SEES_NO_REGISTRATION: {},
  MEMORY_GROWS: {},
  MEMORY_NEAR_LIMIT: {},
  MESSAGE_NOT_USABLE: {},
  MODEL_EMPTY: {},
  MODEL_MISSING: {},
  NAME_LOOKUP_FAILS: {},
  NATS_CONSUMERS_DROPPED: { past: true },
  NATS_CONSUMER_GONE: {},
  IMAGES_DIFFER: {},
  NATS_CONSUMER_LAGS: {},
  NATS_JETSTREAM_DISABLED: {},
  NATS_MONITOR_UNREACHABLE: {},
  NATS_NO_STREAM: {},
  NATS_SERVERS_APART: {},
  NATS_SLOW: { byOwnClock: true, slow: true },
  NATS_SLOW_CONSUMER: {},
  NATS_SLOW_CONSUMER_ELSEWHERE: {},
  NEO4J_SLOW: { byOwnClock: true, slow: true },
  NEO4J_STARTING: {},
  NETWORK_SILENT: {},
  NETWORK_SLOW: { byOwnClock: true, slow: true },
  NOBODY_PUBLISHES: {},
  NODE_DISK_PRESSURE: {},
  NO_MEMORY_LIMIT: {},
  OOM_KILLED: { past: true },
  PART_ABSENT: {},
  PART_MISSING: {},
  PART_NOT_READY: { readLog: true },
  PART_NOT_RUNNING: { readLog: true, partFails: true, partStopped: true },
  PART_PAUSED: { partFails: true, partStopped: true },
  PG_CONNECTIONS_BUSY: {},
  PG_CONNECTIONS_ELSEWHERE: {},
  PG_CONNECTIONS_NEAR_LIMIT: {},
  PG_CONNECTIONS_PASSING: {},
  PG_CONNECTIONS_UNPLACED: {},
  PG_DATABASE_MISSING: {},
  PG_DEAD_ROWS: {},
  PG_IDLE_IN_TRANSACTION_LEAKED: {},
  PG_INDEX_MISSING: {},
  PG_LIMIT_TOO_LOW: {},
  PG_LOCK_BLOCKS: {},
  PG_OLD_ROWS: {},
  PG_POOLS_TOO_LARGE: {},
  PG_READ_ONLY: {},
  PG_SESSIONS_LEAKED: {},
  PG_SLOW: { byOwnClock: true, slow: true },
  PG_SLOT_HOLDS_WAL: {},
  PG_SLOW_STATEMENTS: {},
  PG_STARTING: {},
  PG_TABLES_MISSING: {},
  PG_TOO_MANY_CONNECTIONS: { explains: ['PG_CONNECTIONS_NEAR_LIMIT'] },
  PG_WRITE_DENIED: {},
  POD_CONFIG_MISSING: { explains: podEnded },
  POD_COMMAND_MISSING: { explains: podEnded },
  POD_CRASH_LOOPING: { readLog: true, verbatim: true, explainable: true, explains: podEnded },
  POD_EVICTED: { explains: podEnded },
  POD_FAILED: { readLog: true, explains: podEnded },
  POD_IMAGE_UNAVAILABLE: { explains: podEnded },
  POD_INIT_RUNS: {
    readLog: true,
    explainable: true,
    explains: ['WORKLOAD_NOT_READY', ...unreachedService, ...silent],
  },
  POD_INIT_WAITS: {
    readLog: true,
    explainable: true,
    explains: ['WORKLOAD_NOT_READY', ...unreachedService, ...silent],
  },
  POD_NOT_READY: {
    readLog: true,
    explainable: true,
    explains: ['WORKLOAD_NOT_READY', ...unreachedService, ...silent],
  },
  POD_OLDER_THAN_CONFIG: {},
  POD_OLDER_THAN_SECRET: {},
  POD_OOM_KILLED: { past: true, explains: podEnded },
  POD_PROBE_FAILS: { readLog: true },
  POD_PROBE_UNANSWERED: { readLog: true },
  POD_REFUSED: { explains: podEnded },
  POD_RESTARTING: { past: true, readLog: true, explainable: true },
  POD_SAYS_NOT_READY: { readLog: true },
  POD_STUCK_TERMINATING: {},
  POD_UNSCHEDULABLE: { explains: podEnded },
  POLICY_BLOCKS: {},
  POLICY_BLOCKS_DNS: {},
  POLICY_ISOLATES: {},
  POLICY_NOT_ENFORCED: {},
  PORT_NOT_LISTENED: {},
  PUBLISHER_WITHOUT_CONNECTION: {},
  REDIS_HIT_RATE_LOW: {},
  REDIS_LIMIT_TOO_LOW: {},
  REDIS_MASTER_GONE: {},
  REDIS_MEMORY_AT_LIMIT: {},
  REDIS_MEMORY_FRAGMENTED: {},
  REDIS_MEMORY_UNBOUNDED: {},
  REDIS_NO_LIMIT: {},
  REDIS_POLICY_NOEVICTION: { explains: ['REDIS_MEMORY_AT_LIMIT'] },
  REDIS_REPLICAS_MISSING: {},
  REDIS_SAVE_FAILED: {},
  REDIS_SLOW: { byOwnClock: true, slow: true },
  REDIS_USELESS_KEYS: {},
  REGISTRATION_REFUSED_TOKEN: { past: true, readLog: true },
  REGISTRATION_SUBJECTS_DIFFER: {},
  ROOT_CAUSE_FAILS: { readLog: true },
  ROOT_CAUSE_FAILS_IN_SOME: {},
  ROOT_CAUSE_GRAPH_UNAVAILABLE: { readLog: true },
  ROOT_CAUSE_MODEL_ERROR: { readLog: true },
  SCHEMA_TWICE: {},
  SCRAPE_PAGE_MISSING: {},
  SCRAPE_SELECTS_NOTHING: {},
  SCRAPE_TARGET_CLOSED: {},
  SERVICE_ANSWERS_IN_PART: { readLog: true },
  SERVICE_EXITS_AT_START: { readLog: true, partStopped: true },
  SERVICE_FOREIGN_PODS: {},
  SERVICE_HEALTH_STALLED: {
    readLog: true,
    waits: true,
    byOwnClock: true,
    explainable: true,
    explains: notReady,
  },
  SERVICE_MISSES_DEPENDENCY: { readLog: true, explainable: true },
  SERVICE_MISSING: {},
  SERVICE_NO_HEALTH_PATH: {},
  SERVICE_POD_UNCLEAR: {},
  SERVICE_PORT_NOT_LISTENED: {},
  SERVICE_PORT_UNKNOWN: {},
  SERVICE_SELECTS_NOTHING: {},
  SERVICE_SLOW: { byOwnClock: true, slow: true, explainable: true },
  SERVICE_UNHEALTHY: {
    readLog: true,
    saysUnhealthy: true,
    verbatim: true,
    explainable: true,
    explains: notReady,
  },
  SERVICE_WITHOUT_ENDPOINTS: { explainable: true, explains: ['ENDPOINT_REFUSED', 'ENDPOINT_CLOSED'] },
  SERVICE_WITHOUT_PODS: {
    partStopped: true,
    explainable: true,
    explains: ['ENDPOINT_REFUSED', 'ENDPOINT_CLOSED'],
  },
  SKLEARN_IMPORT_FAILS: {},
  STALE_CACHE: {},
  STARTUP_CONFIG_REFUSED: { readLog: true },
  STARTUP_FILE_UNOPENED: { readLog: true, verbatim: true },
  STARTUP_DATABASE_CREDENTIALS: { readLog: true },
  STARTUP_DATABASE_MISSING: { readLog: true },
  STARTUP_DATABASE_NOT_ADMITTED: { readLog: true },
  STARTUP_DATABASE_UNREACHABLE: { readLog: true },
  STARTUP_NATS_CREDENTIALS: { readLog: true },
  STARTUP_NATS_UNREACHABLE: { readLog: true },
  STARTUP_PORT_IN_USE: { readLog: true },
  STARTUP_REASON_UNKNOWN: { readLog: true, verbatim: true },
  STARTUP_REDIS_CREDENTIALS: { readLog: true },
  STARTUP_REDIS_FULL: { readLog: true },
  STARTUP_REDIS_UNREACHABLE: { readLog: true },
  STARTUP_ROW_UNREADABLE: { readLog: true },
  STARTUP_SCHEMA_WRONG: { readLog: true },
  STEP_COMMAND_TIMED_OUT: { past: true },
  STEP_TIMED_OUT: { past: true },
  SUBJECTS_PASS_BY: {},
  SUBJECT_SILENT: {},
  SUBJECT_UNHEARD: {},
  UNPROCESSED_EVENTS: {},
  VARIABLE_NOT_FOLLOWED: {},
  WORKFLOW_FILE_BROKEN: {},
  WORKFLOW_FILE_FAULTY: {},
  WORKFLOW_FILE_UNUSUAL: {},
  WORKLOAD_MISSING: { expectedHere: true, runtime: 'not-running', explains: nothingRuns },
  WORKLOAD_NOT_READY: { readLog: true, explainable: true, explains: [...unreachedService, ...silent] },
  WORKLOAD_SCALED_TO_ZERO: { explains: nothingRuns },
} as const satisfies Readonly<Record<string, FindingTraits>>;

/** A typo in a code does not compile. */
export type FindingCode = keyof typeof findings;

/** Traits with the codes that are explained as codes: a typo in one does not compile. */
type Traits = FindingTraits & { readonly explains?: readonly FindingCode[] };

const none: Traits = {};

/** Traits of a code; empty for a code of an older version that this one does not know. */
export function traitsOf(code: string): Traits {
  return Object.hasOwn(findings, code) ? findings[code as FindingCode] : none;
}
