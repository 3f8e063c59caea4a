import { describe, expect, it } from 'vitest';
import type { NatsTarget } from '../../../../src/domain/probe/targets/nats.ts';
import { natsLostEvents } from '../../../../src/probes/nats/lost-events.probe.ts';
import { fakeNats, probeContext } from '../../../support/probe-context.ts';

describe('nats.lost-events', () => {
  const look = (
    seen: Readonly<Record<string, number>>,
    subjects: readonly string[],
    more: { readonly hasMonitor?: boolean } = {},
  ) => {
    const asked: unknown[] = [];
    const monitor = (<T>() =>
      Promise.resolve({
        server_id: 'N',
        connections: [
          { cid: 1, name: 'aetherius-bot', subscriptions_list: ['aetherius.events.>'] },
          { cid: 2, name: 'o', subscriptions_list: subjects },
        ],
      } as T)) as NatsTarget['monitor'];
    const listen: NatsTarget['listen'] = (...call) => {
      asked.push(call.slice(0, 2));
      return Promise.resolve(seen);
    };
    const nats = fakeNats({ monitor, listen, ...more });
    const outcome = natsLostEvents.run(natsLostEvents.params.parse({}), probeContext({ nats }));
    return { asked, outcome };
  };

  it('is a message that nobody takes; the bot, and one that takes everything, do not count', async () => {
    const seen = { 'aetherius.events.c1.high': 3, 'aetherius.events.c1.low': 2 };
    const { asked, outcome } = look(seen, ['>', 'aetherius.events.*.high']);

    expect(await outcome).toMatchObject({
      status: 'unhealthy',
      findings: [
        {
          code: 'EVENTS_UNHEARD',
          part: 'nats',
          subject: 'aetherius.events.>',
          facts: { messages: 5, unheard: 2, seconds: 4, example: 'aetherius.events.c1.low' },
        },
      ],
    });
    expect(asked).toEqual([['aetherius.events.>', 4_000]]);
  });

  it('W6 is none on a platform that publishes no events, or whose events are taken', async () => {
    expect(await look({}, []).outcome).toMatchObject({ status: 'healthy', facts: { messages: 0 } });
    expect(await look({ 'aetherius.events.a.b': 9 }, ['aetherius.events.>']).outcome).toMatchObject({
      status: 'healthy',
      facts: { messages: 9, unheard: 0 },
    });
  });

  it('cannot be told without the monitor', async () => {
    expect(await look({ 'aetherius.events.a.b': 9 }, [], { hasMonitor: false }).outcome).toMatchObject({
      status: 'skipped',
      reason: 'not-configured',
    });
  });
});
