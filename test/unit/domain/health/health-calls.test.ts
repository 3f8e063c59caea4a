import { describe, expect, it } from 'vitest';
import {
  configuredParts,
  type EnvironmentShape,
  healthCalls,
  healthRole,
  partOfCall,
  shapeOf,
} from '../../../../src/domain/health/health-calls.ts';
import { callKey } from '../../../../src/domain/probe/probe.ts';
import { environment, literal } from '../../../support/targets.ts';

const empty = shapeOf(environment());
const keys = (shape: Partial<EnvironmentShape>) => healthCalls({ ...empty, ...shape }).map(callKey);
const parts = (shape: Partial<EnvironmentShape>) => [...configuredParts({ ...empty, ...shape })].toSorted();

describe('what of an environment is configured', () => {
  it('is nothing, by default', () => {
    expect(empty).toEqual({
      ...{ runtime: 'none', services: [], databases: [], redis: false, nats: false, natsMonitor: false },
      ...{ withoutHttp: [], neo4j: false, thresholds: environment().thresholds },
    });
  });

  it('is each database, the monitor and each service by itself', () => {
    const url = literal('x://');
    const shape = (more: Parameters<typeof environment>[0]) => shapeOf(environment(more));

    expect(shape({ postgres: { url, databases: { agentManager: 'a' } } }).databases).toEqual([
      'agentManager',
    ]);
    expect(shape({ postgres: { url, databases: { orchestrator: 'o' } } }).databases).toEqual([
      'orchestrator',
    ]);
    expect(shape({ postgres: { url, databases: {} } }).databases).toEqual([]);
    expect(shape({ nats: { url } })).toMatchObject({ nats: true, natsMonitor: false });
    expect(shape({ nats: { url, monitorUrl: 'http://n' } })).toMatchObject({ nats: true, natsMonitor: true });
    expect(shape({ redis: { kind: 'single', url } }).redis).toBe(true);
    expect(shape({ neo4j: { url, user: 'n' } }).neo4j).toBe(true);
    expect(
      shape({ services: { 'reasoning-service': { url: 'http://r', healthPaths: ['/health'] } } }).services,
    ).toEqual(['reasoning-service']);
  });
});

describe('the rows of the health table', () => {
  it('are the parts that are configured', () => {
    expect(parts({ redis: true })).toEqual(['redis']);
    expect(parts({ nats: true })).toEqual(['nats']);
    expect(parts({ neo4j: true })).toEqual(['neo4j']);
    expect(parts({ databases: ['orchestrator'] })).toEqual(['postgres']);
    expect(parts({ services: ['reasoning-service'] })).toEqual(['reasoning-service']);
  });

  it('have agents where something can speak for them: their registry, or the runtime', () => {
    expect(parts({ databases: ['agentManager'] })).toEqual(['collect-agent', 'postgres']);
    expect(parts({ services: ['agent-manager'] })).toEqual(['agent-manager', 'collect-agent']);
    expect(parts({ runtime: 'kubernetes' })).toEqual(['collect-agent', 'runtime']);
    expect(parts({ runtime: 'compose' })).toEqual(['collect-agent', 'runtime']);
  });
});

describe('the probes of a health check', () => {
  it('are those of what is configured, with the limits of the environment', () => {
    const thresholds = { ...empty.thresholds, redisSlowMs: 7, redisMemoryPercent: 8, natsSlowMs: 9 };

    expect(keys({ redis: true, thresholds })).toEqual([
      'redis.connection(slowMs=7)',
      'redis.clients',
      'redis.memory(percent=8)',
      'redis.eviction-policy(percent=8)',
      'redis.writes',
    ]);
    expect(keys({ nats: true, thresholds })).toEqual(['nats.server(slowMs=9)']);
    expect(keys({ nats: true, natsMonitor: true, thresholds })).toEqual([
      'nats.server(slowMs=9)',
      'nats.monitor',
      'nats.clients',
    ]);
    expect(keys({ neo4j: true })).toEqual(['neo4j.connection(slowMs=2000)', 'neo4j.clients']);
    expect(keys({ services: ['reasoning-service'] })).toEqual([
      'http.service-health(service=reasoning-service,slowMs=2000)',
      'http.several-looks(service=reasoning-service)',
    ]);
  });

  it('ask each database, and the server of both once', () => {
    expect(keys({ databases: ['orchestrator'] })).toEqual([
      'postgres.connection(database=orchestrator,slowMs=500)',
      'postgres.tables(database=orchestrator)',
      'postgres.clients',
      'postgres.connections-headroom(percent=80)',
      'postgres.idle-in-transaction(seconds=300)',
      'postgres.writes(database=orchestrator)',
      'postgres.replication-slots',
    ]);
    expect(
      keys({ databases: ['agentManager', 'orchestrator'] }).filter((key) => /clients/.test(key)),
    ).toHaveLength(1);
  });

  it('ask for heartbeats where a registry is configured', () => {
    const beats = 'agents.heartbeats(staleSeconds=120)';

    expect(keys({ services: ['agent-manager'] })).toContain(beats);
    expect(keys({ databases: ['agentManager'] })).toContain(beats);
    expect(keys({ databases: ['orchestrator'] })).not.toContain(beats);
    expect(keys({ runtime: 'kubernetes' })).not.toContain(beats);
  });

  it('ask the runtime about each part that is configured, and about itself', () => {
    expect(keys({ runtime: 'kubernetes', redis: true }).filter((key) => key.startsWith('kube'))).toEqual([
      'kubernetes.workloads(part=collect-agent)',
      'kubernetes.workloads(part=redis)',
      'kubernetes.pods(restarts=3)',
      'kubernetes.services-endpoints',
      'kubernetes.config-age',
    ]);
    expect(keys({ runtime: 'compose', redis: true }).filter((key) => key.startsWith('compose'))).toEqual([
      'compose.containers(part=collect-agent)',
      'compose.containers(part=redis)',
      'compose.containers(part=runtime)',
    ]);
  });
});

it('a probe that no health check runs has no role in the table, whatever its name', () => {
  expect([healthRole('redis.slow-log'), healthRole('constructor')]).toEqual([{}, {}]);
  expect(healthRole('redis.connection')).toEqual({ asClient: true });
});

it('the part of a call is the one it names, else that of its target, else the runtime', () => {
  const part = (probe: string, given?: Record<string, string>) =>
    partOfCall(given === undefined ? { probe } : { probe, with: given });

  expect(part('http.service-health', { service: 'agent-manager' })).toBe('agent-manager');
  expect(part('kubernetes.workloads', { part: 'nats' })).toBe('nats');
  expect(part('kubernetes.workloads', { part: 'nowhere' })).toBe('runtime');
  expect(
    ['postgres.x', 'redis.x', 'nats.x', 'neo4j.x', 'agents.x', 'kubernetes.x'].map((probe) => part(probe)),
  ).toEqual(['postgres', 'redis', 'nats', 'neo4j', 'collect-agent', 'runtime']);
});
