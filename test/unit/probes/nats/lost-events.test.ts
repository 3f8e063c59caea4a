import { describe, expect, it } from 'vitest';
import { asInGuide, platformOf } from '../../../../src/domain/platform/platform.ts';
import type { NatsTarget } from '../../../../src/domain/probe/targets/nats.ts';
import { natsLostEvents } from '../../../../src/probes/nats/lost-events.probe.ts';
import { covers } from '../../../../src/probes/support/nats-subjects.ts';
import { fakeNats, probeContext } from '../../../support/probe-context.ts';

describe('nats.lost-events', () => {
  const look = (
    seen: Readonly<Record<string, number>>,
    subjects: readonly string[],
    more: { readonly hasMonitor?: boolean } = {},
    platform = asInGuide,
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
      const [subject] = call;
      return Promise.resolve(
        Object.fromEntries(Object.entries(seen).filter(([name]) => covers(subject, name))),
      );
    };
    const nats = fakeNats({ monitor, listen, ...more });
    const outcome = natsLostEvents.run(natsLostEvents.params.parse({}), probeContext({ nats, platform }));
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

  it('cannot be told where only the guide says what the subject is, and others get lost', async () => {
    const seen = { 'heron.tidings.c1.low': 4 };
    await expect(look(seen, []).outcome).rejects.toMatchObject({
      facts: {
        reason: 'events-subject-unseen',
        subject: 'aetherius.events.>',
        example: 'heron.tidings.c1.low',
      },
    });
    expect(await look(seen, ['heron.tidings.>']).outcome).toMatchObject({ status: 'healthy' });
    // What comes on the guide's own subject shows that it is theirs.
    expect(await look({ ...seen, 'aetherius.events.a.b': 1 }, ['aetherius.>']).outcome).toMatchObject({
      status: 'healthy',
    });
  });

  describe('where the installation names the subject, and nothing was sent', () => {
    const named = platformOf({ subjects: { events: 'heron.tidings.>' } });
    const quiet = (subjects: readonly string[]) => look({}, subjects, {}, named).outcome;

    it('cannot be told while nobody listens: the next one may be lost', async () => {
      for (const subjects of [[], ['>', '*.>'], ['heron.agents.>']])
        await expect(quiet(subjects)).rejects.toMatchObject({
          facts: { reason: 'events-quiet', subject: 'heron.tidings.>', seconds: 4 },
        });
    });

    it.each(['heron.tidings.>', 'heron.>', 'heron.tidings.*.high'])(
      'is none while somebody listens to %s',
      async (subject) => {
        expect(await quiet([subject])).toMatchObject({ status: 'healthy', facts: { messages: 0 } });
      },
    );
  });

  it('cannot be told without the monitor', async () => {
    expect(await look({ 'aetherius.events.a.b': 9 }, [], { hasMonitor: false }).outcome).toMatchObject({
      status: 'skipped',
      reason: 'not-configured',
    });
  });
});
