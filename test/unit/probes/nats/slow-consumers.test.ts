import { describe, expect, it } from 'vitest';
import type { NatsTarget } from '../../../../src/domain/look/targets/nats.ts';
import { natsSlowConsumers } from '../../../../src/probes/nats/slow-consumers.probe.ts';
import { fakeNats, probeContext } from '../../../support/probe-context.ts';

describe('nats.slow-consumers', () => {
  it('takes a backlog for one only when it stays', async () => {
    const tap = { cid: 1, name: 'tap', subscriptions_list: ['aetherius.>'] };
    const look = (first: number, second: number) => {
      const pages = [first, second];
      const monitor = (<T>(path: string) =>
        Promise.resolve(
          (path.startsWith('/connz')
            ? { connections: [{ ...tap, pending_bytes: pages.shift() ?? 0 }] }
            : { slow_consumers: 0 }) as T,
        )) as NatsTarget['monitor'];
      return natsSlowConsumers.run(
        { pendingBytes: 500_000, pendingMessages: 1_000, seconds: 2 },
        probeContext({ nats: fakeNats({ monitor }) }),
      );
    };

    expect(await look(900_000, 900_000)).toMatchObject({
      findings: [{ code: 'NATS_SLOW_CONSUMER', subject: 'tap' }],
    });
    expect(await look(900_000, 0)).toMatchObject({ status: 'healthy' });
  });

  describe('on a server that others use as well', () => {
    interface Client {
      readonly name?: string;
      readonly subscriptions_list?: readonly string[];
    }
    /** One connection with a backlog in every sample. */
    const behind = (client: Client) =>
      look(() => ({ connections: [{ cid: 7, pending_bytes: 900_000, ...client }] }));
    /** One that the server drops between the two samples, with what it keeps of it. */
    const dropped = (...clients: readonly Client[]) => {
      let asked = 0;
      return look((path) => {
        if (path.startsWith('/varz')) {
          asked += 1;
          return { slow_consumers: asked === 1 ? 4 : 5 };
        }
        const reason = 'Slow Consumer (Write Deadline)';
        const stop = '2026-11-25T03:00:00Z';
        const closed = clients.map((client) => ({ cid: 7, pending_bytes: 0, reason, stop, ...client }));
        return { now: stop, connections: path.includes('state=closed') ? closed : [] };
      });
    };
    const look = (answer: (path: string) => object) =>
      natsSlowConsumers.run(
        { pendingBytes: 500_000, pendingMessages: 1_000, seconds: 2 },
        probeContext({
          nats: fakeNats({
            monitor: (<T>(path: string) => Promise.resolve(answer(path) as T)) as NatsTarget['monitor'],
          }),
        }),
      );
    const shop = { name: 'shop-worker', subscriptions_list: ['orders.>', '_INBOX.x.*'] };
    const anyone = { status: 'inconclusive', cause: { facts: { reason: 'slow-consumer-unclear' } } };

    it('only consumers of the platform are a backlog, by their name or their subjects', async () => {
      for (const client of [
        { name: 'agent-manager-events' },
        { name: 'collect-agent-c1', subscriptions_list: ['_INBOX.x.*'] },
        { name: 'audit-tap', subscriptions_list: ['aetherius.>'] },
        { subscriptions_list: ['orders.>', 'aetherius.events.c1'] },
      ]) {
        expect(await behind(client)).toMatchObject({ findings: [{ code: 'NATS_SLOW_CONSUMER' }] });
        expect(await dropped(client)).toMatchObject({ findings: [{ code: 'NATS_CONSUMERS_DROPPED' }] });
      }
    });

    it('one of another application is only told', async () => {
      const told = {
        findings: [{ code: 'NATS_SLOW_CONSUMER_ELSEWHERE', severity: 'info', subject: 'shop-worker' }],
      };

      expect(await behind(shop)).toMatchObject(told);
      expect(await dropped(shop)).toMatchObject(told);
    });

    it('one that may be either is not known', async () => {
      for (const client of [
        {},
        { name: 'tap', subscriptions_list: ['>'] },
        { name: 'shop-orchestrator', subscriptions_list: ['orders.>'] },
      ]) {
        expect(await behind(client)).toMatchObject(anyone);
        expect(await dropped(client)).toMatchObject(anyone);
      }
    });

    it('the count of the whole server proves nothing of the platform', async () => {
      expect(await dropped()).toMatchObject(anyone);
    });

    it('one of the platform is found among those of others', async () => {
      let asked = 0;
      const outcome = await look((path) => {
        if (path.startsWith('/varz')) {
          asked += 1;
          return { slow_consumers: asked === 1 ? 4 : 6 };
        }
        const closed = { reason: 'Slow Consumer (Write Deadline)', pending_bytes: 0 };
        const connections = [
          { cid: 7, ...closed, ...shop },
          { cid: 8, ...closed, name: 'agent-manager' },
        ];
        return { connections: path.includes('state=closed') ? connections : [] };
      });

      expect(outcome).toMatchObject({
        findings: [{ code: 'NATS_CONSUMERS_DROPPED', facts: { dropped: 1, consumer: 'agent-manager' } }],
      });
    });
  });

  it('takes a consumer of a stream for slow that takes messages and has ever more of them waiting', async () => {
    interface Consumer {
      readonly num_pending: number;
      readonly delivered: { readonly consumer_seq: number };
    }
    const look = (first: Consumer, second: Consumer, subjects = ['aetherius.events.>'], filter?: string) => {
      const samples = [first, second];
      const config = filter === undefined ? {} : { config: { filter_subject: filter } };
      const monitor = (<T>(path: string) => {
        const consumer_detail = path.startsWith('/jsz')
          ? [{ name: 'worker', ...config, ...samples.shift() }]
          : [];
        const stream_detail = [{ name: 'EVENTS', config: { subjects }, consumer_detail }];
        return Promise.resolve({ connections: [], account_details: [{ stream_detail }] } as T);
      }) as NatsTarget['monitor'];
      return natsSlowConsumers.run(
        { pendingBytes: 500_000, pendingMessages: 1_000, seconds: 2 },
        probeContext({ nats: fakeNats({ monitor }) }),
      );
    };
    const consumer = (pending: number, taken: number) => ({
      num_pending: pending,
      delivered: { consumer_seq: taken },
    });

    expect(await look(consumer(5_000, 100), consumer(6_000, 120))).toMatchObject({
      findings: [
        {
          code: 'NATS_CONSUMER_LAGS',
          subject: 'EVENTS/worker',
          facts: { pending: 6_000, growthPerSecond: 500, takenPerSecond: 10 },
        },
      ],
    });
    expect(await look(consumer(5_000, 100), consumer(6_000, 120), ['>'])).toMatchObject({
      status: 'inconclusive',
    });
    // It catches up; nobody reads it at all; few wait; it is somebody else's stream, or takes theirs alone.
    for (const well of [
      look(consumer(6_000, 100), consumer(5_000, 1_200)),
      look(consumer(5_000, 100), consumer(6_000, 100)),
      look(consumer(400, 100), consumer(500, 120)),
      look(consumer(5_000, 100), consumer(6_000, 120), ['orders.>']),
      look(consumer(5_000, 100), consumer(6_000, 120), ['>'], 'orders.>'),
    ])
      expect(await well).toMatchObject({ status: 'healthy' });
  });

  describe('after a consumer was dropped', () => {
    /** Pending bytes of each sample of the consumer that came back; how long ago the other one was dropped. */
    const look = (droppedSecondsAgo: number, ...samples: readonly number[]) =>
      after('agent-manager-events', droppedSecondsAgo, samples);
    /** `back`: the name under which a connection is open. */
    const after = async (
      back: string,
      droppedSecondsAgo: number,
      samples: readonly number[],
      who = 'agent-manager-events',
    ) => {
      const asked: string[] = [];
      const now = Date.parse('2026-11-25T03:00:00.000Z');
      const monitor = (<T>(path: string) => {
        asked.push(path);
        if (path.includes('state=closed')) {
          const stop = new Date(now - droppedSecondsAgo * 1000).toISOString();
          const connections = [
            { cid: 9, name: 'other', reason: 'Client Closed', stop: new Date(now).toISOString() },
            { cid: 3, name: who, reason: 'Slow Consumer (Write Deadline)', stop },
          ];
          return Promise.resolve({ now: new Date(now).toISOString(), connections } as T);
        }
        if (path.startsWith('/varz')) return Promise.resolve({ slow_consumers: 1 } as T);
        const at = asked.filter((one) => one.includes('sort=pending')).length - 1;
        return Promise.resolve({
          connections: [{ cid: 5, name: back, pending_bytes: samples[at] ?? 0 }],
        } as T);
      }) as NatsTarget['monitor'];
      const outcome = await natsSlowConsumers.run(
        { pendingBytes: 500_000, pendingMessages: 1_000, seconds: 2 },
        probeContext({ nats: fakeNats({ monitor }) }),
      );
      return { outcome, samples: asked.filter((one) => one.includes('sort=pending')).length };
    };

    it('the one that came back is watched until it falls behind', async () => {
      expect(await look(4, 0, 0, 200_000, 900_000, 1_200_000)).toMatchObject({
        outcome: { findings: [{ code: 'NATS_SLOW_CONSUMER', subject: 'agent-manager-events' }] },
        samples: 5,
      });
    });

    it('and no longer than it takes to fall behind', async () => {
      expect(await look(4, 0)).toMatchObject({ outcome: { status: 'healthy' }, samples: 7 });
    });

    it('one of the platform that does not come back is named', async () => {
      expect(await after('other', 4, [0])).toMatchObject({
        outcome: { findings: [{ code: 'NATS_CONSUMER_GONE', subject: 'agent-manager-events' }] },
      });
      // Somebody else's tool may have been closed.
      expect(await after('other', 4, [0], 'nats-cli')).toMatchObject({ outcome: { status: 'healthy' } });
    });

    it('long ago, two samples are enough', async () => {
      expect(await look(90, 0)).toMatchObject({ outcome: { status: 'healthy' }, samples: 2 });
    });
  });
});
