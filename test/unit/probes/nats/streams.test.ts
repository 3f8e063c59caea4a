import { describe, expect, it } from 'vitest';
import type { NatsTarget } from '../../../../src/domain/probe/targets/nats.ts';
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

  const look = (listing: object, jetstream = true) => {
    const ask = (<T>() => Promise.resolve(listing as T)) as NatsTarget['jetstream'];
    const connect = () =>
      Promise.resolve({ latencyMs: 1, serverId: 'N', serverName: 'n', version: '2', jetstream });
    return natsStreams.run(
      natsStreams.params.parse({}),
      probeContext({ nats: fakeNats({ jetstream: ask, connect }) }),
    );
  };

  it('says which stream keeps the events, and which there are', async () => {
    const streams = [
      { config: { name: 'LOGS', subjects: ['logs.>'] } },
      { config: { name: 'MIRROR' } },
      { config: { name: 'EVENTS', subjects: ['orders.>', 'aetherius.events.>'] } },
    ];

    expect(await look({ streams })).toMatchObject({
      status: 'healthy',
      facts: { keeper: 'EVENTS', streams: 'LOGS, MIRROR, EVENTS', subject: 'aetherius.events.>' },
    });
    for (const nothing of [{ streams: [] }, { streams: null }, {}])
      expect(await look(nothing)).toMatchObject({
        findings: [{ code: 'NATS_NO_STREAM', severity: 'warning', facts: { streams: '–' } }],
      });
  });

  it('says so where JetStream is off, or answers with an error', async () => {
    expect(await look({}, false)).toMatchObject({
      findings: [{ code: 'NATS_JETSTREAM_DISABLED', severity: 'info', subject: 'aetherius.events.>' }],
    });
    await expect(look({ error: { code: 503 } })).rejects.toMatchObject({ facts: { code: 503 } });
  });
});
