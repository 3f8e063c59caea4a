import { describe, expect, it } from 'vitest';
import type { NatsTarget } from '../../../../src/domain/probe/targets/nats.ts';
import { natsRegistrationTraffic } from '../../../../src/probes/nats/registration-traffic.probe.ts';
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
        probeContext({ nats: fakeNats({ listen }) }),
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

  const hear = async (params: object, ...seen: readonly Readonly<Record<string, number>>[]) => {
    const listened: (readonly [string, number])[] = [];
    const listen: NatsTarget['listen'] = (subject, ms) => {
      listened.push([subject, ms]);
      return Promise.resolve(seen[listened.length - 1] ?? {});
    };
    const outcome = await natsRegistrationTraffic.run(
      natsRegistrationTraffic.params.parse(params),
      probeContext({ nats: fakeNats({ listen }) }),
    );
    return { outcome, listened };
  };

  it('listens for six seconds, and for twelve more when it hears nothing', async () => {
    expect(await hear({})).toMatchObject({
      listened: [
        ['aetherius.agent.>', 6_000],
        ['aetherius.agent.>', 12_000],
      ],
      outcome: { findings: [{ facts: { seconds: 18, registrations: 0, heartbeats: 0, subjects: 0 } }] },
    });
    expect(await hear({ silentSeconds: 0 })).toMatchObject({
      listened: [['aetherius.agent.>', 6_000]],
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

  it.each([
    [{ seconds: 30 }, true],
    [{ seconds: 31 }, false],
    [{ silentSeconds: 30 }, true],
    [{ silentSeconds: 31 }, false],
  ])('listens for half a minute at most: %o', (given, success) => {
    expect(natsRegistrationTraffic.params.safeParse(given).success).toBe(success);
  });
});
