import { describe, expect, it } from 'vitest';
import { TargetError } from '../../../../src/domain/kernel/errors.ts';
import type { NatsTarget } from '../../../../src/domain/probe/targets/nats.ts';
import { natsRegistrationTraffic } from '../../../../src/probes/nats/registration-traffic.probe.ts';
import { fakeRuntime } from '../../../support/fake-runtime.ts';
import { fakeNats, probeContext } from '../../../support/probe-context.ts';

describe('nats.registration-traffic', () => {
  it('hears silence, after listening for longer', async () => {
    const listened: number[] = [];
    const hear = (...seen: readonly Readonly<Record<string, number>>[]) => {
      listened.length = 0;
      const listen: NatsTarget['listen'] = (_subject, ms) => {
        listened.push(ms);
        return Promise.resolve(seen[listened.length - 1] ?? {});
      };
      return natsRegistrationTraffic.run(
        { seconds: 6, silentSeconds: 12 },
        probeContext({ nats: fakeNats({ hasMonitor: false, listen }) }),
      );
    };

    expect(await hear({}, {})).toMatchObject({
      findings: [{ code: 'NOBODY_PUBLISHES', facts: { seconds: 18 } }],
    });
    expect(await hear({}, { 'aetherius.agent.c1.heartbeat': 1 })).toMatchObject({ status: 'healthy' });
    expect(listened).toEqual([6_000, 12_000]);
    expect(await hear({ 'aetherius.agent.c1.heartbeat': 3 })).toMatchObject({ status: 'healthy' });
    expect(listened).toEqual([6_000]);
  });

  it.each([
    ['one server', [{}], [], 'NOBODY_PUBLISHES'],
    ['servers that have a route', [{}, {}], [{ remote_id: 'B' }], 'NOBODY_PUBLISHES'],
    ['servers that know of no other', [{}, {}, {}], [], 'servers-apart'],
    ['nobody who shows the servers', undefined, [], 'NOBODY_PUBLISHES'],
  ] as const)('takes silence for what it is with %s (F23)', async (_, nats, routes, said) => {
    const answers: Readonly<Record<string, unknown>> = {
      ...{ varz: { server_id: 'A' }, connz: { connections: [] }, routez: { routes }, jsz: {} },
    };
    const monitor = <T>(path: string) => Promise.resolve(answers[/\w+/.exec(path)?.[0] ?? ''] as T);
    const connect = () =>
      Promise.resolve({ latencyMs: 1, serverId: 'A', serverName: 'a', version: '2', jetstream: false });
    const runtime = fakeRuntime(nats === undefined ? {} : { nats });
    const outcome = await natsRegistrationTraffic.run(
      { seconds: 6, silentSeconds: 12 },
      probeContext({ nats: fakeNats({ monitor, connect, listen: () => Promise.resolve({}) }), runtime }),
    );

    const shown = outcome.status === 'unhealthy' ? { code: said } : { facts: { reason: said } };
    expect(outcome).toMatchObject('code' in shown ? { findings: [shown] } : { cause: shown });
  });

  const hear = async (params: object, ...seen: readonly Readonly<Record<string, number>>[]) => {
    const listened: (readonly [string, number])[] = [];
    const listen: NatsTarget['listen'] = (subject, ms) => {
      listened.push([subject, ms]);
      return Promise.resolve(seen[listened.length - 1] ?? {});
    };
    const outcome = await natsRegistrationTraffic.run(
      natsRegistrationTraffic.params.parse(params),
      probeContext({ nats: fakeNats({ hasMonitor: false, listen }) }),
    );
    return { outcome, listened };
  };

  it('listens for six seconds, and for twelve more when it hears nothing', async () => {
    expect(await hear({})).toMatchObject({
      listened: [
        ['>', 6_000],
        ['>', 12_000],
      ],
      outcome: { findings: [{ facts: { seconds: 18, registrations: 0, heartbeats: 0, subjects: 0 } }] },
    });
    expect(await hear({ silentSeconds: 0 })).toMatchObject({
      listened: [['>', 6_000]],
      outcome: { findings: [{ facts: { seconds: 6 } }] },
    });
  });

  it('counts by what the subject ends with; any other traffic is one too', async () => {
    const seen = {
      'aetherius.agent.c1.heartbeat': 3,
      'aetherius.agent.c2.heartbeat': 2,
      'aetherius.agent.c1.register': 1,
    };

    expect((await hear({}, seen)).outcome).toMatchObject({
      status: 'healthy',
      facts: { seconds: 6, registrations: 1, heartbeats: 5, subjects: 3 },
    });
    expect((await hear({}, { 'aetherius.agent.c1.logs': 1 })).outcome).toMatchObject({
      status: 'healthy',
      facts: { registrations: 0, heartbeats: 0, subjects: 1 },
    });
  });

  it('hears no agent in what another part publishes without the monitor: that cannot be told', async () => {
    expect((await hear({}, { 'billing.jobs.1': 2 }, { 'billing.jobs.1': 2 })).outcome).toMatchObject({
      status: 'inconclusive',
      cause: { facts: { reason: 'publishers-unknown' } },
    });
    // The server's own subjects, replies and commands to agents are nobody's heartbeat.
    const others = { '_INBOX.x': 4, '$JS.EVENT.x': 1 };
    expect((await hear({}, others, others)).outcome).toMatchObject({
      findings: [{ code: 'NOBODY_PUBLISHES' }],
    });
  });

  it('cannot tell silence from another subject where it may not listen on all', async () => {
    const forbidden: NatsTarget['listen'] = (subject) =>
      subject === '>' ? Promise.reject(new TargetError('forbidden', 'no')) : Promise.resolve({});
    const nats = fakeNats({ hasMonitor: false, listen: forbidden });

    expect(
      await natsRegistrationTraffic.run({ seconds: 1, silentSeconds: 1 }, probeContext({ nats })),
    ).toMatchObject({ status: 'inconclusive', cause: { facts: { reason: 'subjects-forbidden' } } });
  });

  it.each([
    [{ seconds: 30 }, true],
    [{ seconds: 31 }, false],
    [{ silentSeconds: 30 }, true],
    [{ silentSeconds: 31 }, false],
  ])('listens for half a minute at most: %o', (given, success) => {
    expect(natsRegistrationTraffic.params.safeParse(given).success).toBe(success);
  });
});

/** A client as `/connz` lists it, before and after the probe listened. */
interface Client {
  readonly name: string;
  readonly sends: number;
  readonly subjects: readonly string[];
}

describe('nats.registration-traffic, with the monitor', () => {
  const look = (seen: Readonly<Record<string, number>>, ...clients: readonly Client[]) => {
    let looks = 0;
    const monitor = (<T>(path: string) => {
      if (!path.startsWith('/connz')) return Promise.resolve({ server_id: 'N' } as T);
      looks += 1;
      const connections = clients.map(({ name, sends, subjects }, index) => ({
        ...{ cid: index + 1, name, ip: `10.0.0.${index + 1}`, in_msgs: 90 + (looks > 1 ? sends : 0) },
        subscriptions_list: subjects,
      }));
      return Promise.resolve({ connections } as T);
    }) as NatsTarget['monitor'];
    const nats = fakeNats({ monitor, listen: () => Promise.resolve(seen) });
    return natsRegistrationTraffic.run({ seconds: 1, silentSeconds: 1 }, probeContext({ nats }));
  };
  const manager = (...kinds: readonly string[]): Client => ({
    ...{ name: 'agent-manager', sends: 0 },
    subjects: kinds.map((kind) => `aetherius.agent.*.${kind}`),
  });
  const agent: Client = { name: 'agent-c1', sends: 3, subjects: ['agent.command.c1'] };
  const bot: Client = { name: 'aetherius-bot', sends: 5, subjects: ['>'] };

  it('W4 names what agents publish and nobody hears, and the pattern that was meant', async () => {
    const seen = { 'agent.event.c1': 4, 'agent.heartbeat.c1': 1, 'agent.metrics.c1': 2 };

    expect(await look(seen, agent, manager('event', 'heartbeat', 'register'), bot)).toMatchObject({
      status: 'unhealthy',
      findings: [
        {
          code: 'AGENT_SUBJECTS_DIFFER',
          severity: 'critical',
          part: 'collect-agent',
          subject: 'agent.heartbeat.c1',
          facts: {
            published: 'agent.heartbeat.c1',
            listened: 'aetherius.agent.*.heartbeat',
            publisher: 'agent-c1',
            listener: 'agent-manager',
            others: 1,
          },
        },
      ],
    });
  });

  it.each([
    ['in other words', 'fleet.eu.pulse', 'acme.hb.*'],
    ['by one word alone', 'shop.heartbeat', 'acme.*.heartbeat'],
    ['of another kind', 'agent.metrics.c1', 'aetherius.agent.*.register'],
  ])('takes no two subjects for one message %s', async (_what, published, listened) => {
    const listener = { name: 'agent-manager', sends: 0, subjects: [listened] };

    expect((await look({ [published]: 1 }, agent, listener)).status).not.toBe('unhealthy');
  });

  it('is well once anything of the agents is heard: one subject more is no drift', async () => {
    const seen = { 'aetherius.agent.c1.heartbeat': 1, 'aetherius.agent.c1.v2.event': 3 };

    expect(await look(seen, agent, manager('heartbeat', 'event'))).toMatchObject({ status: 'healthy' });
  });

  it('is well on subjects of whatever names, as long as they are heard', async () => {
    const listener = { name: '', sends: 0, subjects: ['fleet.*.pulse'] };
    const sender = { name: '', sends: 2, subjects: ['fleet.eu.orders'] };

    expect(await look({ 'fleet.eu.pulse': 2 }, sender, listener)).toMatchObject({ status: 'healthy' });
  });

  it('W4 is no silence while a client publishes that may be an agent', async () => {
    const nameless = { name: '', sends: 2, subjects: ['fleet.eu.orders'] };

    expect(await look({ 'fleet.eu.pulse': 2 }, nameless, manager('heartbeat'))).toMatchObject({
      status: 'inconclusive',
      cause: { facts: { reason: 'publishers-unknown', clients: '10.0.0.1' } },
    });
  });

  it('is silence when only other parts publish, and when nobody does', async () => {
    const orchestrator = { name: 'orchestrator-service', sends: 9, subjects: [] };

    for (const clients of [[orchestrator], [], [bot]])
      expect(await look({ 'internal.event.x': 9 }, ...clients, manager('heartbeat'))).toMatchObject({
        findings: [{ code: 'NOBODY_PUBLISHES' }],
      });
  });
});
