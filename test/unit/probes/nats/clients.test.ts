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
});
