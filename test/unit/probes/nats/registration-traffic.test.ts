import { describe, expect, it } from 'vitest';
import type { NatsTarget } from '../../../../src/domain/look/targets/nats.ts';
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
});
