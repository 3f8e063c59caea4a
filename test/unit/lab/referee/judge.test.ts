import { describe, expect, it } from 'vitest';
import { judge, takes } from '../../../../lab/referee/judge.ts';
import type { ContainerSeen, Seen } from '../../../../lab/referee/seen.ts';

const container = (more: Partial<ContainerSeen> = {}): ContainerSeen => ({
  name: 'c',
  state: 'running',
  exitCode: 0,
  restarts: 0,
  variables: {},
  ports: [],
  checks: [0],
  log: '',
  listening: [],
  ...more,
});

const schema = ['id', 'processed'];

/** A platform on which nothing of F1–F23 is true, and everything was looked at but the reasoning-service's file. */
const consistent: Seen = {
  at: '2026-01-01T00:00:00.000Z',
  services: {
    'agent-manager': container({
      variables: { DB_PASSWORD: 'x', PATH: '/bin' },
      words: {
        DB_PASSWORD: true,
        DATABASE_PASSWORD: true,
        PATH: false,
        agent_id: true,
        'aetherius.agent.%s.command': true,
        'internal.event.anomaly': true,
      },
    }),
    'orchestrator-service': container({
      ports: [8081],
      listening: [8081],
      words: { DB_PASSWORD: true, AGENT_MANAGER_URL: true, 'http://agent-manager:8080': true },
    }),
    'reasoning-service': container(),
    'collect-agent': container(),
  },
  missingImages: [],
  http: {
    'agent-manager /health/ready': { status: 200, body: '{"status":"ready"}' },
    'reasoning-service /health': { status: 200, body: '{"components":{"knowledge_graph": false}}' },
  },
  postgres: {
    databases: ['aetherius_agent_manager', 'aetherius_orchestrator'],
    columns: { 'aetherius_agent_manager.events': schema, 'aetherius.events': schema },
    agents: 1,
  },
  redis: '+PONG',
  nats: {
    subscriptions: [
      { client: 'agent-manager', subject: 'aetherius.agent.*.heartbeat' },
      { client: 'agent-manager', subject: 'agent.*.*' },
      { client: 'orchestrator', subject: 'internal.event.critical' },
      { client: 'orchestrator', subject: 'internal.event.anomaly' },
      { client: 'agent-c1', subject: 'agent.command.c1' },
      { client: 'agent-c1', subject: 'aetherius.agent.c1.command' },
    ],
    heard: [{ subject: 'agent.heartbeat.c1', body: '{"agent_id":"a1"}' }],
    servers: [{ routes: 0 }],
  },
  boltAnswers: true,
  exported: ['go_goroutines'],
  ruleMetrics: ['go_goroutines'],
  scrapes: [{ target: 'agent-manager:8080', metrics: true }],
  tried: {
    registration: { log: 'registered', rowsBefore: 0, rowsAfter: 1 },
    event: { log: 'published', onBus: [{ subject: 'internal.event.critical', body: '{}' }] },
    internal: { byId: 'Strategy matched', byEvent: 'Strategy matched' },
    command: { results: [{ subject: 'agent.result.c1', body: '{}' }] },
    row: { log: 'Loaded agents' },
    graph: { boltAnswers: false, health: '{"components":{"knowledge_graph": false}}' },
  },
  failed: {},
};

const holding = (seen: Seen) => judge(seen).faults.flatMap((one) => (one.holds === true ? [one.id] : []));
const withService = (name: string, more: Partial<ContainerSeen>): Seen => ({
  ...consistent,
  services: { ...consistent.services, [name]: { ...(consistent.services[name] ?? container()), ...more } },
});
const withWords = (name: string, words: Readonly<Record<string, boolean>>) =>
  withService(name, { words: { ...consistent.services[name]?.words, ...words } });
const nats = consistent.nats ?? { subscriptions: [], heard: [], servers: [] };
const without = (subject: string) => nats.subscriptions.filter((one) => one.subject !== subject);

/** One state for each fault, in which it is true and no other is. */
const planted: Readonly<Record<string, Seen>> = {
  F1: {
    ...consistent,
    nats: { ...nats, subscriptions: without('agent.*.*') },
    tried: { ...consistent.tried, command: { results: [] } },
  },
  F2: { ...consistent, nats: { ...nats, subscriptions: without('aetherius.agent.c1.command') } },
  F3: {
    ...consistent,
    tried: { ...consistent.tried, event: { log: 'x\nnats: invalid connection', onBus: [] } },
  },
  F4: {
    ...consistent,
    tried: { ...consistent.tried, internal: { byId: 'No strategy matched', byEvent: 'Strategy matched' } },
  },
  F5: withWords('agent-manager', { 'internal.event.anomaly': false }),
  F6: {
    ...consistent,
    tried: { ...consistent.tried, command: { results: [{ subject: 'results.c1', body: '{}' }] } },
  },
  F7: {
    ...consistent,
    tried: {
      ...consistent.tried,
      registration: { log: 'ERROR: invalid input syntax for type json', rowsBefore: 1, rowsAfter: 1 },
    },
  },
  F8: { ...consistent, tried: { ...consistent.tried, row: { log: 'failed to load agents: Scan' } } },
  F9: {
    ...consistent,
    nats: { ...nats, heard: [{ subject: 'agent.heartbeat.c1', body: '{"cluster_id":"c1"}' }] },
  },
  F10: withService('agent-manager', {
    variables: { DATABASE_URL: 'x' },
    words: { ...consistent.services['agent-manager']?.words, DATABASE_URL: false },
  }),
  F12: withService('orchestrator-service', {
    log: 'Failed to initialize logger: no encoder name specified',
  }),
  F13: {
    ...consistent,
    postgres: { databases: ['postgres'], columns: consistent.postgres?.columns ?? {}, agents: 1 },
  },
  F14: {
    ...consistent,
    postgres: {
      databases: ['aetherius_agent_manager', 'aetherius_orchestrator'],
      columns: { 'a.events': ['id'], 'b.events': ['id', 'processed_at'] },
      agents: 1,
    },
  },
  F15: withService('orchestrator-service', { listening: [] }),
  F16: withWords('orchestrator-service', { AGENT_MANAGER_URL: false }),
  F17: withService('reasoning-service', { checks: [1, 1] }),
  F18: { ...consistent, missingImages: ['aetherius/x:latest'] },
  F19: { ...consistent, ruleMetrics: ['agent_registration_failures_total'] },
  F20: { ...consistent, scrapes: [{ target: 'reasoning-service:8082', metrics: false }] },
  F22: {
    ...consistent,
    tried: {
      ...consistent.tried,
      graph: { boltAnswers: false, health: '{"components":{"knowledge_graph": true}}' },
    },
  },
  F23: {
    ...consistent,
    nats: { ...nats, subscriptions: nats.subscriptions.filter((one) => one.client !== 'agent-c1') },
  },
};

describe('the referee', () => {
  it('finds nothing on a consistent platform, and every part of it working', () => {
    const verdict = judge(consistent);

    expect(holding(consistent)).toEqual([]);
    expect(verdict.faults.filter((one) => one.holds === 'unknown').map((one) => one.id)).toEqual(['F21']);
    expect(verdict.parts.filter((one) => one.works !== true)).toEqual([]);
  });

  it('rules on each of F1 to F23', () => {
    expect(judge(consistent).faults.map((one) => one.id)).toEqual(
      Array.from({ length: 23 }, (_, index) => `F${index + 1}`),
    );
  });

  it.each(Object.entries(planted))('finds %s, and it alone, where it is planted', (id, seen) => {
    expect(holding(seen)).toEqual([id]);
  });

  it('finds F11 where the password of neither store is read', () => {
    const seen = withWords('agent-manager', { DATABASE_PASSWORD: false });
    const orchestrator = withWords('orchestrator-service', { DB_PASSWORD: false });

    expect(holding(seen)).toEqual([]);
    expect(
      holding({
        ...seen,
        services: {
          ...seen.services,
          'orchestrator-service': orchestrator.services['orchestrator-service'],
        },
      }),
    ).toEqual(['F11']);
  });

  it('finds F23 where several servers behind one name have no routes to each other', () => {
    const behind = (routes: readonly number[]): Seen => ({
      ...consistent,
      nats: { ...nats, servers: routes.map((one) => ({ routes: one })) },
    });

    expect(holding(behind([0, 0, 0]))).toEqual(['F23']);
    expect(holding(behind([2, 2, 1]))).toEqual(['F23']);
    expect(holding(behind([2, 2, 2]))).toEqual([]);
  });

  it('says that it does not know where it saw nothing', () => {
    const { postgres: _postgres, nats: _nats, ...rest } = consistent;
    const blind: Seen = {
      ...rest,
      services: { 'agent-manager': undefined },
      http: {},
      ruleMetrics: [],
      scrapes: [],
      tried: {},
    };
    const verdict = judge(blind);

    expect(verdict.faults.filter((one) => one.holds !== 'unknown').map((one) => one.id)).toEqual([
      'F12',
      'F17',
      'F18',
    ]);
    expect(verdict.parts.find((one) => one.part === 'agent-manager')).toEqual({
      part: 'agent-manager',
      works: false,
      saw: 'no container',
    });
  });

  it('does not rule on what a stopped service would have shown', () => {
    const read = { 'internal.event.anomaly': false };
    const ended = container({ state: 'restarting', checks: [], words: read });
    const { words: _words, ...unreadable } = container({ state: 'created', checks: [] });
    const seen: Seen = {
      ...consistent,
      services: { 'agent-manager': ended, 'orchestrator-service': unreadable },
      exported: [],
      postgres: {
        databases: consistent.postgres?.databases ?? [],
        columns: { 'a.events': ['id'] },
        agents: 0,
      },
    };
    const unknown = judge(seen).faults.flatMap((one) => (one.holds === 'unknown' ? [one.id] : []));

    for (const id of ['F5', 'F11', 'F14', 'F15', 'F17', 'F19', 'F20']) expect(unknown).toContain(id);
  });

  it('shows the last line of a service that ended', () => {
    const log = 'start\nFailed to initialize logger: no encoder name specified\n';
    const seen = withService('agent-manager', { state: 'restarting', exitCode: 1, restarts: 3, log });

    expect(judge(seen).parts[0]).toEqual({
      part: 'agent-manager',
      works: false,
      saw: 'restarting, 3 restarts, last exit code 1: Failed to initialize logger: no encoder name specified',
    });
  });

  it('does not call an agent registered that is not stored', () => {
    const seen: Seen = { ...consistent, postgres: { databases: [], columns: {}, agents: 0 } };

    expect(judge(seen).parts.find((one) => one.part === 'collect-agent')?.works).toBe(false);
  });
});

describe('a subject', () => {
  it.each([
    ['agent.*.c1', 'agent.heartbeat.c1', true],
    ['agent.>', 'agent.heartbeat.c1', true],
    ['agent.>', 'agent', false],
    ['aetherius.agent.*.heartbeat', 'agent.heartbeat.c1', false],
    ['agent.heartbeat', 'agent.heartbeat.c1', false],
  ])('%s takes %s: %s', (pattern, subject, answer) => {
    expect(takes(pattern, subject)).toBe(answer);
  });
});
