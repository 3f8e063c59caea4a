/** Every fault of the lab. A new fault adds one import and one line. */

import type { Fault } from '../types.ts';
import { configNotApplied } from './c1.config-not-applied.fault.ts';
import { pgConnections } from './d1.pg-connections.fault.ts';
import { pgSlow } from './d2.pg-slow.fault.ts';
import { redisMemory } from './d3.redis-memory.fault.ts';
import { natsBacklog } from './d4.nats-backlog.fault.ts';
import { podNotStarting } from './k1.pod-not-starting.fault.ts';
import { contractDrift } from './m1.contract-drift.fault.ts';
import { noConnection } from './n1.no-connection.fault.ts';
import { cpuHigh } from './p1.cpu-high.fault.ts';
import { memoryLeak } from './p2.memory-leak.fault.ts';
import { partBadImage } from './part.bad-image.fault.ts';
import { partPaused } from './part.paused.fault.ts';
import { partRefusing } from './part.refusing.fault.ts';
import { partSlow } from './part.slow.fault.ts';
import { partStopped } from './part.stopped.fault.ts';
import { partUnreachable } from './part.unreachable.fault.ts';
import { agentManagerStartup } from './s1.agent-manager-startup.fault.ts';
import { agentRegistration } from './s2.agent-registration.fault.ts';
import { eventLatency } from './s3.event-latency.fault.ts';
import { workflowStuck } from './s4.workflow-stuck.fault.ts';
import { stepTimeouts } from './s5.step-timeout.fault.ts';
import { rootCauseFailure } from './s6.root-cause-failure.fault.ts';
import { neo4jConnection } from './s7.neo4j-connection.fault.ts';
import { dataInconsistent } from './t1.data-inconsistent.fault.ts';

export const faults: readonly Fault[] = [
  ...partStopped,
  ...partPaused,
  ...partSlow,
  ...partUnreachable,
  ...agentManagerStartup,
  ...agentRegistration,
  ...eventLatency,
  ...workflowStuck,
  ...stepTimeouts,
  ...rootCauseFailure,
  ...neo4jConnection,
  ...cpuHigh,
  ...memoryLeak,
  ...dataInconsistent,
  ...configNotApplied,
  ...partRefusing,
  ...pgConnections,
  ...pgSlow,
  ...redisMemory,
  ...natsBacklog,
  ...noConnection,
  ...podNotStarting,
  ...contractDrift,
  // Last, so that the platform has been seen to run.
  ...partBadImage,
];

/** The fault of an id; throws with the ids that begin alike. */
export function faultById(id: string): Fault {
  const found = faults.find((one) => one.id === id);
  if (found !== undefined) return found;
  const [start = ''] = id.split('.');
  const near = faults.map((one) => one.id).filter((one) => one.startsWith(start));
  throw new Error(`no fault ${id}${near.length === 0 ? '' : `; there are ${near.join(', ')}`}`);
}
