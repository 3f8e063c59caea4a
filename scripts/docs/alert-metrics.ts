/**
 * Every metric that an alerting rule reads, as its exporter says that it is: recorded from the page or file of the source, at
 * the version of `exporters`. `test/integration/alerts/exporters.test.ts` compares with exporters that run.
 */

export interface Exporter {
  readonly name: string;
  /** The version in whose page or source the metrics were looked up. */
  readonly version: string;
  readonly repository: string;
}

export interface RecordedMetric {
  readonly exporter: Exporter;
  /** Where the exporter says so, in its repository. */
  readonly page: string;
  /** What tells its series apart, without what Prometheus adds when it scrapes. */
  readonly labels: readonly string[];
}

const exporters = {
  kubeStateMetrics: {
    name: 'kube-state-metrics',
    version: 'main of 2026-08-20',
    repository: 'https://github.com/kubernetes/kube-state-metrics/blob/main',
  },
  cadvisor: {
    name: 'kubelet',
    version: 'master of 2026-07-20',
    repository: 'https://github.com/google/cadvisor/blob/master/docs',
  },
  postgres: {
    name: 'postgres_exporter',
    version: '0.20.1',
    repository: 'https://github.com/prometheus-community/postgres_exporter/blob/master',
  },
  redis: {
    name: 'redis_exporter',
    version: 'master of 2026-08-05',
    repository: 'https://github.com/oliver006/redis_exporter/blob/master',
  },
  nats: {
    name: 'prometheus-nats-exporter',
    version: 'main of 2026-06-10',
    repository: 'https://github.com/nats-io/prometheus-nats-exporter/blob/main',
  },
  prometheus: {
    name: 'Prometheus',
    version: '2.42',
    repository: 'https://prometheus.io',
  },
} as const satisfies Readonly<Record<string, Exporter>>;

const from =
  (exporter: Exporter, page: string, ...usual: readonly string[]) =>
  (...labels: readonly string[]): RecordedMetric => ({ exporter, page, labels: [...usual, ...labels] });

const stateOf = (page: string, ...usual: readonly string[]) =>
  from(exporters.kubeStateMetrics, `docs/metrics/${page}-metrics.md`, 'namespace', ...usual);
const pod = stateOf('workload/pod', 'pod', 'uid');
const deployment = stateOf('workload/deployment', 'deployment');
const statefulSet = stateOf('workload/statefulset', 'statefulset');
const daemonSet = stateOf('workload/daemonset', 'daemonset');
const endpoint = stateOf('service/endpoint', 'endpoint');
// The kubelet adds whose container it is.
const container = from(
  exporters.cadvisor,
  'storage/prometheus.md',
  ...['namespace', 'pod', 'container', 'id', 'image', 'name'],
);
const sessions = from(
  exporters.postgres,
  'collector/pg_stat_activity.go',
  ...['datname', 'state', 'usename', 'application_name', 'backend_type', 'wait_event_type', 'wait_event'],
);
const tables = from(
  exporters.postgres,
  'collector/pg_stat_user_tables.go',
  ...['datname', 'schemaname', 'relname'],
);
const redis = from(exporters.redis, 'exporter/exporter.go');
const redisInfo = from(exporters.redis, 'exporter/info.go');
const nats = from(exporters.nats, 'collector/collector.go', 'server_id');
const jetStream = from(
  exporters.nats,
  'collector/jsz.go',
  ...['server_id', 'server_name', 'cluster', 'domain', 'meta_leader', 'is_meta_leader'],
);

export const alertMetrics: Readonly<Record<string, RecordedMetric>> = {
  kube_pod_container_info: pod('container', 'image', 'image_id', 'image_spec', 'container_id'),
  kube_pod_container_resource_limits: pod('container', 'node', 'resource', 'unit'),
  kube_pod_container_status_last_terminated_reason: pod('container', 'reason'),
  kube_pod_container_status_restarts_total: pod('container'),
  kube_pod_container_status_running: pod('container'),
  kube_pod_container_status_waiting_reason: pod('container', 'reason'),
  kube_pod_init_container_status_running: pod('container'),
  kube_pod_status_ready: pod('condition'),
  kube_pod_status_reason: pod('reason'),
  kube_pod_status_unschedulable: pod(),
  kube_deployment_status_condition: deployment('condition', 'reason', 'status'),
  kube_deployment_status_replicas_available: deployment(),
  kube_statefulset_status_replicas_ready: statefulSet(),
  kube_daemonset_status_desired_number_scheduled: daemonSet(),
  kube_daemonset_status_number_ready: daemonSet(),
  kube_endpoint_address: endpoint('ip', 'port_name', 'port_number', 'port_protocol', 'ready'),
  kube_endpoint_info: endpoint(),
  container_cpu_cfs_periods_total: container(),
  container_cpu_cfs_throttled_periods_total: container(),
  container_cpu_usage_seconds_total: container('cpu'),
  container_memory_working_set_bytes: container(),
  pg_settings_max_connections: from(exporters.postgres, 'collector/pg_setting.go')(),
  pg_stat_activity_count: sessions(),
  pg_stat_activity_max_tx_duration: sessions(),
  pg_stat_user_tables_idx_scan: tables(),
  pg_stat_user_tables_n_live_tup: tables(),
  pg_stat_user_tables_seq_scan: tables(),
  pg_up: from(exporters.postgres, 'exporter/postgres_exporter.go')(),
  redis_db_keys: redisInfo('db'),
  redis_evicted_keys_total: redis(),
  redis_instance_info: redisInfo('role', 'redis_version', 'redis_mode', 'os', 'maxmemory_policy'),
  redis_master_link_up: redis('master_host', 'master_port'),
  redis_memory_max_bytes: redis(),
  redis_memory_used_bytes: redis(),
  redis_rdb_last_bgsave_status: redis(),
  redis_up: redis(),
  gnatsd_varz_routes: nats(),
  gnatsd_varz_slow_consumers: nats(),
  jetstream_consumer_num_pending: jetStream('account', 'stream_name', 'consumer_name'),
  jetstream_server_jetstream_disabled: jetStream(),
  jetstream_server_total_streams: jetStream(),
  up: from(exporters.prometheus, 'docs/concepts/jobs_instances/')(),
};

/**
 * The labels that series of a metric have in Prometheus. To those of its exporter Prometheus adds of whom it asked; who
 * speaks of many Pods says itself which it means, and keeps its word with `honor_labels`.
 */
export function labelsOf(metric: string): ReadonlySet<string> {
  const { exporter, labels } = recorded(metric);
  const ofOthers: readonly Exporter[] = [exporters.kubeStateMetrics, exporters.cadvisor];
  return new Set([
    ...['job', 'instance', ...labels],
    ...(ofOthers.includes(exporter) ? [] : ['namespace', 'pod', 'container']),
  ]);
}

/** @throws Error for a metric of which nobody has looked up who has it. */
export function recorded(metric: string): RecordedMetric {
  const found = alertMetrics[metric];
  if (found === undefined) throw new Error(`alert-metrics.ts does not say who has ${metric}`);
  return found;
}

/** The exporter and its page, as the file of rules says above each rule. */
export const sourceOf = ({ exporter, page }: RecordedMetric): string =>
  `${exporter.name}, ${exporter.repository}/${page}`;
