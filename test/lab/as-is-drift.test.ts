/** The services as they are on Compose: what the product says of them, beside what the referee says of the same moment. */

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dockerEngine } from '../../lab/components/docker.ts';
import { waitFor } from '../../lab/components/process.ts';
import { get } from '../../lab/referee/clients.ts';
import { judge as rule, type Verdict } from '../../lab/referee/judge.ts';
import { look } from '../../lab/referee/look.ts';
import { asIsComposeEnvironment, asIsFolder, upAsIs } from '../../lab/runtimes/as-is.ts';
import { connectAsIs } from '../../lab/runtimes/as-is-lab.ts';
import { downLab, missingFor } from '../../lab/runtimes/index.ts';
import type { HealthOutput } from '../../src/cli/output-schemas.ts';
import { contractDrift } from '../../src/diagnoses/contract-drift.diagnosis.ts';
import { judge } from '../../src/domain/diagnosis/judgement.ts';
import { platformOf } from '../../src/domain/platform/platform.ts';
import type { Finding } from '../../src/domain/probe/finding.ts';
import type { ProbeCall, ProbeOutcome } from '../../src/domain/probe/probe.ts';
import { discoverCompose } from '../../src/platform/settings/discover.ts';
import { createComposeTarget } from '../../src/platform/targets/compose/compose.ts';
import { AsIsVoice, asIsPlace, asIsTargets, cluster } from '../support/as-is.ts';
import { askedOf } from '../support/asked.ts';
import { emitters, everyCall } from '../support/diagnosis.ts';
import { runProbe, scratch } from '../support/targets.ts';

const absent = missingFor('compose');
const folder = scratch('as-is-drift');
let outcomes: readonly ProbeOutcome[] = [];
let referee: Verdict;
let health: HealthOutput;
/** Asked while Neo4j is paused. */
let healthWithoutGraph: HealthOutput;
/** What was seen while something was sent. */
let heard: Readonly<Record<'command' | 'result', ProbeOutcome>>;
let registration: ProbeOutcome;
/** The agent's heartbeats where agent-manager listens: as they are, and with an id. */
let heartbeats: Readonly<Record<'own' | 'named', ProbeOutcome>>;

/** These programs open their ports at once. */
const sooner: Readonly<Record<string, ProbeCall['with']>> = {
  'runtime.ports': { openAfterSeconds: 10 },
  'compose.health-checks': { openAfterSeconds: 10 },
  'runtime.scrape-targets': { openAfterSeconds: 10 },
  'runtime.alert-rules': { openAfterSeconds: 10 },
  'runtime.publish-log': { minutes: 5 },
};

/** Every finding of a cause that is confirmed. */
const confirmedBy = (seen: readonly ProbeOutcome[], id: string): readonly Finding[] => {
  const cause = judge(contractDrift, seen, emitters).causes.find((one) => one.cause.id === id);
  return cause?.verdict === 'confirmed' ? cause.for : [];
};
/** Where nothing is confirmed, the looks that could not be taken say why. */
const confirmed = (id: string) => {
  const found = confirmedBy(outcomes, id);
  const unseen = outcomes.filter(({ status }) => status === 'inconclusive');
  if (found.length === 0) expect(unseen.map(({ key, cause }) => [key, cause])).toEqual([]);
  return found;
};
const holds = (id: string) => referee.faults.find((fault) => fault.id === id)?.holds;
const passedBy = (outcome: ProbeOutcome) =>
  confirmedBy([outcome], 'M1.a').map(({ facts }) => [facts.published, facts.listened]);

/** What the product hears while this is sent again and again. */
const heardWhile = (send: () => Promise<void> | void) =>
  whileSent(send, runProbe('nats.subjects', asIsTargets(), { seconds: 3, silentSeconds: 0 }));

/** Whether agent-manager counts the heartbeats of its agent while these are sent; two seconds of silence are enough here. */
const countedWhile = (send: () => void) =>
  whileSent(
    send,
    runProbe('agents.uncounted-heartbeats', asIsTargets(), { seconds: 3, staleSeconds: 2, settleSeconds: 2 }),
  );

async function whileSent(send: () => Promise<void> | void, asked: Promise<ProbeOutcome>) {
  let answer: ProbeOutcome | undefined;
  void asked.then((outcome) => {
    answer = outcome;
  });
  const heardIt = async () => {
    await send();
    return answer !== undefined;
  };
  await waitFor(heardIt, { seconds: 90, every: 300, what: 'the subjects to be heard' });
  return asked;
}

/** Neo4j is there for nobody; reasoning-service does not see that. */
async function withoutGraph(ask: () => Promise<HealthOutput>) {
  const { docker, publishedHost } = dockerEngine();
  await docker(['pause', 'aetherius-neo4j']);
  try {
    const said = await get(`http://${publishedHost}:8082/health`);
    return { graph: { boltAnswers: false, health: said?.body ?? '' }, answer: await ask() };
  } finally {
    await docker(['unpause', 'aetherius-neo4j']);
  }
}

describe.skipIf(absent.length > 0)('the services as they are, on Compose', () => {
  beforeAll(async () => {
    await upAsIs('started', () => undefined);
    const config = asIsTargets();
    const asked = askedOf(folder.dir, asIsComposeEnvironment());
    /** A server that was late, on a machine that is busy, is asked again. */
    const answerOf = async (call: ProbeCall, tries = 3): Promise<ProbeOutcome> => {
      const outcome = await runProbe(call.probe, config, { ...call.with, ...sooner[call.probe] });
      const late = outcome.cause?.code === 'no-answer';
      return late && tries > 1 ? answerOf(call, tries - 1) : outcome;
    };
    const ask = (calls: readonly ProbeCall[]) => Promise.all(calls.map((call) => answerOf(call)));
    const calls = everyCall(contractDrift);
    /** What it is about is over in minutes: programs close their sessions after five. */
    const early = new Set(['nats.subjects', 'postgres.schemas', 'postgres.variables']);
    const listens = (call: ProbeCall) => early.has(call.probe);
    /** Three checks have failed so often; three times, 15 s apart, is what the engine takes for unhealthy. */
    const failed = (times: number) =>
      waitFor(
        async () => {
          const { stdout: ids } = await dockerEngine().docker(['ps', '-q']);
          const format = '{{if .State.Health}}{{.State.Health.FailingStreak}}{{end}}';
          const all = await dockerEngine().docker(['inspect', '-f', format, ...ids.trim().split('\n')]);
          return all.stdout.split('\n').filter((streak) => Number(streak) >= times).length === 3;
        },
        { seconds: 240, what: `three health checks to have failed ${times} times` },
      );
    const voice = await AsIsVoice.open();
    const event = await voice.criticalEvent();
    await failed(1);
    const unhealthy = failed(3);
    const [seen, listened, table] = await Promise.all([
      look(asIsPlace()),
      ask(calls.filter(listens)),
      asked<HealthOutput>('health'),
    ]);
    health = table;
    // All of this while the checks go on failing.
    const stored = await voice.registration();
    registration = await runProbe('runtime.registration-log', config);
    await voice.knownAgent();
    const command = await heardWhile(() => voice.askForCommand());
    const own = await countedWhile(() => voice.heartbeat());
    heartbeats = { own, named: await countedWhile(() => voice.heartbeat({ agent_id: 'known' })) };
    await voice.forgetAgent();
    heard = { command, result: await heardWhile(() => voice.command()) };
    const { graph, answer } = await withoutGraph(() => asked<HealthOutput>('health'));
    healthWithoutGraph = answer;
    const tried = { event, registration: stored, graph, internal: await voice.internalEvents() };
    referee = rule({ ...seen, tried: { ...tried, command: { results: voice.results } } });
    voice.close();
    await unhealthy;
    outcomes = [...listened, ...(await ask(calls.filter((call) => !listens(call))))];
  });
  afterAll(async () => {
    folder.remove();
    await downLab('compose');
  });

  it('health has the parts of the referee, each in the state that it is in, and no other', () => {
    const works = { up: true, down: false, degraded: false, unknown: 'unknown', 'not-configured': 'absent' };
    const said = health.parts.filter(({ part }) => part !== 'runtime');
    const list = (rows: readonly (readonly [string, unknown])[]) =>
      rows.map(([part, state]) => `${part} works: ${String(state)}`).toSorted();

    expect(list(said.map(({ part, state }) => [part, works[state]]))).toEqual(
      list(referee.parts.map((row) => [row.part, row.works])),
    );
    expect(referee.parts.filter((row) => row.works !== true).map(({ part }) => part)).toEqual([
      'collect-agent',
    ]);
    expect(health.parts.flatMap(({ findings }) => findings.map(({ code }) => code))).toEqual([
      'AGENTS_NONE_REGISTERED',
    ]);
  });

  it('F2 M1.a: a command that agent-manager sends, and where the agent listens', () => {
    expect(holds('F2')).toBe(true);
    expect(passedBy(heard.command)).toContainEqual([
      `aetherius.agent.${cluster}.command`,
      `agent.command.${cluster}`,
    ]);
  });

  it('F6 M1.a: the result of a command, and where agent-manager listens', () => {
    expect(holds('F6')).toBe(true);
    expect(passedBy(heard.result)).toContainEqual([`agent.result.${cluster}`, 'aetherius.agent.*.result']);
  });

  it.each([['F7', 'aetherius-agent-manager', 'invalid input syntax for type json']])(
    '%s M1.n: a message that comes and that %s cannot use',
    (id, container, words) => {
      expect(holds(id)).toBe(true);
      expect(confirmed('M1.n').map(({ code, facts }) => ({ code, ...facts }))).toContainEqual(
        expect.objectContaining({
          ...{ code: 'MESSAGE_NOT_USABLE', container },
          message: expect.stringContaining(words) as string,
        }),
      );
    },
  );

  it('F4: is said of nothing, since the log says of such an event what it says of any that fits no strategy', () => {
    expect(holds('F4')).toBe(true);
    expect(confirmed('M1.n').map(({ facts }) => facts.container)).not.toContain('aetherius-orchestrator');
  });

  it('F7: a registration that cannot be stored is no registration, whatever the agent says', () => {
    expect(registration.findings).toMatchObject([
      { code: 'AGENT_REGISTRATION_FAILS', subject: 'aetherius-agent-manager' },
    ]);
    expect(JSON.stringify(registration.findings[0]?.excerpts)).toContain(
      'invalid input syntax for type json',
    );
  });

  it('F9 M1.n: heartbeats that name no agent, where agent-manager listens: it counts none of them', () => {
    expect(holds('F9')).toBe(true);
    expect(
      confirmedBy([heartbeats.own], 'M1.n').map(({ code, facts }) => ({ code, ...facts })),
    ).toMatchObject([
      {
        ...{ code: 'HEARTBEAT_WITHOUT_AGENT', agent: 'known', container: 'agent-manager' },
        ...{
          subject: `aetherius.agent.${cluster}.heartbeat`,
          fields: 'cluster_id, metrics, status, timestamp',
        },
      },
    ]);
    // With an id they are counted: nothing is said.
    expect(heartbeats.named).toMatchObject({ status: 'healthy', findings: [] });
  });

  it('F5 M1.b: a subject on which nothing comes is possible once its listener waits for long enough, and never confirmed', async () => {
    expect(holds('F5')).toBe(true);
    const asked = (silentHours: number) =>
      runProbe('nats.subjects', asIsTargets(), { seconds: 12, silentSeconds: 10, silentHours });
    const [soon, later] = await Promise.all([asked(24), asked(0)]);
    const said = (outcome: ProbeOutcome) => {
      const cause = judge(contractDrift, [outcome], emitters).causes.find((one) => one.cause.id === 'M1.b');
      return [cause?.verdict, cause?.for.map(({ facts }) => [facts.subject, facts.listener])];
    };

    expect(said(later)).toEqual([
      'possible',
      expect.arrayContaining([['internal.event.anomaly', 'orchestrator-service']]),
    ]);
    // A platform younger than that has not yet shown whether anything comes.
    expect(said(soon)).toEqual(['possible', []]);
  });

  /** What a program does not follow shows where that says something else than what the program has. */
  const even = [
    ['F16', true, 'AGENT_MANAGER_URL'],
    ['F21', 'unknown', 'neo4j.uri'],
  ] as const;
  it.each(even)('%s (the referee: %s): nothing is said while both are the same', (id, truth, word) => {
    expect(holds(id)).toBe(truth);
    expect(JSON.stringify(outcomes.flatMap(({ findings }) => findings))).not.toContain(word);
  });

  it('F22: a graph that is down, whatever reasoning-service says of it', () => {
    expect(holds('F22')).toBe(true);
    expect(healthWithoutGraph.roots).toEqual(['neo4j']);
    const graph = healthWithoutGraph.parts.find(({ part }) => part === 'neo4j');
    expect([graph?.state, JSON.stringify(graph?.witnesses)]).toEqual([
      'down',
      expect.not.stringContaining('reasoning-service'),
    ]);
  });

  it('F1 M1.a: what agents publish and agent-manager listens to', () => {
    expect(holds('F1')).toBe(true);
    expect(confirmed('M1.a').map(({ facts }) => [facts.published, facts.listened])).toContainEqual([
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

  it('R-PLAT10: init writes no address for it, although 8081 is declared (F15)', async () => {
    const { project, socket } = asIsTargets().runtime;
    // These programs open their ports at once.
    const later = new Date(Date.now() + 60_000);
    const found = await discoverCompose(createComposeTarget({ project, socket }), socket, later);

    expect(found?.yaml).toMatchObject({ withoutHttp: ['orchestrator-service'] });
    expect(Object.keys(found?.yaml.services ?? {})).toEqual(['agent-manager', 'reasoning-service']);
    expect(found?.found.filter(({ unseen }) => unseen !== undefined)).toEqual([]);
  });

  it('F17 M1.d: the three health checks that cannot pass', () => {
    expect(holds('F17')).toBe(true);
    expect(confirmed('M1.d').map(({ code, facts }) => [code, facts.container])).toEqual([
      ['HEALTH_CHECK_CANNOT_PASS', 'aetherius-agent-manager'],
      ['HEALTH_CHECK_CANNOT_PASS', 'aetherius-orchestrator'],
      ['HEALTH_CHECK_CANNOT_PASS', 'aetherius-reasoning'],
    ]);
  });

  it('F19 M1.i: rules on metrics that no page has', () => {
    expect(holds('F19')).toBe(true);
    const found = confirmed('M1.i');
    expect(new Set(found.map(({ code }) => code))).toEqual(new Set(['ALERT_WITHOUT_METRIC']));
    expect(found.map(({ facts }) => facts.metric)).toEqual([
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
    expect(confirmed('M1.h').map(({ code, facts }) => [code, facts.target])).toEqual([
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

  /** The setting of a program changes, and it calls what it always has. */
  const notFollowed = async () => {
    const parts = { 'reasoning-service': { configFile: '/app/configs/config.yaml' } };
    const config = { ...asIsTargets(), platform: platformOf({ parts }) };
    return confirmedBy([await runProbe('runtime.publish-log', config)], 'M1.l');
  };

  it('F16 M1.l: AGENT_MANAGER_URL of orchestrator-service, which calls a fixed address', async () => {
    const lab = connectAsIs();
    const voice = await AsIsVoice.open();
    try {
      await lab.setEnv('orchestrator-service', { AGENT_MANAGER_URL: 'http://fleet:9090' });
      await listens('internal.event.critical');
      await lab.stop('agent-manager');
      expect(await voice.workflow('DiskPressure')).toContain('http://agent-manager:8080');

      expect((await notFollowed()).map(({ code, facts }) => ({ code, ...facts }))).toMatchObject([
        {
          ...{
            code: 'ADDRESS_NOT_FOLLOWED',
            container: 'aetherius-orchestrator',
            variable: 'AGENT_MANAGER_URL',
          },
          ...{ given: 'http://fleet:9090', called: 'http://agent-manager:8080' },
        },
      ]);
    } finally {
      voice.close();
      await lab.reset('orchestrator-service');
      await lab.start('agent-manager');
    }
  });

  it('F21 M1.l: the file of reasoning-service, whose nested keys it does not read', async () => {
    const lab = connectAsIs();
    const main = join(asIsFolder(), 'docker-compose.yml');
    const before = readFileSync(main, 'utf8');
    const { publishedHost } = dockerEngine();
    const at = `http://${publishedHost}:8082`;
    try {
      mkdirSync(join(asIsFolder(), 'config/reasoning-service'), { recursive: true });
      writeFileSync(
        join(asIsFolder(), 'config/reasoning-service/config.yaml'),
        'neo4j: { uri: bolt://neo4j:7687 }',
      );
      writeFileSync(main, before.replace(/^ *NEO4J_URI: .*\n/m, ''));
      lab.override('reasoning-service', { volumes: ['./config/reasoning-service:/app/configs:ro'] });
      await lab.recreate('reasoning-service');
      await waitFor(async () => (await get(`${at}/health`))?.status === 200, {
        seconds: 60,
        what: 'reasoning-service to answer',
      });
      // It goes on without the graph: only its log says so.
      expect(await runProbe('services.root-cause-call', asIsTargets())).toMatchObject({ status: 'healthy' });

      expect((await notFollowed()).map(({ code, facts }) => ({ code, ...facts }))).toMatchObject([
        {
          ...{ code: 'ADDRESS_NOT_FOLLOWED', container: 'aetherius-reasoning', variable: 'neo4j.uri' },
          ...{ given: 'bolt://neo4j:7687', called: 'bolt://localhost:7687' },
        },
      ]);
    } finally {
      writeFileSync(main, before);
      await lab.reset('reasoning-service');
    }
  });
});

/** Once a client is there that listens on it. */
const listens = (subject: string) =>
  waitFor(
    async () => {
      const connz = await get(`http://${dockerEngine().publishedHost}:8222/connz?subs=1`);
      return connz?.body.includes(`"${subject}"`) === true;
    },
    { seconds: 60, what: `somebody to listen on ${subject}` },
  );
