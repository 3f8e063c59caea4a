import { describe, expect, it } from 'vitest';
import type { With } from '../../../../src/domain/probe/targets/targets.ts';
import { createStream } from '../../../../src/remediations/nats/create-stream.remediation.ts';
import { fixtures } from '../../../support/remediation-fixtures.ts';

const context = (more: Partial<With<'nats'>['nats']> = {}, streams: readonly object[] = []) => {
  const { targets } = fixtures['nats.create-stream']();
  const { nats, ...rest } = targets as With<'nats'>;
  const deps = {
    ...rest,
    nats: {
      ...nats,
      jetstream: (what: string, body: unknown) =>
        what === 'STREAM.LIST' ? Promise.resolve({ streams } as never) : nats.jetstream(what, body),
      ...more,
    },
  } as With<'nats'>;
  return { deps, signal: new AbortController().signal, now: () => new Date(0) };
};
const stream = (name: string, ...subjects: readonly string[]) => ({ config: { name, subjects } });

describe('nats.create-stream', () => {
  it('creates the stream of the guide, and undo only one that is empty', async () => {
    const there = context();
    const plan = await createStream.plan({}, there);

    expect(plan.steps).toMatchObject([
      { target: 'EVENTS', to: { subjects: 'aetherius.events.>', hours: 24 } },
    ]);
    expect(plan.undo).toMatchObject([{ precondition: { messages: 0, consumers: 0 } }]);
  });

  it.each([
    ['another stream has the name', [stream('EVENTS', 'x')], 'stream-in-the-way'],
    [
      'another stream keeps a part of the subject',
      [stream('S', 'aetherius.events.high')],
      'stream-in-the-way',
    ],
    ['another stream keeps all of it', [stream('S', 'aetherius.>')], 'stream-in-the-way'],
  ])('is not offered where %s', async (_why, streams, reason) => {
    await expect(createStream.plan({}, context({}, streams))).rejects.toMatchObject({ facts: { reason } });
  });

  it.each(['aetherius.agent.>', 'aetherius.events', 'other.*', 'aetherius.event.*'])(
    'is offered beside a stream of %s',
    async (subject) => {
      await expect(createStream.plan({}, context({}, [stream('S', subject)]))).resolves.toMatchObject({
        tier: 2,
      });
    },
  );

  it('is not offered without JetStream, nor in a cluster', async () => {
    const connect = () =>
      Promise.resolve({ latencyMs: 1, serverId: 'N1', serverName: 'n', version: '2', jetstream: false });
    const monitor = () => Promise.resolve({ routes: 2 } as never);

    await expect(createStream.plan({}, context({ connect }))).rejects.toMatchObject({
      facts: { reason: 'jetstream-disabled' },
    });
    await expect(createStream.plan({}, context({ hasMonitor: true, monitor }))).rejects.toMatchObject({
      facts: { reason: 'nats-cluster' },
    });
  });
});
