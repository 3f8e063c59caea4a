import { describe, expect, it } from 'vitest';
import {
  dependantsOf,
  directOutcomes,
  isAgainst,
  isDirect,
  lookAt,
  runtimeSays,
  runtimeWitness,
  sessionsOf,
} from '../../../../src/domain/health/health-witness.ts';
import type { PartId } from '../../../../src/domain/platform/part.ts';
import type { Finding, Severity } from '../../../../src/domain/probe/finding.ts';
import type { FindingCode } from '../../../../src/domain/probe/findings.ts';
import type { ProbeOutcome } from '../../../../src/domain/probe/probe.ts';

const finding = (code: FindingCode, part: PartId, severity: Severity = 'critical'): Finding => ({
  ...{ code, severity, part, subject: `the ${part}`, facts: {} },
});
const outcome = (probe: string, part: PartId, more: Partial<ProbeOutcome> = {}): ProbeOutcome => ({
  ...{ key: probe, probe, part, status: 'healthy', findings: [], facts: {} },
  ...{ startedAt: '2026-01-01T00:00:00.000Z', durationMs: 1 },
  ...more,
});
const sick = (probe: string, part: PartId, ...codes: readonly FindingCode[]) =>
  outcome(probe, part, { status: 'unhealthy', findings: codes.map((code) => finding(code, part)) });

describe('a witness', () => {
  it.each([
    ['down', 'runtime-running', true],
    ['down', 'sessions', true],
    ['down', 'runtime-not-running', false],
    ['down', 'dependant-down', false],
    ['down', 'second-look', false],
    ['degraded', 'monitor-answers', true],
    ['unknown', 'dependant-up', true],
    ['up', 'runtime-running', false],
  ] as const)('of a part that is %s, %s, speaks against it: %s', (state, witness, against) => {
    expect(isAgainst(state, witness)).toBe(against);
  });
});

describe('our own look at a part', () => {
  const ok = outcome('redis.connection', 'redis');
  const unseen = outcome('redis.connection', 'redis', { status: 'inconclusive' });

  it('is by the probes that use it as its clients do; of the runtime by those about the runtime', () => {
    const all = [
      ok,
      outcome('redis.memory', 'redis'),
      outcome('nats.server', 'nats'),
      outcome('kubernetes.pods', 'runtime'),
      outcome('kubernetes.workloads', 'redis'),
    ];

    expect(directOutcomes('redis', all)).toEqual([ok]);
    expect(directOutcomes('runtime', all).map(({ key }) => key)).toEqual(['kubernetes.pods']);
    expect([isDirect('runtime', 'nats.server'), isDirect('nats', 'nats.server')]).toEqual([false, true]);
    expect([isDirect('redis', 'kubernetes.pods'), isDirect('redis', 'no.such')]).toEqual([false, false]);
  });

  it('is good when one answers and none is bad; bad when one of two databases is', () => {
    expect(lookAt([ok], 1)).toBe('ok');
    expect(lookAt([ok, unseen], 2)).toBe('ok');
    expect(lookAt([ok, sick('redis.connection', 'redis', 'REDIS_SLOW')], 2)).toBe('bad');
  });

  it.each<[FindingCode, string]>([
    ['ENDPOINT_REFUSED', 'refused'],
    ['ENDPOINT_HUNG', 'hung'],
    ['ENDPOINT_CLOSED', 'closed'],
    ['AGENTS_NONE_REGISTERED', 'silent'],
    ['AGENT_HEARTBEAT_STALE', 'silent'],
    ['REDIS_SLOW', 'bad'],
  ])('of %s is %s', (code, look) => {
    expect(lookAt([sick('redis.connection', 'redis', code)], 1)).toBe(look);
  });

  it('is bad, not silent, while only some agents are stale', () => {
    const some = outcome('agents.heartbeats', 'collect-agent', {
      ...{ status: 'unhealthy', findings: [finding('AGENT_HEARTBEAT_STALE', 'collect-agent', 'warning')] },
    });

    expect(lookAt([some], 1)).toBe('bad');
  });

  it('is blind when it could not check, pending while something is expected, else none', () => {
    expect(lookAt([unseen], 1)).toBe('blind');
    expect(lookAt([unseen], 2)).toBe('blind');
    expect(lookAt([], 1)).toBe('pending');
    expect(lookAt([], 0)).toBe('none');
    expect(lookAt([outcome('redis.connection', 'redis', { status: 'skipped' })], 1)).toBe('none');
  });
});

describe('what the runtime says of a part', () => {
  const says = (more: Partial<ProbeOutcome>, probe = 'kubernetes.workloads') =>
    runtimeSays('redis', [outcome('redis.connection', 'redis'), outcome(probe, 'redis', more)]);
  const bad = (facts: ProbeOutcome['facts'], ...codes: readonly FindingCode[]): Partial<ProbeOutcome> => ({
    ...{ status: 'unhealthy', facts, findings: codes.map((code) => finding(code, 'redis')) },
  });

  it('is nothing where it was not asked or could not tell', () => {
    expect(runtimeSays('redis', [outcome('redis.connection', 'redis')])).toBe('nothing');
    expect(runtimeSays('redis', [outcome('kubernetes.workloads', 'nats')])).toBe('nothing');
    expect(says({ status: 'skipped' })).toBe('nothing');
    expect(says({ status: 'inconclusive' })).toBe('nothing');
  });

  it.each<[string, Partial<ProbeOutcome>, string]>([
    ['all is well', {}, 'running'],
    ['it is missing', bad({ ready: 1 }, 'WORKLOAD_MISSING'), 'not-running'],
    ['some are ready', bad({ ready: 1, running: 2 }, 'WORKLOAD_NOT_READY'), 'running'],
    ['it says unhealthy', bad({ ready: 0 }, 'CONTAINER_UNHEALTHY'), 'not-ready'],
    ['it is missing and unhealthy', bad({}, 'CONTAINER_UNHEALTHY', 'CONTAINER_MISSING'), 'not-running'],
    ['some run and none is ready', bad({ ready: 0, running: 1 }, 'WORKLOAD_NOT_READY'), 'not-ready'],
    ['none runs', bad({ ready: 0, running: 0 }, 'WORKLOAD_NOT_READY'), 'not-running'],
    ['it counts nothing', bad({}, 'WORKLOAD_NOT_READY'), 'not-running'],
  ])('when %s', (_what, more, expected) => {
    expect(says(more)).toBe(expected);
  });

  it('does not count containers that Compose only lists', () => {
    expect(says(bad({ running: 1 }, 'CONTAINER_RESTARTING'), 'compose.containers')).toBe('not-running');
    expect(says(bad({ ready: 1 }, 'CONTAINER_RESTARTING'), 'compose.containers')).toBe('running');
  });

  it('is a witness with its numbers and its first finding, and none where it says nothing', () => {
    const gone = outcome(
      'kubernetes.workloads',
      'redis',
      bad({ desired: 1 }, 'WORKLOAD_MISSING', 'POD_FAILED'),
    );

    expect(runtimeWitness('redis', [gone])).toEqual([
      {
        key: 'runtime-not-running',
        facts: { desired: 1, subject: 'the redis', code: 'WORKLOAD_MISSING' },
      },
    ]);
    expect(
      runtimeWitness('redis', [outcome('kubernetes.workloads', 'redis', { facts: { ready: 2 } })]),
    ).toEqual([{ key: 'runtime-running', facts: { ready: 2 } }]);
    expect(
      runtimeWitness('redis', [outcome('kubernetes.workloads', 'redis', { status: 'skipped' })]),
    ).toEqual([]);
    expect(runtimeWitness('redis', [])).toEqual([]);
  });
});

describe('connections that others see of a part', () => {
  const seenBy = (facts: ProbeOutcome['facts'], more: Partial<ProbeOutcome> = {}) =>
    sessionsOf('redis', [outcome('nats.clients', 'nats', { facts, ...more })]);

  it('are sessions; that there are none says nothing (R-PLAT23)', () => {
    expect(seenBy({ 'sessions.redis': 2 })).toEqual([
      { key: 'sessions', facts: { where: 'nats', count: 2 } },
    ]);
    expect(seenBy({ 'sessions.redis': 1 })).toHaveLength(1);
    expect(seenBy({ 'sessions.redis': 0 })).toEqual([]);
  });

  it('are unknown where nothing is said of the part, or the probe could not see', () => {
    const nothing: unknown = [];

    expect(seenBy({})).toEqual(nothing);
    expect(seenBy({ 'sessions.nats': 3 })).toEqual(nothing);
    expect(seenBy({ 'sessions.redis': 'many' })).toEqual(nothing);
    expect(seenBy({ 'sessions.redis': 2 }, { status: 'inconclusive' })).toEqual(nothing);
    expect(seenBy({ 'sessions.redis': 2 }, { probe: 'nats.monitor' })).toEqual(nothing);
  });
});

describe('what those that need a part say of it', () => {
  const health = (part: PartId, facts: ProbeOutcome['facts'], more: Partial<ProbeOutcome> = {}) =>
    outcome('http.service-health', part, { facts, ...more });
  const unhealthy = { findings: [finding('SERVICE_UNHEALTHY', 'reasoning-service')] };
  const down = (key: string, service: PartId) => ({ up: [], down: [{ key, facts: { service } }] });

  it('is that it is up or down', () => {
    const up = { 'dependency.redis': 'up', 'measured.redis': true };
    expect(dependantsOf('redis', [health('agent-manager', up)])).toEqual({
      ...{ up: [{ key: 'dependant-up', facts: { service: 'agent-manager' } }], down: [] },
    });
    expect(dependantsOf('redis', [health('agent-manager', { 'dependency.redis': 'down' })])).toEqual(
      down('dependant-down', 'agent-manager'),
    );
  });

  it('W3 is nothing by a bare "up", which a program may say without trying', () => {
    expect(dependantsOf('neo4j', [health('reasoning-service', { 'dependency.neo4j': 'up' })])).toEqual({
      ...{ up: [], down: [] },
    });
  });

  it('is that it may be down, when the service is unhealthy and names no dependency at all', () => {
    const nothing = { up: [], down: [] };

    expect(dependantsOf('neo4j', [health('reasoning-service', { latencyMs: 1 }, unhealthy)])).toEqual(
      down('dependant-unhealthy', 'reasoning-service'),
    );
    expect(dependantsOf('neo4j', [health('reasoning-service', { 'dependency.x': 'up' }, unhealthy)])).toEqual(
      nothing,
    );
    expect(dependantsOf('neo4j', [health('reasoning-service', {})])).toEqual(nothing);
    expect(
      dependantsOf('neo4j', [
        health('reasoning-service', {}, { findings: [finding('SERVICE_SLOW', 'reasoning-service')] }),
      ]),
    ).toEqual(nothing);
  });

  it('is nothing by a service that does not need it, or was asked something else', () => {
    const facts = { 'dependency.neo4j': 'down' };
    const nothing = { up: [], down: [] };

    expect(dependantsOf('neo4j', [health('agent-manager', facts)])).toEqual(nothing);
    expect(dependantsOf('neo4j', [outcome('http.other', 'reasoning-service', { facts })])).toEqual(nothing);
    expect(dependantsOf('neo4j', [])).toEqual(nothing);
  });
});
