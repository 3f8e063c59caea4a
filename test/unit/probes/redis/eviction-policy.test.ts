import { describe, expect, it } from 'vitest';
import type { RedisNode, RedisTarget } from '../../../../src/domain/probe/targets/redis.ts';
import { redisEvictionPolicy } from '../../../../src/probes/redis/eviction-policy.probe.ts';
import { probeContext } from '../../../support/probe-context.ts';
import { cluster, memory, server } from '../../../support/redis-cluster.ts';

const policyOf = (redis: RedisTarget) =>
  redisEvictionPolicy.run(redisEvictionPolicy.params.parse({}), probeContext({ redis }));

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

  it('are not called healthy when one of them could not be checked', async () => {
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

describe('redis.eviction-policy', () => {
  const seen = async (used: number, policy?: string, max = '1000') => {
    const node = server({ used_memory: `${used}`, maxmemory: max, maxmemory_policy: policy ?? 'noeviction' });
    const outcome = await policyOf(cluster(node));
    return outcome.status === 'unhealthy' ? outcome.findings[0]?.severity : outcome.status;
  };

  it.each([
    [899, 'healthy'],
    [900, 'warning'],
    [901, 'warning'],
    [989, 'warning'],
    [990, 'critical'],
    [991, 'critical'],
  ])('matters from 90 %% of maxmemory on, and is critical from 99 %% on: %i of 1000', async (used, said) => {
    expect(await seen(used)).toBe(said);
  });

  it('does not matter when it evicts, or without a limit', async () => {
    expect(await seen(999, 'allkeys-lru')).toBe('healthy');
    expect(await seen(999, 'noeviction', '0')).toBe('healthy');
  });
});
