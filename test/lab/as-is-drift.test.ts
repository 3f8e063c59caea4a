/** The services as they are on Compose: what M1 says, beside what the referee says of the same moment. */

import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dockerEngine } from '../../lab/components/docker.ts';
import { waitFor } from '../../lab/components/process.ts';
import { asIsDatabases, asIsProject, asIsSecrets } from '../../lab/platform/as-is/names.ts';
import { natsEar } from '../../lab/referee/clients.ts';
import { judge as rule, type Verdict } from '../../lab/referee/judge.ts';
import { look } from '../../lab/referee/look.ts';
import type { Seen } from '../../lab/referee/seen.ts';
import { asIsFolder, upAsIs } from '../../lab/runtimes/as-is.ts';
import { downLab, missingFor } from '../../lab/runtimes/index.ts';
import { contractDrift } from '../../src/diagnoses/contract-drift.diagnosis.ts';
import { judge } from '../../src/domain/diagnosis/judgement.ts';
import type { Finding } from '../../src/domain/probe/finding.ts';
import type { ProbeCall, ProbeOutcome } from '../../src/domain/probe/probe.ts';
import { emitters, everyCall } from '../support/diagnosis.ts';
import { literal, runProbe } from '../support/targets.ts';

const absent = missingFor('compose');
let outcomes: readonly ProbeOutcome[] = [];
let referee: Verdict;

/** These programs open their ports at once. */
const sooner: Readonly<Record<string, ProbeCall['with']>> = {
  'runtime.ports': { openAfterSeconds: 10 },
  'compose.health-checks': { openAfterSeconds: 10 },
  'runtime.scrape-targets': { openAfterSeconds: 10 },
  'runtime.alert-rules': { openAfterSeconds: 10 },
  'runtime.publish-log': { minutes: 5 },
};

/** Every finding of a cause that is confirmed. */
const confirmed = (id: string): readonly Finding[] => {
  const cause = judge(contractDrift, outcomes, emitters).causes.find((one) => one.cause.id === id);
  return cause?.verdict === 'confirmed' ? cause.for : [];
};
const holds = (id: string) => referee.faults.find((fault) => fault.id === id)?.holds;

/** Sends a critical event where agent-manager listens; its log of that. */
async function criticalEvent(host: string): Promise<NonNullable<Seen['tried']['event']>> {
  const ear = await natsEar(host, 4222);
  const timestamp = new Date().toISOString();
  const event = { id: `event-${timestamp}`, cluster_id: 'c', timestamp, severity: 'critical' };
  ear.say(
    'aetherius.agent.c.event',
    JSON.stringify({ ...event, reason: 'NodeNotReady', labels: { name: timestamp } }),
  );
  const log = async () => (await dockerEngine().docker(['logs', 'aetherius-agent-manager'])).stdout;
  await waitFor(async () => (await log()).includes(event.id), {
    seconds: 20,
    what: 'the event to be handled',
  });
  const onBus = ear.heard.filter(({ subject }) => subject.startsWith('internal.event.'));
  ear.close();
  return { log: await log(), onBus };
}

describe.skipIf(absent.length > 0)('drift on the services as they are, on Compose', () => {
  beforeAll(async () => {
    await upAsIs('started', () => undefined);
    const { publishedHost: host, socket = '' } = dockerEngine();
    const { postgres, redis } = asIsSecrets;
    const config = {
      runtime: { kind: 'compose' as const, project: asIsProject, socket },
      nats: { url: literal(`nats://${host}:4222`), monitorUrl: `http://${host}:8222` },
      services: {
        'agent-manager': { url: `http://${host}:8080` },
        'reasoning-service': { url: `http://${host}:8082` },
      },
      manifests: join(asIsFolder(), 'monitoring'),
      postgres: {
        url: literal(`postgres://${postgres.user}:${postgres.password}@${host}:5432/postgres`),
        databases: { agentManager: asIsDatabases.program, orchestrator: asIsDatabases.scripts[1] },
      },
    };
    const place = { socket, host, folder: asIsFolder(), project: asIsProject, postgres };
    const ask = (calls: readonly ProbeCall[]) =>
      Promise.all(calls.map((call) => runProbe(call.probe, config, { ...call.with, ...sooner[call.probe] })));
    const calls = everyCall(contractDrift);
    const listens = (call: ProbeCall) => call.probe === 'nats.subjects';
    /** Three checks have failed so often; three times, 15 s apart, is what the engine takes for unhealthy. */
    const failed = (times: number) =>
      waitFor(
        async () => {
          const { stdout: ids } = await dockerEngine().docker(['ps', '-q']);
          const format = '{{if .State.Health}}{{.State.Health.FailingStreak}}{{end}}';
          const all = await dockerEngine().docker(['inspect', '-f', format, ...ids.trim().split('\n')]);
          return all.stdout.split('\n').filter((streak) => Number(streak) >= times).length === 3;
        },
        { seconds: 90, what: `three health checks to have failed ${times} times` },
      );
    const event = await criticalEvent(host);
    await failed(1);
    const [seen, heard] = await Promise.all([
      look({ ...place, redisPassword: redis.password, act: false }),
      ask(calls.filter(listens)),
      failed(3),
    ]);
    referee = rule({ ...seen, tried: { event } });
    outcomes = [...heard, ...(await ask(calls.filter((call) => !listens(call))))];
  });
  afterAll(() => downLab('compose'));

  it('F1 M1.a: what agents publish and agent-manager listens to', () => {
    expect(holds('F1')).toBe(true);
    expect(confirmed('M1.a').map(({ facts }) => [facts['published'], facts['listened']])).toContainEqual([
      'agent.heartbeat.compose-cluster',
      'aetherius.agent.*.heartbeat',
    ]);
  });

  it('F15 M1.c: the port of orchestrator-service, which it is also given as a variable (F10)', () => {
    expect([holds('F15'), holds('F10')]).toEqual([true, true]);
    expect(confirmed('M1.c').map(({ code, facts }) => ({ code, ...facts }))).toMatchObject([
      {
        code: 'PORT_NOT_LISTENED',
        container: 'aetherius-orchestrator',
        ...{ port: 8081, declaredBy: 'ports, healthcheck, SERVER_PORT', open: '–' },
      },
    ]);
  });

  it('F17 M1.d: the three health checks that cannot pass', () => {
    expect(holds('F17')).toBe(true);
    expect(confirmed('M1.d').map(({ code, facts }) => [code, facts['container']])).toEqual([
      ['HEALTH_CHECK_CANNOT_PASS', 'aetherius-agent-manager'],
      ['HEALTH_CHECK_CANNOT_PASS', 'aetherius-orchestrator'],
      ['HEALTH_CHECK_CANNOT_PASS', 'aetherius-reasoning'],
    ]);
  });

  it('F19 M1.i: rules on metrics that no page has', () => {
    expect(holds('F19')).toBe(true);
    const found = confirmed('M1.i');
    expect(new Set(found.map(({ code }) => code))).toEqual(new Set(['ALERT_WITHOUT_METRIC']));
    expect(found.map(({ facts }) => facts['metric'])).toEqual([
      'http_request_duration_seconds_bucket',
      'http_requests_total',
      'agent_registration_failures_total',
      'event_processing_duration_seconds_bucket',
      'workflow_executions_total',
      'analysis_accuracy_ratio',
      'events_dropped_total',
      'aetherius_agent_queue_size',
    ]);
  });

  it('F20 M1.h: scrape targets with nothing behind them', () => {
    expect(holds('F20')).toBe(true);
    expect(confirmed('M1.h').map(({ code, facts }) => [code, facts['target']])).toEqual([
      ['SCRAPE_TARGET_CLOSED', 'orchestrator-service:8081'],
      ['SCRAPE_TARGET_CLOSED', 'nats:7777'],
      ['SCRAPE_TARGET_CLOSED', 'neo4j:2004'],
      ['SCRAPE_PAGE_MISSING', 'reasoning-service:8082'],
    ]);
  });

  it('F3 M1.j: once a critical event came, agent-manager has no connection to publish by', () => {
    expect(holds('F3')).toBe(true);
    expect(confirmed('M1.j').map(({ code, facts }) => ({ code, ...facts }))).toMatchObject([
      {
        ...{ code: 'PUBLISHER_WITHOUT_CONNECTION', container: 'aetherius-agent-manager' },
        message: expect.stringContaining('nats: invalid connection') as string,
      },
    ]);
  });

  it('F14 M1.k: the tables of agent-manager, a second time and with other columns', () => {
    expect(holds('F14')).toBe(true);
    expect(confirmed('M1.k').map(({ code, facts }) => ({ code, ...facts }))).toMatchObject([
      {
        ...{ code: 'SCHEMA_TWICE', database: 'aetherius_agent_manager', used: 'aetherius' },
        tables: 'agents, clusters, commands, events',
      },
    ]);
  });

  it('F10 M1.l: DATABASE_URL of orchestrator-service, whose session is in another database', () => {
    expect(holds('F10')).toBe(true);
    expect(confirmed('M1.l').map(({ code, facts }) => ({ code, ...facts }))).toMatchObject([
      {
        ...{ code: 'VARIABLE_NOT_FOLLOWED', variable: 'DATABASE_URL', container: 'aetherius-orchestrator' },
        ...{ database: 'aetherius', used: 'aetherius_orchestrator' },
      },
    ]);
  });
});
