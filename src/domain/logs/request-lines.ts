import type { PartId } from '../platform/part.ts';
import type { Platform } from '../platform/platform.ts';
import { type KnownLine, knownLines } from './known-lines.ts';

/**
 * What a line that somebody pastes asks for. The known lines of logs are in it, and lines that only a person brings: of
 * the cluster, of Docker, of gateways and resolvers, and of drivers whose words a log need not be told.
 */
export interface RequestLine {
  readonly pattern: RegExp;
  /** Diagnoses, the likeliest first; one run looks at all of them. */
  readonly ids: readonly string[];
  /** Whose words they are; absent where they are anybody's. */
  readonly part?: PartId;
  /** `sure`: it starts a run; `ask`: several may be meant; `weak`: as sure, where nothing else stands in the text. */
  readonly weight: 'sure' | 'ask' | 'weak';
  /** Where the words were taken from. */
  readonly source: string;
}

/** Of the table of logs: what a request makes of each. A line that is not named here says too little by itself. */
const ofLogs: Readonly<Record<string, Pick<RequestLine, 'ids' | 'weight'>>> = {
  'port-in-use': { ids: ['S1'], weight: 'sure' },
  'database-not-admitted': { ids: ['S1', 'H2'], weight: 'sure' },
  'database-password': { ids: ['S1', 'H2'], weight: 'sure' },
  'database-missing': { ids: ['S1', 'M1'], weight: 'sure' },
  'redis-password': { ids: ['S1', 'H2'], weight: 'sure' },
  'redis-full': { ids: ['D3'], weight: 'sure' },
  'row-unreadable': { ids: ['S1', 'M1'], weight: 'ask' },
  'schema-wrong': { ids: ['S1', 'M1'], weight: 'sure' },
  'postgres-full': { ids: ['D1'], weight: 'sure' },
  'nats-refusal': { ids: ['S1', 'H2'], weight: 'sure' },
  'pool-exhausted': { ids: ['D1'], weight: 'sure' },
  'idle-transaction-ended': { ids: ['D1'], weight: 'sure' },
  'postgres-locks': { ids: ['D2'], weight: 'sure' },
  'statement-too-slow': { ids: ['D2'], weight: 'sure' },
  'index-corrupt': { ids: ['T1'], weight: 'sure' },
  'redis-snapshot': { ids: ['D3', 'H2'], weight: 'sure' },
  'nats-lost': { ids: ['H2'], weight: 'sure' },
  'nats-slow-consumer': { ids: ['D4'], weight: 'sure' },
  'nats-no-stream': { ids: ['D4'], weight: 'sure' },
  'neo4j-password': { ids: ['S7'], weight: 'sure' },
  'executor-full': { ids: ['S4'], weight: 'sure' },
  'workflow-broken': { ids: ['S4'], weight: 'sure' },
  'step-late': { ids: ['S5'], weight: 'sure' },
  'agents-silent': { ids: ['S2'], weight: 'sure' },
  'events-late': { ids: ['S3'], weight: 'sure' },
  'registration-unheard': { ids: ['S2'], weight: 'sure' },
  'registration-token': { ids: ['S2'], weight: 'sure' },
  'memory-out': { ids: ['P2', 'K1'], weight: 'weak' },
  'name-unknown': { ids: ['N1'], weight: 'weak' },
};

type Told = Omit<RequestLine, 'part'> & { readonly part?: PartId };

const said: readonly Told[] = [
  // PostgreSQL, appendix A of its manual and its own log; the drivers repeat them.
  {
    pattern:
      /timeout exceeded when trying to connect|pool timed out while waiting for an open connection|PoolTimeout: couldn't get a connection|TooManyConnectionsError|no more connections allowed|could not obtain a (?:database )?connection (?:from the pool )?within/i,
    ...{
      ids: ['D1'],
      part: 'postgres',
      weight: 'sure',
      source: 'pg-pool, sqlx, psycopg_pool, asyncpg, pgbouncer',
    },
  },
  {
    pattern:
      /still waiting for \w+Lock on|\bDeadlockDetected\b|\bLockNotAvailable\b|\bQueryCanceled\b|canceling statement due to user request|could not obtain lock on (?:row|relation)|SQLSTATE:? ?57014\b|must be vacuumed within|to avoid a database shutdown, execute a database-wide VACUUM/i,
    ...{ ids: ['D2'], part: 'postgres', weight: 'sure', source: 'PostgreSQL, psycopg.errors' },
  },
  {
    pattern: /\bduration: \d{4,}\.\d+ ms +(?:statement|execute|parse|bind|plan)\b/i,
    ...{ ids: ['D2'], part: 'postgres', weight: 'sure', source: 'PostgreSQL, log_min_duration_statement' },
  },
  {
    pattern:
      /contains unexpected zero page|page verification failed, calculated checksum|missing chunk number \d+ for toast value|could not find (?:left|right) sibling|right sibling's left-link|table tid from (?:new )?index tuple/i,
    ...{ ids: ['T1'], part: 'postgres', weight: 'sure', source: 'PostgreSQL, amcheck' },
  },
  {
    pattern:
      /the database system is (?:starting up|shutting down|in recovery mode|not (?:yet )?accepting connections)|terminating connection (?:due to administrator command|because of crash of another server process)|SQLSTATE:? ?57P0[1-5]\b|\b(?:AdminShutdown|CannotConnectNow)\b|server closed the connection unexpectedly|could not (?:write to|extend) file \\?"(?:pg_wal|base|global)|cannot execute \w+ in a read-only transaction|could not fork new process for connection/i,
    ...{ ids: ['H2'], part: 'postgres', weight: 'sure', source: 'PostgreSQL, libpq' },
  },
  // Redis and its clients.
  {
    pattern:
      /\bredis\.exceptions\.AuthenticationError\b|\bNOPERM\b|\b(?:ReplyError|redis)\b.{0,40}(?:invalid password|Authentication required)/i,
    ...{ ids: ['S1', 'H2'], part: 'redis', weight: 'sure', source: 'redis-py, ioredis' },
  },
  {
    pattern:
      /LOADING Redis is loading|\bBusyLoadingError\b|\bMaxRetriesPerRequestError\b|redis: connection pool timeout|ERR max number of clients reached|\bCLUSTERDOWN\b|Stream isn't writeable and enableOfflineQueue/,
    ...{ ids: ['H2'], part: 'redis', weight: 'sure', source: 'redis-server, go-redis, ioredis, redis-py' },
  },
  {
    pattern: /\bREADONLY You can't write against|\bReadOnlyError\b|\bMASTERDOWN\b|\bNOREPLICAS\b/,
    ...{ ids: ['D3', 'H2'], part: 'redis', weight: 'sure', source: 'redis-server, redis-py' },
  },
  {
    pattern: /command not allowed when used memory|redis\.exceptions\.OutOfMemoryError/i,
    ...{ ids: ['D3'], part: 'redis', weight: 'sure', source: 'redis-py, Jedis' },
  },
  {
    pattern: /unable to persist to disk|not able to persist on disk/i,
    ...{ ids: ['D3', 'H2'], part: 'redis', weight: 'sure', source: 'redis-server' },
  },
  // NATS and its clients.
  {
    pattern:
      /\b(?:NoServersError|no servers available for connection)\b|\bnats: (?:stale connection|connection closed)/i,
    ...{ ids: ['H2', 'N1'], part: 'nats', weight: 'sure', source: 'nats.go, nats-py' },
  },
  {
    pattern:
      /maximum (?:bytes|messages) exceeded|err_code=100(?:23|47|59|77)\b|\bnats: (?:maximum|max) ack pending|insufficient (?:storage )?resources available[^\n]{0,60}(?:nats|jetstream)/i,
    ...{ ids: ['D4'], part: 'nats', weight: 'sure', source: 'nats-server, JetStream errors.json' },
  },
  {
    pattern: /- cid:\d+ - (?:"[^"]*" - )?(?:authentication (?:error|timeout)|user authentication)/i,
    ...{ ids: ['S1', 'H2'], part: 'nats', weight: 'sure', source: 'nats-server' },
  },
  {
    pattern: /\bnats: no responders available/i,
    ...{ ids: ['S2', 'M1'], part: 'nats', weight: 'ask', source: 'nats.go' },
  },
  {
    pattern: /\bnats: timeout\b/i,
    ...{ ids: ['H2', 'D4', 'N1'], part: 'nats', weight: 'ask', source: 'nats.go' },
  },
  // Neo4j: its status codes and its drivers.
  {
    pattern:
      /\bNeo\.(?:ClientError\.Security|(?:Transient|Client|Database)Error\.(?:Database|General|Cluster|Transaction)\.\w*(?:Unavailable|OutOfMemory|NotALeader|DatabaseNotFound|Unknown))|neo4j\.exceptions\.(?:ServiceUnavailable|AuthError|SessionExpired|DriverError|ConfigurationError)|org\.neo4j\.driver\.exceptions\.(?:ServiceUnavailable|Authentication|SessionExpired)\w*|Neo4jError: .*(?:unauthorized|unavailable|Pool)|unable to acquire connection from the pool within configured|Unable to retrieve routing information|Failed to read from defunct connection/i,
    ...{ ids: ['S7'], part: 'neo4j', weight: 'sure', source: 'Neo4j status codes, its drivers' },
  },
  // The cluster.
  {
    pattern:
      /\b(?:CrashLoopBackOff|ImagePullBackOff|ErrImagePull|ErrImageNeverPull|InvalidImageName|ImageInspectError|RegistryUnavailable|CreateContainerConfigError|CreateContainerError|RunContainerError|StartError|PostStartHookError|ContainerCannotRun|ContainerStatusUnknown|OOM[- ]?killed|FailedScheduling|FailedCreate|ReplicaFailure|FailedMount|FailedAttachVolume|FailedCreatePodSandBox|FailedKillPod|ProgressDeadlineExceeded|ContainerCreating|PodInitializing|NodeAffinity|Init:\w+)\b/i,
    ...{
      ids: ['K1'],
      part: 'runtime',
      weight: 'sure',
      source: 'kubelet and scheduler: reasons of Pods and events',
    },
  },
  {
    pattern:
      /\bBack-off (?:restarting|pulling)\b|\bnodes? (?:are|is) available: |\b\d+\/\d+ nodes are available|\b(?:Liveness|Readiness|Startup) probe (?:failed|errored)|\bMountVolume\.\w+ failed|Unable to attach or mount volumes|\b(?:configmap|secret)s? \\?"[^"]+\\?" not found|Failed to pull image|pull access denied|\bmanifest (?:for \S+ )?(?:not found|unknown)|\b(?:exceeded|failed) quota: |violates PodSecurity |failed calling webhook |admission webhook \S+ denied the request|error looking up service account |unbound immediate PersistentVolumeClaims|untolerated taint|didn't match Pod's node|The node was low on resource|node had condition: |pod has been evicted|failed to create (?:containerd task|shim)|OCI runtime create failed|executable file not found in \$PATH/i,
    ...{
      ids: ['K1'],
      part: 'runtime',
      weight: 'sure',
      source: 'kubelet, scheduler, API server, containerd, runc',
    },
  },
  {
    pattern:
      /\bRestarting \(\d+\) \d+ (?:second|minute|hour)s? ago|wait until the container is running|\bcontainer \S+ exited \(\d+\)|\bexit(?:ed)?(?: with)?(?: code| status)?:? ?\(?(?:1|2|125|126|127|134|137|139|143)\)?\b|Last State: +Terminated/i,
    ...{ ids: ['K1'], part: 'runtime', weight: 'sure', source: 'Docker, exit codes of the shell' },
  },
  {
    pattern: /dependency failed to start: container \S+ (?:is unhealthy|exited)/i,
    ...{ ids: ['K1', 'H2'], weight: 'sure', source: 'Docker Compose' },
  },
  {
    pattern: /Ports are not available: |driver failed programming external connectivity/i,
    ...{ ids: ['S1'], weight: 'sure', source: 'Docker' },
  },
  {
    pattern: /\bnetwork \S+ (?:declared as external, but could not be found|not found)/i,
    ...{ ids: ['N1'], weight: 'sure', source: 'Docker Compose' },
  },
  // What the services of the platform say.
  {
    pattern:
      /analyze\/root-cause\b[^\n]{0,80}\b(?:5\d\d|error|failed)|\banalyzer\b[^\n]{0,40}\b(?:failed|error)|\bNo module named '?(?:sklearn|joblib|torch|tensorflow)|\bUnpicklingError\b|'?\/app\/models\/[^\n]{0,80}(?:no such file|not found)|no such file[^\n]{0,80}\/app\/models/i,
    ...{ ids: ['S6'], part: 'reasoning-service', weight: 'sure', source: 'reasoning-service, Python' },
  },
  {
    pattern: /\bstep\b[^\n]{0,60}\b(?:timed out after|timeout after|exceeded its (?:timeout|deadline))/i,
    ...{ ids: ['S5'], part: 'orchestrator-service', weight: 'sure', source: 'orchestrator-service' },
  },
  {
    pattern: /\bexecutor\b[^\n]{0,30}\bqueue\b[^\n]{0,12}\bfull\b|\brejecting workflow execution/i,
    ...{ ids: ['S4'], part: 'orchestrator-service', weight: 'sure', source: 'orchestrator-service' },
  },
  {
    pattern:
      /\bagent registration (?:failed|refused|rejected)|\bcollect-agent: register(?:ing|ation)? failed|\bregistration of cluster \S+ (?:failed|refused)/i,
    ...{ ids: ['S2'], part: 'collect-agent', weight: 'sure', source: 'collect-agent, agent-manager' },
  },
  {
    pattern: /\/etc\/aetherius\/config\.yaml\b[^\n]{0,60}(?:permission denied|no such file|cannot be read)/i,
    ...{ ids: ['S1'], weight: 'sure', source: 'services of the platform' },
  },
  // Resolvers and dialers.
  {
    pattern:
      /\bgaierror\b|Could not resolve host|\bNXDOMAIN\b|\bSERVFAIL\b|UnknownHostException|no servers could be reached|\blookup \S+(?: on \S+)?: i\/o timeout/i,
    ...{ ids: ['N1'], weight: 'weak', source: 'curl, dig, Java, Go' },
  },
  {
    pattern:
      /\bx509: |certificate (?:has )?expired|certificate verify failed|tls: (?:handshake failure|failed to verify|bad certificate)|SSL routines|unable to get local issuer certificate/i,
    ...{ ids: ['N1', 'H2'], weight: 'ask', source: 'Go, OpenSSL, Python' },
  },
  // Gateways.
  {
    pattern:
      /\b502 Bad Gateway|\b503 Service (?:Temporarily )?Unavailable|\b504 Gateway Time-?out|no healthy upstream|upstream connect error|upstream request timeout|while connecting to upstream|no server is available to handle this request|no live upstreams|upstream prematurely closed/i,
    ...{ ids: ['H2'], weight: 'weak', source: 'nginx, Envoy, HAProxy' },
  },
];

const disk =
  /no space left on device|\bENOSPC\b|SQLSTATE:? ?53100\b|disk quota exceeded|^\s*(?:the )?disk (?:is )?full[.!]?\s*$|^\s*磁盘(?:已?满了?|空间不足)[。！]?\s*$/i;

/** The table for one installation, and what a full disk is about: PostgreSQL's, where no other part is named. */
export function requestLines(platform: Platform): readonly RequestLine[] {
  const logged = knownLines(platform).flatMap((line: KnownLine): readonly RequestLine[] => {
    const asked = ofLogs[line.id];
    if (asked === undefined) return [];
    const part = line.part === undefined ? {} : { part: line.part };
    return [{ pattern: line.pattern, ...asked, ...part, source: line.id }];
  });
  const full: RequestLine = { pattern: disk, ids: ['H2'], weight: 'weak', source: 'any program, of a disk' };
  return [...logged, ...said, { ...full }];
}

/** Whether a part has to be supplied when the text names no part. */
export const isFullDisk = (line: RequestLine): boolean => line.pattern === disk;
