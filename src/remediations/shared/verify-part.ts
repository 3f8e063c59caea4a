import type { PartId } from '../../domain/platform/part.ts';
import type { ProbeCall } from '../../domain/probe/probe.ts';
import type { Targets } from '../../domain/probe/targets/targets.ts';

/**
 * What must be well after a part was restarted: the runtime says that it is there, and the part itself answers
 * on the way its users take. Neither is what the restart writes (R-X12). Only what is configured can be asked.
 */
export function verifyPart(part: PartId, targets: Targets): readonly [ProbeCall, ...ProbeCall[]] {
  const runtime = targets.kubernetes === undefined ? 'compose.containers' : 'kubernetes.workloads';
  return [{ probe: runtime, with: { part } }, ...answers(part, targets)];
}

function answers(part: PartId, targets: Targets): readonly ProbeCall[] {
  switch (part) {
    case 'agent-manager':
    case 'orchestrator-service':
    case 'reasoning-service':
      return targets.services?.find(part) === undefined
        ? []
        : [{ probe: 'http.service-health', with: { service: part } }];
    case 'postgres':
      return (['agentManager', 'orchestrator'] as const)
        .filter((database) => targets.postgres?.databaseName(database) !== undefined)
        .map((database) => ({ probe: 'postgres.connection', with: { database } }));
    case 'redis':
      return targets.redis === undefined ? [] : [{ probe: 'redis.connection' }];
    case 'nats':
      return targets.nats === undefined ? [] : [{ probe: 'nats.server' }];
    case 'neo4j':
      return targets.neo4j === undefined ? [] : [{ probe: 'neo4j.connection' }];
    case 'collect-agent':
    case 'runtime':
      return [];
  }
}

/** After an undo on Kubernetes, which may bring a sick part back: its controller acts upon what was written. */
export function takenUp(part: PartId): ProbeCall {
  return { probe: 'kubernetes.workloads', with: { part, takenUp: true } };
}
