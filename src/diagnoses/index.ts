import { agentManagerStartup } from './agent-manager-startup.diagnosis.ts';
import { agentRegistration } from './agent-registration.diagnosis.ts';
import { configNotApplied } from './config-not-applied.diagnosis.ts';
import { contractDrift } from './contract-drift.diagnosis.ts';
import { cpuHigh } from './cpu-high.diagnosis.ts';
import { dataInconsistent } from './data-inconsistent.diagnosis.ts';
import { eventLatency } from './event-latency.diagnosis.ts';
import { memoryLeak } from './memory-leak.diagnosis.ts';
import { natsBacklog } from './nats-backlog.diagnosis.ts';
import { neo4jConnection } from './neo4j-connection.diagnosis.ts';
import { noConnection } from './no-connection.diagnosis.ts';
import { pgConnections } from './pg-connections.diagnosis.ts';
import { pgSlow } from './pg-slow.diagnosis.ts';
import { podNotStarting } from './pod-not-starting.diagnosis.ts';
import { redisMemory } from './redis-memory.diagnosis.ts';
import { rootCauseFailure } from './root-cause-failure.diagnosis.ts';
import { stepTimeout } from './step-timeout.diagnosis.ts';
import { serviceUnreachable } from './unreachable.diagnosis.ts';
import { workflowStuck } from './workflow-stuck.diagnosis.ts';

/** Every diagnosis there is. A new one is a file and a line here. */
export const diagnoses = [
  serviceUnreachable,
  agentManagerStartup,
  agentRegistration,
  eventLatency,
  workflowStuck,
  stepTimeout,
  rootCauseFailure,
  neo4jConnection,
  cpuHigh,
  memoryLeak,
  dataInconsistent,
  configNotApplied,
  pgConnections,
  pgSlow,
  redisMemory,
  natsBacklog,
  noConnection,
  podNotStarting,
  contractDrift,
] as const;
export type DiagnosisId = (typeof diagnoses)[number]['id'];
