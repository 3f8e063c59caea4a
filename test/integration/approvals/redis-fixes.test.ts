/** The fixes of Redis on a real server: offered, approved, carried out once, verified, taken back. */
import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { freePort, waitFor } from '../../../lab/components/process.ts';
import { clusterNode, type RedisServer, startRedis } from '../../../lab/components/redis.ts';
import type { Remediation } from '../../../src/domain/fix/remediation.ts';
import { systemClock } from '../../../src/platform/process/clock.ts';
import { createTargetsFactory } from '../../../src/platform/targets/factory.ts';
import { probes } from '../../../src/probes/index.ts';
import { createProbeRunner } from '../../../src/services/run/probe-runner.service.ts';
import { createHarness, type Harness } from '../../support/approvals.ts';
import { killedWorker, killRounds } from '../../support/killed.ts';
import { silentLogger } from '../../support/logger.ts';
import { type TestDatabase, usePostgres } from '../../support/postgres.ts';
import { useRedis } from '../../support/redis.ts';
import { registered } from '../../support/remediation-fixtures.ts';
import { environment, literal, scratch } from '../../support/targets.ts';

const small = 6 * 1024 ** 2;
const large = 64 * 1024 ** 2;
const postgres = usePostgres();
const redis = useRedis(['--maxmemory', String(small)]);
let database: TestDatabase;
let client: Redis;

function harnessOf(id: string): Harness {
  const targets = createTargetsFactory({
    prod: { ...environment(), redis: { kind: 'single', url: literal(redis.server.url) } },
  });
  return createHarness(database.store(), {
    real: {
      remediation: registered.find((item) => item.id === id) as Remediation,
      targets,
      probes: createProbeRunner({ probes, clock: systemClock, logger: silentLogger }),
    },
  });
}
/** Keys of the cache until Redis takes no more, beside one that is no cache's. */
async function fill(): Promise<void> {
  await client.config('SET', 'maxmemory', small);
  await client.flushall();
  await client.set('shop:1', 'kept');
  for (const bytes of [20_000, 1_000, 10])
    for (let key = 0; key < 2_000; key += 1)
      if ((await client.set(`cache:${bytes}:${key}`, 'x'.repeat(bytes)).catch(() => 'full')) === 'full')
        break;
  await expect(client.set('cache:more', 'x'.repeat(10_000))).rejects.toThrow('OOM');
}
const killedAt = (h: Harness, id: string, point: string) =>
  killedWorker(database, id, (worker, more) => h.execute(id, worker, more), point);

beforeAll(async () => {
  database = await postgres.migrated();
  client = new Redis(redis.server.url);
  client.on('error', () => undefined);
});
afterAll(() => client?.disconnect());
beforeEach(async () => {
  // The same fix of the same server more than twice an hour is refused (R-X9).
  await database.sql("UPDATE remediations SET approved_at = approved_at - interval '2 hours'");
  await fill();
});

describe('a memory limit that is too low (D3.b)', () => {
  const limit = async () => (await client.config('GET', 'maxmemory')) as string[];

  it.each(['R-K3', 'R-K4'])(
    'is raised though the worker dies at %s, writes are accepted, and undo sets the former one',
    killRounds,
    async (point) => {
      const h = harnessOf('redis.set-memory-limit');
      const row = await h.approved({ bytes: large });

      await killedAt(h, row.id, point);

      expect(await h.row(row.id)).toMatchObject({ state: 'succeeded', outcome: { settled: true } });
      expect(await limit()).toEqual(['maxmemory', String(large)]);
      expect(await client.set('cache:more', 'x'.repeat(10_000))).toBe('OK');

      const { remediation: undo } = await h.service.undo(h.input(row.id, 'UREQ'));
      await h.service.approve(h.input(undo.id, 'ULEAD'));
      await h.execute(undo.id);
      expect((await h.row(undo.id)).state).toBe('succeeded');
      expect(await limit()).toEqual(['maxmemory', String(small)]);
    },
  );

  it('is left alone when another hand set it since (R-P3)', async () => {
    const h = harnessOf('redis.set-memory-limit');
    const row = await h.approved({ bytes: large });
    await client.config('SET', 'maxmemory', 2 * small);

    await h.execute(row.id);

    expect((await h.row(row.id)).state).toBe('stale');
    expect(await limit()).toEqual(['maxmemory', String(2 * small)]);
  });
});

describe('a cache that fills Redis (D3.c)', () => {
  const calls = async (command: string) => {
    const line = (await client.info('commandstats'))
      .split('\r\n')
      .find((one) => one.startsWith(`cmdstat_${command}:`));
    return Number(/calls=(\d+)/.exec(line ?? '')?.[1] ?? 0);
  };

  it.each(['R-K3', 'R-K4'])(
    'is emptied though the worker dies at %s, and nothing else is touched',
    killRounds,
    async (point) => {
      const h = harnessOf('redis.delete-keys');
      const row = await h.approved({ prefix: 'cache:' });
      const keys = (await client.dbsize()) - 1;
      expect(row.plan.blast.facts).toMatchObject({ keys, prefix: 'cache:*' });

      await killedAt(h, row.id, point);

      expect(await h.row(row.id)).toMatchObject({ state: 'succeeded', outcome: { settled: true } });
      expect(await client.keys('*')).toEqual(['shop:1']);
      expect([await calls('flushdb'), await client.get('shop:1')]).toEqual([0, 'kept']);
    },
  );

  it('R-X16: stays as it is between two batches from Stop on, and is emptied by a new request', async () => {
    await client.flushall();
    await client.mset(Object.fromEntries(Array.from({ length: 3_000 }, (_, i) => [`cache:${i}`, 'x'])));
    const h = harnessOf('redis.delete-keys');
    const row = await h.approved({ prefix: 'cache:' });
    let batches = 0;

    await h.execute(row.id, 'worker-1', {
      async atKillPoint(at) {
        if (at !== 'R-K4-batch') return;
        batches += 1;
        if (batches === 1) await h.service.stop(h.input(row.id, 'ULEAD'));
      },
    });

    const left = await client.dbsize();
    expect(await h.row(row.id)).toMatchObject({
      ...{ state: 'failed', outcome: { reason: 'stopped-midway', done: 3_000 - left, total: 3_000 } },
    });
    expect(left).toBeGreaterThan(1_000);
    const again = await h.approved({ prefix: 'cache:' });
    await h.execute(again.id);
    expect((await h.row(again.id)).state).toBe('succeeded');
    expect(await client.dbsize()).toBe(0);
  });

  it('is not emptied on a server that was restarted since (R-P3)', async () => {
    const h = harnessOf('redis.delete-keys');
    const row = await h.approved({ prefix: 'cache:' });
    await redis.kill();
    await redis.start();
    await redis.call('SET', 'cache:new', 'x');

    await h.execute(row.id);

    expect((await h.row(row.id)).state).toBe('stale');
    expect(await redis.call('EXISTS', 'cache:new')).toBe(1);
  });
});

it('a cache in a cluster is emptied on each of its masters', async () => {
  const folders = [scratch('fix-cluster-a'), scratch('fix-cluster-b')];
  const nodes: RedisServer[] = [];
  const clients: Redis[] = [];
  const buses: number[] = [];
  try {
    for (const { dir } of folders) {
      const bus = await freePort();
      const node = await startRedis({ dir, args: clusterNode(bus) });
      nodes.push(node);
      buses.push(bus);
      clients.push(new Redis(node.url));
    }
    const [first, second] = clients as [Redis, Redis];
    await first.call('CLUSTER', 'ADDSLOTSRANGE', '0', '8191');
    await second.call('CLUSTER', 'ADDSLOTSRANGE', '8192', '16383');
    await second.call('CLUSTER', 'SET-CONFIG-EPOCH', '7');
    await first.call('CLUSTER', 'MEET', '127.0.0.1', `${nodes[1]?.port}`, `${buses[1]}`);
    for (const one of clients)
      await waitFor(async () => String(await one.call('CLUSTER', 'INFO')).includes('cluster_state:ok'), {
        seconds: 20,
        what: 'the cluster',
      });
    for (let key = 0; key < 400; key += 1)
      for (const one of clients) await one.set(`cache:${key}`, 'x').catch(() => undefined);
    for (const one of clients)
      for (const key of ['shop:1', 'shop:2']) await one.set(key, 'x').catch(() => undefined);
    const targets = createTargetsFactory({
      prod: {
        ...environment(),
        redis: { kind: 'cluster', nodes: [{ host: '127.0.0.1', port: nodes[0]?.port ?? 0 }] },
      },
    });
    const h = createHarness(database.store(), {
      real: {
        remediation: registered.find(({ id }) => id === 'redis.delete-keys') as Remediation,
        targets,
        probes: createProbeRunner({ probes, clock: systemClock, logger: silentLogger }),
      },
    });
    const row = await h.approved({ prefix: 'cache:' });
    expect(row.plan).toMatchObject({ objects: 2, blast: { facts: { keys: 400 } } });

    await h.execute(row.id);

    expect((await h.row(row.id)).state).toBe('succeeded');
    const left = await Promise.all(clients.map((one) => one.keys('*')));
    expect(left.flat().toSorted()).toEqual(['shop:1', 'shop:2']);
  } finally {
    for (const one of clients) one.disconnect();
    await Promise.allSettled(nodes.map((node) => node.stop()));
    for (const folder of folders) folder.remove();
  }
});
