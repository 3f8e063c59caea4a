import type { Probe } from '../domain/probe/probe.ts';
import { agentsHeartbeats } from './agents/heartbeats.probe.ts';
import { agentsSilence } from './agents/silence.probe.ts';
import { agentsUncountedHeartbeats } from './agents/uncounted-heartbeats.probe.ts';
import { composeChanges } from './compose/changes.probe.ts';
import { composeConfigAge } from './compose/config-age.probe.ts';
import { composeContainers } from './compose/containers.probe.ts';
import { composeHealthChecks } from './compose/health-checks.probe.ts';
import { composeNetworks } from './compose/networks.probe.ts';
import { ownHealth } from './http/own-health.probe.ts';
import { serviceHealth } from './http/service-health.probe.ts';
import { severalLooks } from './http/several-looks.probe.ts';
import { kubernetesChanges } from './kubernetes/changes.probe.ts';
import { kubernetesConfigAge } from './kubernetes/config-age.probe.ts';
import { kubernetesDns } from './kubernetes/dns.probe.ts';
import { kubernetesFailingProbes } from './kubernetes/failing-probes.probe.ts';
import { kubernetesHealthChecks } from './kubernetes/health-checks.probe.ts';
import { kubernetesNetworkPolicies } from './kubernetes/network-policies.probe.ts';
import { kubernetesPods } from './kubernetes/pods.probe.ts';
import { kubernetesRefusedPods } from './kubernetes/refused-pods.probe.ts';
import { kubernetesSecretAge } from './kubernetes/secret-age.probe.ts';
import { kubernetesSelectors } from './kubernetes/selectors.probe.ts';
import { kubernetesServiceTargets } from './kubernetes/service-targets.probe.ts';
import { kubernetesServicesEndpoints } from './kubernetes/services-endpoints.probe.ts';
import { kubernetesWorkloads } from './kubernetes/workloads.probe.ts';
import { natsClients } from './nats/clients.probe.ts';
import { natsCluster } from './nats/cluster.probe.ts';
import { natsLostEvents } from './nats/lost-events.probe.ts';
import { natsMonitor } from './nats/monitor.probe.ts';
import { natsRegistrationTraffic } from './nats/registration-traffic.probe.ts';
import { natsServer } from './nats/server.probe.ts';
import { natsSlowConsumers } from './nats/slow-consumers.probe.ts';
import { natsStreams } from './nats/streams.probe.ts';
import { natsSubjects } from './nats/subjects.probe.ts';
import { neo4jClients } from './neo4j/clients.probe.ts';
import { neo4jConnection } from './neo4j/connection.probe.ts';
import { networkPath } from './network/path.probe.ts';
import { postgresClients } from './postgres/clients.probe.ts';
import { postgresConnection } from './postgres/connection.probe.ts';
import { postgresConnectionsHeadroom } from './postgres/connections-headroom.probe.ts';
import { postgresDeadRows } from './postgres/dead-rows.probe.ts';
import { postgresIdleInTransaction } from './postgres/idle-in-transaction.probe.ts';
import { postgresIndexHealth } from './postgres/index-health.probe.ts';
import { postgresLockWaits } from './postgres/lock-waits.probe.ts';
import { postgresMissingIndexes } from './postgres/missing-indexes.probe.ts';
import { postgresOldRows } from './postgres/old-rows.probe.ts';
import { postgresReplicationSlots } from './postgres/replication-slots.probe.ts';
import { postgresSchemas } from './postgres/schemas.probe.ts';
import { postgresSessionAges } from './postgres/session-ages.probe.ts';
import { postgresSessionShares } from './postgres/session-shares.probe.ts';
import { postgresSlowStatements } from './postgres/slow-statements.probe.ts';
import { postgresTables } from './postgres/tables.probe.ts';
import { postgresUnprocessedEvents } from './postgres/unprocessed-events.probe.ts';
import { postgresVariables } from './postgres/variables.probe.ts';
import { postgresWrites } from './postgres/writes.probe.ts';
import { redisAgentCache } from './redis/agent-cache.probe.ts';
import { redisClients } from './redis/clients.probe.ts';
import { redisConnection } from './redis/connection.probe.ts';
import { redisEvictionPolicy } from './redis/eviction-policy.probe.ts';
import { redisHitRate } from './redis/hit-rate.probe.ts';
import { redisKeySpace } from './redis/key-space.probe.ts';
import { redisMemory } from './redis/memory.probe.ts';
import { redisMemoryLimit } from './redis/memory-limit.probe.ts';
import { redisWrites } from './redis/writes.probe.ts';
import { runtimeAlertRules } from './runtime/alert-rules.probe.ts';
import { runtimeAnalyzerLog } from './runtime/analyzer-log.probe.ts';
import { runtimeAuthToken } from './runtime/auth-token.probe.ts';
import { runtimeConfigOverrides } from './runtime/config-overrides.probe.ts';
import { runtimeConnection } from './runtime/connection.probe.ts';
import { runtimeCpuLimit } from './runtime/cpu-limit.probe.ts';
import { runtimeExecutorLog } from './runtime/executor-log.probe.ts';
import { runtimeExpectedDatabases } from './runtime/expected-databases.probe.ts';
import { runtimeFreeSpace } from './runtime/free-space.probe.ts';
import { runtimeGraphLog } from './runtime/graph-log.probe.ts';
import { runtimeImages } from './runtime/images.probe.ts';
import { runtimeMemoryLimit } from './runtime/memory-limit.probe.ts';
import { runtimeModels } from './runtime/models.probe.ts';
import { runtimeNameLookup } from './runtime/name-lookup.probe.ts';
import { runtimeNeo4jStartup } from './runtime/neo4j-startup.probe.ts';
import { runtimePorts } from './runtime/ports.probe.ts';
import { runtimePublishLog } from './runtime/publish-log.probe.ts';
import { runtimeRegistrationLog } from './runtime/registration-log.probe.ts';
import { runtimeRegistrationSubjects } from './runtime/registration-subjects.probe.ts';
import { runtimeRunning } from './runtime/running.probe.ts';
import { runtimeScrapeTargets } from './runtime/scrape-targets.probe.ts';
import { runtimeStartup } from './runtime/startup.probe.ts';
import { runtimeStartupLog } from './runtime/startup-log.probe.ts';
import { runtimeWorkflowFiles } from './runtime/workflow-files.probe.ts';
import { servicesCommandCapacity } from './services/command-capacity.probe.ts';
import { servicesCpuProfile } from './services/cpu-profile.probe.ts';
import { servicesEventPipeline } from './services/event-pipeline.probe.ts';
import { servicesExecutorQueue } from './services/executor-queue.probe.ts';
import { servicesHeapProfile } from './services/heap-profile.probe.ts';
import { servicesProcessTrend } from './services/process-trend.probe.ts';
import { servicesRootCauseCall } from './services/root-cause-call.probe.ts';
import { servicesStepTimeouts } from './services/step-timeouts.probe.ts';
import { servicesWorkflowExecutions } from './services/workflow-executions.probe.ts';

/** Every probe there is. A new one is a file and a line here. */
const list = [
  agentsHeartbeats,
  agentsSilence,
  agentsUncountedHeartbeats,
  composeChanges,
  composeConfigAge,
  composeContainers,
  composeHealthChecks,
  composeNetworks,
  serviceHealth,
  severalLooks,
  ownHealth,
  kubernetesChanges,
  kubernetesConfigAge,
  kubernetesDns,
  kubernetesFailingProbes,
  kubernetesHealthChecks,
  kubernetesNetworkPolicies,
  kubernetesPods,
  kubernetesRefusedPods,
  kubernetesSecretAge,
  kubernetesSelectors,
  kubernetesServicesEndpoints,
  kubernetesServiceTargets,
  kubernetesWorkloads,
  natsClients,
  natsCluster,
  natsLostEvents,
  natsMonitor,
  natsRegistrationTraffic,
  natsServer,
  natsSlowConsumers,
  natsStreams,
  natsSubjects,
  networkPath,
  neo4jClients,
  neo4jConnection,
  postgresClients,
  postgresConnection,
  postgresConnectionsHeadroom,
  postgresDeadRows,
  postgresIdleInTransaction,
  postgresIndexHealth,
  postgresLockWaits,
  postgresMissingIndexes,
  postgresOldRows,
  postgresSchemas,
  postgresSessionAges,
  postgresSessionShares,
  postgresSlowStatements,
  postgresReplicationSlots,
  postgresTables,
  postgresUnprocessedEvents,
  postgresVariables,
  postgresWrites,
  redisAgentCache,
  redisClients,
  redisConnection,
  redisEvictionPolicy,
  redisHitRate,
  redisKeySpace,
  redisMemory,
  redisMemoryLimit,
  redisWrites,
  runtimeAlertRules,
  runtimeAnalyzerLog,
  runtimeAuthToken,
  runtimeConfigOverrides,
  runtimeConnection,
  runtimeCpuLimit,
  runtimeExecutorLog,
  runtimeExpectedDatabases,
  runtimeGraphLog,
  runtimeFreeSpace,
  runtimeImages,
  runtimeMemoryLimit,
  runtimeModels,
  runtimeNameLookup,
  runtimeNeo4jStartup,
  runtimePorts,
  runtimePublishLog,
  runtimeRegistrationLog,
  runtimeRegistrationSubjects,
  runtimeRunning,
  runtimeStartupLog,
  runtimeScrapeTargets,
  runtimeStartup,
  runtimeWorkflowFiles,
  servicesCommandCapacity,
  servicesCpuProfile,
  servicesEventPipeline,
  servicesExecutorQueue,
  servicesHeapProfile,
  servicesProcessTrend,
  servicesRootCauseCall,
  servicesStepTimeouts,
  servicesWorkflowExecutions,
] as const;

export type ProbeId = (typeof list)[number]['id'];

/** As the runner takes them: it has checked parameters and targets before it calls one. */
export const probes = list as readonly unknown[] as readonly Probe[];
