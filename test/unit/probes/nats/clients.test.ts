import { describe, expect, it } from 'vitest';
import type { NatsTarget } from '../../../../src/domain/probe/targets/nats.ts';
import { natsClients } from '../../../../src/probes/nats/clients.probe.ts';
import { fakeNats, probeContext } from '../../../support/probe-context.ts';

describe('nats.clients', () => {
  /** Pages of so many connections each, and what was asked for. */
  const look = async (...sizes: readonly number[]) => {
    const asked: string[] = [];
    const monitor = (<T>(path: string) => {
      const size = sizes[asked.push(path) - 1] ?? 0;
      return Promise.resolve({
        connections: Array.from({ length: size }, () => ({ name: 'agent-manager' })),
      } as T);
    }) as NatsTarget['monitor'];
    const outcome = await natsClients.run({}, probeContext({ nats: fakeNats({ monitor }) }));
    return { asked, outcome };
  };

  it('counts by the name a client gave itself, but its own', async () => {
    const connections = [{ name: 'agent-manager' }, { name: 'aetherius-bot' }, { name: 'shop' }, {}];
    const monitor = (<T>() => Promise.resolve({ connections } as T)) as NatsTarget['monitor'];

    expect(await natsClients.run({}, probeContext({ nats: fakeNats({ monitor }) }))).toMatchObject({
      status: 'healthy',
      facts: { total: 3, 'sessions.agent-manager': 1 },
    });
  });

  it.each([
    [[1_023], 1, 1_023],
    [[1_024, 0], 2, 1_024],
    [[1_024, 1_024, 1_024, 1_024, 5], 4, 4_096],
  ])('reads on while pages are full, four at most: %o', async (sizes, pages, total) => {
    const { asked, outcome } = await look(...sizes);

    expect(asked).toEqual(
      Array.from({ length: pages }, (_, page) => `/connz?limit=1024&offset=${page * 1024}`),
    );
    expect(outcome).toMatchObject({ facts: { total } });
  });

  it('has no say without a monitor, and counts nothing of an empty answer', async () => {
    const monitor = (<T>() => Promise.resolve({} as T)) as NatsTarget['monitor'];

    expect(await natsClients.run({}, probeContext({ nats: fakeNats({ hasMonitor: false }) }))).toMatchObject({
      status: 'skipped',
      reason: 'not-configured',
    });
    expect(await natsClients.run({}, probeContext({ nats: fakeNats({ monitor }) }))).toMatchObject({
      facts: { total: 0 },
    });
  });

  it('knows an agent without a name by the commands that it alone listens to (R-PLAT19)', async () => {
    const seen = async (...connections: readonly object[]) => {
      const monitor = (<T>() => Promise.resolve({ connections } as T)) as NatsTarget['monitor'];
      return (await natsClients.run({}, probeContext({ nats: fakeNats({ monitor }) }))).facts;
    };
    const listens = (name: string, ...subscriptions: readonly string[]) => ({
      ...{ cid: 1, name, ip: '10.1.2.3', subscriptions_list: subscriptions },
    });

    expect(await seen(listens('agent-c1', 'agent.command.c1'))).toMatchObject({
      ...{ 'sessions.collect-agent': 1, agentsFrom: 'agent-c1 (10.1.2.3)' },
    });
    expect(await seen(listens('', 'aetherius.agent.c1.command'))).toMatchObject({ agentsFrom: '10.1.2.3' });
    for (const other of [
      listens('shop', 'aetherius.agent.*.command'),
      listens('shop', 'shop.command.c1'),
      listens('shop', 'agent.event.c1'),
      listens('agent-manager', 'agent.command.c1'),
    ])
      expect(await seen(other)).not.toHaveProperty('sessions.collect-agent');
    expect(await seen(listens('collect-agent', 'agent.command.c1'))).not.toHaveProperty('agentsFrom');
  });
});
