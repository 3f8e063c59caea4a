import { describe, expect, it } from 'vitest';
import type { Handshake } from '../../../src/domain/targets.ts';
import { networkPath } from '../../../src/probes/network/path.probe.ts';
import { probeContext } from '../../support/probe-context.ts';

/** The way to Redis, whose handshakes take these milliseconds, one after the other. */
async function look(...took: readonly number[]) {
  const left = [...took];
  const network = {
    knows: () => true,
    handshake: (): Promise<Handshake> =>
      Promise.resolve({ host: 'redis', port: 6379, answer: 'open', ms: left.shift() ?? Number.NaN }),
  };
  return networkPath.run({ part: 'redis', slowMs: 500 }, probeContext({ network }));
}

describe('network.path', () => {
  it('calls a way slow when two handshakes are', async () => {
    expect(await look(1200, 1190)).toMatchObject({
      findings: [{ code: 'NETWORK_SLOW', subject: 'redis:6379', facts: { handshakeMs: 1190 } }],
    });
  });

  it('makes nothing of one slow handshake, and takes no second one of a quick way', async () => {
    expect(await look(1020, 3)).toMatchObject({ status: 'healthy', facts: { handshakeMs: 3 } });
    expect(await look(3)).toMatchObject({ status: 'healthy', facts: { handshakeMs: 3 } });
  });
});
