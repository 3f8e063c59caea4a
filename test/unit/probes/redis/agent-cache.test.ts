import { describe, expect, it } from 'vitest';
import type { RedisTarget } from '../../../../src/domain/probe/targets/redis.ts';
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

describe('redis.agent-cache, how far it looks', () => {
  interface World {
    readonly batches?: readonly (readonly string[])[];
    readonly rows?: readonly object[];
    /** Seconds left of every key. */
    readonly ttl?: number;
    readonly type?: 'hash' | 'string' | 'list';
    readonly cached?: unknown;
  }
  const row = (id: string, status = 'online') => ({ id, cluster_id: 'c1', status });
  const look = async ({
    batches = [],
    rows = [],
    ttl = -1,
    type = 'hash',
    cached = ['c1', 'online'],
  }: World) => {
    const asked: string[] = [];
    const values: unknown[] = [];
    let page = 0;
    const outcome = await redisAgentCache.run(
      {},
      probeContext({
        postgres: fakePostgres((given) => {
          values.push(...given);
          return rows;
        }),
        redis: fakeRedis((command, args) => {
          asked.push([command, ...args].join(' '));
          if (command === 'TYPE') return type;
          if (command === 'TTL') return ttl;
          if (command !== 'SCAN') return cached;
          const keys = batches[page] ?? [];
          page += 1;
          return [page < batches.length ? `${page}` : '0', keys];
        }),
      }),
    );
    return { outcome, asked, values };
  };
  const keys = (count: number, name = 'a') =>
    Array.from({ length: count }, (_, index) => `agent:${name}${index}`);
  const asks = (asked: readonly string[], command: string) =>
    asked.filter((one) => one.startsWith(`${command} `)).length;

  it.each([
    [3_599, 'healthy'],
    [3_600, 'healthy'],
    [3_601, 'unhealthy'],
    [-1, 'unhealthy'],
    [-2, 'healthy'],
  ])('takes a key without a row for stale that stays longer than an hour: %i s', async (ttl, status) => {
    const world = { batches: [['agent:a1', 'agent:a2']], rows: [row('a1')], ttl };

    expect(await look(world)).toMatchObject({ outcome: { status } });
  });

  it('scans five hundred keys at a time, five thousand at most', async () => {
    const full = await look({ batches: [keys(4_999), ['agent:b1'], ['agent:c1']], rows: [row('a1')] });
    expect(full.asked.filter((one) => one.startsWith('SCAN'))).toEqual([
      'SCAN 0 MATCH agent:* COUNT 500',
      'SCAN 1 MATCH agent:* COUNT 500',
    ]);
    expect(
      asks((await look({ batches: [keys(5_000), ['agent:b1']], rows: [row('a1')] })).asked, 'SCAN'),
    ).toBe(1);
  });

  it('reads five hundred keys of each kind one by one', async () => {
    const known = (count: number) => ({
      batches: [keys(count)],
      rows: keys(count).map((key) => row(key.slice(6))),
    });

    expect(asks((await look(known(499))).asked, 'TYPE')).toBe(499);
    expect(asks((await look(known(500))).asked, 'TYPE')).toBe(500);
    expect(asks((await look(known(501))).asked, 'TYPE')).toBe(500);
    const orphans = (count: number) => ({ batches: [['agent:z1', ...keys(count)]], rows: [row('z1')] });
    expect(asks((await look(orphans(500))).asked, 'TTL')).toBe(500);
    expect(asks((await look(orphans(501))).asked, 'TTL')).toBe(500);
  });

  it('asks for rows that may not have reached the cache within a minute', async () => {
    expect((await look({})).values).toEqual([60]);
  });

  it('names five stale keys', async () => {
    const sample = keys(5).join(', ');

    expect((await look({ batches: [['agent:z1', ...keys(7)]], rows: [row('z1')] })).outcome).toMatchObject({
      findings: [{ facts: { orphans: 7, sample, keys: 8, rows: 1 } }],
    });
  });

  it.each([
    ['another cluster', 'online', ['c2', 'online'], 1],
    ['another status', 'online', ['c1', 'offline'], 1],
    ['another status of one that is not dead', 'draining', ['c1', 'online'], 1],
    ['a status that is not that of the living', 'offline', ['c1', 'draining'], 1],
    ['what a dead one leaves', 'offline', ['c1', 'online'], 0],
    ['what is not told', 'online', [null, null], 0],
    ['what may come yet', 'settling', ['c1', 'offline'], 0],
  ])('takes %s for what it is', async (_what, status, cached, different) => {
    expect(
      (await look({ batches: [['agent:a1']], rows: [row('a1', status)], cached })).outcome,
    ).toMatchObject({
      facts: { different },
    });
  });

  it.each([
    ['{"cluster_id":"c2","status":"online"}', 1],
    ['{"cluster_id":"c1","status":"offline"}', 1],
    ['{"cluster_id":"c1","status":"online"}', 0],
    ['{"status":"online"}', 0],
    ['{"cluster_id":"c1"}', 0],
    ['{"cluster_id":7}', 0],
    ['not JSON', 0],
  ])('reads agents that are stored as JSON: %s', async (cached, different) => {
    const world = { batches: [['agent:a1']], rows: [row('a1')], cached, type: 'string' } as const;

    expect((await look(world)).outcome).toMatchObject({ facts: { different } });
  });

  it('reads no other kind of key, and of each agent only its own', async () => {
    const world = { batches: [['agent:a1', 'agent:a1:metrics']], rows: [row('a1')], type: 'list' } as const;
    const { asked, outcome } = await look(world);

    expect(outcome).toMatchObject({ status: 'healthy' });
    expect(asked.filter((one) => one.startsWith('TYPE'))).toEqual(['TYPE agent:a1']);
    expect(asks(asked, 'GET') + asks(asked, 'HMGET')).toBe(0);
  });

  it('has no say where the table is not configured, and none to give of empty stores', async () => {
    const postgres = { ...fakePostgres(() => []), databaseName: () => undefined };

    expect(
      await redisAgentCache.run({}, probeContext({ postgres, redis: fakeRedis(() => ['0', []]) })),
    ).toMatchObject({ status: 'skipped', reason: 'not-configured' });
    expect((await look({ rows: [row('a1')] })).outcome).toMatchObject({ status: 'healthy' });
    expect((await look({ batches: [['agent:x/1']] })).outcome).toMatchObject({ status: 'healthy' });
  });
});
