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
  /** It looks for targets in a way that is not followed here. */
  readonly opaque: boolean;
}

export interface PodSearch {
  readonly namespaces: readonly string[];
  /** Values by the name of the label as Prometheus writes it, where `.`, `/` and `-` are `_`. */
  readonly labels: Readonly<Record<string, string>>;
  readonly port?: number;
}

export interface Monitoring {
  readonly rules: readonly Rule[];
  readonly jobs: readonly ScrapeJob[];
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
const ofObjects = (kind: 'ConfigMap' | 'PrometheusRule', objects: readonly KubeObject[]): Monitoring =>
  joined(objects.map((object) => ofObject({ kind, ...object }, '')));

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
  if (kind !== 'ConfigMap') return none;
  return joined(
    Object.entries(data).map(([key, text]) =>
      typeof text === 'string' && /^(?:groups|scrape_configs):/m.test(text)
        ? monitoringIn(`${source}/${key}`, text, metadata.namespace)
        : none,
    ),
  );
}

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

/** Rules of the Prometheus operator: a source where the cluster has it and they may be listed. */
async function operatorRules(
  { kubernetes }: Pick<Targets, 'kubernetes'>,
  signal: AbortSignal,
): Promise<readonly KubeObject[]> {
  if (kubernetes === undefined) return [];
  return kubernetes.list('prometheusrules', kubernetes.namespace, { signal }).catch((error: unknown) => {
    if (error instanceof AppError && error.code === 'NOT_FOUND') return [];
    return refused(error);
  });
}

/**
 * Rules and scrape jobs that may be read here: of the ConfigMaps of both namespaces, of the PrometheusRules of the
 * platform's, and of the files that somebody gave us. On Compose there is nothing but the latter. Throws where the ConfigMaps of the platform cannot be read.
 */
export async function monitoringOf(
  targets: Pick<Targets, 'kubernetes' | 'manifests'>,
  signal: AbortSignal,
): Promise<Monitoring> {
  const [maps, rules, files] = await Promise.all([
    configMaps(targets, signal),
    operatorRules(targets, signal),
    targets.manifests?.files({ signal }) ?? [],
  ]);
  return joined([
    ofObjects('ConfigMap', maps),
    ofOperator(ofObjects('PrometheusRule', rules)),
    ...files.map(({ name, text }) => monitoringIn(name, text)),
  ]);
}
