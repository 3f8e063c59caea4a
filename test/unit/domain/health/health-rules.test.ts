import { describe, expect, it } from 'vitest';
import {
  configuredParts,
  healthCalls,
  partOfCall,
  shapeOf,
} from '../../../../src/domain/health/health-calls.ts';
import { doubtsIn, judgeHealth, rootFindings } from '../../../../src/domain/health/health-rules.ts';
import { asSecondLook } from '../../../../src/domain/health/health-witness.ts';
import type { Facts } from '../../../../src/domain/kernel/facts.ts';
import type { PartId } from '../../../../src/domain/platform/part.ts';
import type { Unchecked } from '../../../../src/domain/platform/unchecked.ts';
import type { Finding } from '../../../../src/domain/probe/finding.ts';
import type { FindingCode } from '../../../../src/domain/probe/findings.ts';
import { callKey, type ProbeCall, type ProbeOutcome } from '../../../../src/domain/probe/probe.ts';
import { probes } from '../../../../src/probes/index.ts';
import { environment, literal } from '../../../support/targets.ts';

const services = {
  'agent-manager': { url: 'http://am:8080', healthPaths: ['/health'] },
  'orchestrator-service': { url: 'http://os:8081', healthPaths: ['/health'] },
  'reasoning-service': { url: 'http://rs:8082', healthPaths: ['/health'] },
};
const full = environment({
  services,
  postgres: {
    url: literal('postgres://x'),
    databases: { agentManager: 'agent_manager', orchestrator: 'orchestrator' },
  },
  redis: { kind: 'single', url: literal('redis://x') },
  nats: { url: literal('nats://x'), monitorUrl: 'http://nats:8222' },
  neo4j: { url: literal('bolt://x'), user: 'neo4j' },
});
const shapes = {
  none: shapeOf(full),
  kubernetes: shapeOf({
    ...full,
    runtime: { kind: 'kubernetes', namespace: 'aetherius', agentNamespace: 'kube-system' },
  }),
  compose: shapeOf({ ...full, runtime: { kind: 'compose', project: 'aetherius', socket: '/s' } }),
};
type Runtime = keyof typeof shapes;

type Planted = Partial<Omit<ProbeOutcome, 'findings'>> & { findings?: readonly Partial<Finding>[] };

/** Everything healthy, with sessions and dependencies as a healthy platform has them; `planted` replaces by call key. */
function outcomesOf(runtime: Runtime, planted: Readonly<Record<string, Planted>> = {}): ProbeOutcome[] {
  const wanted = new Set(Object.keys(planted));
  const outcomes = healthCalls(shapes[runtime]).map((call): ProbeOutcome => {
    const short = shortKey(call);
    wanted.delete(short);
    const part = partOfCall(call);
    const { findings = [], ...change } = planted[short] ?? {};
    return {
      key: callKey(call),
      probe: call.probe,
      part,
      status: findings.length > 0 ? 'unhealthy' : 'healthy',
      facts: healthyFacts(call, runtime),
      startedAt: '2026-11-25T12:00:00.000Z',
      durationMs: 1,
      ...change,
      findings: findings.map((one) => ({
        code: 'X' as FindingCode,
        severity: 'critical',
        part,
        subject: part,
        facts: {},
        ...one,
      })),
    };
  });
  expect([...wanted]).toEqual([]);
  return outcomes;
}

function shortKey(call: ProbeCall): string {
  const main = call.with?.service ?? call.with?.part ?? call.with?.database;
  return main === undefined ? call.probe : `${call.probe}(${main})`;
}

/** A service that measures how those are that it needs. */
const dependsOn = (...parts: readonly PartId[]): Facts =>
  Object.fromEntries(
    parts.flatMap((part) => [
      [`dependency.${part}`, 'up'],
      [`measured.${part}`, true],
    ]),
  );

function healthyFacts(call: ProbeCall, _runtime: Runtime): Facts {
  switch (shortKey(call)) {
    case 'http.service-health(agent-manager)':
      return { latencyMs: 3, ...dependsOn('postgres', 'redis', 'nats') };
    case 'http.service-health(orchestrator-service)':
      return { latencyMs: 3, ...dependsOn('postgres', 'agent-manager') };
    case 'http.service-health(reasoning-service)':
      return { latencyMs: 3, ...dependsOn('neo4j') };
    case 'postgres.clients':
      return { 'sessions.agent-manager': 5, 'sessions.orchestrator-service': 4 };
    case 'nats.clients':
      return { 'sessions.agent-manager': 2, 'sessions.collect-agent': 1 };
    case 'neo4j.clients':
      return { 'sessions.reasoning-service': 1 };
    case 'agents.heartbeats':
      return { registered: 1, lastHeartbeatSeconds: 3 };
    default:
      return call.probe === 'kubernetes.workloads' || call.probe === 'compose.containers'
        ? { desired: 1, ready: 1, running: 1 }
        : { latencyMs: 2 };
  }
}

function judge(runtime: Runtime, planted: Readonly<Record<string, Planted>> = {}) {
  const shape = shapes[runtime];
  const calls = healthCalls(shape);
  return judgeHealth({ environment: 'prod', shape, calls, outcomes: outcomesOf(runtime, planted) });
}
type Report = ReturnType<typeof judge>;

/** Every row that is not up, as `part state fact [< root]`, in order. */
function bad(report: Report): readonly string[] {
  return report.rows
    .filter((row) => row.state !== 'up' && row.state !== 'not-configured')
    .map(
      (row) =>
        `${row.part} ${row.state} ${row.fact.key}${row.consequenceOf === undefined ? '' : ` < ${row.consequenceOf}`}`,
    );
}
const row = (report: Report, part: PartId) => report.rows.find((one) => one.part === part);

const endpoint = (code: string): Planted => ({
  facts: {},
  findings: [{ code: code as FindingCode, subject: 'h:1' }],
});
const refused = endpoint('ENDPOINT_REFUSED');
const hung = endpoint('ENDPOINT_HUNG');
const blind = (code: string, facts: Facts = {}): Planted => ({
  status: 'inconclusive',
  facts: {},
  cause: { code, detail: '', facts },
});
const skipped: Planted = { status: 'skipped', reason: 'not-applicable', facts: {} };
const unhealthy = (...down: readonly PartId[]): Planted => ({
  facts: Object.fromEntries(down.map((part) => [`dependency.${part}`, 'down'])),
  findings: [{ code: 'SERVICE_UNHEALTHY' }],
});
const gone: Planted = {
  facts: { desired: 0, ready: 0, running: 0 },
  findings: [{ code: 'WORKLOAD_SCALED_TO_ZERO' }],
};

describe('a health check asks', () => {
  for (const runtime of ['none', 'kubernetes', 'compose'] as const)
    it(`only probes that exist, with parameters they take, and knows their parts (${runtime})`, () => {
      for (const call of healthCalls(shapes[runtime])) {
        const probe = probes.find((one) => one.id === call.probe);
        const params = probe?.params.safeParse(call.with ?? {});

        expect([call, params?.success]).toEqual([call, true]);
        const part = typeof probe?.part === 'function' ? probe.part(params?.data) : probe?.part;
        expect([callKey(call), partOfCall(call)]).toEqual([callKey(call), part]);
      }
    });

  it('nothing about what is not configured (R-PLAT3)', () => {
    const empty = shapeOf(environment());

    expect(healthCalls(empty)).toEqual([]);
    expect([...configuredParts(empty)]).toEqual([]);
    expect(judgeHealth({ environment: 'e', shape: empty, calls: [], outcomes: [] })).toMatchObject({
      overall: 'healthy',
      complete: true,
      roots: [],
    });
  });
});

describe('a healthy platform', () => {
  for (const runtime of ['none', 'kubernetes', 'compose'] as const)
    it(`is healthy in every row, without a finding (${runtime})`, () => {
      const report = judge(runtime);

      expect(bad(report)).toEqual([]);
      expect(report).toMatchObject({ overall: 'healthy', complete: true, roots: [] });
      expect(rootFindings(report)).toEqual([]);
      expect(row(report, 'postgres')).toMatchObject({ fact: { key: 'answers' }, latencyMs: 2 });
    });
});

describe('a table that fills in', () => {
  it('shows what is pending as not yet known, never as up or down', () => {
    const shape = shapes.none;
    const calls = healthCalls(shape);
    const outcomes = outcomesOf('none').filter((outcome) => outcome.part === 'redis');
    const report = judgeHealth({ environment: 'prod', shape, calls, outcomes });

    expect(row(report, 'redis')).toMatchObject({ state: 'up', pending: 0 });
    expect(row(report, 'postgres')).toMatchObject({ state: 'unknown', fact: { key: 'pending' } });
    expect(row(report, 'postgres')?.pending).toBeGreaterThan(0);
    expect(report.complete).toBe(false);
  });
});

describe('down needs a second witness', () => {
  it('nobody else can tell: unknown, and no finding (R-PLAT2)', () => {
    const report = judge('none', {
      'redis.connection': refused,
      'redis.clients': blind('refused'),
      'redis.memory': blind('refused'),
      'redis.eviction-policy': blind('refused'),
      'http.service-health(agent-manager)': { facts: { latencyMs: 3 } },
    });

    expect(bad(report)).toEqual(['redis unknown refused-unconfirmed']);
    expect(report.overall).toBe('unknown');
    expect(rootFindings(report)).toEqual([]);
  });

  it('a dependant misses it too: down', () => {
    const report = judge('none', {
      'redis.connection': refused,
      'http.service-health(agent-manager)': unhealthy('redis'),
    });

    expect(bad(report)).toEqual([
      'redis down ENDPOINT_REFUSED',
      'agent-manager degraded SERVICE_UNHEALTHY < redis',
    ]);
    expect(row(report, 'redis')?.witnesses).toEqual([
      { key: 'dependant-down', facts: { service: 'agent-manager' } },
    ]);
    expect(rootFindings(report).map((finding) => finding.code)).toEqual(['ENDPOINT_REFUSED']);
  });

  it('a dependant that is unhealthy without saying why confirms it as well', () => {
    const report = judge('none', {
      'neo4j.connection': refused,
      'http.service-health(reasoning-service)': unhealthy(),
    });

    expect(bad(report)[0]).toBe('neo4j down ENDPOINT_REFUSED');
  });

  it('a dependant uses it: our own way is what is broken', () => {
    const report = judge('none', { 'redis.connection': refused });

    expect(bad(report)).toEqual(['redis unknown refused-here-only']);
  });

  it('W3 a dependant that only says so is no witness that others reach it', () => {
    const report = judge('none', {
      'neo4j.connection': refused,
      'http.service-health(reasoning-service)': { facts: { 'dependency.neo4j': 'up' } },
    });

    expect(bad(report)).toEqual(['neo4j unknown refused-unconfirmed']);
    expect(row(report, 'neo4j')?.witnesses).toEqual([]);
  });

  it('W5 that it refuses our own password is said as ours: no finding, and nothing stands behind it', () => {
    const report = judge('compose', {
      'redis.connection': blind('auth'),
      'redis.clients': blind('auth'),
      'redis.memory': blind('auth'),
      'redis.eviction-policy': blind('auth'),
      'agents.heartbeats': { facts: {}, findings: [{ code: 'AGENTS_NONE_REGISTERED', severity: 'warning' }] },
    });

    expect(bad(report)).toEqual([
      'collect-agent degraded AGENTS_NONE_REGISTERED',
      'redis unknown blind-auth',
    ]);
    expect(rootFindings(report).map(({ code }) => code)).toEqual(['AGENTS_NONE_REGISTERED']);
  });

  it('the runtime says that nothing runs: down, and the cause stands instead of the symptom', () => {
    const report = judge('kubernetes', {
      'redis.connection': refused,
      'kubernetes.workloads(redis)': gone,
      'http.service-health(agent-manager)': { facts: { latencyMs: 3 } },
    });

    expect(bad(report)).toEqual(['redis down WORKLOAD_SCALED_TO_ZERO']);
    expect(rootFindings(report).map((finding) => finding.code)).toEqual(['WORKLOAD_SCALED_TO_ZERO']);
  });

  it('a service whose port refuses while its Pod runs has a closed port', () => {
    const report = judge('kubernetes', { 'http.service-health(reasoning-service)': refused });

    expect(bad(report)).toEqual(['reasoning-service degraded port-closed']);
  });

  it('a port that refuses while its Pod is not ready is down, and the Pod says why', () => {
    const report = judge('kubernetes', {
      'redis.connection': refused,
      'http.service-health(agent-manager)': { facts: { latencyMs: 3 } },
      'kubernetes.workloads(redis)': {
        facts: { desired: 1, ready: 0, running: 1 },
        findings: [{ code: 'WORKLOAD_NOT_READY', subject: 'statefulset/redis', facts: { ready: 0 } }],
      },
    });

    expect(row(report, 'redis')).toMatchObject({ state: 'down', pending: 0 });
    expect(row(report, 'redis')?.fact.facts).toHaveProperty('subject');
  });

  describe('a service of which no Pod is ready, and that says at its own address why', () => {
    const notReady: Planted = {
      facts: { desired: 1, ready: 0, running: 1 },
      findings: [{ code: 'WORKLOAD_NOT_READY', subject: 'deployment/am', facts: { ready: 0 } }],
    };
    const unwell: Planted = {
      facts: { 'dependency.nats': 'down', 'dependency.postgres': 'up' },
      findings: [{ code: 'SERVICE_UNHEALTHY', subject: 'am-1', facts: { dependencies: 'nats' } }],
    };
    const seen = {
      'http.own-health(agent-manager)': unwell,
      'kubernetes.workloads(agent-manager)': notReady,
    };

    it.each<[string, Planted]>([
      ['is refused', refused],
      // Where a packet filter drops what no Pod would answer.
      ['is lost', blind('connect-timeout')],
    ])('is down for that, where the way through its Service %s', (_how, attempt) => {
      const report = judge('kubernetes', { 'http.service-health(agent-manager)': attempt, ...seen });

      expect(bad(report)).toEqual(['agent-manager down SERVICE_UNHEALTHY']);
      expect(row(report, 'agent-manager')?.findings).toMatchObject([{ subject: 'am-1' }]);
    });

    it('is behind the part that it names', () => {
      const report = judge('kubernetes', {
        ...{ 'http.service-health(agent-manager)': refused, 'nats.server': refused, ...seen },
        'kubernetes.workloads(nats)': gone,
      });

      expect(report.roots).toEqual(['nats']);
      expect(row(report, 'agent-manager')).toMatchObject({ state: 'down', consequenceOf: 'nats' });
    });

    it('is still not known where nothing else says that it is not ready', () => {
      const report = judge('kubernetes', {
        'http.service-health(agent-manager)': blind('connect-timeout'),
        'http.own-health(agent-manager)': unwell,
      });

      expect(bad(report)).toEqual(['agent-manager unknown blind-connect-timeout']);
    });
  });

  it('says on which subject the worst finding is', () => {
    const report = judge('none', {
      'redis.connection': {
        facts: { latencyMs: 900 },
        findings: [{ code: 'REDIS_SLOW', severity: 'warning', subject: 'redis:6379', facts: { ms: 900 } }],
      },
    });

    expect(row(report, 'redis')).toMatchObject({
      ...{ fact: { key: 'REDIS_SLOW', facts: { ms: 900, subject: 'redis:6379' } }, latencyMs: 900 },
    });
  });

  it('W9 a service is not down because its database sees no session of it', () => {
    const report = judge('none', {
      'http.service-health(orchestrator-service)': refused,
      'postgres.clients': { facts: { 'sessions.agent-manager': 5, 'sessions.orchestrator-service': 0 } },
    });

    expect(bad(report)).toEqual(['orchestrator-service unknown refused-unconfirmed']);
    expect(row(report, 'orchestrator-service')?.witnesses).toEqual([]);
  });

  it('a silent port with a running Pod, or with sessions of its own, hangs', () => {
    expect(bad(judge('kubernetes', { 'http.service-health(reasoning-service)': hung }))).toEqual([
      'reasoning-service down hung',
    ]);
    expect(bad(judge('none', { 'http.service-health(agent-manager)': hung }))).toEqual([
      'agent-manager down hung',
    ]);
    expect(
      bad(judge('none', { 'http.service-health(reasoning-service)': hung, 'neo4j.clients': skipped })),
    ).toEqual(['reasoning-service unknown hung-unconfirmed']);
  });

  it('NATS whose monitor answers has a closed client port', () => {
    const report = judge('none', {
      'nats.server': refused,
      'http.service-health(agent-manager)': { facts: {} },
    });

    expect(bad(report)).toEqual(['nats degraded port-closed']);
  });
});

describe('a second look, where there is no runtime', () => {
  const shape = shapes.none;
  const calls = healthCalls(shape);
  const alone = { 'http.service-health(agent-manager)': { facts: { latencyMs: 3 } } };
  const lookedAgain = (
    runtime: Runtime,
    first: Readonly<Record<string, Planted>>,
    second: Readonly<Record<string, Planted>>,
    beside: PartId = 'postgres',
  ) => {
    const asked = healthCalls(shapes[runtime]);
    const keys = asked.filter((call) => shortKey(call) in second).map((call) => callKey(call));
    const outcomes = outcomesOf(runtime, first);
    const later = outcomesOf(runtime, second)
      .filter(({ key }) => keys.includes(key))
      .map((outcome) => asSecondLook(outcome, beside));
    return judgeHealth({
      ...{ environment: 'prod', shape: shapes[runtime], calls: asked },
      outcomes: [...outcomes, ...later],
    });
  };
  const stopped = {
    'http.service-health(orchestrator-service)': refused,
    'postgres.clients': { facts: { 'sessions.agent-manager': 5, 'sessions.orchestrator-service': 0 } },
  };
  const frozen = { 'redis.connection': hung };

  it('is wanted for what refused or was silent while nobody could tell, and for nothing else', () => {
    const doubts = (runtime: Runtime, planted: Readonly<Record<string, Planted>>) =>
      doubtsIn({
        ...{ environment: 'prod', shape: shapes[runtime], calls: healthCalls(shapes[runtime]) },
        outcomes: outcomesOf(runtime, planted),
      });

    expect(doubts('none', {})).toEqual([]);
    // Others use it, so that our own way is in doubt; and a runtime that can be asked is asked.
    expect(doubts('none', { 'redis.connection': refused })).toEqual([]);
    expect(doubts('kubernetes', { ...stopped, ...frozen, ...alone })).toEqual([]);
    const [redis, ...others] = doubts('none', { ...frozen, ...alone });
    expect(others).toEqual([]);
    expect(redis?.part).toBe('redis');
    expect(redis?.calls.map(({ probe }) => probe)).toEqual(['redis.connection']);
    expect(redis?.answering).toEqual(expect.arrayContaining(['postgres', 'nats', 'neo4j', 'agent-manager']));
    expect(redis?.answering).not.toContain('redis');
    expect(
      doubtsIn({
        environment: 'prod',
        shape,
        calls,
        outcomes: outcomesOf('none', { ...frozen, ...alone }).slice(1),
      }),
    ).toEqual([]);
  });

  it('is a witness when it comes to the same: the service is down, Redis hangs', () => {
    const service = lookedAgain('none', stopped, { 'http.service-health(orchestrator-service)': refused });
    const redis = lookedAgain('none', { ...frozen, ...alone }, frozen);

    expect(bad(service)).toEqual(['orchestrator-service down ENDPOINT_REFUSED']);
    expect(row(service, 'orchestrator-service')?.witnesses).toEqual([
      { key: 'second-look', facts: { beside: 'postgres' } },
    ]);
    expect(rootFindings(service).map(({ code }) => code)).toEqual(['ENDPOINT_REFUSED']);
    expect(bad(redis)).toEqual(['redis down hung']);
  });

  it('takes the place of the first one when it is answered', () => {
    const report = lookedAgain('none', stopped, { 'http.service-health(orchestrator-service)': {} });

    expect(bad(report)).toEqual([]);
    expect(report).toMatchObject({ overall: 'healthy', complete: true });
  });

  it.each<[string, Planted]>([
    ['is lost on the way', blind('connect-timeout')],
    ['comes to something else', hung],
    ['is turned away', endpoint('ENDPOINT_AT_LIMIT')],
  ])('that %s proves nothing', (_what, second) => {
    const report = lookedAgain('none', stopped, { 'http.service-health(orchestrator-service)': second });

    expect(bad(report)).toEqual(['orchestrator-service unknown refused-unconfirmed']);
    expect(report.overall).toBe('unknown');
  });

  it('is none where a dependant says that it reaches the part, measured or not: our own address may be wrong', () => {
    const says = { 'http.service-health(reasoning-service)': { facts: { 'dependency.neo4j': 'up' } } };
    const report = lookedAgain(
      'none',
      { 'neo4j.connection': refused, ...says },
      { 'neo4j.connection': refused },
    );

    expect(bad(report)).toEqual(['neo4j unknown refused-unconfirmed']);
  });

  it('without it, it stays "could not check"', () => {
    expect(bad(judge('none', stopped))).toEqual(['orchestrator-service unknown refused-unconfirmed']);
    expect(bad(judge('none', { ...frozen, ...alone }))).toEqual(['redis unknown hung-unconfirmed']);
  });
});

describe('could not check', () => {
  it('is neither down nor fine: DNS, firewall, RBAC', () => {
    for (const code of ['dns', 'connect-timeout', 'tls', 'auth', 'forbidden']) {
      const report = judge('none', { 'redis.connection': blind(code) });

      expect(bad(report)).toEqual([`redis unknown blind-${code}`]);
      expect(report.overall).toBe('unknown');
    }
  });

  it('a denied LIST leaves parts to the probe that decides them, and the runtime unknown with verb and resource', () => {
    const denied = blind('forbidden', { verb: 'list', resource: 'pods' });
    const report = judge('kubernetes', {
      'kubernetes.pods': denied,
      'kubernetes.services-endpoints': denied,
      'kubernetes.config-age': denied,
      'kubernetes.workloads(redis)': denied,
    });

    expect(bad(report)).toEqual(['runtime unknown blind-forbidden']);
    expect(row(report, 'runtime')?.fact.facts).toEqual({ verb: 'list', resource: 'pods' });
    expect(row(report, 'redis')?.state).toBe('up');
    expect(report.overall).toBe('unknown');
  });

  it.each([
    ...['refused', 'no-answer', 'closed', 'auth', 'limit', 'protocol', 'aborted', 'timed-out'],
    ...['secret-unreadable', 'settings-invalid'],
  ])('says why: %s', (code) => {
    expect(bad(judge('none', { 'neo4j.connection': blind(code) }))).toEqual([`neo4j unknown blind-${code}`]);
  });

  it('for a reason that it has no words for is still not checked', () => {
    const report = judge('none', { 'neo4j.connection': blind('quite-new', { a: 1 }) });

    expect(bad(report)).toEqual(['neo4j unknown blind-other']);
    expect(row(report, 'neo4j')?.fact.facts).toEqual({ a: 1 });
  });

  it('names who uses the part all the same, and who misses it', () => {
    const report = judge('none', {
      'redis.connection': blind('dns'),
      'http.service-health(orchestrator-service)': { facts: { 'dependency.postgres': 'up' } },
    });

    expect(row(report, 'redis')?.witnesses).toEqual([
      { key: 'dependant-up', facts: { service: 'agent-manager' } },
    ]);
    expect(row(report, 'redis')?.findings).toEqual([]);
  });

  it('is not yet known of a runtime of which a probe is open', () => {
    const shape = shapes.kubernetes;
    const calls = healthCalls(shape);
    const without = (probe: string) =>
      judgeHealth({
        ...{ environment: 'prod', shape, calls },
        outcomes: outcomesOf('kubernetes').filter((outcome) => outcome.probe !== probe),
      });

    const open = row(without('kubernetes.pods'), 'runtime');
    expect(open).toMatchObject({ state: 'unknown', fact: { key: 'pending', facts: {} }, witnesses: [] });
    for (const runtime of ['kubernetes', 'compose'] as const)
      expect(row(judge(runtime), 'runtime')).toMatchObject({
        ...{ state: 'up', fact: { key: `runtime-${runtime}` }, witnesses: [], findings: [] },
      });
  });

  it('with a runtime that says nothing runs is down all the same', () => {
    const report = judge('kubernetes', {
      'nats.server': blind('dns'),
      'kubernetes.workloads(nats)': gone,
    });

    expect(bad(report)[0]).toBe('nats down WORKLOAD_SCALED_TO_ZERO');
  });

  it('anything at all makes "healthy" unknown, even when every row is up', () => {
    const report = judge('none', { 'postgres.idle-in-transaction': blind('timed-out') });

    expect(bad(report)).toEqual([]);
    expect(report.overall).toBe('unknown');
    expect(report.unseen).toMatchObject([
      { probe: 'postgres.idle-in-transaction', part: 'postgres', cause: { code: 'timed-out' } },
    ]);
  });

  it('a store that answers is not simply up beside what is broken, where nobody could look at its writes', () => {
    const open = { 'redis.writes': blind('forbidden') };
    const besides = (report: ReturnType<typeof judge>) =>
      report.rows.find(({ part }) => part === 'redis')?.besides?.map(({ key }) => key);
    const broken = judge('kubernetes', { ...open, 'kubernetes.workloads(nats)': gone });
    const alone = judge('kubernetes', open);

    expect(broken.overall).toBe('findings');
    expect(besides(broken)).toEqual(['writes-unseen']);
    // There it stands among what could not be checked, with its reason.
    expect(besides(alone)).toBeUndefined();
    expect(alone.unseen).toMatchObject([{ probe: 'redis.writes' }]);
  });

  it('a row that says so itself is not said twice, and where something is broken that comes alone', () => {
    const dark = judge('none', { 'neo4j.connection': blind('auth') });
    const broken = judge('kubernetes', {
      'nats.server': blind('dns'),
      'kubernetes.workloads(nats)': gone,
    });

    expect(bad(dark)).toEqual(['neo4j unknown blind-auth']);
    expect(dark.unseen).toBeUndefined();
    expect(broken.overall).toBe('findings');
    expect(broken.unseen).toBeUndefined();
  });
});

describe('a root and what is behind it', () => {
  const postgresDown: Record<string, Planted> = {
    'postgres.connection(agentManager)': refused,
    'postgres.connection(orchestrator)': refused,
    ...Object.fromEntries(
      [
        'postgres.tables(agentManager)',
        'postgres.tables(orchestrator)',
        'postgres.clients',
        'postgres.connections-headroom',
        'postgres.idle-in-transaction',
      ].map((key) => [key, blind('refused')]),
    ),
    'http.service-health(agent-manager)': unhealthy('postgres'),
    'http.service-health(orchestrator-service)': unhealthy('postgres'),
    'agents.heartbeats': blind('refused'),
  };

  it('PostgreSQL down is one root with three parts behind it (R-PLAT4)', () => {
    const report = judge('none', postgresDown);

    expect(bad(report)).toEqual([
      'postgres down ENDPOINT_REFUSED',
      'agent-manager degraded SERVICE_UNHEALTHY < postgres',
      'orchestrator-service degraded SERVICE_UNHEALTHY < postgres',
      'collect-agent unknown blind-refused < postgres',
    ]);
    expect(report.roots).toEqual(['postgres']);
    expect(rootFindings(report)).toHaveLength(1);
  });

  it('a service that somebody stopped meanwhile is a root of its own', () => {
    const report = judge('kubernetes', {
      ...postgresDown,
      'kubernetes.workloads(postgres)': gone,
      'http.service-health(agent-manager)': refused,
      'kubernetes.workloads(agent-manager)': gone,
    });

    expect(report.roots).toEqual(['postgres', 'agent-manager']);
  });

  it('a service that crashes without its database is behind it', () => {
    const report = judge('kubernetes', {
      ...postgresDown,
      'kubernetes.workloads(postgres)': gone,
      'http.service-health(agent-manager)': refused,
      'kubernetes.workloads(agent-manager)': {
        facts: { desired: 1, ready: 0, running: 0 },
        findings: [{ code: 'WORKLOAD_NOT_READY' }],
      },
      'kubernetes.pods': { findings: [{ code: 'POD_CRASH_LOOPING', part: 'agent-manager' }] },
    });

    expect(row(report, 'agent-manager')).toMatchObject({ state: 'down', consequenceOf: 'postgres' });
    expect(row(report, 'agent-manager')?.findings.map((one) => one.code)).toEqual(['POD_CRASH_LOOPING']);
    expect(report.roots).toEqual(['postgres']);
  });

  it('a service that blames another part than the broken one is not put behind it', () => {
    const report = judge('none', {
      'redis.connection': refused,
      'nats.server': refused,
      'nats.monitor': blind('refused'),
      'http.service-health(agent-manager)': unhealthy('nats'),
    });

    expect(row(report, 'agent-manager')?.consequenceOf).toBe('nats');
  });

  it('two broken parts are two roots', () => {
    const report = judge('none', {
      'redis.connection': refused,
      'http.service-health(agent-manager)': unhealthy('redis'),
      'neo4j.connection': endpoint('ENDPOINT_AT_LIMIT'),
    });

    expect(report.roots).toEqual(['redis', 'neo4j']);
  });

  it('agents are silent because the service that hears them is stopped', () => {
    const report = judge('kubernetes', {
      'http.service-health(agent-manager)': refused,
      'kubernetes.workloads(agent-manager)': gone,
      'agents.heartbeats': { facts: {}, findings: [{ code: 'AGENT_HEARTBEAT_STALE', severity: 'critical' }] },
      'kubernetes.workloads(collect-agent)': {},
    });

    expect(row(report, 'collect-agent')).toMatchObject({ state: 'degraded', consequenceOf: 'agent-manager' });
  });
});

describe('degraded', () => {
  it('is turned away, slow, or a finding beside a good answer; named by its fact', () => {
    const report = judge('none', {
      'neo4j.connection': endpoint('ENDPOINT_AT_LIMIT'),
      'redis.connection': {
        findings: [{ code: 'REDIS_SLOW', severity: 'warning', facts: { latencyMs: 900, thresholdMs: 200 } }],
      },
      'postgres.idle-in-transaction': {
        findings: [{ code: 'PG_IDLE_IN_TRANSACTION_LEAKED', severity: 'warning' }],
      },
    });

    expect(bad(report)).toEqual([
      'postgres degraded PG_IDLE_IN_TRANSACTION_LEAKED',
      'redis degraded REDIS_SLOW',
      'neo4j degraded ENDPOINT_AT_LIMIT',
    ]);
  });

  it('one cause is one finding: noeviction at the limit, hung with a Pod that is not ready', () => {
    const full = judge('none', {
      'redis.memory': { findings: [{ code: 'REDIS_MEMORY_AT_LIMIT' }] },
      'redis.eviction-policy': { findings: [{ code: 'REDIS_POLICY_NOEVICTION' }] },
    });
    const stuck = judge('kubernetes', {
      'http.service-health(agent-manager)': hung,
      'kubernetes.workloads(agent-manager)': {
        facts: { desired: 1, ready: 0, running: 1 },
        findings: [{ code: 'WORKLOAD_NOT_READY' }],
      },
      'kubernetes.pods': { findings: [{ code: 'POD_NOT_READY', part: 'agent-manager' }] },
      'kubernetes.services-endpoints': {
        findings: [{ code: 'SERVICE_WITHOUT_ENDPOINTS', part: 'agent-manager' }],
      },
    });

    expect(rootFindings(full).map((one) => one.code)).toEqual(['REDIS_POLICY_NOEVICTION']);
    expect(rootFindings(stuck).map((one) => one.code)).toEqual(['ENDPOINT_HUNG']);
  });

  it('a service that answers from elsewhere is not missing here', () => {
    const report = judge('kubernetes', {
      'kubernetes.workloads(reasoning-service)': {
        facts: {},
        findings: [{ code: 'WORKLOAD_MISSING', subject: 'reasoning-service' }],
      },
    });

    expect(bad(report)).toEqual([]);
  });
});

describe('a part that answers', () => {
  it('shows what the probe read that found it healthy, and how long that took', () => {
    const report = judge('none', { 'redis.connection': { facts: { latencyMs: 7, version: '7.2' } } });

    expect(row(report, 'redis')).toMatchObject({
      ...{ state: 'up', fact: { key: 'answers', facts: { latencyMs: 7, version: '7.2' } }, latencyMs: 7 },
    });
    expect(row(report, 'collect-agent')).toMatchObject({
      ...{ state: 'up', fact: { key: 'agents', facts: { registered: 1, lastHeartbeatSeconds: 3 } } },
    });
    expect(row(report, 'collect-agent')).not.toHaveProperty('latencyMs');
  });
});

describe('agents of which only the runtime can tell (their registry is not configured)', () => {
  const shape = shapeOf(
    environment({ runtime: { kind: 'kubernetes', namespace: 'aetherius', agentNamespace: 'kube-system' } }),
  );
  const agents = (planted: Planted) => {
    const calls = healthCalls(shape);
    const outcomes = calls.map((call): ProbeOutcome => {
      const of = shortKey(call) === 'kubernetes.workloads(collect-agent)' ? planted : {};
      const { findings = [], ...more } = of;
      return {
        ...{ key: callKey(call), probe: call.probe, part: partOfCall(call), durationMs: 1 },
        ...{ status: findings.length > 0 ? 'unhealthy' : 'healthy', startedAt: '2026-11-25T12:00:00.000Z' },
        ...{ facts: { desired: 1, ready: 1, running: 1 }, ...more },
        findings: findings.map((one) => ({
          ...{
            code: 'X' as FindingCode,
            severity: 'critical',
            part: 'collect-agent',
            subject: 'ds',
            facts: {},
          },
          ...one,
        })),
      };
    });
    return row(judgeHealth({ environment: 'prod', shape, calls, outcomes }), 'collect-agent');
  };

  it('are up where they run, degraded where they are not ready, down where none runs', () => {
    expect(agents({})).toMatchObject({ state: 'up', fact: { key: 'ready' } });
    expect(agents({})?.fact.facts).toMatchObject({ ready: 1 });
    const notReady = {
      facts: { desired: 2, ready: 1, running: 2 },
      findings: [{ code: 'WORKLOAD_NOT_READY' as const }],
    };
    expect(agents(notReady)).toMatchObject({ state: 'degraded', fact: { key: 'WORKLOAD_NOT_READY' } });
    expect(agents(gone)).toMatchObject({ state: 'down', fact: { key: 'WORKLOAD_SCALED_TO_ZERO' } });
  });

  it('are unknown, and nothing is said of them, where the runtime could not be asked', () => {
    expect(agents(blind('forbidden'))).toMatchObject({
      ...{ state: 'unknown', fact: { key: 'nobody-to-ask', facts: {} }, findings: [] },
    });
  });
});

describe('W8 a service without HTTP (R-PLAT10)', () => {
  const withoutHttp = ['orchestrator-service' as const];
  const { 'orchestrator-service': _, ...answering } = services;
  const runtime = { kind: 'compose', project: 'aetherius', socket: '/s' } as const;
  const shape = shapeOf({ ...full, services: answering, withoutHttp, runtime });
  const calls = healthCalls(shape);
  const told = (planted: Readonly<Record<string, Planted>> = {}) => {
    const keys = new Set(calls.map(callKey));
    const outcomes = outcomesOf('compose', planted).filter(({ key }) => keys.has(key));
    return judgeHealth({ environment: 'prod', shape, calls, outcomes });
  };

  it('is up by what runs it, and a healthy platform is healthy', () => {
    expect(told().overall).toBe('healthy');
    expect(row(told(), 'orchestrator-service')).toMatchObject({ state: 'up', findings: [] });
  });

  it('is down when its container has ended', () => {
    const ended = told({
      'compose.containers(orchestrator-service)': {
        facts: { desired: 1, ready: 0, running: 0 },
        findings: [{ code: 'CONTAINER_EXITED', facts: { exitCode: 1 } }],
      },
    });

    expect(row(ended, 'orchestrator-service')).toMatchObject({ state: 'down' });
  });

  it('has no row where nothing runs it that could be asked', () => {
    expect(configuredParts({ ...shape, runtime: 'none' }).has('orchestrator-service')).toBe(false);
  });
});

describe('W10 NATS that refuses on both of its ports', () => {
  const monitor = (stage: string): Planted => ({
    facts: {},
    findings: [{ code: 'NATS_MONITOR_UNREACHABLE', facts: { stage } }],
  });

  it('is down, by its monitoring port as the second witness', () => {
    const report = judge('none', { 'nats.server': refused, 'nats.monitor': monitor('refused') });

    // What the services say of it counts more: here they cannot be asked.
    const mute = { ...blind('no-answer'), facts: {} };
    const alone = judge('none', {
      'nats.server': refused,
      'nats.monitor': monitor('refused'),
      'http.service-health(agent-manager)': mute,
      'nats.clients': mute,
    });
    expect(row(alone, 'nats')).toMatchObject({
      state: 'down',
      witnesses: [{ key: 'monitor-refuses' }],
    });
    expect(row(report, 'nats')?.state).toBe('unknown');
  });

  it('is not called down when the monitor is only not reached', () => {
    const mute = { ...blind('no-answer'), facts: {} };
    const report = judge('none', {
      'nats.server': refused,
      'nats.monitor': monitor('connect-timeout'),
      'http.service-health(agent-manager)': mute,
      'nats.clients': mute,
    });

    expect(row(report, 'nats')?.state).toBe('unknown');
  });
});

describe('a service whose database is another product', () => {
  const mysql: Unchecked = {
    ...{ name: 'mysql', image: 'mysql:8', product: 'MySQL', usedBy: ['agent-manager'] },
    insteadOf: { part: 'postgres', by: ['agent-manager'] },
  };
  const shape = { ...shapes.compose, unchecked: [mysql] };
  const judged = (planted: Readonly<Record<string, Planted>> = {}) =>
    judgeHealth({
      ...{ environment: 'prod', shape, calls: healthCalls(shape) },
      outcomes: outcomesOf('compose', planted),
    });

  it('is told in the row of PostgreSQL, and beside the table', () => {
    const report = judged();

    expect(report.unchecked).toEqual([mysql]);
    expect(row(report, 'postgres')).toMatchObject({
      state: 'up',
      besides: [
        { key: 'other-product', facts: { services: 'agent-manager', name: 'mysql', product: 'MySQL' } },
      ],
    });
    expect(row(report, 'redis')).not.toHaveProperty('besides');
    expect(judge('compose')).not.toHaveProperty('unchecked');
    expect(row(judge('compose'), 'postgres')).not.toHaveProperty('besides');
  });

  it('says nothing of PostgreSQL with "database: down"', () => {
    const down = judged({
      'compose.containers(postgres)': { status: 'skipped', facts: {} },
      'postgres.clients': { facts: {} },
      'postgres.connection(agentManager)': refused,
      'postgres.connection(orchestrator)': refused,
      'http.service-health(agent-manager)': unhealthy('postgres'),
      'http.service-health(orchestrator-service)': { facts: { latencyMs: 3 } },
    });

    // Nobody who works with it misses it.
    expect(row(down, 'postgres')).toMatchObject({ state: 'unknown', fact: { key: 'refused-unconfirmed' } });
    const misses = judged({
      'http.service-health(agent-manager)': {
        facts: { 'dependency.postgres': 'down' },
        findings: [{ code: 'SERVICE_MISSES_DEPENDENCY', facts: { dependencies: 'redis, postgres' } }],
      },
    });
    expect(row(misses, 'agent-manager')?.findings[0]?.facts).toEqual({ dependencies: 'redis, mysql' });
  });
});

describe('agents that are not where the configuration has them', () => {
  const missing: Planted = {
    facts: {},
    findings: [{ code: 'WORKLOAD_MISSING', part: 'collect-agent', subject: 'fleet' }],
  };
  const agents = (planted: Readonly<Record<string, Planted>>) =>
    row(judge('kubernetes', planted), 'collect-agent');
  const workloads = 'kubernetes.workloads(collect-agent)';
  const quiet: Planted = { facts: {}, findings: [{ code: 'AGENTS_NONE_REGISTERED', severity: 'warning' }] };
  const heard: Planted = { facts: { 'sessions.collect-agent': 2, agentsFrom: '10.1.2.3' } };

  it('are not called down while they are connected to NATS, and it is said from where', () => {
    const onBus = { key: 'on-bus-from', facts: { count: 2, from: '10.1.2.3' } };

    expect(agents({ [workloads]: missing, 'agents.heartbeats': quiet, 'nats.clients': heard })).toMatchObject(
      {
        ...{ state: 'degraded', fact: { key: 'AGENTS_NONE_REGISTERED' }, besides: [onBus] },
        findings: [{ code: 'AGENTS_NONE_REGISTERED' }],
      },
    );
    expect(
      agents({ [workloads]: missing, 'agents.heartbeats': blind('refused'), 'nats.clients': heard }),
    ).toMatchObject({ state: 'unknown', findings: [], besides: [onBus] });
    // A name that does not tell from where.
    expect(
      agents({
        ...{ [workloads]: missing, 'agents.heartbeats': quiet },
        'nats.clients': { facts: { 'sessions.collect-agent': 1 } },
      })?.besides,
    ).toEqual([{ key: 'on-bus', facts: { count: 1 } }]);
  });

  it('are down where nobody hears them either', () => {
    expect(
      agents({ [workloads]: missing, 'agents.heartbeats': quiet, 'nats.clients': { facts: {} } }),
    ).toMatchObject({ state: 'down', witnesses: [{ key: 'runtime-not-running' }] });
  });

  it('are told with the place where they run', () => {
    const there: Planted = { status: 'skipped', facts: { elsewhere: 'edge/daemonset/fleet' } };
    const found = { key: 'elsewhere', facts: { places: 'edge/daemonset/fleet' } };

    expect(
      agents({ [workloads]: there, 'agents.heartbeats': quiet, 'nats.clients': { facts: {} } }),
    ).toMatchObject({ state: 'degraded', besides: [found] });
    expect(agents({})).not.toHaveProperty('besides');
  });
});

describe('a store that a service waits for', () => {
  const hangs = (path: string): Planted => ({
    facts: {},
    findings: [{ code: 'SERVICE_HEALTH_STALLED', facts: { path } }],
  });
  const look = (planted: Readonly<Record<string, Planted>>) => judge('none', planted);
  const silent = { 'redis.connection': endpoint('ENDPOINT_HUNG'), 'redis.clients': blind('no-answer') };

  it('is the root, and the service that hangs is its witness', () => {
    const report = look({ ...silent, 'http.service-health(agent-manager)': hangs('/health/ready') });

    expect(row(report, 'redis')).toMatchObject({
      ...{ state: 'down', fact: { key: 'hung' } },
      witnesses: [{ key: 'dependant-hangs', facts: { service: 'agent-manager', path: '/health/ready' } }],
    });
    expect(row(report, 'agent-manager')).toMatchObject({ consequenceOf: 'redis', consequenceLikely: true });
    expect(report.roots).toEqual(['redis']);
  });

  it('is not called down for a service that does not need it, or that only answers badly', () => {
    for (const planted of [
      { 'http.service-health(reasoning-service)': hangs('/health/ready') },
      { 'http.service-health(agent-manager)': endpoint('SERVICE_SLOW') },
    ])
      expect(
        row(look({ ...silent, 'http.service-health(agent-manager)': { facts: {} }, ...planted }), 'redis'),
      ).toMatchObject({
        ...{ state: 'unknown', fact: { key: 'hung-unconfirmed' } },
      });
  });
});

describe('free space', () => {
  const unseen = [{ key: 'free-space-unseen', facts: {} }];
  const looked = (runtime: Runtime, planted: Readonly<Record<string, Planted>> = {}) =>
    row(judge(runtime, planted), 'postgres')?.besides;

  it('that nobody could look at is said beside a PostgreSQL that answers, and changes no verdict', () => {
    const dark: Planted = { status: 'skipped', facts: { freeSpace: 'unseen' } };
    const report = judge('compose', { 'runtime.free-space(postgres)': dark });

    expect(row(report, 'postgres')).toMatchObject({ state: 'up', besides: unseen });
    expect(report.overall).toBe('healthy');
    expect(looked('compose')).toBeUndefined();
    expect(looked('none')).toEqual(unseen);
    expect(
      looked('none', {
        'postgres.connection(agentManager)': refused,
        'postgres.connection(orchestrator)': refused,
      }),
    ).toBeUndefined();
  });
});
