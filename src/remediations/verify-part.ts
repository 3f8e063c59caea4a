import type { PartId } from '../domain/part.ts';
import type { ProbeCall } from '../domain/probe.ts';

/**
 * What must be well after a part was restarted: the part itself, asked over the way its users take, which is
 * another signal than the one the restart writes (X12).
 */
export function verifyPart(part: PartId): readonly [ProbeCall, ...ProbeCall[]] {
  switch (part) {
    case 'agent-manager':
    case 'orchestrator-service':
    case 'reasoning-service':
      return [{ probe: 'http.service-health', with: { service: part } }];
    case 'postgres':
      return [{ probe: 'postgres.connection' }];
    case 'redis':
      return [{ probe: 'redis.connection' }];
    case 'nats':
      return [{ probe: 'nats.server' }];
    case 'neo4j':
      return [{ probe: 'neo4j.connection' }];
    case 'collect-agent':
      return [{ probe: 'agents.heartbeats' }];
    case 'runtime':
      return [{ probe: 'kubernetes.pods' }];
  }
}
