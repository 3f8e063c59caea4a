import type { CallOptions } from '../../kernel/call.ts';

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
  'poddisruptionbudgets',
  'resourcequotas',
  'horizontalpodautoscalers',
  'nodes',
  /** Of the Prometheus operator: a cluster need not have them, and then it answers NOT_FOUND. */
  'prometheusrules',
  'servicemonitors',
  'podmonitors',
  'prometheuses',
] as const;

export type KubeKind = (typeof kubeKinds)[number];

/** By which name Kubernetes keeps what we have written (`managedFields`). */
export const ourManager = 'aetherius-bot';

/** What a fix may make: a Job, what ends with it, and a Secret that was missing. */
export type MadeKind = 'jobs' | 'networkpolicies' | 'secrets';

/** Kinds that a cluster without the Prometheus operator does not have. */
export const operatorKinds: ReadonlySet<KubeKind> = new Set([
  'prometheusrules',
  'servicemonitors',
  'podmonitors',
  'prometheuses',
]);

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
  /** Chosen by the API server, `reason=Unhealthy`: it need not send what is not read. */
  readonly fieldSelector?: string;
}

export interface KubernetesTarget {
  readonly namespace: string;
  readonly agentNamespace: string;
  /** Paged by 500, cached for the run. `forbidden` names verb and resource in its facts. */
  list(kind: KubeKind, namespace: string, options?: ListOptions): Promise<readonly KubeObject[]>;
  /** Whether the run has asked for this LIST already, so that it costs no further request. */
  hasListed(kind: KubeKind, namespace: string, options?: Pick<ListOptions, 'fieldSelector'>): boolean;
  /** The Pods of a Job as they are now, past the cache. */
  jobPods(namespace: string, job: string, options?: CallOptions): Promise<readonly KubeObject[]>;
  /** Reads past the cache. NOT_FOUND as AppError. */
  get(
    kind: KubeKind | MadeKind | 'namespaces',
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
  /** SelfSubjectAccessReview; without a name it is about every object of that kind. */
  can(
    verb: string,
    resource: string,
    namespace: string,
    options?: CallOptions & {
      readonly group?: string;
      readonly subresource?: string;
      readonly name?: string;
    },
  ): Promise<boolean>;
  /**
   * JSON merge patch; carry `metadata.resourceVersion` in it for optimistic locking. `dryRun` = server side.
   * `subresource`: debug containers alone, which a Pod takes nowhere else; the patch is a strategic one then, so that
   * those which are there stay.
   */
  patch(
    kind: KubeKind | 'secrets',
    namespace: string,
    name: string,
    body: unknown,
    options?: CallOptions & { readonly dryRun?: boolean; readonly subresource?: 'ephemeralcontainers' },
  ): Promise<KubeObject>;
  /** AppError CONFLICT where there is one of that name. `dryRun` = server side: nothing is stored. */
  create(
    kind: MadeKind,
    namespace: string,
    body: object,
    options?: CallOptions & { readonly dryRun?: boolean },
  ): Promise<KubeObject>;
  /** Deletes what has this name with all that it owns, if it is still this very one; NOT_FOUND as AppError. */
  remove(
    kind: 'jobs' | 'secrets',
    namespace: string,
    name: string,
    only: { readonly uid: string },
    options?: CallOptions,
  ): Promise<void>;
  /** Deletes a Job with its Pods and waits until they are gone: their last known states. */
  endJob(
    namespace: string,
    name: string,
    only: { readonly uid: string },
    options?: CallOptions,
  ): Promise<readonly KubeObject[]>;
  /** Names of the API groups that are served: what is installed in this cluster. */
  groups(options?: CallOptions): Promise<readonly string[]>;
  /**
   * Pods of a namespace as they change after this version, in one request; resolves when the time is over or the
   * last caller stops waiting (`signal`). For debug containers alone, with the right that goes with them.
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
  /** Waits until no call of the run waits for the API server, for a few seconds at most. */
  quiet(): Promise<void>;
}
