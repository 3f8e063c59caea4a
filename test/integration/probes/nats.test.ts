import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';
import { join } from 'node:path';
import { AckPolicy, connect } from 'nats';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type NatsServer, startNats } from '../../../lab/components/nats.ts';
import { freePort } from '../../../lab/components/process.ts';
import { platformOf } from '../../../src/domain/platform/platform.ts';
import type { EnvironmentConfig } from '../../../src/domain/settings/environment.ts';
import { createTargetsFactory } from '../../../src/platform/targets/factory.ts';
import { natsCluster } from '../../../src/probes/nats/cluster.probe.ts';
import { fakeRuntime } from '../../support/fake-runtime.ts';
import { probeContext } from '../../support/probe-context.ts';
import {
  closedPort,
  codes,
  environment,
  literal,
  runProbe,
  scratch,
  slowProxy,
} from '../../support/targets.ts';

const folder = scratch('probes-nats');
const password = 'nats-pass-3e2';
let server: NatsServer;

const config = (change: (url: URL) => void = () => undefined): Partial<EnvironmentConfig> => {
  const url = new URL(server.url);
  change(url);
  return { nats: { url: literal(url.href), monitorUrl: server.monitorUrl } };
};

beforeAll(async () => {
  server = await startNats({ dir: folder.dir, user: 'aetherius', password });
});
afterAll(async () => {
  await server.stop();
  folder.remove();
});

describe('a healthy NATS', () => {
  it('has nothing to report, and the monitor names the server the client met', async () => {
    const client = await runProbe('nats.server', config(), { slowMs: 2000 });
    const monitor = await runProbe('nats.monitor', config());
    const clients = await runProbe('nats.clients', config());

    expect([client.status, monitor.status, clients.status]).toEqual(['healthy', 'healthy', 'healthy']);
    expect(client.facts.serverId).toBe(monitor.facts.serverId);
    expect(client.facts.jetstream).toBe(true);
  });

  it('without a monitoring address is only asked as a client', async () => {
    const outcome = await runProbe('nats.monitor', { nats: { url: literal(server.url) } });

    expect(outcome).toMatchObject({ status: 'skipped', reason: 'not-configured' });
  });
});

describe('a broken NATS', () => {
  it('W5 that refuses our password is our own trouble and no finding, and the password stays hidden', async () => {
    const outcome = await runProbe(
      'nats.server',
      config((url) => void (url.password = 'wrong-pass-90a')),
    );

    expect(outcome).toMatchObject({ status: 'inconclusive', cause: { code: 'auth' }, findings: [] });
    expect(JSON.stringify(outcome)).not.toContain('wrong-pass-90a');
  });

  it('that nobody listens for is refused, monitor and client each', async () => {
    const port = await closedPort();
    const outcome = await runProbe(
      'nats.server',
      config((url) => void (url.port = `${port}`)),
    );
    const monitor = await runProbe('nats.monitor', {
      nats: { url: literal(server.url), monitorUrl: `http://127.0.0.1:${port}` },
    });

    expect(outcome.findings).toMatchObject([{ code: 'ENDPOINT_REFUSED', subject: `127.0.0.1:${port}` }]);
    expect(monitor.findings).toMatchObject([
      { code: 'NATS_MONITOR_UNREACHABLE', facts: { stage: 'refused' } },
    ]);
  });

  it('whose name does not resolve could not be checked', async () => {
    const outcome = await runProbe(
      'nats.server',
      config((url) => void (url.hostname = 'nowhere.invalid')),
    );

    expect(outcome).toMatchObject({ status: 'inconclusive', cause: { code: 'dns' } });
  });

  it('that is stopped with SIGSTOP accepts and is silent: hung', async () => {
    server.pause();
    try {
      const outcome = await runProbe('nats.server', config());

      expect(codes(outcome)).toEqual(['ENDPOINT_HUNG']);
    } finally {
      server.resume();
    }
  });

  it('behind a slow way is slow, with the threshold', async () => {
    const proxy = await slowProxy(server);
    try {
      proxy.delayMs = 60;
      const slow = await runProbe(
        'nats.server',
        config((url) => void (url.port = `${proxy.port}`)),
        {
          slowMs: 100,
        },
      );

      expect(slow.findings).toMatchObject([{ code: 'NATS_SLOW', facts: { thresholdMs: 100 } }]);
    } finally {
      await proxy.close();
    }
  });
});

describe('a consumer that NATS drops for being slow', () => {
  /** Subscribes and never reads. */
  const deaf = async (port: number, name: string, subject: string) => {
    const socket = createConnection(port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write(`CONNECT {"verbose":false,"name":"${name}"}\r\nSUB ${subject} 1\r\nPING\r\n`);
    await once(socket, 'readable');
    return socket;
  };

  it('is named, and the one that comes back is watched although nothing waits for it yet', async () => {
    const small = await startNats({
      dir: join(folder.dir, 'small'),
      jetstream: false,
      config: 'write_deadline: "500ms"',
    });
    const nats = { nats: { url: literal(small.url), monitorUrl: small.monitorUrl } };
    const publisher = await connect({ servers: `127.0.0.1:${small.port}`, name: 'publisher' });
    const sockets: Socket[] = [];
    const timers: NodeJS.Timeout[] = [];
    const overload = async (name: string, subject = 'aetherius.load') => {
      sockets.push(await deaf(small.port, name, subject));
      const send = () => {
        for (let at = 0; at < 20; at += 1) publisher.publish(subject, new Uint8Array(100_000));
      };
      timers.push(setInterval(send, 20));
    };
    const quiet = async () => {
      for (const timer of timers) clearInterval(timer);
      await publisher.flush();
    };
    try {
      await overload('first');
      const dropped = await runProbe('nats.slow-consumers', nats, { pendingBytes: 1e12 });
      await quiet();
      // It comes back between the second sample, in which nothing waits for anybody, and the last.
      timers.push(setTimeout(() => void overload('second'), 6_000));
      const later = await runProbe('nats.slow-consumers', nats, { pendingBytes: 1e12, seconds: 4 });
      await quiet();
      // Nobody takes a subject of the platform now: whose subjects these are is not known.
      await overload('shop-front', 'orders.load');
      const unknown = await runProbe('nats.slow-consumers', nats, { pendingBytes: 1e12 });
      await quiet();
      publisher.subscribe('aetherius.agent.*.event');
      await publisher.flush();
      await overload('shop-worker', 'orders.load');
      const elsewhere = await runProbe('nats.slow-consumers', nats, { pendingBytes: 1e12 });

      expect(dropped.findings).toMatchObject([
        { code: 'NATS_CONSUMERS_DROPPED', facts: { dropped: 1, consumer: 'first' } },
      ]);
      expect(later.findings).toMatchObject([
        { code: 'NATS_CONSUMERS_DROPPED', facts: { dropped: 1, consumer: 'second' } },
      ]);
      expect(unknown).toMatchObject({ status: 'inconclusive' });
      expect(elsewhere.findings).toMatchObject([
        { code: 'NATS_SLOW_CONSUMER_ELSEWHERE', severity: 'info', subject: 'shop-worker' },
      ]);
    } finally {
      for (const timer of timers) clearTimeout(timer);
      await publisher.close();
      for (const socket of sockets) socket.destroy();
      await small.stop();
    }
  }, 60_000);
});

describe('a consumer of a stream', () => {
  it('is slow when it falls behind, and not when it keeps up', async () => {
    const client = await connect({ servers: `127.0.0.1:${server.port}`, user: 'aetherius', pass: password });
    const manager = await client.jetstreamManager();
    await manager.streams.add({ name: 'EVENTS', subjects: ['aetherius.events.>'] });
    await manager.consumers.add('EVENTS', { durable_name: 'worker', ack_policy: AckPolicy.Explicit });
    const js = client.jetstream();
    const worker = await js.consumers.get('EVENTS', 'worker');
    let slow = true;
    const publish = (count: number) => {
      for (let at = 0; at < count; at += 1) client.publish('aetherius.events.c1', 'x');
    };
    const take = async (most: number) => {
      for await (const message of await worker.fetch({ max_messages: most, expires: 1_000 })) message.ack();
    };
    let ended = false;
    // Slow: a hundred a second at most, and ten times as many come.
    const working = (async () => {
      while (!ended) {
        await take(slow ? 10 : 5_000);
        if (slow) await new Promise((resolve) => setTimeout(resolve, 100));
      }
    })();
    publish(5_000);
    const load = setInterval(() => publish(slow ? 100 : 1), 100);
    try {
      const behind = await runProbe('nats.slow-consumers', config());
      slow = false;
      const { waitFor } = await import('../../../lab/components/process.ts');
      await waitFor(async () => (await worker.info()).num_pending < 100, {
        seconds: 20,
        what: 'the consumer to catch up',
      });
      const keepsUp = await runProbe('nats.slow-consumers', config());

      expect(behind.findings).toMatchObject([{ code: 'NATS_CONSUMER_LAGS', subject: 'EVENTS/worker' }]);
      expect(keepsUp.status).toBe('healthy');
    } finally {
      clearInterval(load);
      ended = true;
      await working;
      await manager.streams.delete('EVENTS');
      await client.close();
    }
  }, 60_000);
});

describe('connections', () => {
  it('are counted by the name they gave', async () => {
    const make = (name: string) =>
      connect({ servers: `127.0.0.1:${server.port}`, user: 'aetherius', pass: password, name });
    const open = [
      await make('agent-manager'),
      await make('agent-manager-events'),
      await make('collect-agent-c1'),
    ];
    try {
      const outcome = await runProbe('nats.clients', config());

      expect(outcome.facts).toMatchObject({ 'sessions.agent-manager': 2, 'sessions.collect-agent': 1 });
    } finally {
      for (const one of open) await one.close();
    }
  });
});

describe('an agent on a real NATS', () => {
  it('W4 is known by the commands that it waits for, whatever its name', async () => {
    const agent = await connect({
      ...{ servers: `127.0.0.1:${server.port}`, user: 'aetherius', pass: password, name: 'agent-c1' },
    });
    const ask = async () => (await runProbe('nats.clients', config())).facts;
    try {
      const before = await ask();
      agent.subscribe('agent.command.c1');
      await agent.flush();

      expect(before).not.toHaveProperty('sessions.collect-agent');
      expect(await ask()).toMatchObject({
        ...{ 'sessions.collect-agent': 1, agentsFrom: expect.stringMatching(/^agent-c1 \(127\.0\.0\.1\)$/) },
      });
    } finally {
      await agent.close();
    }
  });
});

describe('agents and agent-manager on a real NATS', () => {
  const login = (name: string) =>
    connect({ servers: `127.0.0.1:${server.port}`, user: 'aetherius', pass: password, name });
  /** An agent that publishes on one subject while agent-manager listens on another, for as long as `ask` takes. */
  async function between<T>(published: string, listened: string, ask: () => Promise<T>): Promise<T> {
    const [agent, manager] = await Promise.all([login('agent-c1'), login('agent-manager')]);
    manager.subscribe(listened, { callback: () => undefined });
    await manager.flush();
    const beats = setInterval(() => agent.publish(published, '{}'), 100);
    try {
      return await ask();
    } finally {
      clearInterval(beats);
      await Promise.all([agent.close(), manager.close()]);
    }
  }
  const traffic = () => runProbe('nats.registration-traffic', config(), { seconds: 1, silentSeconds: 0 });

  it('W4 that go past each other are told apart from agents that are silent', async () => {
    const apart = await between('agent.heartbeat.c1', 'aetherius.agent.*.heartbeat', traffic);
    const together = await between('aetherius.agent.c1.heartbeat', 'aetherius.agent.*.heartbeat', traffic);
    const silent = await traffic();

    expect(codes(apart)).toEqual(['AGENT_SUBJECTS_DIFFER']);
    expect(apart.findings[0]?.facts).toMatchObject({
      ...{ published: 'agent.heartbeat.c1', publisher: 'agent-c1' },
      ...{ listened: 'aetherius.agent.*.heartbeat', listener: 'agent-manager' },
    });
    expect([together.status, together.findings]).toEqual(['healthy', []]);
    expect(codes(silent)).toEqual(['NOBODY_PUBLISHES']);
  });

  it('W6 lose events only where no client takes them', async () => {
    const lost = () => runProbe('nats.lost-events', config(), { seconds: 1 });
    const unheard = await between('aetherius.events.c1.high', 'aetherius.agent.*.heartbeat', lost);
    const heard = await between('aetherius.events.c1.high', 'aetherius.events.>', lost);

    expect(codes(unheard)).toEqual(['EVENTS_UNHEARD']);
    expect([heard.status, codes(await lost())]).toEqual(['healthy', []]);
  });

  it('lose nothing that could be seen while nothing is sent, and nobody listens', async () => {
    const named = { ...config(), platform: platformOf({ subjects: { events: 'heron.tidings.>' } }) };
    const lost = () => runProbe('nats.lost-events', named, { seconds: 0.5 });
    const listener = await login('admin');
    listener.subscribe('heron.tidings.*.high');
    await listener.flush();
    const heard = await lost();
    await listener.close();

    expect(heard.status).toBe('healthy');
    expect(await lost()).toMatchObject({
      status: 'inconclusive',
      cause: { code: 'events-quiet', facts: { subject: 'heron.tidings.>' } },
    });
  });

  const drift = (given = config()) => runProbe('nats.subjects', given, { seconds: 1, silentSeconds: 0 });
  const apart = [
    ['F1', 'agent.heartbeat.c1', 'aetherius.agent.*.heartbeat'],
    ['F2', 'aetherius.agent.c1.command', 'agent.command.c1'],
    ['F6', 'agent.result.c1', 'aetherius.agent.*.result'],
  ] as const;

  it.each(apart)('%s M1.a: %s is published and %s listened to', async (_id, published, listened) => {
    const outcome = await between(published, listened, drift);

    expect(outcome.findings).toMatchObject([
      {
        ...{ code: 'SUBJECTS_PASS_BY', subject: listened },
        facts: { published, publisher: 'agent-c1', listened, listener: 'agent-manager' },
      },
    ]);
  });

  it('F5 M1.b: a subject on which nothing comes is told with its listener, once that waits for long enough', async () => {
    const silent = (silentHours: number) =>
      between('aetherius.events.c1.high', 'internal.event.anomaly', () =>
        runProbe('nats.subjects', config(), { seconds: 1, silentSeconds: 0, silentHours }),
      );
    const ofKind = async (hours: number) =>
      (await silent(hours)).findings.filter(({ code }) => code === 'SUBJECT_SILENT');

    expect(await ofKind(0)).toMatchObject([
      { subject: 'internal.event.anomaly', facts: { listener: 'agent-manager', hours: 0 } },
    ]);
    expect(await ofKind(1)).toEqual([]);
  });

  it('M1.b: what nobody at all listens to is lost, and what a stream keeps is not', async () => {
    const ask = () => between('shop.orders.created', 'shop.bills.*', drift);
    const lost = await ask();
    const client = await login('admin');
    const manager = await client.jetstreamManager();
    await manager.streams.add({ name: 'ORDERS', subjects: ['shop.orders.>'] });
    const kept = await ask();
    await manager.streams.delete('ORDERS');
    await client.close();

    expect(codes(lost)).toEqual(['SUBJECT_UNHEARD']);
    expect([kept.status, kept.findings]).toEqual(['healthy', []]);
  });

  it('is no drift where the two meet, and nothing is known where nothing is published', async () => {
    const together = await between('aetherius.agent.c1.heartbeat', 'aetherius.agent.*.heartbeat', drift);

    expect([together.status, together.findings]).toEqual(['healthy', []]);
    expect(await drift()).toMatchObject({
      ...{ status: 'inconclusive', findings: [] },
      cause: { facts: { reason: 'nothing-published' } },
    });
  });

  /** What a runtime with two NATS servers, one of which has this monitor, says of the two. */
  async function joined(monitorUrl: string) {
    const factory = createTargetsFactory({
      test: environment({ nats: { url: literal(server.url), monitorUrl } }),
    });
    try {
      const { nats } = await factory.forRun('test');
      if (nats === undefined) throw new Error('NATS is not configured');
      return await natsCluster.run({}, probeContext({ nats, runtime: fakeRuntime({ nats: [{}, {}] }) }));
    } finally {
      await factory.close();
    }
  }

  it('M1.g F23: two servers behind one name hear each other only as a cluster', async () => {
    const [routeA, routeB] = [await freePort(), await freePort()];
    const start = (name: string, listen: number, other?: number) =>
      startNats({
        dir: join(folder.dir, name),
        ...{ user: 'aetherius', password, jetstream: false },
        config: `server_name: ${name}, cluster { name: lab, listen: "127.0.0.1:${listen}", routes: [${other === undefined ? '' : `"nats://127.0.0.1:${other}"`}] }`,
      });
    const one = await start('one', routeA);
    const other = await start('other', routeB, routeA);
    const manager = await connect({ servers: `127.0.0.1:${other.port}`, user: 'aetherius', pass: password });
    const agent = await connect({ servers: `127.0.0.1:${one.port}`, user: 'aetherius', pass: password });
    try {
      manager.subscribe('shop.orders.*', { callback: () => undefined });
      await manager.flush();
      await expect
        .poll(async () => (await fetch(`${one.monitorUrl}/routez?subs=1`)).text())
        .toContain('shop.orders.*');
      const beats = setInterval(() => agent.publish('shop.orders.created', '{}'), 100);
      const clustered = await drift({ nats: { url: literal(one.url), monitorUrl: other.monitorUrl } });
      const apartFromThem = await drift({ nats: { url: literal(one.url), monitorUrl: server.monitorUrl } });
      clearInterval(beats);

      expect([clustered.status, clustered.findings]).toEqual(['healthy', []]);
      expect((await joined(one.monitorUrl)).status).toBe('healthy');
      expect(await joined(server.monitorUrl)).toMatchObject({ findings: [{ code: 'NATS_SERVERS_APART' }] });
      expect(apartFromThem).toMatchObject({
        ...{ status: 'inconclusive', findings: [] },
        cause: { facts: { reason: 'another-server' } },
      });
    } finally {
      await Promise.all([manager.close(), agent.close()]);
      await Promise.all([one.stop(), other.stop()]);
    }
  });
});

describe('two servers behind one name', () => {
  it.each(['nats.lost-events', 'nats.registration-traffic'])(
    'F23: %s neither confirms nor rules out by the monitor of the other one',
    async (probe) => {
      const other = await startNats({ dir: join(folder.dir, probe), user: 'aetherius', password });
      try {
        const nats = { url: literal(server.url), monitorUrl: other.monitorUrl };
        const own = { url: literal(server.url), monitorUrl: server.monitorUrl };
        const brief = probe === 'nats.lost-events' ? { seconds: 0.2 } : { seconds: 0.2, silentSeconds: 0 };

        expect(await runProbe(probe, { nats }, brief)).toMatchObject({
          status: 'inconclusive',
          cause: { facts: { reason: 'another-server' } },
        });
        expect((await runProbe(probe, { nats: own }, brief)).status).not.toBe('inconclusive');
      } finally {
        await other.stop();
      }
    },
  );
});
