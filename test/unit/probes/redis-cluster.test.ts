import { describe, expect, it } from 'vitest';
import type { RedisNode, RedisTarget } from '../../../src/domain/look/targets/redis.ts';
import { redisAgentCache } from '../../../src/probes/redis/agent-cache.probe.ts';
import { redisEvictionPolicy } from '../../../src/probes/redis/eviction-policy.probe.ts';
import { redisHitRate } from '../../../src/probes/redis/hit-rate.probe.ts';
import { redisKeySpace } from '../../../src/probes/redis/key-space.probe.ts';
import { setEvictionPolicy } from '../../../src/remediations/redis/set-eviction-policy.remediation.ts';
import { fakePostgres, probeContext } from '../../support/probe-context.ts';

type Info = Readonly<Record<string, string>>;
const server = (
  info: Info | (() => Info),
  call: RedisNode['call'] = () => Promise.resolve(0),
): RedisNode => ({
  call,
  info: () => Promise.resolve(typeof info === 'function' ? info() : info),
});
/** What is asked of no server in particular comes from any of them: no probe may count on it. */
const cluster = (...nodes: readonly RedisNode[]): RedisTarget => ({
  call: () => Promise.reject(new Error('asked of no server')),
  info: () => Promise.reject(new Error('asked of no server')),
  nodes: () => Promise.resolve(nodes.map((node, index) => ({ ...node, name: `10.0.0.${index + 1}:6379` }))),
});

const memory = (used: number, policy = 'noeviction') =>
  server({ used_memory: `${used}`, maxmemory: '1000', maxmemory_policy: policy });
const policyOf = (redis: RedisTarget) => redisEvictionPolicy.run({ percent: 90 }, probeContext({ redis }));

describe('the servers of a Redis cluster', () => {
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

  it('hold their keys apart: each has its own cursor and its own count', async () => {
    const holds = (...keys: readonly string[]) =>
      server({ used_memory: '100' }, (command) =>
        Promise.resolve(command === 'SCAN' ? ['0', keys] : command === 'DBSIZE' ? keys.length : 1),
      );
    const redis = cluster(holds('cache:a', 'cache:b'), holds('cache:c'));

    expect(await redisKeySpace.run({ prefix: 'cache:', keys: 100 }, probeContext({ redis }))).toMatchObject({
      status: 'healthy',
      facts: { nodes: 2 },
    });

    const routed: RedisTarget = {
      ...cluster(holds('agent:a1'), holds('agent:a2')),
      call: (command) => Promise.resolve(command === 'TTL' ? -1 : command === 'TYPE' ? 'none' : null),
    };
    const postgres = fakePostgres({
      'FROM agents': [{ id: 'a1', cluster_id: 'c1', status: 'online' }],
    });
    expect(await redisAgentCache.run({}, probeContext({ redis: routed, postgres }))).toMatchObject({
      findings: [{ code: 'STALE_CACHE', facts: { keys: 2, sample: 'agent:a2' } }],
    });
  });

  it('are not changed by a fix that reaches only one of them', async () => {
    const redis: RedisTarget = { ...cluster(memory(990), memory(990)), ...memory(990) };
    const asked = { ...redis, call: () => Promise.resolve(['maxmemory-policy', 'noeviction']) };

    await expect(
      setEvictionPolicy.plan(
        { policy: 'allkeys-lru', persist: false },
        { ...probeContext({ redis: asked }), deps: { environment: 'test', redis: asked } },
      ),
    ).rejects.toMatchObject({ facts: { reason: 'redis-cluster', nodes: 2 } });
  });
});

describe('two samples of the hit rate', () => {
  const rate = (...samples: readonly Info[]) => {
    // Each sample reads two sections.
    const answers = samples.flatMap((sample) => [sample, sample]);
    const redis = cluster(server(() => answers.shift() ?? {}));
    return redisHitRate.run({ percent: 50, sampleMs: 10, minLookups: 100 }, probeContext({ redis }));
  };
  const sample = (run_id: string, hits: number, misses: number): Info => ({
    run_id,
    keyspace_hits: `${hits}`,
    keyspace_misses: `${misses}`,
  });

  it('are compared when one server gave both', async () => {
    expect(await rate(sample('a', 1_000, 10), sample('a', 1_010, 210))).toMatchObject({
      findings: [{ code: 'REDIS_HIT_RATE_LOW', facts: { window: 'sampled', misses: 200 } }],
    });
  });

  it('are not when another server, or one that was started anew, gave the second', async () => {
    await expect(rate(sample('a', 1_000, 10), sample('b', 1_010, 210))).rejects.toMatchObject({
      facts: { reason: 'another-replica' },
    });
  });
});
