import { describe, expect, it } from 'vitest';
import type { RedisNode, RedisTarget } from '../../../../src/domain/look/targets/redis.ts';
import { redisEvictionPolicy } from '../../../../src/probes/redis/eviction-policy.probe.ts';
import { probeContext } from '../../../support/probe-context.ts';
import { cluster, memory } from '../../../support/redis-cluster.ts';

const policyOf = (redis: RedisTarget) => redisEvictionPolicy.run({ percent: 90 }, probeContext({ redis }));

describe('redis.eviction-policy, the servers of a cluster', () => {
  it('are looked at one by one, and a finding names its server', async () => {
    expect(await policyOf(cluster(memory(100), memory(990)))).toMatchObject({
      findings: [
        {
          code: 'REDIS_POLICY_NOEVICTION',
          subject: 'maxmemory-policy 10.0.0.2:6379',
          facts: { percent: 99, redisNode: '10.0.0.2:6379' },
        },
      ],
      facts: { percent: 99, nodes: 2 },
    });
    expect(await policyOf(cluster(memory(100), memory(200)))).toMatchObject({
      status: 'healthy',
      facts: { percent: 20, nodes: 2 },
    });
  });

  it('are not called healthy when one of them could not be looked at', async () => {
    const silent: RedisNode = { ...memory(0), info: () => Promise.reject(new Error('gone')) };

    expect(await policyOf(cluster(memory(100), silent))).toMatchObject({ status: 'inconclusive' });
    expect(await policyOf(cluster(memory(990), silent))).toMatchObject({ status: 'unhealthy' });
  });

  it('one server is named by nothing', async () => {
    const outcome = await policyOf(cluster(memory(990)));

    expect(outcome).toMatchObject({ findings: [{ subject: 'maxmemory-policy' }] });
    expect(JSON.stringify(outcome)).not.toContain('redisNode');
  });
});
