import { describe, expect, it } from 'vitest';
import { TargetError } from '../../../../src/domain/kernel/errors.ts';
import { natsServer } from '../../../../src/probes/nats/server.probe.ts';
import { fakeNats, probeContext } from '../../../support/probe-context.ts';

describe('nats.server', () => {
  const look = (...took: readonly (number | Error)[]) => {
    const left = [...took];
    const connect = () => {
      const next = left.shift() ?? new Error('one look more than expected');
      return next instanceof Error
        ? Promise.reject(next)
        : Promise.resolve({
            ...{ latencyMs: next, serverId: 'NA1', serverName: 'n1', version: '2.10', jetstream: true },
          });
    };
    return natsServer.run(natsServer.params.parse({}), probeContext({ nats: fakeNats({ connect }) }));
  };

  it.each([
    [[500], 'healthy'],
    [[501, 500], 'healthy'],
    [[501, 501], 'unhealthy'],
  ])('is slow above half a second, twice: %o', async (took, status) => {
    expect(await look(...took)).toMatchObject({ status });
  });

  it('says how slow, and what answered', async () => {
    expect(await look(900, 700)).toMatchObject({
      findings: [{ code: 'NATS_SLOW', subject: 'nats', facts: { latencyMs: 700, thresholdMs: 500 } }],
      facts: { serverId: 'NA1', serverName: 'n1', version: '2.10', jetstream: true },
    });
  });

  it('names what the connection fails of, and fails itself where it cannot look', async () => {
    expect(
      await look(new TargetError('refused', 'no', { facts: { host: 'nats', port: 4222 } })),
    ).toMatchObject({
      findings: [{ code: 'ENDPOINT_REFUSED', subject: 'nats:4222' }],
    });
    await expect(look(new TargetError('tls', 'no'))).rejects.toMatchObject({ stage: 'tls' });
  });
});
