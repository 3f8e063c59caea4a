import { describe, expect, it } from 'vitest';
import { natsBacklog } from '../../src/diagnoses/nats-backlog.diagnosis.ts';
import { pgConnections } from '../../src/diagnoses/pg-connections.diagnosis.ts';
import { redisMemory } from '../../src/diagnoses/redis-memory.diagnosis.ts';
import { judge } from '../../src/domain/diagnosis/judgement.ts';
import { isLeftOpen, thereAnyway } from '../../src/domain/probe/open.ts';
import type { ProbeResult } from '../../src/domain/probe/probe.ts';
import type { NatsTarget } from '../../src/domain/probe/targets/nats.ts';
import { agentsUncountedHeartbeats } from '../../src/probes/agents/uncounted-heartbeats.probe.ts';
import { natsRegistrationTraffic } from '../../src/probes/nats/registration-traffic.probe.ts';
import { natsSubjects } from '../../src/probes/nats/subjects.probe.ts';
import { redisKeySpace } from '../../src/probes/redis/key-space.probe.ts';
import { runtimePublishLog } from '../../src/probes/runtime/publish-log.probe.ts';
import { unseenLine } from '../../src/text/unseen.ts';
import { wordsIn } from '../../src/text/words.ts';
import { emitters, outcomesOf } from '../support/diagnosis.ts';
import { fakeRuntime } from '../support/fake-runtime.ts';
import { fakeNats, fakeRedis, fakeServices, httpAnswer, probeContext } from '../support/probe-context.ts';

/** A NATS that hears this, with these clients; every look at them is the same. */
const nats = (heard: Readonly<Record<string, number>>, connections: readonly object[]) => {
  const answers: Readonly<Record<string, unknown>> = {
    varz: { server_id: 'N' },
    routez: { routes: [] },
    jsz: {},
    connz: { now: '2026-03-01T10:00:00Z', connections },
  };
  return fakeNats({
    monitor: <T>(path: string) => Promise.resolve(answers[/\w+/.exec(path)?.[0] ?? ''] as T),
    listen: (() => Promise.resolve(heard)) as NatsTarget['listen'],
  });
};
const open = (result: ProbeResult, code: string) => isLeftOpen(result.facts ?? {}, code);
const manager = { cid: 1, name: 'agent-manager', subscriptions_list: ['aetherius.agent.*.heartbeat'] };

describe('what a look could not have seen, it does not rule out', () => {
  const traffic = (heard: Readonly<Record<string, number>>, ...connections: readonly object[]) =>
    natsRegistrationTraffic.run(
      { seconds: 6, silentSeconds: 0 },
      probeContext({ nats: nats(heard, connections) }),
    );

  it('S2.d: nothing was published, so nothing was compared', async () => {
    const silent = await traffic({}, manager);

    expect(silent).toMatchObject({ findings: [{ code: 'NOBODY_PUBLISHES' }] });
    expect(open(silent, 'AGENT_SUBJECTS_DIFFER')).toBe(true);
  });

  it('S2.d: of a mixed fleet one agent is heard, and another is not', async () => {
    const heard = { 'aetherius.agent.c1.heartbeat': 1, 'agent.heartbeat.c2': 1 };

    expect(open(await traffic(heard, manager), 'AGENT_SUBJECTS_DIFFER')).toBe(true);
    // All of them are heard where somebody listens.
    expect(open(await traffic({ 'aetherius.agent.c1.heartbeat': 1 }, manager), 'AGENT_SUBJECTS_DIFFER')).toBe(
      false,
    );
  });

  const subjects = (heard: Readonly<Record<string, number>>, ...connections: readonly object[]) =>
    natsSubjects.run(natsSubjects.params.parse({}), probeContext({ nats: nats(heard, connections) }));
  const orchestrator = (hours: number) => ({
    ...{ cid: 2, name: 'orchestrator-service', subscriptions_list: ['internal.event.x'] },
    start: new Date(Date.parse('2026-03-01T10:00:00Z') - hours * 3_600_000).toISOString(),
    subscriptions_list_detail: [{ subject: 'internal.event.x', msgs: 0 }],
  });

  it.each([
    [1, true],
    [25, false],
  ])('M1.b: a listener of %i hours has had time to be silent', async (hours, expected) => {
    const seen = await subjects({ 'aetherius.agent.c1.heartbeat': 1 }, manager, orchestrator(hours));

    expect(open(seen, 'SUBJECT_SILENT')).toBe(expected);
  });

  it('M1.a: what is published without a listener may be meant for one that is down', async () => {
    expect(open(await subjects({ 'billing.jobs.x': 1 }, manager), 'SUBJECTS_PASS_BY')).toBe(true);
    expect(open(await subjects({ 'aetherius.agent.c1.heartbeat': 1 }, manager), 'SUBJECTS_PASS_BY')).toBe(
      false,
    );
  });

  it.each([
    ['{"level":"error","msg":"cannot store event","error":"payload has another shape"}', true],
    ['{"level":"info","msg":"event stored"}', false],
    ['{"level":"error","msg":"dial","error":"redis: dial tcp 10.0.0.4:6379: connection refused"}', false],
  ])('M1.n: an error in words that nobody knows may be the same one: %s', async (log, expected) => {
    const seen = await runtimePublishLog.run(
      { minutes: 10 },
      probeContext({ runtime: fakeRuntime({ 'agent-manager': [{ log }] }), nats: nats({}, []) }),
    );

    expect(open(seen, 'MESSAGE_NOT_USABLE')).toBe(expected);
  });

  it('M1.n: without an agent no heartbeat could have been counted', async () => {
    const ask = (agents: readonly object[]) =>
      agentsUncountedHeartbeats.run(
        agentsUncountedHeartbeats.params.parse({}),
        probeContext({
          nats: nats({}, []),
          services: fakeServices({ '/api/v1/agents': [httpAnswer(JSON.stringify({ agents }))] }),
        }),
      );
    const fresh = { id: 'a', cluster_id: 'c1', status: 'online', last_heartbeat: '2026-03-01T10:04:50Z' };

    expect(open(await ask([]), 'HEARTBEAT_WITHOUT_AGENT')).toBe(true);
    expect(open(await ask([fresh]), 'HEARTBEAT_WITHOUT_AGENT')).toBe(false);
  });

  it.each([
    // They are most of what a small Redis holds.
    [3_000, 400_000, true],
    [3_000, 40_000_000, false],
  ])(
    'D3.c: %i bytes a key of %i are few, and may fill it all the same: %s',
    async (bytes, used, expected) => {
      const redis = fakeRedis(
        (command) => {
          if (command === 'DBSIZE') return 100;
          if (command === 'SCAN') return ['0', Array.from({ length: 100 }, (_, index) => `cache:${index}`)];
          return command === 'MEMORY' ? bytes : -1;
        },
        { memory: { used_memory: String(used) } },
      );
      const seen = await redisKeySpace.run({ prefix: 'cache:', keys: 20_000 }, probeContext({ redis }));

      expect(seen.status).toBe('healthy');
      expect(open(seen, 'REDIS_USELESS_KEYS')).toBe(expected);
    },
  );

  it('says why, in both languages', () => {
    const seen = {
      key: 'nats.registration-traffic',
      probe: 'nats.registration-traffic',
      facts: { open: 'AGENT_SUBJECTS_DIFFER', openWhy: 'agents-unheard' },
    };

    expect(unseenLine(seen, wordsIn('en'))).toContain('nothing could be compared');
    expect(unseenLine(seen, wordsIn('zh-CN'))).toContain('无从比较');
  });
});

describe('what is there and explains nothing of this symptom', () => {
  const besides = (diagnosis: typeof natsBacklog | typeof pgConnections, id: string, ...seen: string[]) => {
    const findings = seen.map((text) => {
      const [code = '', probe = ''] = text.split(' ');
      return { code, probe };
    });
    const one = judge(diagnosis, outcomesOf(diagnosis, findings), emitters).causes.find(
      ({ cause }) => cause.id === id,
    );
    return [one?.verdict, one?.seenBesides === true];
  };

  it('D4.b: there is no stream, and no message is missed', () => {
    expect(besides(natsBacklog, 'D4.b', 'NATS_NO_STREAM nats.streams')).toEqual(['ruled-out', true]);
    expect(besides(natsBacklog, 'D4.b')).toEqual(['ruled-out', false]);
    // A server without JetStream has none either, and none can be made there.
    const off = 'NATS_JETSTREAM_DISABLED nats.streams';
    expect(besides(natsBacklog, 'D4.b', off)).toEqual(['ruled-out', true]);
    expect(besides(natsBacklog, 'D4.b', off, 'EVENTS_UNHEARD nats.lost-events')).toEqual([
      ...['ruled-out', true],
    ]);
  });

  it('D3.b: there is no memory limit, and memory is not short', () => {
    const judged = (there: object) => {
      const outcomes = outcomesOf(redisMemory, []).map((one) =>
        one.probe === 'redis.memory-limit' ? { ...one, facts: { ...one.facts, ...there } } : one,
      );
      const one = judge(redisMemory, outcomes, emitters).causes.find(({ cause }) => cause.id === 'D3.b');
      return [one?.verdict, one?.seenBesides === true];
    };

    expect(judged(thereAnyway('REDIS_NO_LIMIT'))).toEqual(['ruled-out', true]);
    expect(judged({})).toEqual(['ruled-out', false]);
  });

  it('D1.c: sessions are left idle, and the pools are what takes the connections', () => {
    const short = 'PG_CONNECTIONS_NEAR_LIMIT postgres.connections-headroom';
    const pools = 'PG_POOLS_TOO_LARGE postgres.session-shares';
    const idle = 'PG_IDLE_IN_TRANSACTION_LEAKED postgres.idle-in-transaction';

    expect(besides(pgConnections, 'D1.c', short, pools, idle)).toEqual(['ruled-out', true]);
    expect(besides(pgConnections, 'D1.c', short, pools)).toEqual(['ruled-out', false]);
  });
});
