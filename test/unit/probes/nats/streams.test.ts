import { describe, expect, it } from 'vitest';
import type { NatsTarget } from '../../../../src/domain/look/targets/nats.ts';
import { natsStreams } from '../../../../src/probes/nats/streams.probe.ts';
import { covers } from '../../../../src/probes/support/nats-subjects.ts';
import { fakeNats, probeContext } from '../../../support/probe-context.ts';

describe('nats.streams', () => {
  it('wants a stream that takes in the whole subject', async () => {
    const look = (...subjects: readonly string[]) => {
      const jetstream = (<T>() =>
        Promise.resolve({ streams: [{ config: { name: 'S', subjects } }] } as T)) as NatsTarget['jetstream'];
      return natsStreams.run(
        { subject: 'aetherius.events.>' },
        probeContext({ nats: fakeNats({ jetstream }) }),
      );
    };

    expect(await look('aetherius.events.>')).toMatchObject({ status: 'healthy' });
    expect(await look('aetherius.>')).toMatchObject({ status: 'healthy' });
    expect(await look('aetherius.events.c1.>')).toMatchObject({ findings: [{ code: 'NATS_NO_STREAM' }] });
    expect(covers('aetherius.*.>', 'aetherius.events.>')).toBe(true);
    expect(covers('aetherius.*', 'aetherius.events.>')).toBe(false);
  });
});
