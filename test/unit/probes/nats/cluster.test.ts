import { describe, expect, it } from 'vitest';
import { natsCluster } from '../../../../src/probes/nats/cluster.probe.ts';
import { type FakePart, fakeRuntime } from '../../../support/fake-runtime.ts';
import { fakeNats, probeContext } from '../../../support/probe-context.ts';

const look = (instances: readonly FakePart[], routes: readonly object[] = [], varz: object = {}) => {
  const answers: Readonly<Record<string, unknown>> = { varz, routez: { routes }, jsz: {} };
  const monitor = <T>(path: string) => Promise.resolve(answers[/\w+/.exec(path)?.[0] ?? ''] as T);
  return natsCluster.run(
    {},
    probeContext({ nats: fakeNats({ monitor }), runtime: fakeRuntime({ nats: instances }) }),
  );
};

describe('nats.cluster', () => {
  it('names servers that run beside each other without a route (F23)', async () => {
    expect(await look([{}, {}, {}])).toMatchObject({
      findings: [
        {
          ...{ code: 'NATS_SERVERS_APART', part: 'nats' },
          facts: { servers: 3, routes: 0, names: 'nats-0, nats-1, nats-2' },
        },
      ],
    });
  });

  it.each([
    ['there is one', [{}], [], {}],
    ['one of two is not ready', [{}, { ready: false }], [], {}],
    ['one of two does not run', [{}, { phase: 'waiting' }], [], {}],
    ['they have a route', [{}, {}], [{ remote_id: 'B' }], {}],
  ] as const)('says nothing where %s', async (_why, instances, routes, varz) => {
    expect(await look(instances, routes, varz)).toMatchObject({ status: 'healthy' });
  });

  it('could not check where they may be joined in another way', async () => {
    await expect(look([{}, {}], [], { leafnodes: 1 })).rejects.toMatchObject({
      facts: { reason: 'listeners-elsewhere' },
    });
  });
});
