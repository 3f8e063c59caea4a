import type { CallOptions } from '../kernel/call.ts';
import type { Facts } from '../kernel/facts.ts';
import type { PartId, ServiceId } from '../platform/part.ts';
import type { RuntimeTarget } from './runtime.ts';

export type { CallOptions };

/**
 * Ports to the systems under diagnosis. Adapters in `platform/targets` implement them with the real
 * drivers and throw `TargetError` with the stage that failed. Probes take `Pick`s of these.
 */
export const targetNames = [
  'services',
  'postgres',
  'redis',
  'nats',
  'neo4j',
  'kubernetes',
  'compose',
  'runtime',
  'network',
] as const;
export type TargetName = (typeof targetNames)[number];

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  text(): string;
  /** Milliseconds until the last byte. */
  readonly latencyMs: number;
}

export interface ServiceTarget {
  readonly id: ServiceId;
  readonly url: string;
  /** Tried in turn until one does not answer 404. */
  readonly healthPaths: readonly string[];
}

export interface ServicesTarget {
  /** Undefined: that service is not configured. */
  find(id: ServiceId): ServiceTarget | undefined;
  /** Any HTTP status is an answer; only a missing answer throws. At most `maxBytes` (default 1 MiB) are read. */
  request(
    url: string,
    options?: CallOptions & {
      readonly method?: 'GET' | 'POST';
      readonly body?: string;
      readonly headers?: Readonly<Record<string, string>>;
      readonly maxBytes?: number;
    },
  ): Promise<HttpAnswer>;
  /**
   * What `work` asks of one service goes over one connection, which a Service of Kubernetes leads to one and the same
   * replica. `kept` tells afterwards whether it did: a server may close its connection after every answer.
   */
  overOneConnection<T>(work: (services: ServicesTarget, kept: () => boolean) => Promise<T>): Promise<T>;
}

export type DatabaseId = 'agentManager' | 'orchestrator';

export interface PostgresTarget {
  /** Name of the database behind the id, or undefined when not configured. */
  databaseName(id: DatabaseId): string | undefined;
  /** Runs in a read-only transaction with a statement timeout, `application_name` = aetherius-bot. */
  query<Row extends object>(
    database: DatabaseId,
    sql: string,
    values?: readonly unknown[],
    options?: CallOptions,
  ): Promise<readonly Row[]>;
  /** For remediations alone: one statement outside of a read-only transaction. */
  execute<Row extends object>(
    database: DatabaseId,
    sql: string,
    values?: readonly unknown[],
    options?: CallOptions,
  ): Promise<readonly Row[]>;
}

/** One server of Redis: what two of its answers say may be compared. */
export interface RedisNode {
  /** Raw reply of one command (strings, numbers, arrays). */
  call(command: string, args?: readonly (string | number)[], options?: CallOptions): Promise<unknown>;
  /** `INFO section` as a map. */
  info(section: string, options?: CallOptions): Promise<Readonly<Record<string, string>>>;
}

/**
 * In a cluster a command about a key goes to the server that holds it, and one about a server always to the same.
 */
export interface RedisTarget extends RedisNode {
  /** The servers that hold the keys: every master of a cluster, by address; else the one there is. */
  nodes(options?: CallOptions): Promise<readonly (RedisNode & { readonly name: string })[]>;
}

export interface NatsTarget {
  /** Connects as a client and measures a round trip; facts of the server's INFO. */
  connect(options?: CallOptions): Promise<{
    readonly latencyMs: number;
    readonly serverId: string;
    readonly serverName: string;
    readonly version: string;
    readonly jetstream: boolean;
  }>;
  /** A monitoring endpoint (`/varz`, `/connz?…`, `/jsz?…`) as JSON; undefined monitor → TargetError('dns')-free AppError NOT_FOUND. */
  monitor<T>(path: string, options?: CallOptions): Promise<T>;
  readonly hasMonitor: boolean;
  /** Subscribes for at most `ms` and returns the subjects seen with counts (never payloads). */
  listen(subject: string, ms: number, options?: CallOptions): Promise<Readonly<Record<string, number>>>;
  /** JetStream API request, e.g. `STREAM.NAMES`; JSON reply. */
  jetstream<T>(api: string, body: unknown, options?: CallOptions): Promise<T>;
}

export interface Neo4jTarget {
  /** Bolt handshake and authentication with the configured credentials. */
  verify(
    options?: CallOptions,
  ): Promise<{ readonly latencyMs: number; readonly address: string; readonly version: string }>;
  run<Row extends object>(
    cypher: string,
    params?: Readonly<Record<string, unknown>>,
    options?: CallOptions,
  ): Promise<readonly Row[]>;
}

/** Kubernetes kinds a run may list; each is one (paged) LIST, shared by all probes of the run. */
export const kubeKinds = [
  'pods',
  'deployments',
  'replicasets',
  'statefulsets',
  'daemonsets',
  'services',
  'endpointslices',
  'configmaps',
  'networkpolicies',
  'events',
  'persistentvolumeclaims',
  'nodes',
] as const;
export type KubeKind = (typeof kubeKinds)[number];

/** Only what every Kubernetes object has; probes parse the fields they use with zod. */
export interface KubeObject {
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid: string;
    readonly resourceVersion: string;
    readonly generation?: number;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly creationTimestamp?: string;
    readonly deletionTimestamp?: string;
    readonly ownerReferences?: readonly {
      readonly kind: string;
      readonly name: string;
      readonly uid: string;
      readonly controller?: boolean;
    }[];
  };
  readonly [field: string]: unknown;
}

export interface ListOptions extends CallOptions {
  /** Chosen by the API server, `reason=Unhealthy`: what nobody reads need not be sent. */
  readonly fieldSelector?: string;
}

export interface KubernetesTarget {
  readonly namespace: string;
  readonly agentNamespace: string;
  /** Paged by 500, cached for the run. `forbidden` names verb and resource in its facts. */
  list(kind: KubeKind, namespace: string, options?: ListOptions): Promise<readonly KubeObject[]>;
  /** Whether the run has asked for this LIST already, so that it costs no further request. */
  hasListed(kind: KubeKind, namespace: string, options?: Pick<ListOptions, 'fieldSelector'>): boolean;
  /** Reads past the cache. NOT_FOUND as AppError. */
  get(
    kind: KubeKind | 'secrets' | 'namespaces',
    namespace: string,
    name: string,
    options?: CallOptions,
  ): Promise<KubeObject>;
  logs(
    namespace: string,
    pod: string,
    container: string,
    options?: CallOptions & {
      readonly previous?: boolean;
      readonly tailLines?: number;
      readonly sinceSeconds?: number;
      readonly limitBytes?: number;
    },
  ): Promise<string>;
  exec(
    namespace: string,
    pod: string,
    container: string,
    command: readonly string[],
    options?: CallOptions,
  ): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }>;
  /** metrics.k8s.io Pod metrics; AppError NOT_FOUND when the API is not installed. */
  podMetrics(
    namespace: string,
    options?: CallOptions,
  ): Promise<
    readonly {
      readonly pod: string;
      readonly container: string;
      readonly cpuMillicores: number;
      readonly memoryBytes: number;
    }[]
  >;
  /** SelfSubjectAccessReview. */
  can(
    verb: string,
    resource: string,
    namespace: string,
    options?: CallOptions & { readonly group?: string; readonly subresource?: string },
  ): Promise<boolean>;
  /**
   * JSON merge patch; carry `metadata.resourceVersion` in it for optimistic locking. `dryRun` = server side.
   * `subresource`: debug containers alone, which a Pod takes nowhere else; the patch is a strategic one then, so that
   * those which are there stay.
   */
  patch(
    kind: KubeKind,
    namespace: string,
    name: string,
    body: unknown,
    options?: CallOptions & { readonly dryRun?: boolean; readonly subresource?: 'ephemeralcontainers' },
  ): Promise<KubeObject>;
  /**
   * Pods of a namespace as they change after this version, in one request; resolves when the time is over or nobody
   * waits any more (`signal`). For debug containers alone, with the right that goes with them.
   */
  watchPods(
    namespace: string,
    options: { readonly resourceVersion: string; readonly seconds: number; readonly signal: AbortSignal },
    onPod: (pod: KubeObject) => void,
  ): Promise<void>;
  /** Number of requests sent so far, for the cost of a run. */
  requests(): number;
  /** Those of them that asked for a further page of a long list. */
  pages(): number;
  /**
   * From now on no more than this many requests of the run, further pages not counted: what goes beyond is not sent and
   * is an AppError with the reason `request-limit`.
   */
  limit(requests: number): void;
  /** How many more may be sent; infinite without a limit. */
  left(): number;
  /** Waits until nobody of the run is waiting for the API server itself, for a few seconds at most. */
  quiet(): Promise<void>;
}

export interface ComposeContainer {
  readonly id: string;
  readonly name: string;
  /** Compose service name, from the label. */
  readonly service: string;
  readonly image: string;
  readonly state: 'created' | 'running' | 'paused' | 'restarting' | 'removing' | 'exited' | 'dead';
  readonly health?: 'starting' | 'healthy' | 'unhealthy';
  /** ISO time at which it was made: from then on its image and environment are the same. */
  readonly createdAt: string;
  readonly startedAt: string;
  readonly finishedAt?: string;
  readonly exitCode: number;
  readonly oomKilled: boolean;
  readonly restartCount: number;
  readonly networks: readonly string[];
  readonly memoryLimitBytes: number;
  readonly nanoCpus: number;
  readonly error?: string;
  readonly env: Readonly<Record<string, string>>;
  readonly command: readonly string[];
}

export interface ComposeTarget {
  readonly project: string;
  /** Containers of the project, running or not; cached for the run. */
  containers(options?: CallOptions): Promise<readonly ComposeContainer[]>;
  /** Reads past the cache. */
  inspect(id: string, options?: CallOptions): Promise<ComposeContainer>;
  /** One log over all restarts of the container, or a piece of it by the time of its lines. */
  logs(
    id: string,
    options?: CallOptions & { readonly tail?: number; readonly since?: Date; readonly until?: Date },
  ): Promise<string>;
  exec(
    id: string,
    command: readonly string[],
    options?: CallOptions,
  ): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }>;
  stats(
    id: string,
    options?: CallOptions,
  ): Promise<{
    readonly cpuPercent: number;
    readonly memoryBytes: number;
    readonly memoryLimitBytes: number;
    /** Periods of the scheduler since the container started, and those in which it was held back at its CPU limit. */
    readonly cpuPeriods: number;
    readonly cpuThrottledPeriods: number;
  }>;
  restart(id: string, options?: CallOptions & { readonly graceSeconds?: number }): Promise<void>;
  networks(options?: CallOptions): Promise<
    readonly {
      readonly id: string;
      readonly name: string;
      readonly driver: string;
      readonly containers: readonly string[];
    }[]
  >;
}

/** All targets of one environment, for one run. A missing one is not configured. */
/** What a bare TCP handshake showed, below every protocol. */
export interface Handshake {
  readonly host: string;
  readonly port: number;
  /** Only the other end can have refused; `silent` is no answer at all within the time. */
  readonly answer: 'open' | 'refused' | 'closed' | 'silent';
  /** Milliseconds until then. */
  readonly ms: number;
}

/** The ways to the configured parts. */
export interface NetworkTarget {
  /** Whether a part has an address at all. */
  knows(part: PartId): boolean;
  /** Opens a connection to the part's (first) address and closes it. TargetError `dns` or `aborted`. */
  handshake(
    part: PartId,
    options: CallOptions & {
      readonly timeoutMs: number;
      /** An address of this part's own, instead of the configured one. */
      readonly at?: { readonly host: string; readonly port: number };
    },
  ): Promise<Handshake>;
}

export interface Targets {
  readonly environment: string;
  readonly services?: ServicesTarget;
  readonly postgres?: PostgresTarget;
  readonly redis?: RedisTarget;
  readonly nats?: NatsTarget;
  readonly neo4j?: Neo4jTarget;
  readonly kubernetes?: KubernetesTarget;
  readonly compose?: ComposeTarget;
  /** Over whichever of the two is configured. */
  readonly runtime?: RuntimeTarget;
  readonly network?: NetworkTarget;
}

/** `Targets` with the named ones present: what a probe with `needs: [...]` receives. */
export type With<K extends TargetName> = Targets & { readonly [N in K]-?: NonNullable<Targets[N]> };

/** Makes the targets of a run; connections are pooled behind it, LIST answers are not shared between runs. */
export interface TargetsFactory {
  forRun(environment: string): Promise<Targets>;
  close(): Promise<void>;
}

/** Short, stable facts that identify the thing a plan changes (approvals.md P3). */
export type Identity = Facts;
