import { describe, expect, it } from 'vitest';
import { type Said, statementsIn, wrongIn } from '../../../../lab/referee/statements.ts';
import type { PostgresTruth, RedisTruth, Truths } from '../../../../lab/referee/stores.ts';

const answer = (status: number, body = '{"status":"ok"}') => ({ status, body });
const service = (...codes: readonly (number | undefined)[]) => ({
  tcp: 'accepts' as const,
  paths: codes.map((code) => ({ path: '/health', answer: code === undefined ? undefined : answer(code) })),
});
const redis: RedisTruth = {
  ...{
    tcp: 'accepts',
    said: 'ok',
    writes: 'ok',
    usedBytes: 2,
    maxBytes: 100,
    policy: 'allkeys-lru',
    keys: 3,
  },
  ...{ evicted: 0, isReplica: false, linkUp: false, saveFailed: false },
};
const postgres: PostgresTruth = {
  ...{
    tcp: 'accepts',
    said: 'ok',
    writes: 'ok',
    databases: ['agent_manager', 'orchestrator'],
    used: 5,
    max: 40,
  },
  ...{ idleInTransaction: 0, blocked: 0, missingTables: [], readOnly: false, denied: false },
  ...{ invalidIndexes: 0, missingIndexes: 0, idleSlots: 0 },
};
const well: Truths = {
  ...{ postgres, redis, services: { 'agent-manager': service(200, 200) } },
  agents: { registered: 1, youngest: 10 },
};

type Row = {
  part: string;
  state: string;
  consequenceOf?: string;
  consequenceLikely?: true;
  findings?: string[];
  besides?: { key: string }[];
};
const health = (rows: readonly Row[], more: { overall?: string; unseen?: string[] } = {}): Said => ({
  asked: 'health',
  exit: more.overall === 'healthy' ? 0 : 1,
  body: {
    overall: more.overall ?? 'findings',
    unseen: (more.unseen ?? []).map((part) => ({ part })),
    parts: rows.map(({ findings = [], ...row }) => ({
      ...row,
      findings: findings.map((code) => ({ code, part: row.part, subject: row.part })),
    })),
  },
});
const diagnosis = (
  asked: string,
  causes: Readonly<Record<string, string>>,
  more: { besides?: boolean; part?: string } = {},
): Said => ({
  ...{ asked, exit: 1 },
  body: {
    overall: 'cause-found',
    diagnoses: [
      {
        id: asked.split(' ')[0] ?? '',
        causes: Object.entries(causes).map(([id, verdict]) => ({
          ...{ id, verdict, seenBesides: more.besides === true, against: [] },
          for: more.part === undefined ? [] : [{ code: 'X', part: more.part, subject: 's' }],
        })),
      },
    ],
  },
});
const wrong = (truths: Truths, said: Said) => wrongIn(truths, truths, said);

describe('the health table', () => {
  it.each([
    ['takes no connection', { tcp: 'refuses', said: undefined, writes: undefined }],
    ['refuses each write', { writes: 'NOREPLICAS Not enough good replicas to write.' }],
    ['serves no key', { writes: 'CLUSTERDOWN Hash slot not served' }],
    ['turns everybody away', { said: 'ERR max number of clients reached' }],
  ] as const)('is wrong where a store is called up that %s', (_how, change) => {
    const truths: Truths = { ...well, redis: { ...redis, ...change } };

    expect(wrong(truths, health([{ part: 'redis', state: 'up' }]))).toEqual([
      'asked for health: redis is up',
    ]);
    expect(wrong(truths, health([{ part: 'redis', state: 'up' }], { unseen: ['redis'] }))).toEqual([]);
    expect(wrong(truths, health([{ part: 'redis', state: 'unknown' }]))).toEqual([]);
    expect(wrong(truths, health([], { overall: 'healthy' }))).toEqual([
      'asked for health: healthy, with redis',
    ]);
  });

  it('is wrong where what is well is called down, or is the certain reason of something', () => {
    expect(wrong(well, health([{ part: 'postgres', state: 'down' }]))).toEqual([
      'asked for health: postgres is down',
    ]);
    const behind = { part: 'agent-manager', state: 'degraded', consequenceOf: 'redis' };
    expect(wrong(well, health([behind]))).toEqual([
      'asked for health: agent-manager is degraded because of redis',
    ]);
    expect(wrong(well, health([{ ...behind, consequenceLikely: true }]))).toEqual([]);
  });

  it('does not take a store for called well whose reads and writes could not be checked', () => {
    const full: Truths = { ...well, redis: { ...redis, writes: 'MISCONF x' } };
    const said = health([{ part: 'redis', state: 'up' }]);
    const open = health([{ part: 'redis', state: 'up', besides: [{ key: 'writes-unseen' }] }]);

    expect(wrong(full, said)).toEqual(['asked for health: redis is up']);
    expect(wrong(full, open)).toEqual([]);
  });

  it('says nothing of a login that is refused to the bot alone, of one look, or of a service that failed meanwhile', () => {
    const refused: Truths = { ...well, redis: { tcp: 'accepts', said: 'WRONGPASS invalid' } };
    expect(wrong(refused, health([{ part: 'redis', state: 'up' }]))).toEqual([]);

    const gone: Truths = { ...well, redis: { tcp: 'refuses', said: undefined } };
    expect(wrongIn(well, gone, health([{ part: 'redis', state: 'up' }]))).toEqual([]);

    const failed: Truths = { ...well, services: { 'agent-manager': { ...service(200, 200), failed: true } } };
    const said = health([{ part: 'agent-manager', state: 'degraded', findings: ['SERVICE_UNHEALTHY'] }]);
    expect(wrong(failed, said)).toEqual([]);
    expect(wrong(well, said)).toEqual([
      'asked for health: SERVICE_UNHEALTHY of agent-manager (agent-manager)',
    ]);
  });

  it.each([
    ['ENDPOINT_AT_LIMIT', 'BUSY Redis is busy running a script.', ['ENDPOINT_BUSY']],
    ['ENDPOINT_BUSY', 'LOADING Redis is loading the dataset in memory', ['ENDPOINT_STARTING']],
    ['ENDPOINT_FULL', 'MISCONF Redis is configured to save RDB snapshots', ['ENDPOINT_READ_ONLY']],
  ])('is wrong where %s is said of “%s”', (code, said, right) => {
    const truths: Truths = { ...well, redis: { tcp: 'accepts', said } };
    const row = (findings: string[]) => health([{ part: 'redis', state: 'degraded', findings }]);

    expect(wrong(truths, row([code]))).toEqual([`asked for health: ${code} of redis (redis)`]);
    expect(wrong(truths, row(right))).toEqual([]);
    // Words of no class contradict nothing.
    expect(wrong({ ...well, redis: { tcp: 'accepts', said: 'ERR syntax error' } }, row([code]))).toEqual([]);
  });
});

describe('a diagnosis', () => {
  it('is wrong where a cause is confirmed that is not there', () => {
    expect(wrong(well, diagnosis('D2', { 'D2.c': 'confirmed' }))).toEqual([
      'asked for D2: D2.c is confirmed',
    ]);
    expect(
      wrong({ ...well, postgres: { ...postgres, blocked: 1 } }, diagnosis('D2', { 'D2.c': 'confirmed' })),
    ).toEqual([]);
    const refuses: Truths = { ...well, services: { 'agent-manager': { ...service(), tcp: 'refuses' } } };
    const network = diagnosis('H2 agent-manager', { 'H2.c': 'confirmed' }, { part: 'agent-manager' });
    expect(wrong(refuses, network)).toEqual([
      'asked for H2 agent-manager: H2.c of agent-manager is confirmed',
    ]);
  });

  it('is wrong where a cause is ruled out that is there, and not where it is said to explain nothing', () => {
    const unlimited: Truths = { ...well, redis: { ...redis, maxBytes: 0 } };

    expect(wrong(unlimited, diagnosis('D3', { 'D3.b': 'ruled-out' }))).toEqual([
      'asked for D3: D3.b is ruled out',
    ]);
    expect(wrong(unlimited, diagnosis('D3', { 'D3.b': 'ruled-out' }, { besides: true }))).toEqual([]);
    expect(wrong(unlimited, diagnosis('D3', { 'D3.b': 'possible' }))).toEqual([]);
    expect(wrong(well, diagnosis('D3', { 'D3.b': 'ruled-out' }))).toEqual([]);
    const lost: Truths = { ...well, postgres: { ...postgres, databases: ['orchestrator'] } };
    expect(wrong(lost, diagnosis('M1', { 'M1.f': 'ruled-out' }))).toEqual([
      'asked for M1: M1.f is ruled out',
    ]);
  });

  it('H2.d of silent agents is wrong where what carries their words is down, and not for their silence', () => {
    const silent = { ...well, agents: { registered: 1, youngest: 600 } };
    const said = diagnosis('H2 collect-agent', { 'H2.d': 'confirmed' }, { part: 'collect-agent' });
    const gone = { ...service(), tcp: 'refuses' as const };

    expect(wrong(silent, said)).toEqual([]);
    expect(wrong({ ...silent, services: { 'agent-manager': gone } }, said)).toEqual([
      'asked for H2 collect-agent: H2.d of collect-agent is confirmed',
    ]);
  });

  it('is not judged by a cause of which nobody knows what it is', () => {
    expect(statementsIn(well, diagnosis('P1', { 'P1.a': 'confirmed' }))).toEqual([
      { says: 'P1.a is confirmed', is: undefined },
    ]);
  });
});

describe('doctor', () => {
  const doctor = (key: string, part: string): Said => ({
    ...{ asked: 'doctor', exit: 1 },
    body: { checks: [{ key, state: 'ok', facts: { part }, text: `${part} said` }] },
  });

  it('is wrong where it reaches what takes no connection, or calls a login refused that works', () => {
    const refuses: Truths = { ...well, redis: { tcp: 'refuses', said: undefined } };

    expect(wrong(refuses, doctor('environment.reached', 'redis'))).toEqual(['asked for doctor: redis said']);
    expect(wrong(well, doctor('environment.reached', 'redis'))).toEqual([]);
    expect(wrong(well, doctor('environment.own', 'redis'))).toEqual(['asked for doctor: redis said']);
    expect(wrong(well, doctor('environment.own', 'postgres'))).toEqual([]);
  });
});
