import { describe, expect, it } from 'vitest';
import { asInGuide, platformOf } from '../../../../src/domain/platform/platform.ts';
import type { NatsTarget } from '../../../../src/domain/probe/targets/nats.ts';
import { natsSlowConsumers } from '../../../../src/probes/nats/slow-consumers.probe.ts';
import { type FakePart, fakeRuntime } from '../../../support/fake-runtime.ts';
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
    const behind = (client: Client, ...more: readonly object[]) =>
      look(() => ({ connections: [{ cid: 7, pending_bytes: 900_000, ...client }, ...more] }));
    /** One of the platform that takes its messages: so its subjects are the guide's. */
    const ours = { cid: 1, pending_bytes: 0, subscriptions_list: ['aetherius.agent.*.register'] };
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
        return { now: stop, connections: path.includes('state=closed') ? closed : [ours] };
      });
    };
    const look = (answer: (path: string) => object, platform = asInGuide) =>
      natsSlowConsumers.run(
        { pendingBytes: 500_000, pendingMessages: 1_000, seconds: 2 },
        probeContext({
          platform,
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

      expect(await behind(shop, ours)).toMatchObject(told);
      expect(await dropped(shop)).toMatchObject(told);
    });

    it('one of subjects that are not the guide’s may be the platform’s, where nobody uses those', async () => {
      const birds = { subscriptions_list: ['plover.birds.spotted.*'] };
      const named = platformOf({ subjects: { agents: 'plover.>' } });

      expect(await behind(birds)).toMatchObject(anyone);
      expect(await behind(shop, { cid: 1, pending_bytes: 0, ...birds })).toMatchObject(anyone);
      expect(await behind(birds, ours)).toMatchObject({
        findings: [{ code: 'NATS_SLOW_CONSUMER_ELSEWHERE' }],
      });
      const page = { connections: [{ cid: 7, pending_bytes: 900_000, ...shop }], slow_consumers: 0 };
      expect(await look(() => page, named)).toMatchObject({
        findings: [{ code: 'NATS_SLOW_CONSUMER_ELSEWHERE' }],
      });
    });

    it('what the bot itself listens to says nothing of the platform, and its own backlog is none', async () => {
      const bot = {
        ...{ cid: 9, name: 'aetherius-bot', pending_bytes: 900_000 },
        subscriptions_list: ['aetherius.events.>', '_INBOX.x.*'],
      };

      expect(await behind({ subscriptions_list: ['plover.birds.spotted.*'] }, bot)).toMatchObject(anyone);
      expect(await behind(bot)).toMatchObject({ status: 'healthy' });
      expect(await dropped(bot)).toMatchObject({ status: 'healthy' });
    });

    describe('and of which neither name nor subjects tell whose it is', () => {
      const nameless = { cid: 19, ip: '10.0.0.6', subscriptions_list: ['quartz.sightings.>'] };
      const asked = { times: 0 };
      const at = (host: string, shared?: true): FakePart => ({
        address: { host, ports: [], ...(shared === undefined ? {} : { shared }) },
      });
      const seenAt = (connection: object, ...parts: readonly FakePart[]) =>
        runAt(() => ({ connections: [{ pending_bytes: 900_000, ...connection }] }), parts);
      const runAt = async (answer: (path: string) => object, parts: readonly FakePart[]) => {
        asked.times = 0;
        const runtime = fakeRuntime({ 'agent-manager': parts });
        return natsSlowConsumers.run(
          { pendingBytes: 500_000, pendingMessages: 1_000, seconds: 2 },
          probeContext(
            {
              platform: asInGuide,
              nats: fakeNats({
                monitor: (<T>(path: string) => Promise.resolve(answer(path) as T)) as NatsTarget['monitor'],
              }),
              runtime: {
                ...runtime,
                instances: (part) => {
                  asked.times += 1;
                  return runtime.instances(part);
                },
              },
            },
            '2026-03-01T10:05:00Z',
          ),
        );
      };

      it('the address of a Pod or container shows it', async () => {
        expect(await seenAt(nameless, at('10.0.0.5'), at('10.0.0.6'))).toMatchObject({
          findings: [
            { code: 'NATS_SLOW_CONSUMER', subject: 'cid 19', facts: { clientPart: 'agent-manager' } },
          ],
        });
      });

      it.each([
        ['another address', [at('10.0.0.7')]],
        ['the address of a node', [at('10.0.0.6', true)]],
        ['none that is known', []],
      ])('%s does not', async (_what, parts) => {
        expect(await seenAt(nameless, ...parts)).toMatchObject(anyone);
      });

      /** One that the server drops between the samples, connected at this time; it is there again. */
      const droppedAt = (start: string) => {
        let asks = 0;
        const stop = '2026-11-25T03:00:00Z';
        const reason = 'Slow Consumer (Write Deadline)';
        const gone = { ...nameless, pending_bytes: 0, start, stop, reason };
        const again = { ...nameless, cid: 20, pending_bytes: 0 };
        return runAt(
          (path) => {
            if (path.startsWith('/varz')) return { slow_consumers: (asks += 1) === 1 ? 4 : 5 };
            return { now: stop, connections: [path.includes('state=closed') ? gone : again] };
          },
          [at('10.0.0.6')],
        );
      };

      it('it shows it of one that was dropped, too, where the Pod was there before the connection', async () => {
        // What has the address now has run for five minutes, and for the two seconds between two samples.
        const clientPart = 'agent-manager';
        expect(await droppedAt('2026-11-25T02:54:58Z')).toMatchObject({
          findings: [{ code: 'NATS_CONSUMERS_DROPPED', facts: { consumer: 'cid 19', clientPart } }],
        });
        expect(await droppedAt('2026-11-25T02:54:57Z')).toMatchObject(anyone);
        expect(await droppedAt('')).toMatchObject(anyone);
      });

      it('nobody is asked for it where the name tells', async () => {
        await seenAt({ ...nameless, name: 'agent-manager', subscriptions_list: [] }, at('10.0.0.7'));
        expect(asked.times).toBe(0);
      });
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
        const connections = [{ cid: 1, pending_bytes: 0, subscriptions_list: ['aetherius.events.>'] }];
        return Promise.resolve({ connections, account_details: [{ stream_detail }] } as T);
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
      takes: readonly string[] = [],
      took: readonly string[] = ['aetherius.agent.*.event', '_INBOX.x.*'],
    ) => {
      const asked: string[] = [];
      const now = Date.parse('2026-11-25T03:00:00.000Z');
      const monitor = (<T>(path: string) => {
        asked.push(path);
        if (path.includes('state=closed')) {
          const stop = new Date(now - droppedSecondsAgo * 1000).toISOString();
          const connections = [
            { cid: 9, name: 'other', reason: 'Client Closed', stop: new Date(now).toISOString() },
            {
              ...{ cid: 3, name: who, reason: 'Slow Consumer (Write Deadline)', stop },
              subscriptions_list: took,
            },
          ];
          return Promise.resolve({ now: new Date(now).toISOString(), connections } as T);
        }
        if (path.startsWith('/varz')) return Promise.resolve({ slow_consumers: 1 } as T);
        const at = asked.filter((one) => one.includes('sort=pending')).length - 1;
        return Promise.resolve({
          connections: [{ cid: 5, name: back, pending_bytes: samples[at] ?? 0, subscriptions_list: takes }],
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

    it.each([
      ['minutes ago, one that is still away is named', 'other', 599, [], 'NATS_CONSUMER_GONE'],
      [
        'one that another took over from is not',
        'agent-manager-7f9c',
        90,
        ['aetherius.agent.*.event'],
        undefined,
      ],
      ['an inbox is no such subject', 'other', 90, ['_INBOX.x.*'], 'NATS_CONSUMER_GONE'],
      [
        'nor does the bot stand for it',
        'aetherius-bot',
        90,
        ['aetherius.agent.*.event'],
        'NATS_CONSUMER_GONE',
      ],
      ['longer ago it may be gone on purpose', 'other', 601, [], undefined],
    ] as const)('%s', async (_what, back, secondsAgo, takes, code) => {
      const { outcome, samples } = await after(back, secondsAgo, [0], undefined, takes);

      expect(outcome.status === 'unhealthy' ? outcome.findings[0]?.code : undefined).toBe(code);
      expect(samples).toBe(2);
    });

    it('and minutes ago nothing is said of one whose subjects the server does not tell', async () => {
      const { outcome } = await after('agent-manager-7f9c', 90, [0], undefined, [], []);

      expect(outcome).toMatchObject({ status: 'healthy' });
    });

    it('one that may be the platform’s and does not come back is no good sign', async () => {
      const birds = ['plover.birds.spotted.*'];
      const away = (takes: readonly string[], secondsAgo = 90) =>
        after('other', secondsAgo, [0], 'nest-box', takes, birds);

      expect(await away([])).toMatchObject({
        outcome: {
          status: 'inconclusive',
          cause: { facts: { reason: 'slow-consumer-unclear', consumer: 'nest-box' } },
        },
      });
      expect(await away(birds)).toMatchObject({ outcome: { status: 'healthy' } });
      expect(await away([], 601)).toMatchObject({ outcome: { status: 'healthy' } });
    });

    it('long ago, two samples are enough', async () => {
      expect(await look(90, 0)).toMatchObject({ outcome: { status: 'healthy' }, samples: 2 });
    });
  });
});

describe('nats.slow-consumers, at its thresholds', () => {
  interface World {
    /** Bytes that wait for the one connection, sample by sample. */
    readonly bytes?: readonly number[];
    /** Messages that wait for the one consumer of a stream, and how many it has taken. */
    readonly lag?: readonly (readonly [pending: number, taken: number])[];
    /** Slow consumers that the server has counted, sample by sample; the last stays. */
    readonly slow?: readonly number[];
    /** How long ago connections were dropped for being slow. */
    readonly dropped?: readonly number[];
    /** Connections that are open in the end. */
    readonly open?: number;
    readonly params?: object;
  }
  const now = Date.parse('2026-11-25T03:00:00.000Z');
  const look = async ({ bytes = [], lag = [], slow = [0], dropped = [], open = 1, params = {} }: World) => {
    const asked: string[] = [];
    const times = (start: string) => asked.filter((path) => path.startsWith(start)).length - 1;
    const monitor = (<T>(path: string) => {
      asked.push(path);
      const answer = () => {
        if (path.includes('state=closed'))
          return {
            now: new Date(now).toISOString(),
            connections: dropped.map((secondsAgo, cid) => ({
              ...{ cid, name: 'agent-manager', reason: 'Slow Consumer (Pending Bytes)' },
              stop: new Date(now - secondsAgo * 1000).toISOString(),
            })),
          };
        if (path.startsWith('/connz?subs'))
          return { connections: Array.from({ length: open }, () => ({ name: 'x' })) };
        if (path.startsWith('/varz')) {
          const at = times('/varz');
          return { slow_consumers: slow[at] ?? slow.at(-1), in_msgs: 100 * at, out_msgs: 300 * at };
        }
        if (path.startsWith('/connz')) {
          const pending_bytes = bytes[times('/connz?sort=pending')];
          return pending_bytes === undefined
            ? {}
            : { connections: [{ cid: 1, name: 'orchestrator', pending_bytes }] };
        }
        const [pending, taken] = lag[times('/jsz')] ?? [];
        const consumer = { name: 'w', num_pending: pending, delivered: { consumer_seq: taken } };
        const stream = { name: 'E', config: { subjects: ['aetherius.>'] }, consumer_detail: [consumer] };
        return pending === undefined ? {} : { account_details: [{ stream_detail: [stream] }] };
      };
      return Promise.resolve(answer() as T);
    }) as NatsTarget['monitor'];
    const context = probeContext({ nats: fakeNats({ monitor }) });
    const start = context.now().getTime();
    const outcome = await natsSlowConsumers.run(natsSlowConsumers.params.parse(params), context);
    return { outcome, asked, waited: context.now().getTime() - start };
  };
  const codeOf = async (world: World) => {
    const { outcome } = await look(world);
    return outcome.status === 'unhealthy' ? outcome.findings[0]?.code : outcome.status;
  };

  it.each([
    [[524_287, 524_287], 'healthy'],
    [[524_288, 524_288], 'NATS_SLOW_CONSUMER'],
    [[524_289, 524_289], 'NATS_SLOW_CONSUMER'],
    [[524_287, 524_288], 'healthy'],
    [[524_288, 524_287], 'healthy'],
  ])('takes half a mebibyte in both samples for a backlog: %o', async (bytes, code) => {
    expect(await codeOf({ bytes })).toBe(code);
  });

  it.each([
    [[999, 999], 'healthy'],
    [[1_000, 1_000], 'NATS_CONSUMER_LAGS'],
    [[1_001, 1_001], 'NATS_CONSUMER_LAGS'],
    [[2_000, 1_999], 'healthy'],
    [[2_000, 2_000], 'NATS_CONSUMER_LAGS'],
    [[2_000, 2_001], 'NATS_CONSUMER_LAGS'],
  ])(
    'takes a thousand messages that do not become fewer for a lag: %o',
    async ([before = 0, after = 0], code) => {
      expect(
        await codeOf({
          lag: [
            [before, 10],
            [after, 11],
          ],
        }),
      ).toBe(code);
    },
  );

  it('takes a consumer that takes nothing, or was not there before, for no lag', async () => {
    expect(
      await codeOf({
        lag: [
          [2_000, 10],
          [2_000, 10],
        ],
      }),
    ).toBe('healthy');
    expect(
      await codeOf({
        lag: [
          [2_000, 10],
          [2_000, 9],
        ],
      }),
    ).toBe('healthy');
  });

  it('waits two seconds between two samples, and says how much goes through', async () => {
    expect(await look({})).toMatchObject({
      waited: 2_000,
      outcome: { status: 'healthy', facts: { inPerSecond: 50, outPerSecond: 150, slowConsumersTotal: 0 } },
    });
    expect(await look({ params: { seconds: 5 } })).toMatchObject({ waited: 5_000 });
  });

  it.each([
    [30, true],
    [31, false],
  ])('waits half a minute at most: %i s', (seconds, success) => {
    expect(natsSlowConsumers.params.safeParse({ seconds }).success).toBe(success);
  });

  it('asks for the hundred connections for which most waits, and the hundred closed last', async () => {
    const { asked } = await look({ slow: [1] });

    expect(asked).toContain('/connz?sort=pending&subs=1&limit=100');
    expect(asked).toContain('/connz?state=closed&sort=stop&subs=1&limit=100');
  });

  it.each([
    [29.9, 7],
    [30, 7],
    [30.1, 2],
  ])(
    'watches on for twelve seconds when one was dropped half a minute ago: %f s',
    async (secondsAgo, samples) => {
      const { asked } = await look({ slow: [1], dropped: [secondsAgo] });

      expect(asked.filter((path) => path.startsWith('/varz'))).toHaveLength(samples);
    },
  );

  it.each([
    [5, 3],
    [6, 3],
    [7, 3],
    [12, 2],
    [13, 2],
  ])('and no longer: samples every %i s', async (seconds, samples) => {
    const { asked } = await look({ slow: [1], dropped: [1], params: { seconds } });

    expect(asked.filter((path) => path.startsWith('/varz')).length).toBe(samples + (seconds === 5 ? 1 : 0));
  });

  it.each([
    [[3, 3], 'healthy'],
    [[3, 4], 'NATS_CONSUMERS_DROPPED'],
    [[4, 3], 'healthy'],
  ])('takes a counter that rose for a drop: %o', async (slow, code) => {
    expect(await codeOf({ slow, dropped: [900] })).toBe(code);
  });

  it.each([
    [1_023, 'NATS_CONSUMER_GONE'],
    [1_024, 'healthy'],
  ])('calls one gone only where all connections are listed: %i', async (open, code) => {
    expect(await codeOf({ slow: [1], dropped: [4], open })).toBe(code);
  });

  it('asks for as many connections as the server gives, and says how long ago it was', async () => {
    const { asked, outcome } = await look({ slow: [1], dropped: [4.4] });

    expect(asked).toContain('/connz?subs=1&limit=1024');
    expect(outcome).toMatchObject({ findings: [{ facts: { secondsAgo: 4, consumer: 'agent-manager' } }] });
  });

  it('has no say without a monitor', async () => {
    const nats = fakeNats({ hasMonitor: false });

    expect(
      await natsSlowConsumers.run(natsSlowConsumers.params.parse({}), probeContext({ nats })),
    ).toMatchObject({
      status: 'skipped',
      reason: 'not-configured',
    });
  });
});
