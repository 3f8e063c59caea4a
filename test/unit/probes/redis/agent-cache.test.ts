import { describe, expect, it } from 'vitest';
import type { RedisTarget } from '../../../../src/domain/look/targets/redis.ts';
import { redisAgentCache } from '../../../../src/probes/redis/agent-cache.probe.ts';
import { fakePostgres, fakeRedis, probeContext } from '../../../support/probe-context.ts';
import { cluster, server } from '../../../support/redis-cluster.ts';

describe('redis.agent-cache', () => {
  const agent = ['c1', 'online'] as const;
  const look = (
    keys: Readonly<Record<string, readonly [string, string]>>,
    ttl = 80_000,
    rows: () => readonly object[] = () => [{ id: 'a1', cluster_id: 'c1', status: 'online' }],
    scanned: () => void = () => undefined,
  ) =>
    redisAgentCache.run(
      {},
      probeContext({
        postgres: fakePostgres(rows),
        redis: fakeRedis((command, [key]) => {
          if (command === 'SCAN') {
            scanned();
            // Some of them twice, as SCAN may.
            return ['0', [...Object.keys(keys), ...Object.keys(keys).slice(-1)]];
          }
          if (command === 'TYPE') return 'hash';
          return command === 'TTL' ? ttl : keys[String(key)];
        }),
      }),
    );

  it('sees keys without a row and keys that differ from theirs', async () => {
    expect(await look({ 'agent:a1': agent })).toMatchObject({ status: 'healthy' });
    expect(await look({ 'agent:a1': agent, 'agent:legacy-1': agent })).toMatchObject({
      findings: [{ code: 'STALE_CACHE', facts: { orphans: 1 } }],
    });
    // agent-manager marks a dead agent in its table alone.
    const dead = () => [{ id: 'a1', cluster_id: 'c1', status: 'offline' }];
    expect(await look({ 'agent:a1': agent }, 80_000, dead)).toMatchObject({ status: 'healthy' });
    expect(await look({ 'agent:a1': ['c2', 'online'] })).toMatchObject({
      findings: [{ code: 'STALE_CACHE', facts: { different: 1 } }],
    });
  });

  it('takes further keys of an agent and those of the cache itself for what they are', async () => {
    const keys = { 'agent:a1': agent, 'agent:a1:metrics': agent, 'agent:index': agent };

    expect(await look({ ...keys, 'agent:v2:index': agent })).toMatchObject({ status: 'healthy' });
    expect(await look({ ...keys, 'agent:a10:metrics': agent })).toMatchObject({
      findings: [{ facts: { orphans: 1, sample: 'agent:a10:metrics' } }],
    });
  });

  it('counts only keys without a row that stay, not those that are soon gone', async () => {
    const keys = { 'agent:a1': agent, 'agent:a2': agent };

    expect(await look(keys, 600)).toMatchObject({ status: 'healthy' });
    expect(await look(keys, -1)).toMatchObject({ findings: [{ facts: { orphans: 1 } }] });
  });

  it('does not call an agent stale that registers while it looks', async () => {
    const rows = [{ id: 'a1', cluster_id: 'c1', status: 'online' }];
    const registers = () => void rows.push({ id: 'a2', cluster_id: 'c1', status: 'settling' });

    expect(
      await look({ 'agent:a1': agent, 'agent:a2': agent }, -1, () => [...rows], registers),
    ).toMatchObject({
      status: 'healthy',
    });
  });

  it('cannot tell where no key is of any row', async () => {
    expect(await look({ 'agent:c1/a1': agent, 'agent:c1/a7': agent })).toMatchObject({
      status: 'inconclusive',
      cause: { facts: { reason: 'cache-keys-unknown', keys: 2, rows: 1 } },
    });
    expect(await look({ 'agent:a7': agent }, -1, () => [])).toMatchObject({
      findings: [{ code: 'STALE_CACHE', facts: { orphans: 1 } }],
    });
  });
});

describe('redis.agent-cache, of a cluster', () => {
  it('asks each server with its own cursor', async () => {
    const holds = (...keys: readonly string[]) =>
      server({ used_memory: '100' }, (command) =>
        Promise.resolve(command === 'SCAN' ? ['0', keys] : command === 'DBSIZE' ? keys.length : 1),
      );
    const routed: RedisTarget = {
      ...cluster(holds('agent:a1'), holds('agent:a2')),
      call: (command) => Promise.resolve(command === 'TTL' ? -1 : command === 'TYPE' ? 'none' : null),
    };
    const postgres = fakePostgres(() => [{ id: 'a1', cluster_id: 'c1', status: 'online' }]);
    expect(await redisAgentCache.run({}, probeContext({ redis: routed, postgres }))).toMatchObject({
      findings: [{ code: 'STALE_CACHE', facts: { keys: 2, sample: 'agent:a2' } }],
    });
  });
});
