import { describe, expect, it } from 'vitest';
import type { Handshake, NetworkTarget } from '../../../../src/domain/probe/targets/network.ts';
import { networkPath } from '../../../../src/probes/network/path.probe.ts';
import { fakeRuntime } from '../../../support/fake-runtime.ts';
import { probeContext } from '../../../support/probe-context.ts';

/** The way to Redis, whose handshakes take these milliseconds, one after the other. */
async function look(...took: readonly number[]) {
  const left = [...took];
  const network = {
    knows: () => true,
    handshake: (): Promise<Handshake> =>
      Promise.resolve({ host: 'redis', port: 6379, answer: 'open', ms: left.shift() ?? Number.NaN }),
  };
  return networkPath.run(networkPath.params.parse({ part: 'redis' }), probeContext({ network }));
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

describe('network.path, where no Pod of the part is ready', () => {
  /** What the Service answers, and what the Pod does at its own address. */
  async function lookPast(
    service: Pick<Handshake, 'answer' | 'ms'>,
    pod: readonly Pick<Handshake, 'answer' | 'ms'>[],
    instance: Parameters<typeof fakeRuntime>[0]['redis'] = [
      { ready: false, address: { host: '10.244.0.7', ports: [6379] } },
    ],
  ) {
    const left = [...pod];
    const network: NetworkTarget = {
      knows: () => true,
      handshake: (_part, { at }) => {
        if (at === undefined) return Promise.resolve({ host: 'redis', port: 6379, ...service });
        const next = left.shift();
        if (next === undefined) throw new Error('one handshake more than expected');
        return Promise.resolve({ ...at, ...next });
      },
    };
    const runtime = fakeRuntime({ redis: instance });
    return networkPath.run(networkPath.params.parse({ part: 'redis' }), probeContext({ network, runtime }));
  }

  it('calls a way slow that is slow to the Pod itself', async () => {
    const slow = { answer: 'open', ms: 1201 } as const;

    for (const answer of ['refused', 'silent'] as const)
      expect(await lookPast({ answer, ms: 1010 }, [slow, slow])).toMatchObject({
        findings: [{ code: 'NETWORK_SLOW', subject: '10.244.0.7:6379', facts: { handshakeMs: 1201 } }],
      });
  });

  it('calls no way slow because a refusal of the Service came late', async () => {
    const quick = { answer: 'open', ms: 2 } as const;

    expect(await lookPast({ answer: 'refused', ms: 1010 }, [quick])).toMatchObject({ status: 'healthy' });
    expect(await lookPast({ answer: 'refused', ms: 1010 }, [], [])).toMatchObject({ status: 'healthy' });
  });

  it('cannot say that the way is good where a Service refuses and its Pod is silent', async () => {
    const silent = { answer: 'silent', ms: 3500 } as const;

    expect(await lookPast({ answer: 'refused', ms: 2 }, [silent])).toMatchObject({
      status: 'inconclusive',
      cause: { facts: { reason: 'pod-silent', host: '10.244.0.7', port: 6379 } },
    });
    // A refusal of the Pod itself has come over the way.
    expect(await lookPast({ answer: 'refused', ms: 2 }, [{ answer: 'refused', ms: 1 }])).toMatchObject({
      status: 'healthy',
    });
  });

  it('leaves a silent way silent where the Pod does not show that it is slow', async () => {
    const silent = { answer: 'silent', ms: 3500 } as const;

    for (const pod of [
      [silent],
      [{ answer: 'open', ms: 2 }],
      [
        { answer: 'open', ms: 1020 },
        { answer: 'open', ms: 2 },
      ],
    ] as const)
      expect(await lookPast({ answer: 'silent', ms: 6500 }, pod)).toMatchObject({
        findings: [
          {
            code: 'NETWORK_SILENT',
            // Then it is not the Service alone.
            facts:
              pod[0] === silent
                ? { pod: '10.244.0.7:6379' }
                : expect.not.objectContaining({ pod: expect.anything() }),
          },
        ],
      });
    expect(await lookPast({ answer: 'silent', ms: 6500 }, [], [{ phase: 'waiting' }])).toMatchObject({
      findings: [{ code: 'NETWORK_SILENT' }],
    });
  });
});

describe('network.path, at its thresholds', () => {
  it.each([
    [[499], 'healthy'],
    [[500, 499], 'healthy'],
    [[500, 500], 'unhealthy'],
    [[501, 501], 'unhealthy'],
    [[501, 499.9], 'healthy'],
  ])('calls a way slow from half a second on: %o ms', async (took, status) => {
    expect(await look(...took)).toMatchObject({ status });
  });

  const ask = async (part: 'redis' | 'nats', ...answers: readonly Pick<Handshake, 'answer' | 'ms'>[]) => {
    const waited: (readonly [host: string | undefined, ms: number])[] = [];
    const left = [...answers];
    const network: NetworkTarget = {
      knows: (known) => known === 'redis',
      handshake: (_part, { at, timeoutMs }) => {
        waited.push([at?.host, timeoutMs]);
        return Promise.resolve({
          host: at?.host ?? 'redis',
          port: 6379,
          ...(left.shift() ?? { answer: 'open', ms: 1 }),
        });
      },
    };
    const runtime = fakeRuntime({ redis: [{ address: { host: '10.244.0.7', ports: [6379] } }] });
    const outcome = await networkPath.run(
      networkPath.params.parse({ part }),
      probeContext({ network, runtime }),
    );
    return { outcome, waited };
  };

  it('waits for two repetitions of a packet, and less long at the Pod', async () => {
    const { waited } = await ask('redis', { answer: 'silent', ms: 6_500 }, { answer: 'silent', ms: 3_500 });

    expect(waited).toEqual([
      [undefined, 6_500],
      ['10.244.0.7', 3_500],
    ]);
  });

  it.each([
    [[499], 'healthy'],
    [[500, 499], 'healthy'],
    [[500, 500], 'unhealthy'],
  ])('and asks the Pod twice as well: %o ms', async (took, status) => {
    const { outcome } = await ask(
      'redis',
      { answer: 'refused', ms: 1 },
      ...took.map((ms) => ({ answer: 'open', ms }) as const),
    );

    expect(outcome).toMatchObject({ status });
  });

  it('takes the quicker of two, and the one that answered', async () => {
    expect(
      (await ask('redis', { answer: 'open', ms: 900 }, { answer: 'silent', ms: 1 })).outcome,
    ).toMatchObject({ findings: [{ facts: { handshakeMs: 900, thresholdMs: 500 } }] });
    expect((await ask('redis', { answer: 'refused', ms: 7 })).outcome).toEqual({
      status: 'healthy',
      facts: { answer: 'refused' },
    });
  });

  it('has no say about a part that it does not know', async () => {
    expect((await ask('nats')).outcome).toMatchObject({ status: 'skipped', reason: 'not-configured' });
  });

  it('asks no container of another runtime', async () => {
    const network: NetworkTarget = {
      knows: () => true,
      handshake: (_part, { at }) => {
        if (at !== undefined) throw new Error('asked a Pod');
        return Promise.resolve({ host: 'redis', port: 6379, answer: 'refused', ms: 1 });
      },
    };
    const runtime = {
      ...fakeRuntime({ redis: [{ address: { host: 'h', ports: [1] } }] }),
      kind: 'compose' as const,
    };

    expect(
      await networkPath.run(networkPath.params.parse({ part: 'redis' }), probeContext({ network, runtime })),
    ).toMatchObject({ status: 'healthy' });
  });
});
