import { describe, expect, it } from 'vitest';
import { redisClients } from '../../../../src/probes/redis/clients.probe.ts';
import { fakeRedis, probeContext } from '../../../support/probe-context.ts';
import { cluster, server } from '../../../support/redis-cluster.ts';

describe('redis.clients', () => {
  it('counts by the name a client gave itself, but its own', async () => {
    const lines = [
      'id=1 addr=10.0.0.1:1 name=agent-manager age=2',
      'id=2 addr=10.0.0.2:1 name=aetherius-bot age=2',
      'id=3 addr=10.0.0.3:1 name= age=2 lib-name=agent-manager',
      'name=agent-manager',
      '',
    ];

    expect(
      await redisClients.run({}, probeContext({ redis: fakeRedis(() => lines.join('\n')) })),
    ).toMatchObject({ status: 'healthy', facts: { total: 3, 'sessions.agent-manager': 2 } });
  });

  it('adds up the servers of a cluster', async () => {
    const node = server({}, () => Promise.resolve('id=1 name=agent-manager\n'));

    expect(await redisClients.run({}, probeContext({ redis: cluster(node, node) }))).toMatchObject({
      facts: { total: 2, 'sessions.agent-manager': 2 },
    });
  });
});
