import { present } from '../kernel/present.ts';
import { type PartId, partIds, type ServiceId, serviceIds } from '../platform/part.ts';
import type { Unchecked } from '../platform/unchecked.ts';
import type { ProbeCall } from '../probe/probe.ts';
import type { DatabaseId } from '../probe/targets/postgres.ts';
import type { EnvironmentConfig } from '../settings/environment.ts';
import { databasesOf } from '../settings/installed.ts';
import type { Thresholds } from '../settings/thresholds.ts';

/** What of an environment is configured: all that a health check must know to choose its probes. */
export interface EnvironmentShape {
  readonly runtime: 'kubernetes' | 'compose' | 'none';
  readonly services: readonly ServiceId[];
  /** Services that listen on no port: what runs them speaks for them. */
  readonly withoutHttp: readonly ServiceId[];
  /** Empty: PostgreSQL is not configured. */
  readonly databases: readonly DatabaseId[];
  readonly redis: boolean;
  readonly nats: boolean;
  readonly natsMonitor: boolean;
  readonly neo4j: boolean;
  readonly thresholds: Thresholds;
  /** What runs beside the platform, or is used by it, and no probe looks at; absent: nothing of that kind was seen. */
  readonly unchecked?: readonly Unchecked[];
}

export function shapeOf(config: EnvironmentConfig): EnvironmentShape {
  const named = databasesOf(config);
  const databases = (['agentManager', 'orchestrator'] as const).filter((id) => named[id] !== undefined);
  return {
    runtime: config.runtime.kind,
    services: serviceIds.filter((id) => config.services[id] !== undefined),
    withoutHttp: config.withoutHttp,
    databases,
    redis: config.redis !== undefined,
    nats: config.nats !== undefined,
    natsMonitor: config.nats?.monitorUrl !== undefined,
    neo4j: config.neo4j !== undefined,
    thresholds: config.thresholds,
    ...present({ unchecked: config.discovered?.unchecked }),
  };
}

/** Parts that have a row of their own; the others are "not configured". */
export function configuredParts(shape: EnvironmentShape): ReadonlySet<PartId> {
  const parts = new Set<PartId>(shape.services);
  if (shape.databases.length > 0) parts.add('postgres');
  if (shape.redis) parts.add('redis');
  if (shape.nats) parts.add('nats');
  if (shape.neo4j) parts.add('neo4j');
  if (shape.runtime !== 'none')
    for (const part of ['runtime', ...shape.withoutHttp] as const) parts.add(part);
  if (
    shape.runtime !== 'none' ||
    shape.services.includes('agent-manager') ||
    shape.databases.includes('agentManager')
  )
    parts.add('collect-agent');
  return parts;
}

/** What the answer of a probe is used for in the health table. */
interface HealthRole {
  /** It uses its part as the clients of the part do: its answer decides. */
  readonly asClient?: true;
  /** It speaks of the cluster or engine itself. */
  readonly ofRuntime?: true;
  /** It says what Kubernetes or Docker knows of the Pods or containers of its part; `counted`: it counts those that run. */
  readonly runs?: 'counted' | 'listed';
  /** It sees the connections that other parts keep to its part. */
  readonly sessions?: true;
  /** It asks another port of the same process. */
  readonly otherPort?: true;
  /** Its part says in it how those are that it depends on. */
  readonly tellsDependencies?: true;
}

/** Every probe that a health check may ask. */
const healthProbes = {
  'http.service-health': { asClient: true, tellsDependencies: true },
  'http.several-looks': {},
  'runtime.free-space': {},
  'http.own-health': { tellsDependencies: true },
  'postgres.connection': { asClient: true },
  'redis.connection': { asClient: true },
  'nats.server': { asClient: true },
  'neo4j.connection': { asClient: true },
  'agents.heartbeats': { asClient: true },
  'kubernetes.workloads': { runs: 'counted' },
  'compose.containers': { runs: 'listed', ofRuntime: true },
  'kubernetes.pods': { ofRuntime: true },
  'kubernetes.services-endpoints': { ofRuntime: true },
  'kubernetes.config-age': { ofRuntime: true },
  'postgres.tables': {},
  'postgres.clients': { sessions: true },
  'postgres.connections-headroom': {},
  'postgres.idle-in-transaction': {},
  'postgres.writes': {},
  'postgres.replication-slots': {},
  'redis.clients': { sessions: true },
  'redis.memory': {},
  'redis.eviction-policy': {},
  'redis.writes': {},
  'nats.monitor': { otherPort: true },
  'nats.clients': { sessions: true },
  'neo4j.clients': { sessions: true },
} as const satisfies Readonly<Record<string, HealthRole>>;
export type HealthProbeId = keyof typeof healthProbes;

/** The role of a probe in the health table; empty when no health check runs it. */
export function healthRole(probe: string): HealthRole {
  return Object.hasOwn(healthProbes, probe) ? healthProbes[probe as HealthProbeId] : {};
}

/** Every probe of a health check, the quick and telling ones first. */
export function healthCalls(shape: EnvironmentShape): readonly ProbeCall<HealthProbeId>[] {
  const { thresholds: limits } = shape;
  const calls: ProbeCall<HealthProbeId>[] = [];
  const add = (probe: HealthProbeId, given: ProbeCall['with'] = {}) => calls.push({ probe, with: given });

  for (const service of shape.services) add('http.service-health', { service, slowMs: limits.httpSlowMs });
  for (const database of shape.databases)
    add('postgres.connection', { database, slowMs: limits.postgresSlowMs });
  if (shape.redis) add('redis.connection', { slowMs: limits.redisSlowMs });
  if (shape.nats) add('nats.server', { slowMs: limits.natsSlowMs });
  if (shape.neo4j) add('neo4j.connection', { slowMs: limits.neo4jSlowMs });
  for (const part of partIds) {
    if (part === 'runtime' || !configuredParts(shape).has(part)) continue;
    if (shape.runtime === 'kubernetes') add('kubernetes.workloads', { part });
    if (shape.runtime === 'compose') add('compose.containers', { part });
  }
  for (const service of shape.services) add('http.several-looks', { service });
  if (shape.runtime !== 'none' && shape.databases.length > 0) add('runtime.free-space', { part: 'postgres' });
  if (shape.runtime === 'kubernetes') {
    // Of a service without a ready Pod only its own health tells what it misses.
    for (const service of shape.services) add('http.own-health', { service });
    add('kubernetes.pods', { restarts: limits.podRestarts });
    add('kubernetes.services-endpoints');
    add('kubernetes.config-age');
  }
  if (shape.runtime === 'compose') add('compose.containers', { part: 'runtime' });
  for (const database of shape.databases) add('postgres.tables', { database });
  if (shape.databases.length > 0) {
    add('postgres.clients');
    add('postgres.connections-headroom', { percent: limits.postgresConnectionsPercent });
    add('postgres.idle-in-transaction', { seconds: limits.idleInTransactionSeconds });
    for (const database of shape.databases) add('postgres.writes', { database });
    add('postgres.replication-slots');
  }
  if (shape.redis) {
    add('redis.clients');
    add('redis.memory', { percent: limits.redisMemoryPercent });
    add('redis.eviction-policy', { percent: limits.redisMemoryPercent });
    add('redis.writes');
  }
  if (shape.natsMonitor) {
    add('nats.monitor');
    add('nats.clients');
  }
  if (shape.neo4j) add('neo4j.clients');
  if (
    configuredParts(shape).has('collect-agent') &&
    (shape.services.includes('agent-manager') || shape.databases.includes('agentManager'))
  )
    add('agents.heartbeats', { staleSeconds: limits.agentHeartbeatSeconds });
  return calls;
}

const partOfTarget: Readonly<Record<string, PartId>> = {
  postgres: 'postgres',
  redis: 'redis',
  nats: 'nats',
  neo4j: 'neo4j',
  agents: 'collect-agent',
};

/** The part a call of `healthCalls` speaks about, known before it has answered. */
export function partOfCall(call: ProbeCall): PartId {
  const named = call.with?.part ?? call.with?.service;
  const part = partIds.find((id) => id === named);
  return part ?? partOfTarget[call.probe.split('.', 1)[0] ?? ''] ?? 'runtime';
}
