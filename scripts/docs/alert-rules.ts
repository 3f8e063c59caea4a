/**
 * Alerting rules for the platform: one for every cause, or symptom, that a metric of a widely used exporter can show.
 * `alert-rule-files.ts` makes the files of them.
 */

import { serviceIds } from '../../src/domain/platform/part.ts';
import { asInGuide } from '../../src/domain/platform/platform.ts';

export interface AlertRule {
  readonly name: string;
  /** As it is typed after `/aetherius diagnose`; a name of Prometheus's labels may stand behind the id. */
  readonly symptom: string;
  /** The cause that the metric speaks for; undefined where it shows only the symptom. The diagnosis decides. */
  readonly cause?: string;
  readonly expr: string;
  /** How long it must hold. */
  readonly for: string;
  readonly severity: 'critical' | 'warning' | 'info';
  readonly summary: string;
  readonly description: string;
}

const { parts } = asInGuide;
const bare = (workload: string): string => workload.replace(/^.*\//, '');
const services = serviceIds.map((id) => bare(parts[id].workload));
const stores = (['postgres', 'redis', 'nats'] as const).map((id) => bare(parts[id].workload));
const neo4j = bare(parts.neo4j.workload);
const agents = bare(parts['collect-agent'].workload);
const agentManager = bare(parts['agent-manager'].workload);
const reasoning = bare(parts['reasoning-service'].workload);
const anyOf = (names: readonly string[]): string => names.join('|');

/** The namespaces of the guide; the chart puts those of its values in their place. */
export const platformNamespace = 'namespace="aetherius"';
/** An exporter beside the platform, or one on a machine without Kubernetes. */
export const exporterNamespace = 'namespace=~"|aetherius"';
export const agentNamespace = 'namespace="kube-system"';
const here = platformNamespace;
const near = exporterNamespace;
const servicePods = `pod=~"(${anyOf(services)})-.*"`;
const ofPod = (selector: string) => `${here}, ${selector}, container!=""`;
const waits = (reasons: readonly string[], more = '') =>
  `kube_pod_container_status_waiting_reason{${here}, reason=~"${anyOf(reasons)}"${more}} == 1`;
const killed = (more: string) =>
  `(kube_pod_container_status_last_terminated_reason{${here}, reason="OOMKilled", ${more}} == 1)
and on (namespace, pod, container)
  (increase(kube_pod_container_status_restarts_total{${here}}[30m]) > 0)`;
const limit = (resource: string, selector = servicePods) =>
  `max by (namespace, pod, container) (kube_pod_container_resource_limits{${here}, ${selector}, resource="${resource}"})`;
const nearLimit = `sum by (instance) (pg_stat_activity_count{${near}})
  > 0.8 * max by (instance) (pg_settings_max_connections{${near}})`;
const full = `redis_memory_used_bytes{${near}} > 0.9 * (redis_memory_max_bytes{${near}} > 0)`;

const pod = '{{ $labels.pod }}';
const container = '{{ $labels.container }}';
const instance = '{{ $labels.instance }}';

export const alertRules: readonly AlertRule[] = [
  {
    name: 'AetheriusServiceDown',
    symptom: 'H2 {{ $labels.deployment }}',
    cause: 'H2.a',
    expr: `kube_deployment_status_replicas_available{${here}, deployment=~"${anyOf(services)}"} == 0`,
    for: '5m',
    severity: 'critical',
    summary: '{{ $labels.deployment }} has no Pod that can answer',
    description: 'The Deployment {{ $labels.deployment }} has had no available replica for five minutes.',
  },
  {
    name: 'AetheriusStoreDown',
    symptom: 'H2 {{ $labels.statefulset }}',
    cause: 'H2.a',
    expr: `kube_statefulset_status_replicas_ready{${here}, statefulset=~"${anyOf(stores)}"} == 0`,
    for: '5m',
    severity: 'critical',
    summary: '{{ $labels.statefulset }} has no Pod that is ready',
    description: 'The StatefulSet {{ $labels.statefulset }} has had no ready replica for five minutes.',
  },
  {
    name: 'AetheriusPostgresDown',
    symptom: 'H2 postgres',
    cause: 'H2.a',
    expr: `pg_up{${near}} == 0`,
    for: '2m',
    severity: 'critical',
    summary: 'PostgreSQL does not answer its exporter',
    description: `The exporter ${instance} could not ask PostgreSQL anything for two minutes.`,
  },
  {
    name: 'AetheriusRedisDown',
    symptom: 'H2 redis',
    cause: 'H2.a',
    expr: `redis_up{${near}} == 0`,
    for: '2m',
    severity: 'critical',
    summary: 'Redis does not answer its exporter',
    description: `The exporter ${instance} could not ask Redis anything for two minutes.`,
  },
  {
    name: 'AetheriusAgentManagerCrashes',
    symptom: 'S1',
    expr: waits(['CrashLoopBackOff'], `, pod=~"${agentManager}-.*"`),
    for: '2m',
    severity: 'critical',
    summary: 'agent-manager does not start',
    description: `The container ${container} of ${pod} ends again and again. Its log says which cause it is.`,
  },
  {
    name: 'AetheriusAgentsDown',
    symptom: 'S2',
    cause: 'S2.c',
    expr: `kube_daemonset_status_number_ready{${agentNamespace}, daemonset="${agents}"} == 0
and
  kube_daemonset_status_desired_number_scheduled{${agentNamespace}, daemonset="${agents}"} > 0`,
    for: '5m',
    severity: 'critical',
    summary: 'No collect agent is ready',
    description:
      'The DaemonSet {{ $labels.daemonset }} wants Pods and has had none that is ready for five minutes.',
  },
  {
    name: 'AetheriusAnalysisOutOfMemory',
    symptom: 'S6',
    cause: 'S6.a',
    expr: killed(`pod=~"${reasoning}-.*"`),
    for: '0m',
    severity: 'critical',
    summary: 'reasoning-service was killed for memory',
    description: `The container ${container} of ${pod} was killed for memory within the last half hour.`,
  },
  {
    name: 'AetheriusNeo4jNotReady',
    symptom: 'S7',
    cause: 'S7.a',
    expr: `kube_pod_status_ready{${here}, pod=~"${neo4j}-.*", condition="true"} == 0
and on (namespace, pod)
  (kube_pod_container_status_running{${here}, pod=~"${neo4j}-.*"} == 1)`,
    for: '10m',
    severity: 'critical',
    summary: 'Neo4j runs and is not ready',
    description: `${pod} has been running for ten minutes without being ready.`,
  },
  {
    name: 'AetheriusNeo4jDown',
    symptom: 'S7',
    cause: 'S7.c',
    expr: `kube_statefulset_status_replicas_ready{${here}, statefulset="${neo4j}"} == 0
unless on (namespace)
  (kube_pod_container_status_running{${here}, pod=~"${neo4j}-.*"} == 1)`,
    for: '5m',
    severity: 'critical',
    summary: 'Neo4j is down',
    description: 'No container of the StatefulSet {{ $labels.statefulset }} has run for five minutes.',
  },
  {
    name: 'AetheriusCpuHigh',
    symptom: `P1 ${pod}`,
    expr: `sum by (namespace, pod, container) (rate(container_cpu_usage_seconds_total{${ofPod(servicePods)}}[5m]))
  > 0.9 * ${limit('cpu')}`,
    for: '15m',
    severity: 'warning',
    summary: `${pod} uses nearly all the CPU that it may`,
    description: `The container ${container} of ${pod} has used more than 90 % of its CPU limit for a quarter of an hour.`,
  },
  {
    name: 'AetheriusCpuThrottled',
    symptom: `P1 ${pod}`,
    cause: 'P1.b',
    expr: `sum by (namespace, pod, container) (increase(container_cpu_cfs_throttled_periods_total{${ofPod(servicePods)}}[5m]))
  > 0.25 * sum by (namespace, pod, container) (increase(container_cpu_cfs_periods_total{${ofPod(servicePods)}}[5m]))`,
    for: '15m',
    severity: 'warning',
    summary: `${pod} is held back by its CPU limit`,
    description: `The container ${container} of ${pod} has been throttled in more than a quarter of its periods for a quarter of an hour.`,
  },
  {
    name: 'AetheriusMemoryGrows',
    symptom: `P2 ${pod}`,
    cause: 'P2.a',
    expr: `max by (namespace, pod, container) (predict_linear(container_memory_working_set_bytes{${ofPod(servicePods)}}[1h], 4 * 3600))
  > ${limit('memory')}
and on (namespace, pod, container)
  max by (namespace, pod, container) (container_memory_working_set_bytes{${ofPod(servicePods)}})
  > 0.7 * ${limit('memory')}`,
    for: '30m',
    severity: 'warning',
    summary: `${pod} grows towards its memory limit`,
    description: `The container ${container} of ${pod} uses more than 70 % of its memory limit and reaches it within four hours if it grows as in the last one.`,
  },
  {
    name: 'AetheriusNoMemoryLimit',
    symptom: `P2 ${pod}`,
    cause: 'P2.b',
    expr: `max by (namespace, pod, container) (kube_pod_container_info{${here}, ${servicePods}})
unless on (namespace, pod, container)
  kube_pod_container_resource_limits{${here}, ${servicePods}, resource="memory"}`,
    for: '1h',
    severity: 'info',
    summary: `${pod} has no memory limit`,
    description: `The container ${container} of ${pod} may take all the memory of its node.`,
  },
  {
    name: 'AetheriusPostgresConnectionsHigh',
    symptom: 'D1',
    expr: nearLimit,
    for: '5m',
    severity: 'warning',
    summary: 'PostgreSQL has few connections left',
    description: `More than 80 % of max_connections have been in use for five minutes (${instance}).`,
  },
  {
    name: 'AetheriusPostgresLimitLow',
    symptom: 'D1',
    cause: 'D1.a',
    expr: `${nearLimit}
and on (instance)
  pg_settings_max_connections{${near}} < 100`,
    for: '5m',
    severity: 'warning',
    summary: 'PostgreSQL has few connections left, and allows few',
    description: `More than 80 % of max_connections are in use, and max_connections is below the default of 100 (${instance}).`,
  },
  {
    name: 'AetheriusPostgresIdleTransactions',
    symptom: 'D1',
    cause: 'D1.c',
    expr: `${nearLimit}
and on (instance)
  (pg_stat_activity_max_tx_duration{${near}, state=~"idle in transaction.*"} > 300)`,
    for: '5m',
    severity: 'warning',
    summary: 'Sessions of PostgreSQL stay idle in a transaction while connections run out',
    description: `More than 80 % of max_connections are in use, and a session has been in its transaction for more than five minutes without work (${instance}).`,
  },
  {
    name: 'AetheriusPostgresSequentialScans',
    symptom: 'D2',
    cause: 'D2.a',
    expr: `(increase(pg_stat_user_tables_seq_scan{${near}}[15m]) > 10)
and
  (increase(pg_stat_user_tables_seq_scan{${near}}[15m]) > increase(pg_stat_user_tables_idx_scan{${near}}[15m]))
and
  (pg_stat_user_tables_n_live_tup{${near}} > 100000)`,
    for: '15m',
    severity: 'warning',
    summary: 'A large table of PostgreSQL is read from end to end',
    description:
      'The table {{ $labels.relname }} of {{ $labels.datname }} has more than 100,000 rows and is read in sequence more often than by an index: one may be missing.',
  },
  {
    name: 'AetheriusPostgresLockWaits',
    symptom: 'D2',
    cause: 'D2.c',
    expr: `sum by (instance, datname) (pg_stat_activity_count{${near}, wait_event_type="Lock"}) > 0`,
    for: '5m',
    severity: 'warning',
    summary: 'Sessions of PostgreSQL wait for a lock',
    description: 'In {{ $labels.datname }} there have been sessions that wait for a lock for five minutes.',
  },
  {
    name: 'AetheriusRedisRefusesWrites',
    symptom: 'D3',
    cause: 'D3.a',
    expr: `${full}
and on (instance)
  redis_instance_info{${near}, maxmemory_policy="noeviction"}`,
    for: '5m',
    severity: 'critical',
    summary: 'Redis is nearly full and evicts nothing',
    description: `More than 90 % of maxmemory have been in use for five minutes, and the policy is noeviction (${instance}).`,
  },
  {
    name: 'AetheriusRedisLimitLow',
    symptom: 'D3',
    cause: 'D3.b',
    expr: `${full}
and on (instance)
  (sum by (instance) (increase(redis_evicted_keys_total{${near}}[1h])) > sum by (instance) (redis_db_keys{${near}}))`,
    for: '5m',
    severity: 'warning',
    summary: 'Redis is full and evicts all its keys within an hour',
    description: `More than 90 % of maxmemory are in use, and within an hour more keys are evicted than it holds (${instance}).`,
  },
  {
    name: 'AetheriusRedisUnlimited',
    symptom: 'D3',
    cause: 'D3.b',
    expr: `redis_memory_max_bytes{${here}} == 0
and on (namespace)
  (
    max by (namespace) (container_memory_working_set_bytes{${ofPod('pod=~"redis-.*"')}})
    > 0.8 * max by (namespace) (kube_pod_container_resource_limits{${here}, pod=~"redis-.*", resource="memory"})
  )`,
    for: '5m',
    severity: 'warning',
    summary: 'Redis has no maxmemory, and its container is nearly full',
    description: `Redis has no limit of its own and uses more than 80 % of the memory that its container may (${instance}).`,
  },
  {
    name: 'AetheriusRedisMasterGone',
    symptom: 'D3',
    cause: 'D3.d',
    expr: `max by (instance) (redis_master_link_up{${near}}) == 0`,
    for: '5m',
    severity: 'critical',
    summary: 'Redis is a replica whose master is gone',
    description: `Redis has been a replica without a link to its master for five minutes; a replica takes no writes (${instance}).`,
  },
  {
    name: 'AetheriusRedisSaveFailed',
    symptom: 'D3',
    cause: 'D3.e',
    expr: `redis_rdb_last_bgsave_status{${near}} == 0`,
    for: '5m',
    severity: 'critical',
    summary: 'The last save of Redis failed',
    description: `The last save of Redis has failed for five minutes; by default Redis refuses writes until one succeeds (${instance}).`,
  },
  {
    name: 'AetheriusNatsSlowConsumer',
    symptom: 'D4',
    cause: 'D4.a',
    expr: `increase(gnatsd_varz_slow_consumers{${near}}[15m]) > 0`,
    for: '0m',
    severity: 'warning',
    summary: 'NATS has cut off a slow consumer',
    description:
      'The server {{ $labels.server_id }} has dropped a client that read too slowly within the last quarter of an hour.',
  },
  {
    name: 'AetheriusNatsConsumerLags',
    symptom: 'D4',
    cause: 'D4.a',
    expr: `jetstream_consumer_num_pending{${near}} > 1000
and
  deriv(jetstream_consumer_num_pending{${near}}[15m]) > 0`,
    for: '15m',
    severity: 'warning',
    summary: 'Messages pile up before a consumer of NATS',
    description:
      'More than 1,000 messages wait for {{ $labels.consumer_name }} of the stream {{ $labels.stream_name }}, and they become more.',
  },
  {
    name: 'AetheriusNatsNoStream',
    symptom: 'D4',
    cause: 'D4.b',
    expr: `(max by (namespace, cluster) (jetstream_server_total_streams{${near}}) == 0)
or
  (min by (namespace, cluster) (jetstream_server_jetstream_disabled{${near}}) == 1)`,
    for: '10m',
    severity: 'warning',
    summary: 'NATS keeps no events',
    description: 'JetStream is off, or has no stream: what no client takes at once is lost.',
  },
  {
    name: 'AetheriusServiceWithoutEndpoints',
    symptom: 'N1 {{ $labels.endpoint }}',
    cause: 'N1.a',
    expr: `kube_endpoint_info{${here}, endpoint=~"${anyOf([...services, ...stores, neo4j])}"}
unless on (namespace, endpoint)
  kube_endpoint_address{${here}, ready="true"}`,
    for: '5m',
    severity: 'critical',
    summary: 'No ready Pod stands behind the Service {{ $labels.endpoint }}',
    description: 'The Service {{ $labels.endpoint }} has had no ready endpoint for five minutes.',
  },
  {
    name: 'AetheriusNameServiceDown',
    symptom: 'N1',
    cause: 'N1.b',
    expr: 'kube_deployment_status_replicas_available{namespace="kube-system", deployment="coredns"} == 0',
    for: '2m',
    severity: 'critical',
    summary: 'The name service of the cluster is down',
    description: 'CoreDNS has had no available replica for two minutes: no name can be resolved.',
  },
  {
    name: 'AetheriusImageUnavailable',
    symptom: `K1 ${pod}`,
    cause: 'K1.a',
    expr: waits(['ErrImagePull', 'ImagePullBackOff', 'InvalidImageName', 'ErrImageNeverPull']),
    for: '5m',
    severity: 'warning',
    summary: `An image of ${pod} cannot be pulled`,
    description: `The container ${container} of ${pod} waits for its image: {{ $labels.reason }}.`,
  },
  {
    name: 'AetheriusPodCrashes',
    symptom: `K1 ${pod}`,
    cause: 'K1.b',
    expr: waits(['CrashLoopBackOff'], `, pod!~"${agentManager}-.*"`),
    for: '5m',
    severity: 'warning',
    summary: `${pod} crashes again and again`,
    description: `The container ${container} of ${pod} ends again and again.`,
  },
  {
    name: 'AetheriusPodOutOfMemory',
    symptom: `K1 ${pod}`,
    cause: 'K1.c',
    expr: killed(`pod!~"${reasoning}-.*"`),
    for: '0m',
    severity: 'warning',
    summary: `${pod} was killed for memory`,
    description: `The container ${container} of ${pod} was killed for memory within the last half hour.`,
  },
  {
    name: 'AetheriusPodUnschedulable',
    symptom: `K1 ${pod}`,
    cause: 'K1.d',
    expr: `kube_pod_status_unschedulable{${here}} == 1`,
    for: '5m',
    severity: 'warning',
    summary: `No node can take ${pod}`,
    description: `${pod} has waited for a node for five minutes.`,
  },
  {
    name: 'AetheriusPodConfigMissing',
    symptom: `K1 ${pod}`,
    cause: 'K1.e',
    expr: waits(['CreateContainerConfigError']),
    for: '5m',
    severity: 'warning',
    summary: `${pod} waits for a ConfigMap or Secret`,
    description: `The container ${container} of ${pod} cannot be made: a ConfigMap, a Secret or a key of one is missing.`,
  },
  {
    name: 'AetheriusPodNotReady',
    symptom: `K1 ${pod}`,
    cause: 'K1.f',
    expr: `kube_pod_status_ready{${here}, pod!~"${neo4j}-.*", condition="true"} == 0
and on (namespace, pod)
  (kube_pod_container_status_running{${here}} == 1)`,
    for: '10m',
    severity: 'warning',
    summary: `${pod} runs and is not ready`,
    description: `${pod} has been running for ten minutes and does not pass its health check.`,
  },
  {
    name: 'AetheriusPodRefused',
    symptom: 'K1 {{ $labels.deployment }}',
    cause: 'K1.g',
    expr: `kube_deployment_status_condition{${here}, condition="ReplicaFailure", status="true"} == 1`,
    for: '5m',
    severity: 'warning',
    summary: 'No Pod can be made for {{ $labels.deployment }}',
    description:
      'The API server refuses the Pods of {{ $labels.deployment }}: a quota, a policy or a webhook.',
  },
  {
    name: 'AetheriusInitContainerWaits',
    symptom: `K1 ${pod}`,
    cause: 'K1.h',
    expr: `kube_pod_init_container_status_running{${here}} == 1
unless on (namespace, pod)
  (kube_pod_status_ready{${here}, condition="true"} == 1)`,
    for: '15m',
    severity: 'warning',
    summary: `An init container of ${pod} does not end`,
    description: `The init container ${container} of ${pod} has been running for a quarter of an hour.`,
  },
  {
    name: 'AetheriusCommandMissing',
    symptom: `K1 ${pod}`,
    cause: 'K1.i',
    expr: `(${waits(['CreateContainerError', 'RunContainerError'])})
or
  (kube_pod_container_status_last_terminated_reason{${here}, reason=~"ContainerCannotRun|StartError"} == 1)`,
    for: '5m',
    severity: 'warning',
    summary: `The command of ${pod} cannot be run`,
    description: `The container ${container} of ${pod} cannot be started: {{ $labels.reason }}.`,
  },
  {
    name: 'AetheriusPodEvicted',
    symptom: `K1 ${pod}`,
    cause: 'K1.j',
    expr: `kube_pod_status_reason{${here}, reason="Evicted"} == 1`,
    for: '0m',
    severity: 'warning',
    summary: `${pod} was evicted`,
    description: `The kubelet has evicted ${pod}: its node has too little left, or the Pod uses more than it may.`,
  },
  {
    name: 'AetheriusNatsServersApart',
    symptom: 'M1',
    cause: 'M1.g',
    expr: `(max by (namespace) (gnatsd_varz_routes{${near}}) == 0)
and
  (count by (namespace) (gnatsd_varz_routes{${near}}) > 1)`,
    for: '10m',
    severity: 'critical',
    summary: 'The NATS servers are no cluster',
    description:
      'There are several NATS servers and none has a route to another: each hears its own clients alone.',
  },
  {
    name: 'AetheriusScrapeFails',
    symptom: 'M1',
    cause: 'M1.h',
    expr: `up{${here}} == 0
and on (namespace, pod)
  (kube_pod_status_ready{${here}, condition="true"} == 1)`,
    for: '15m',
    severity: 'warning',
    summary: `A scrape job leads to nothing: {{ $labels.job }}`,
    description: `${pod} is ready, and the job {{ $labels.job }} has got no metrics from ${instance} for a quarter of an hour.`,
  },
  {
    name: 'AetheriusImagesDiffer',
    symptom: 'M1',
    cause: 'M1.m',
    expr: `count by (namespace, part, container) (
  count by (namespace, part, container, image_id) (
    label_replace(kube_pod_container_info{${here}, ${servicePods}, image_id!=""}, "part", "$1", "pod", "(${anyOf(services)})-.*")
  )
) > 1`,
    for: '1h',
    severity: 'warning',
    summary: 'Pods of {{ $labels.part }} run different images',
    description: `The container ${container} of {{ $labels.part }} has run from more than one image for an hour.`,
  },
];

/** Causes for which no metric of those exporters speaks, and symptoms without any, each with the reason. */
export const withoutRule: readonly { readonly ids: readonly string[]; readonly reason: string }[] = [
  {
    ids: ['H2.b', 'M1.d'],
    reason: 'The metric is that of K1.f: a Pod that runs and is not ready. The diagnosis tells them apart.',
  },
  { ids: ['H2.c', 'N1.c', 'N1.d'], reason: 'No exporter of these tries a connection between two parts.' },
  { ids: ['H2.d'], reason: 'No exporter of these measures the answers of the services.' },
  {
    ids: ['S1.a', 'S1.b', 'S1.c', 'S1.d', 'S1.e', 'S1.f', 'S1.g', 'S1.h', 'S1.i'],
    reason:
      'The log of agent-manager says which it is; that it does not start has a rule, which leads to S1.',
  },
  {
    ids: ['S2.a', 'S2.b', 'S2.d'],
    reason: 'Subjects and tokens stand in configurations and logs, and in no metric.',
  },
  {
    ids: ['S3', 'S3.a', 'S3.b', 'S3.c'],
    reason:
      'Queues, batches and times of events would be metrics of agent-manager itself, and its builds have those of Go and of their process alone.',
  },
  {
    ids: ['S4', 'S4.a', 'S4.b'],
    reason: 'Workers and the queue of the executor would be metrics of orchestrator-service itself.',
  },
  { ids: ['S5', 'S5.a', 'S5.b'], reason: 'Steps and their timeouts stand in its database and its log.' },
  { ids: ['S6.b'], reason: 'That a model is missing stands in the log and in the file system.' },
  { ids: ['S7.b'], reason: 'No metric counts the logins alone that Neo4j refuses.' },
  {
    ids: ['P1.a'],
    reason: 'Which function takes the CPU only a profile shows; high CPU has a rule, which leads to P1.',
  },
  { ids: ['T1', 'T1.a'], reason: 'Only who reads both stores sees that they disagree.' },
  {
    ids: ['T1.b'],
    reason: 'Whether an index is valid or whole stands in the catalogue of PostgreSQL alone.',
  },
  {
    ids: ['C1', 'C1.a', 'C1.c'],
    reason: 'kube-state-metrics says when a ConfigMap or Secret was made, and not when it was changed.',
  },
  { ids: ['C1.b'], reason: 'Arguments and variables of a process are in no metric.' },
  {
    ids: ['D1.b', 'D1.d'],
    reason: 'Who holds the connections the diagnosis asks; that they run out has a rule, which leads to D1.',
  },
  { ids: ['D2.b'], reason: 'No exporter knows how long a row is needed.' },
  { ids: ['D3.c'], reason: 'No exporter knows which keys are of no use.' },
  {
    ids: ['D3.f'],
    reason: 'How many replicas Redis wants before it takes a write is in no metric of redis_exporter.',
  },
  {
    ids: ['M1.a', 'M1.b', 'M1.f', 'M1.i', 'M1.j', 'M1.k', 'M1.l', 'M1.n'],
    reason: 'Two parts say something different of the same thing, and only who reads both sees it.',
  },
  { ids: ['M1.c'], reason: 'Which ports a process listens on is in no metric of these.' },
  {
    ids: ['M1.e'],
    reason: 'The metric is that of N1.a: a Service without ready endpoints. The diagnosis tells them apart.',
  },
];
