/**
 * For each alerting rule series with which it fires and series with which it must not, as exporters give them. Written by
 * hand and not read from the rules: it is what they are measured against.
 */

export interface AlertSeries {
  /** Series and their values from minute 0 on, in the notation of `promtool test rules`. */
  readonly fires: Readonly<Record<string, string>>;
  readonly silent: Readonly<Record<string, string>>;
  /** The minute at which both are looked at. */
  readonly minute: number;
  /** What the label of the symptom says when it fires. */
  readonly symptom: string;
  /** Of the alert, besides those of the symptom, the cause and the severity. */
  readonly labels: Readonly<Record<string, string>>;
}

const ns = 'namespace="aetherius"';
const pod = (name: string, more = '') => `${ns}, pod="${name}"${more}`;
const inPod = (name: string, container: string, more = '') =>
  pod(name, `, container="${container}", uid="u1"${more}`);
const am = 'agent-manager-7d9f-x2';
const rs = 'reasoning-service-5b6c-k8';
const mi = (value: number) => `${value * 1024 * 1024}`;
const waiting = (name: string, container: string, reason: string) =>
  `kube_pod_container_status_waiting_reason{${inPod(name, container, `, reason="${reason}"`)}}`;
const lastEnd = (name: string, container: string, reason: string) =>
  `kube_pod_container_status_last_terminated_reason{${inPod(name, container, `, reason="${reason}"`)}}`;
const restarts = (name: string, container: string) =>
  `kube_pod_container_status_restarts_total{${inPod(name, container)}}`;
const running = (name: string, container: string) =>
  `kube_pod_container_status_running{${inPod(name, container)}}`;
const ready = (name: string) => `kube_pod_status_ready{${pod(name, ', uid="u1", condition="true"')}}`;
const limit = (name: string, container: string, resource: string) =>
  `kube_pod_container_resource_limits{${inPod(name, container, `, node="n1", unit="x", resource="${resource}"`)}}`;
const cadvisor = (metric: string, name: string, container: string) =>
  `${metric}{${pod(name, `, container="${container}", id="/kubepods/1", image="i", name="n"`)}}`;
const pg = 'instance="pg:9187"';
const sessions = (state: string, more = '') =>
  `pg_stat_activity_count{${pg}, datname="agents", state="${state}"${more}}`;
const redis = `instance="redis:9121"`;
const inRedis = `${ns}, ${redis}`;
const nats = (server: string) => `server_id="http://${server}:8222"`;
const waits = (reason: string) => ({
  fires: { [waiting(am, 'main', reason)]: '1x20' },
  silent: { [waiting(am, 'main', 'ContainerCreating')]: '1x20' },
  minute: 10,
  symptom: `K1 ${am}`,
  labels: { namespace: 'aetherius', pod: am, container: 'main', uid: 'u1', reason },
});
const ofPod = (name: string, container = 'main') => ({ namespace: 'aetherius', pod: name, container });

export const alertSeries: Readonly<Record<string, AlertSeries>> = {
  AetheriusServiceDown: {
    fires: { [`kube_deployment_status_replicas_available{${ns}, deployment="agent-manager"}`]: '0x10' },
    silent: {
      [`kube_deployment_status_replicas_available{${ns}, deployment="agent-manager"}`]: '1x10',
      [`kube_deployment_status_replicas_available{${ns}, deployment="grafana"}`]: '0x10',
      'kube_deployment_status_replicas_available{namespace="staging", deployment="agent-manager"}': '0x10',
    },
    minute: 6,
    symptom: 'H2 agent-manager',
    labels: { namespace: 'aetherius', deployment: 'agent-manager' },
  },
  AetheriusStoreDown: {
    fires: { [`kube_statefulset_status_replicas_ready{${ns}, statefulset="nats"}`]: '0x10' },
    silent: { [`kube_statefulset_status_replicas_ready{${ns}, statefulset="nats"}`]: '0 0 0 1x10' },
    minute: 6,
    symptom: 'H2 nats',
    labels: { namespace: 'aetherius', statefulset: 'nats' },
  },
  AetheriusPostgresDown: {
    fires: { [`pg_up{${pg}}`]: '0x10' },
    silent: { [`pg_up{${pg}}`]: '1x10', 'pg_up{namespace="elsewhere", instance="pg:9187"}': '0x10' },
    minute: 3,
    symptom: 'H2 postgres',
    labels: { instance: 'pg:9187' },
  },
  AetheriusRedisDown: {
    fires: { [`redis_up{${redis}}`]: '0x10' },
    silent: { [`redis_up{${redis}}`]: '0 1x10' },
    minute: 3,
    symptom: 'H2 redis',
    labels: { instance: 'redis:9121' },
  },
  AetheriusAgentManagerCrashes: {
    fires: { [waiting(am, 'agent-manager', 'CrashLoopBackOff')]: '1x10' },
    silent: { [waiting(rs, 'reasoning-service', 'CrashLoopBackOff')]: '1x10' },
    minute: 3,
    symptom: 'S1',
    labels: { ...ofPod(am, 'agent-manager'), uid: 'u1', reason: 'CrashLoopBackOff' },
  },
  AetheriusAgentsDown: {
    fires: {
      'kube_daemonset_status_number_ready{namespace="kube-system", daemonset="collect-agent"}': '0x10',
      'kube_daemonset_status_desired_number_scheduled{namespace="kube-system", daemonset="collect-agent"}':
        '3x10',
    },
    // Nowhere wanted is not down.
    silent: {
      'kube_daemonset_status_number_ready{namespace="kube-system", daemonset="collect-agent"}': '0x10',
      'kube_daemonset_status_desired_number_scheduled{namespace="kube-system", daemonset="collect-agent"}':
        '0x10',
    },
    minute: 6,
    symptom: 'S2',
    labels: { namespace: 'kube-system', daemonset: 'collect-agent' },
  },
  AetheriusAnalysisOutOfMemory: {
    fires: { [lastEnd(rs, 'main', 'OOMKilled')]: '1x10', [restarts(rs, 'main')]: '0 0 1x10' },
    // Killed long ago.
    silent: { [lastEnd(rs, 'main', 'OOMKilled')]: '1x10', [restarts(rs, 'main')]: '1x10' },
    minute: 5,
    symptom: 'S6',
    labels: { ...ofPod(rs), uid: 'u1', reason: 'OOMKilled' },
  },
  AetheriusNeo4jNotReady: {
    fires: { [ready('neo4j-0')]: '0x20', [running('neo4j-0', 'neo4j')]: '1x20' },
    silent: { [ready('neo4j-0')]: '1x20', [running('neo4j-0', 'neo4j')]: '1x20' },
    minute: 12,
    symptom: 'S7',
    labels: { namespace: 'aetherius', pod: 'neo4j-0', uid: 'u1', condition: 'true' },
  },
  AetheriusNeo4jDown: {
    fires: {
      [`kube_statefulset_status_replicas_ready{${ns}, statefulset="neo4j"}`]: '0x10',
      [running('neo4j-0', 'neo4j')]: '0x10',
    },
    // It runs: then it is not ready yet.
    silent: {
      [`kube_statefulset_status_replicas_ready{${ns}, statefulset="neo4j"}`]: '0x10',
      [running('neo4j-0', 'neo4j')]: '1x10',
    },
    minute: 6,
    symptom: 'S7',
    labels: { namespace: 'aetherius', statefulset: 'neo4j' },
  },
  AetheriusCpuHigh: {
    fires: {
      [cadvisor('container_cpu_usage_seconds_total', am, 'main')]: '0+58x40',
      [limit(am, 'main', 'cpu')]: '1x40',
    },
    silent: {
      [cadvisor('container_cpu_usage_seconds_total', am, 'main')]: '0+30x40',
      [limit(am, 'main', 'cpu')]: '1x40',
    },
    minute: 25,
    symptom: `P1 ${am}`,
    labels: ofPod(am),
  },
  AetheriusCpuThrottled: {
    fires: {
      [cadvisor('container_cpu_cfs_throttled_periods_total', am, 'main')]: '0+300x40',
      [cadvisor('container_cpu_cfs_periods_total', am, 'main')]: '0+600x40',
    },
    silent: {
      [cadvisor('container_cpu_cfs_throttled_periods_total', am, 'main')]: '0+30x40',
      [cadvisor('container_cpu_cfs_periods_total', am, 'main')]: '0+600x40',
    },
    minute: 25,
    symptom: `P1 ${am}`,
    labels: ofPod(am),
  },
  AetheriusMemoryGrows: {
    fires: {
      [cadvisor('container_memory_working_set_bytes', rs, 'main')]: `${mi(700)}+${mi(2)}x120`,
      [limit(rs, 'main', 'memory')]: `${mi(1000)}x120`,
    },
    // Much, and no more than before.
    silent: {
      [cadvisor('container_memory_working_set_bytes', rs, 'main')]: `${mi(900)}x120`,
      [limit(rs, 'main', 'memory')]: `${mi(1000)}x120`,
    },
    minute: 95,
    symptom: `P2 ${rs}`,
    labels: ofPod(rs),
  },
  AetheriusNoMemoryLimit: {
    fires: {
      [`kube_pod_container_info{${inPod(am, 'main')}}`]: '1x90',
      [limit(am, 'main', 'cpu')]: '1x90',
    },
    silent: {
      [`kube_pod_container_info{${inPod(am, 'main')}}`]: '1x90',
      [limit(am, 'main', 'memory')]: `${mi(512)}x90`,
    },
    minute: 70,
    symptom: `P2 ${am}`,
    labels: ofPod(am),
  },
  AetheriusPostgresConnectionsHigh: {
    fires: {
      [sessions('idle')]: '70x10',
      [sessions('active')]: '15x10',
      [`pg_settings_max_connections{${pg}}`]: '100x10',
    },
    silent: {
      [sessions('idle')]: '60x10',
      [sessions('active')]: '15x10',
      [`pg_settings_max_connections{${pg}}`]: '100x10',
    },
    minute: 6,
    symptom: 'D1',
    labels: { instance: 'pg:9187' },
  },
  AetheriusPostgresLimitLow: {
    fires: { [sessions('idle')]: '45x10', [`pg_settings_max_connections{${pg}}`]: '50x10' },
    silent: { [sessions('idle')]: '190x10', [`pg_settings_max_connections{${pg}}`]: '200x10' },
    minute: 6,
    symptom: 'D1',
    labels: { instance: 'pg:9187' },
  },
  AetheriusPostgresIdleTransactions: {
    fires: {
      [sessions('idle in transaction')]: '90x20',
      [`pg_settings_max_connections{${pg}}`]: '100x20',
      [`pg_stat_activity_max_tx_duration{${pg}, datname="agents", state="idle in transaction"}`]: '0+60x20',
    },
    // Work that takes long is not idle.
    silent: {
      [sessions('active')]: '90x20',
      [`pg_settings_max_connections{${pg}}`]: '100x20',
      [`pg_stat_activity_max_tx_duration{${pg}, datname="agents", state="active"}`]: '0+60x20',
    },
    minute: 12,
    symptom: 'D1',
    labels: { instance: 'pg:9187' },
  },
  AetheriusPostgresSequentialScans: {
    fires: {
      'pg_stat_user_tables_seq_scan{instance="pg:9187", datname="agents", relname="events"}': '0+20x40',
      'pg_stat_user_tables_idx_scan{instance="pg:9187", datname="agents", relname="events"}': '0+1x40',
      'pg_stat_user_tables_n_live_tup{instance="pg:9187", datname="agents", relname="events"}': '900000x40',
    },
    // A small table is best read from end to end.
    silent: {
      'pg_stat_user_tables_seq_scan{instance="pg:9187", datname="agents", relname="agents"}': '0+20x40',
      'pg_stat_user_tables_idx_scan{instance="pg:9187", datname="agents", relname="agents"}': '0+1x40',
      'pg_stat_user_tables_n_live_tup{instance="pg:9187", datname="agents", relname="agents"}': '300x40',
    },
    minute: 35,
    symptom: 'D2',
    labels: { instance: 'pg:9187', datname: 'agents', relname: 'events' },
  },
  AetheriusPostgresLockWaits: {
    fires: { [sessions('active', ', wait_event_type="Lock", wait_event="transactionid"')]: '3x10' },
    silent: { [sessions('active', ', wait_event_type="IO", wait_event="DataFileRead"')]: '3x10' },
    minute: 6,
    symptom: 'D2',
    labels: { instance: 'pg:9187', datname: 'agents' },
  },
  AetheriusRedisRefusesWrites: {
    fires: {
      [`redis_memory_used_bytes{${redis}}`]: `${mi(95)}x10`,
      [`redis_memory_max_bytes{${redis}}`]: `${mi(100)}x10`,
      [`redis_instance_info{${redis}, role="master", maxmemory_policy="noeviction"}`]: '1x10',
    },
    silent: {
      [`redis_memory_used_bytes{${redis}}`]: `${mi(95)}x10`,
      [`redis_memory_max_bytes{${redis}}`]: `${mi(100)}x10`,
      [`redis_instance_info{${redis}, role="master", maxmemory_policy="allkeys-lru"}`]: '1x10',
    },
    minute: 6,
    symptom: 'D3',
    labels: { instance: 'redis:9121' },
  },
  AetheriusRedisLimitLow: {
    fires: {
      [`redis_memory_used_bytes{${redis}}`]: `${mi(99)}x80`,
      [`redis_memory_max_bytes{${redis}}`]: `${mi(100)}x80`,
      [`redis_evicted_keys_total{${redis}}`]: '0+1000x80',
      [`redis_db_keys{${redis}, db="db0"}`]: '5000x80',
    },
    silent: {
      [`redis_memory_used_bytes{${redis}}`]: `${mi(99)}x80`,
      [`redis_memory_max_bytes{${redis}}`]: `${mi(100)}x80`,
      [`redis_evicted_keys_total{${redis}}`]: '0+1x80',
      [`redis_db_keys{${redis}, db="db0"}`]: '5000x80',
    },
    minute: 70,
    symptom: 'D3',
    labels: { instance: 'redis:9121' },
  },
  AetheriusRedisUnlimited: {
    fires: {
      [`redis_memory_max_bytes{${inRedis}}`]: '0x10',
      [cadvisor('container_memory_working_set_bytes', 'redis-0', 'redis')]: `${mi(240)}x10`,
      [limit('redis-0', 'redis', 'memory')]: `${mi(256)}x10`,
    },
    silent: {
      [`redis_memory_max_bytes{${inRedis}}`]: '0x10',
      [cadvisor('container_memory_working_set_bytes', 'redis-0', 'redis')]: `${mi(20)}x10`,
      [limit('redis-0', 'redis', 'memory')]: `${mi(256)}x10`,
    },
    minute: 6,
    symptom: 'D3',
    labels: { namespace: 'aetherius', instance: 'redis:9121' },
  },
  AetheriusRedisMasterGone: {
    fires: { [`redis_master_link_up{${redis}, master_host="redis-0", master_port="6379"}`]: '0x10' },
    silent: { [`redis_master_link_up{${redis}, master_host="redis-0", master_port="6379"}`]: '1x10' },
    minute: 6,
    symptom: 'D3',
    labels: { instance: 'redis:9121' },
  },
  AetheriusRedisSaveFailed: {
    fires: { [`redis_rdb_last_bgsave_status{${redis}}`]: '0x10' },
    silent: { [`redis_rdb_last_bgsave_status{${redis}}`]: '1x10' },
    minute: 6,
    symptom: 'D3',
    labels: { instance: 'redis:9121' },
  },
  AetheriusNatsSlowConsumer: {
    fires: { [`gnatsd_varz_slow_consumers{${nats('n1')}}`]: '0 0 2x10' },
    silent: { [`gnatsd_varz_slow_consumers{${nats('n1')}}`]: '2x10' },
    minute: 6,
    symptom: 'D4',
    labels: { server_id: 'http://n1:8222' },
  },
  AetheriusNatsConsumerLags: {
    fires: {
      [`jetstream_consumer_num_pending{${nats('n1')}, stream_name="events", consumer_name="c"}`]:
        '2000+100x40',
    },
    // Many, and they become fewer.
    silent: {
      [`jetstream_consumer_num_pending{${nats('n1')}, stream_name="events", consumer_name="c"}`]:
        '90000-100x40',
    },
    minute: 20,
    symptom: 'D4',
    labels: { server_id: 'http://n1:8222', stream_name: 'events', consumer_name: 'c' },
  },
  AetheriusNatsNoStream: {
    fires: { [`jetstream_server_total_streams{${nats('n1')}, cluster="c"}`]: '0x20' },
    // Of a cluster some servers may hold none, the one that leads as well, and some may have no JetStream.
    silent: {
      [`jetstream_server_total_streams{${nats('n1')}, cluster="c", is_meta_leader="true"}`]: '0x20',
      [`jetstream_server_total_streams{${nats('n2')}, cluster="c", is_meta_leader="false"}`]: '2x20',
      [`jetstream_server_jetstream_disabled{${nats('n1')}, cluster="c", is_meta_leader="true"}`]: '0x20',
      [`jetstream_server_jetstream_disabled{${nats('n3')}, cluster="c", is_meta_leader="false"}`]: '1x20',
    },
    minute: 12,
    symptom: 'D4',
    labels: { cluster: 'c' },
  },
  AetheriusServiceWithoutEndpoints: {
    fires: {
      [`kube_endpoint_info{${ns}, endpoint="agent-manager"}`]: '1x10',
      [`kube_endpoint_address{${ns}, endpoint="agent-manager", ip="10.0.0.1", ready="false"}`]: '1x10',
    },
    silent: {
      [`kube_endpoint_info{${ns}, endpoint="agent-manager"}`]: '1x10',
      [`kube_endpoint_address{${ns}, endpoint="agent-manager", ip="10.0.0.1", ready="true"}`]: '1x10',
    },
    minute: 6,
    symptom: 'N1 agent-manager',
    labels: { namespace: 'aetherius', endpoint: 'agent-manager' },
  },
  AetheriusNameServiceDown: {
    fires: {
      'kube_deployment_status_replicas_available{namespace="kube-system", deployment="coredns"}': '0x10',
    },
    silent: {
      'kube_deployment_status_replicas_available{namespace="kube-system", deployment="coredns"}': '1x10',
    },
    minute: 3,
    symptom: 'N1',
    labels: { namespace: 'kube-system', deployment: 'coredns' },
  },
  AetheriusImageUnavailable: waits('ImagePullBackOff'),
  AetheriusPodCrashes: {
    fires: { [waiting(rs, 'main', 'CrashLoopBackOff')]: '1x10' },
    // That has a rule of its own, which leads to its start.
    silent: { [waiting(am, 'main', 'CrashLoopBackOff')]: '1x10' },
    minute: 6,
    symptom: `K1 ${rs}`,
    labels: { ...ofPod(rs), uid: 'u1', reason: 'CrashLoopBackOff' },
  },
  AetheriusPodOutOfMemory: {
    fires: { [lastEnd(am, 'main', 'OOMKilled')]: '1x10', [restarts(am, 'main')]: '0 0 1x10' },
    silent: { [lastEnd(am, 'main', 'Error')]: '1x10', [restarts(am, 'main')]: '0 0 1x10' },
    minute: 5,
    symptom: `K1 ${am}`,
    labels: { ...ofPod(am), uid: 'u1', reason: 'OOMKilled' },
  },
  AetheriusPodUnschedulable: {
    fires: { [`kube_pod_status_unschedulable{${pod(am, ', uid="u1"')}}`]: '1x10' },
    silent: { [`kube_pod_status_unschedulable{${pod(am, ', uid="u1"')}}`]: '1 1 0x10' },
    minute: 6,
    symptom: `K1 ${am}`,
    labels: { namespace: 'aetherius', pod: am, uid: 'u1' },
  },
  AetheriusPodConfigMissing: waits('CreateContainerConfigError'),
  AetheriusPodNotReady: {
    fires: { [ready(am)]: '0x20', [running(am, 'main')]: '1x20' },
    // A Job that has ended is not ready, and does not run.
    silent: { [ready('migration-x2')]: '0x20', [running('migration-x2', 'main')]: '0x20' },
    minute: 12,
    symptom: `K1 ${am}`,
    labels: { namespace: 'aetherius', pod: am, uid: 'u1', condition: 'true' },
  },
  AetheriusPodRefused: {
    fires: {
      [`kube_deployment_status_condition{${ns}, deployment="agent-manager", condition="ReplicaFailure", status="true", reason="FailedCreate"}`]:
        '1x10',
    },
    silent: {
      [`kube_deployment_status_condition{${ns}, deployment="agent-manager", condition="ReplicaFailure", status="false", reason="FailedCreate"}`]:
        '1x10',
      [`kube_deployment_status_condition{${ns}, deployment="agent-manager", condition="Available", status="true", reason="MinimumReplicasAvailable"}`]:
        '1x10',
    },
    minute: 6,
    symptom: 'K1 agent-manager',
    labels: {
      ...{ namespace: 'aetherius', deployment: 'agent-manager', condition: 'ReplicaFailure' },
      ...{ status: 'true', reason: 'FailedCreate' },
    },
  },
  AetheriusInitContainerWaits: {
    fires: { [`kube_pod_init_container_status_running{${inPod(am, 'wait-for-db')}}`]: '1x20' },
    // A sidecar is an init container that goes on.
    silent: {
      [`kube_pod_init_container_status_running{${inPod(am, 'sidecar')}}`]: '1x20',
      [ready(am)]: '1x20',
    },
    minute: 16,
    symptom: `K1 ${am}`,
    labels: { ...ofPod(am, 'wait-for-db'), uid: 'u1' },
  },
  AetheriusCommandMissing: {
    fires: { [lastEnd(am, 'main', 'StartError')]: '1x10' },
    silent: { [lastEnd(am, 'main', 'Completed')]: '1x10' },
    minute: 6,
    symptom: `K1 ${am}`,
    labels: { ...ofPod(am), uid: 'u1', reason: 'StartError' },
  },
  AetheriusPodEvicted: {
    fires: { [`kube_pod_status_reason{${pod(am, ', uid="u1", reason="Evicted"')}}`]: '1x10' },
    silent: { [`kube_pod_status_reason{${pod(am, ', uid="u1", reason="Evicted"')}}`]: '0x10' },
    minute: 2,
    symptom: `K1 ${am}`,
    labels: { namespace: 'aetherius', pod: am, uid: 'u1', reason: 'Evicted' },
  },
  AetheriusNatsServersApart: {
    fires: {
      [`gnatsd_varz_routes{${ns}, ${nats('n1')}}`]: '0x20',
      [`gnatsd_varz_routes{${ns}, ${nats('n2')}}`]: '0x20',
    },
    // One server has no other to hear.
    silent: { [`gnatsd_varz_routes{${ns}, ${nats('n1')}}`]: '0x20' },
    minute: 12,
    symptom: 'M1',
    labels: { namespace: 'aetherius' },
  },
  AetheriusScrapeFails: {
    fires: {
      [`up{${pod(am, ', job="agents", instance="10.0.0.1:9999"')}}`]: '0x20',
      [ready(am)]: '1x20',
    },
    // Who is not ready need not have metrics.
    silent: {
      [`up{${pod(am, ', job="agents", instance="10.0.0.1:9999"')}}`]: '0x20',
      [ready(am)]: '0x20',
    },
    minute: 16,
    symptom: 'M1',
    labels: { namespace: 'aetherius', pod: am, job: 'agents', instance: '10.0.0.1:9999' },
  },
  AetheriusImagesDiffer: {
    fires: {
      [`kube_pod_container_info{${inPod(am, 'main', ', image_id="sha256:a"')}}`]: '1x90',
      [`kube_pod_container_info{${inPod('agent-manager-7d9f-zz', 'main', ', image_id="sha256:b"')}}`]: '1x90',
    },
    // Two parts, each from its own image.
    silent: {
      [`kube_pod_container_info{${inPod(am, 'main', ', image_id="sha256:a"')}}`]: '1x90',
      [`kube_pod_container_info{${inPod(rs, 'main', ', image_id="sha256:b"')}}`]: '1x90',
    },
    minute: 70,
    symptom: 'M1',
    labels: { namespace: 'aetherius', part: 'agent-manager', container: 'main' },
  },
};
