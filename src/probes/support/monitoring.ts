import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { AppError, TargetError } from '../../domain/kernel/errors.ts';
import { present } from '../../domain/kernel/present.ts';
import type { KubeObject } from '../../domain/probe/targets/kubernetes.ts';
import type { Targets } from '../../domain/probe/targets/targets.ts';

/** An alert or recording rule of Prometheus. */
export interface Rule {
  readonly name: string;
  readonly records: boolean;
  readonly expression: string;
  readonly source: string;
  /** Of the Prometheus operator: what its Prometheus scrapes stands in objects that are not read here. */
  readonly ofOperator?: true;
}

/** What a job of a scrape configuration looks for. */
export interface ScrapeJob {
  readonly name: string;
  readonly source: string;
  /** Where the configuration lies, and with it who reads it; undefined: a file of which nobody knows. */
  readonly namespace?: string;
  /** Undefined: the usual one. */
  readonly path?: string;
  readonly targets: readonly string[];
  readonly pods?: PodSearch;
  /** Services that a ServiceMonitor selects. */
  readonly services?: ServiceSearch;
  /** Of a monitor of the Prometheus operator. */
  readonly ofOperator?: true;
  /** It looks for targets in a way that is not followed here. */
  readonly opaque: boolean;
}

export interface PodSearch {
  readonly namespaces: readonly string[];
  /** Values by the name of the label as Prometheus writes it, where `.`, `/` and `-` are `_`. */
  readonly labels: Readonly<Record<string, string>>;
  readonly port?: number;
  /** In place of the number, the name of the port in the Pod. */
  readonly portName?: string;
}

export interface ServiceSearch {
  readonly namespaces: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  /** Name of the port in the Service. */
  readonly portName: string;
}

/**
 * What is known of the Prometheus that evaluates rules of the operator: `whole`: all that it scrapes is among the jobs.
 * `elsewhere`: it, or something that it scrapes, is in another namespace. `unread`: nobody may look.
 */
export type OperatorScope = 'whole' | 'elsewhere' | 'unread';

export interface Monitoring {
  readonly rules: readonly Rule[];
  readonly jobs: readonly ScrapeJob[];
  /** Absent: the cluster has no Prometheus operator. */
  readonly operator?: OperatorScope;
}

const Rules = z.object({
  groups: z.array(
    z.object({
      rules: z
        .array(
          z.object({
            alert: z.string().optional(),
            record: z.string().optional(),
            expr: z.union([z.string(), z.number()]).transform(String),
          }),
        )
        .default([]),
    }),
  ),
});

const Job = z.looseObject({
  job_name: z.string(),
  metrics_path: z.string().optional(),
  static_configs: z.array(z.object({ targets: z.array(z.string()).default([]) })).default([]),
  kubernetes_sd_configs: z
    .array(
      z.looseObject({
        role: z.string(),
        namespaces: z.object({ names: z.array(z.string()).default([]) }).optional(),
      }),
    )
    .default([]),
  relabel_configs: z
    .array(
      z.looseObject({
        source_labels: z.array(z.string()).default([]),
        action: z.string().default('replace'),
        regex: z.union([z.string(), z.number(), z.boolean()]).transform(String).default('(.*)'),
        target_label: z.string().optional(),
        replacement: z.string().default('$1'),
      }),
    )
    .default([]),
});
type Job = z.output<typeof Job>;
const Scrapes = z.object({ scrape_configs: z.array(z.unknown()) });
const Endpoint = z.looseObject({
  port: z.string().optional(),
  targetPort: z.union([z.string(), z.number()]).optional(),
  path: z.string().optional(),
  relabelings: z.array(z.looseObject({ action: z.string().default('replace') })).default([]),
});
/** A ServiceMonitor or PodMonitor (Prometheus operator, "API reference"). */
const Monitor = z.looseObject({
  metadata: z.object({ name: z.string(), namespace: z.string().optional() }),
  spec: z.looseObject({
    selector: z
      .looseObject({
        matchLabels: z.record(z.string(), z.string()).default({}),
        matchExpressions: z.array(z.unknown()).default([]),
      })
      .prefault({}),
    namespaceSelector: z
      .looseObject({ any: z.boolean().default(false), matchNames: z.array(z.string()).default([]) })
      .prefault({}),
    endpoints: z.array(Endpoint).default([]),
    podMetricsEndpoints: z.array(Endpoint).default([]),
  }),
});
/** Without a selector of namespaces it takes objects of its own; without one of objects it takes none. */
const Prometheus = z.looseObject({ spec: z.looseObject({}).prefault({}) });
const elsewhere = [
  'serviceMonitorNamespaceSelector',
  'podMonitorNamespaceSelector',
  'probeSelector',
  'scrapeConfigSelector',
  'additionalScrapeConfigs',
];
const KubernetesObject = z.looseObject({
  kind: z.string(),
  metadata: z.object({ name: z.string(), namespace: z.string().optional() }),
  data: z.record(z.string(), z.unknown()).optional(),
  spec: z.unknown().optional(),
});

const none: Monitoring = { rules: [], jobs: [] };
const joined = (all: readonly Monitoring[]): Monitoring => ({
  rules: all.flatMap(({ rules }) => rules),
  jobs: all.flatMap(({ jobs }) => jobs),
});

/** Rules and scrape jobs of these objects, which a Prometheus in their namespace reads. */
const ofObjects = (
  kind: 'ConfigMap' | 'PrometheusRule' | 'ServiceMonitor' | 'PodMonitor',
  objects: readonly KubeObject[],
): Monitoring => joined(objects.map((object) => ofObject({ kind, ...object }, '')));

const ofOperator = ({ rules, jobs }: Monitoring): Monitoring => ({
  rules: rules.map((rule) => ({ ...rule, ofOperator: true })),
  jobs,
});

/** A file of Prometheus, or manifests of Kubernetes that contain one. */
export function monitoringIn(source: string, text: string, namespace?: string): Monitoring {
  // Most files and ConfigMaps are about something else.
  if (!/^\s*(?:- )?(?:groups|scrape_configs|data|spec):/m.test(text)) return none;
  const documents = parseAllDocuments(text, { logLevel: 'silent' });
  return joined(
    documents.flatMap((document) => {
      if (document.errors.length > 0) return [];
      const value: unknown = document.toJS({ maxAliasCount: 100 });
      return [ofPrometheus(source, value, namespace), ofObject(value, source)];
    }),
  );
}

function ofObject(value: unknown, file: string): Monitoring {
  const object = KubernetesObject.safeParse(value).data;
  if (object === undefined) return none;
  const { kind, metadata, data = {}, spec } = object;
  const source = file === '' ? `${kind} ${metadata.name}` : file;
  if (kind === 'PrometheusRule') return ofPrometheus(source, spec, metadata.namespace);
  if (kind === 'ServiceMonitor' || kind === 'PodMonitor')
    return { rules: [], jobs: jobsOfMonitor(kind, value, source) };
  if (kind !== 'ConfigMap') return none;
  return joined(
    Object.entries(data).map(([key, text]) =>
      typeof text === 'string' && /^(?:groups|scrape_configs):/m.test(text)
        ? monitoringIn(`${source}/${key}`, text, metadata.namespace)
        : none,
    ),
  );
}

/** A job for each endpoint of a monitor. What it asks for in a way that is not followed here is opaque. */
function jobsOfMonitor(
  kind: 'ServiceMonitor' | 'PodMonitor',
  value: unknown,
  source: string,
): readonly ScrapeJob[] {
  const { data } = Monitor.safeParse(value);
  if (data === undefined) return [];
  const { metadata, spec } = data;
  const { name, namespace } = metadata;
  const { selector, namespaceSelector } = spec;
  const own = namespace === undefined ? [] : [namespace];
  const namespaces = namespaceSelector.matchNames.length > 0 ? namespaceSelector.matchNames : own;
  const labels = selector.matchLabels;
  const followed =
    !namespaceSelector.any &&
    namespaces.length > 0 &&
    selector.matchExpressions.length === 0 &&
    Object.keys(labels).length > 0;
  const endpoints = kind === 'ServiceMonitor' ? spec.endpoints : spec.podMetricsEndpoints;
  return endpoints.map(({ port, path, relabelings }): ScrapeJob => {
    const base = {
      ...{ name, source, targets: [], ofOperator: true as const },
      ...present({ namespace, path }),
    };
    if (!followed || port === undefined || relabelings.some(chooses)) return { ...base, opaque: true };
    if (kind === 'ServiceMonitor')
      return { ...base, opaque: false, services: { namespaces, labels, portName: port } };
    const meta = Object.entries(labels).map(([label, wanted]) => [asMeta(label), wanted] as const);
    return {
      ...{ ...base, opaque: false },
      pods: { namespaces, labels: Object.fromEntries(meta), portName: port },
    };
  });
}

/** A label as Prometheus writes it in a name. */
export const asMeta = (label: string) => label.replace(/[^\w]/g, '_');

function ofPrometheus(source: string, value: unknown, namespace: string | undefined): Monitoring {
  const rules = Rules.safeParse(value).data?.groups.flatMap((group) => group.rules) ?? [];
  const jobs = Scrapes.safeParse(value).data?.scrape_configs ?? [];
  return {
    rules: rules.map(({ alert, record, expr }) => ({
      ...{ name: alert ?? record ?? '–', records: record !== undefined, expression: expr, source },
    })),
    jobs: jobs.map((one, at) => {
      const { data: job } = Job.safeParse(one);
      const where = namespace === undefined ? { source } : { source, namespace };
      if (job === undefined) return { name: `#${at + 1}`, ...where, targets: [], opaque: true };
      return { name: job.job_name, ...where, ...present({ path: job.metrics_path }), ...targetsOf(job) };
    }),
  };
}

const podLabel = '__meta_kubernetes_pod_label_';

function targetsOf(job: Job): Pick<ScrapeJob, 'targets' | 'pods' | 'opaque'> {
  const targets = job.static_configs.flatMap((one) => one.targets);
  const searches = job.kubernetes_sd_configs;
  const others = Object.keys(job).some(
    (key) => key.endsWith('_sd_configs') && key !== 'kubernetes_sd_configs',
  );
  if (searches.length === 0) return { targets, opaque: others || job.relabel_configs.some(chooses) };
  const [search] = searches;
  const namespaces = search?.namespaces?.names ?? [];
  const labels: Record<string, string> = {};
  let port: number | undefined;
  let opaque = others || searches.length > 1 || search?.role !== 'pod' || namespaces.length === 0;
  for (const rule of job.relabel_configs) {
    const [label = '', ...more] = rule.source_labels;
    // A value that is no pattern; a name of a label is none either.
    const value = rule.regex.replaceAll(String.raw`\.`, '.');
    if (rule.action === 'keep' && more.length === 0 && label.startsWith(podLabel) && /^[\w./-]+$/.test(value))
      labels[label.slice(podLabel.length)] = value;
    else if (chooses(rule)) opaque = true;
    else if (rule.target_label === '__address__') {
      const asked = /^(?:\$1|\$\{1\}):(\d{1,5})$/.exec(rule.replacement)?.[1];
      if (asked === undefined || label !== '__meta_kubernetes_pod_ip' || more.length > 0) opaque = true;
      else port = Number(asked);
    } else if (rule.target_label?.startsWith('__') === true) opaque = true;
  }
  if (Object.keys(labels).length === 0) opaque = true;
  return { targets, opaque, pods: { namespaces, labels, ...(port === undefined ? {} : { port }) } };
}

/** It leaves targets out, by something that is not followed. */
const chooses = ({ action }: { readonly action: string }) => /^(?:keep|drop)/.test(action);

/** ConfigMaps of the agents are a source where they may be listed; the rights of a look at the agents name no list. */
function refused(error: unknown): readonly KubeObject[] {
  if (error instanceof TargetError && error.stage === 'forbidden') return [];
  throw error;
}

async function configMaps(
  { kubernetes }: Pick<Targets, 'kubernetes'>,
  signal: AbortSignal,
): Promise<readonly KubeObject[]> {
  if (kubernetes === undefined) return [];
  const { namespace, agentNamespace } = kubernetes;
  const [own, agents] = await Promise.all([
    kubernetes.list('configmaps', namespace, { signal }),
    agentNamespace === namespace
      ? []
      : kubernetes.list('configmaps', agentNamespace, { signal }).catch(refused),
  ]);
  return [...own, ...agents];
}

/** Objects of the operator; undefined: they may not be listed. */
async function ofKind(
  kubernetes: NonNullable<Targets['operator']>,
  kind: 'prometheusrules' | 'servicemonitors' | 'podmonitors' | 'prometheuses',
  signal: AbortSignal,
): Promise<readonly KubeObject[] | 'absent' | undefined> {
  try {
    return await kubernetes.list(kind, kubernetes.namespace, { signal });
  } catch (error) {
    if (error instanceof TargetError && error.stage === 'forbidden') return undefined;
    if (error instanceof AppError && error.code === 'NOT_FOUND') return 'absent';
    throw error;
  }
}

/**
 * Rules and monitors of the Prometheus operator: a source where the cluster has it and they may be listed. A cluster
 * without it is asked once, and lacks nothing.
 */
async function operatorIn(
  targets: Pick<Targets, 'kubernetes' | 'operator'>,
  signal: AbortSignal,
): Promise<Monitoring> {
  const kubernetes = targets.operator ?? targets.kubernetes;
  if (kubernetes === undefined) return none;
  const rules = await ofKind(kubernetes, 'prometheusrules', signal);
  if (rules === 'absent') return none;
  const [services, pods] = await Promise.all([
    ofKind(kubernetes, 'servicemonitors', signal),
    ofKind(kubernetes, 'podmonitors', signal),
  ]);
  const read = (objects: Awaited<ReturnType<typeof ofKind>>) =>
    objects === undefined || objects === 'absent' ? [] : objects;
  const found = joined([
    ofOperator(ofObjects('PrometheusRule', read(rules))),
    ofObjects('ServiceMonitor', read(services)),
    ofObjects('PodMonitor', read(pods)),
  ]);
  // Who evaluates the rules matters only where there are some.
  if (found.rules.length === 0) return { ...found, operator: 'elsewhere' };
  const servers = await ofKind(kubernetes, 'prometheuses', signal);
  if (services === undefined || pods === undefined || servers === undefined)
    return { ...found, operator: 'unread' };
  return { ...found, operator: scopeOf(read(servers)) };
}

/** Whether each Prometheus here scrapes monitors of its own namespace, and nothing else. */
function scopeOf(servers: readonly KubeObject[]): OperatorScope {
  const isWhole = (server: KubeObject) => {
    const { data } = Prometheus.safeParse(server);
    return data !== undefined && elsewhere.every((field) => data.spec[field] == null);
  };
  return servers.length > 0 && servers.every(isWhole) ? 'whole' : 'elsewhere';
}

/**
 * Rules and scrape jobs that may be read here: of the ConfigMaps of both namespaces, of the rules and
 * monitors of the Prometheus operator in the platform's, and of the files that somebody gave us. On Compose there is nothing but the latter. Throws where the ConfigMaps of the platform cannot be read.
 */
export async function monitoringOf(
  targets: Pick<Targets, 'kubernetes' | 'manifests' | 'operator'>,
  signal: AbortSignal,
): Promise<Monitoring> {
  const [maps, operator, files] = await Promise.all([
    configMaps(targets, signal),
    operatorIn(targets, signal),
    targets.manifests?.files({ signal }) ?? [],
  ]);
  const all = joined([
    ofObjects('ConfigMap', maps),
    operator,
    ...files.map(({ name, text }) => monitoringIn(name, text)),
  ]);
  return { ...all, ...present({ operator: operator.operator }) };
}
