/** A job queue and a cache in one Redis that is full: what is offered there may cost cache keys, and no job. */
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { planHash, type Remediation } from '../../../src/domain/fix/remediation.ts';
import type { RemediationRow } from '../../../src/domain/fix/rows.ts';
import type { Facts } from '../../../src/domain/kernel/facts.ts';
import { platformOf } from '../../../src/domain/platform/platform.ts';
import { systemClock } from '../../../src/platform/process/clock.ts';
import { createTargetsFactory } from '../../../src/platform/targets/factory.ts';
import { probes } from '../../../src/probes/index.ts';
import { createProbeRunner } from '../../../src/services/run/probe-runner.service.ts';
import { createHarness, type Harness } from '../../support/approvals.ts';
import { silentLogger } from '../../support/logger.ts';
import { type TestDatabase, usePostgres } from '../../support/postgres.ts';
import { useRedis } from '../../support/redis.ts';
import { registered } from '../../support/remediation-fixtures.ts';
import { environment, literal } from '../../support/targets.ts';

const limit = 12 * 1024 ** 2;
const jobs = 1_500;
const postgres = usePostgres();
const redis = useRedis(['--maxmemory', String(limit)]);
let database: TestDatabase;
let client: Redis;
let queue: Queue;

function harnessOf(id: string, platform = platformOf()): Harness {
  const targets = createTargetsFactory({
    prod: { ...environment(), platform, redis: { kind: 'single', url: literal(redis.server.url) } },
  });
  return createHarness(database.store(), {
    real: {
      remediation: registered.find((item) => item.id === id) as Remediation,
      targets,
      probes: createProbeRunner({ probes, clock: systemClock, logger: silentLogger }),
    },
  });
}

/** Keys that expire, until Redis takes no more. */
async function fillCache(prefix = 'cache:'): Promise<void> {
  for (const bytes of [20_000, 1_000, 10])
    for (let key = 0; key < 2_000; key += 1)
      if (
        (await client.set(`${prefix}${bytes}:${key}`, 'x'.repeat(bytes), 'EX', 3_600).catch(() => 'full')) ===
        'full'
      )
        break;
  await expect(client.set('cache:more', 'x'.repeat(10_000))).rejects.toThrow('OOM');
}
async function addJobs(): Promise<void> {
  await queue.addBulk(Array.from({ length: jobs }, (_, n) => ({ name: 'order', data: { order: n } })));
}
/** As the users of the cache do it from then on. */
async function writeCache(): Promise<void> {
  for (let key = 0; key < 8_000; key += 500) {
    const pipeline = client.pipeline();
    for (let one = key; one < key + 500; one += 1)
      pipeline.set(`cache:later:${one}`, 'x'.repeat(4_000), 'EX', 3_600);
    await pipeline.exec();
  }
}
const refusalOf = async (h: Harness, params = {}): Promise<{ reason: string; facts: Facts } | undefined> => {
  const proposal = await h.propose(params);
  return proposal.kind === 'refused' ? proposal : undefined;
};
/** The same approved plan with less time to be verified. */
async function watchedFor(row: RemediationRow, verifyWithinMs: number): Promise<void> {
  const plan = { ...row.plan, verifyWithinMs };
  await database.sql('ALTER TABLE remediations DISABLE TRIGGER remediation_plan_is_immutable');
  await database.sql('UPDATE remediations SET plan = $2, plan_hash = $3 WHERE id = $1', [
    ...[row.id, JSON.stringify(plan), planHash(plan)],
  ]);
  await database.sql('UPDATE approvals SET plan_hash = $2 WHERE remediation_id = $1', [
    ...[row.id, planHash(plan)],
  ]);
  await database.sql('ALTER TABLE remediations ENABLE TRIGGER remediation_plan_is_immutable');
}
const policy = async () => ((await client.config('GET', 'maxmemory-policy')) as string[])[1];

beforeAll(async () => {
  database = await postgres.migrated();
  client = new Redis(redis.server.url);
  client.on('error', () => undefined);
  const { hostname, port } = new URL(redis.server.url);
  queue = new Queue('orders', { connection: { host: hostname, port: Number(port) } });
  queue.on('error', () => undefined);
  await queue.waitUntilReady();
});
afterAll(async () => {
  await queue?.close();
  client?.disconnect();
});
beforeEach(async () => {
  await database.sql("UPDATE remediations SET approved_at = approved_at - interval '2 hours'");
  await client.config('SET', 'maxmemory-policy', 'noeviction');
  await client.config('SET', 'maxmemory', limit);
  await client.flushall();
});

describe('R-P10: a queue of waiting jobs beside a cache whose keys all expire (D3.a)', () => {
  it('loses no job by what is offered, however much is written to the cache afterwards', async () => {
    await addJobs();
    await fillCache();
    const h = harnessOf('redis.set-eviction-policy');

    const row = await h.approved();
    await h.execute(row.id);
    await writeCache();

    expect((await h.row(row.id)).state).toBe('succeeded');
    expect(await queue.getWaitingCount()).toBe(jobs);
    expect(await client.exists(Array.from({ length: jobs }, (_, n) => `bull:orders:${n + 1}`))).toBe(jobs);
    expect(await policy()).toBe('volatile-lru');
  });

  it('is named in the refusal of a policy that could evict jobs, with how many keys were looked at', async () => {
    await addJobs();
    await fillCache();
    const keys = await client.dbsize();

    expect(await refusalOf(harnessOf('redis.set-eviction-policy'), { policy: 'allkeys-lru' })).toMatchObject({
      reason: 'evicts-others',
      facts: {
        policy: 'allkeys-lru',
        prefixes: expect.stringMatching(/^bull:\* \(15\d\d\)$/),
        keys,
        looked: keys,
      },
    });
    expect(await policy()).toBe('noeviction');
  });

  it('says on its plan how many keys of which prefixes may go, and what stays', async () => {
    await addJobs();
    await fillCache();
    const cached = (await client.keys('cache:*')).length;

    const { plan } = await harnessOf('redis.set-eviction-policy').offered();

    expect(plan.blast).toMatchObject({
      key: 'redis-eviction-volatile',
      facts: { evictable: cached, prefixes: `cache:* (${cached})`, share: 1, others: expect.any(Number) },
    });
    expect(plan.blast.facts.others).toBe((await client.dbsize()) - cached);
  });

  it('has no policy at all where a lock, a session or a limit carries a time to live', async () => {
    await addJobs();
    await fillCache();
    await client.config('SET', 'maxmemory', 2 * limit);
    await client.set('bull:orders:7:lock', 'worker-1', 'PX', 30_000);
    await client.config('SET', 'maxmemory', limit);
    const h = harnessOf('redis.set-eviction-policy');

    for (const params of [{}, { policy: 'volatile-lru' }, { policy: 'volatile-ttl' }])
      expect(await refusalOf(h, params)).toMatchObject({
        reason: 'evicts-others',
        facts: { prefixes: 'bull:* (1)' },
      });
  });

  it('is looked at again before the step: a lock that has come meanwhile stops it (R-P3)', async () => {
    await addJobs();
    await fillCache();
    const h = harnessOf('redis.set-eviction-policy');
    const row = await h.approved();
    await client.config('SET', 'maxmemory', 2 * limit);
    await client.set('bull:orders:7:lock', 'worker-1', 'PX', 60_000);
    await client.config('SET', 'maxmemory', limit);

    await h.execute(row.id);

    expect(await h.row(row.id)).toMatchObject({ state: 'stale', outcome: { reason: 'evicts-others' } });
    expect(await policy()).toBe('noeviction');
  });

  it('is stopped between claim and step as well', async () => {
    await fillCache();
    const h = harnessOf('redis.set-eviction-policy');
    const row = await h.approved();

    await h.execute(row.id, 'worker-1', {
      async atKillPoint(point) {
        if (point !== 'R-K3') return;
        await client.config('SET', 'maxmemory', 2 * limit);
        await addJobs();
        await client.config('SET', 'maxmemory', limit);
      },
    });

    expect(await h.row(row.id)).toMatchObject({ state: 'stale', outcome: { reason: 'evicts-others' } });
    expect(await policy()).toBe('noeviction');
    expect(await queue.getWaitingCount()).toBe(jobs);
  });

  it('is taken back while it is watched, when keys that are no cache could be evicted by then', async () => {
    await fillCache();
    const h = harnessOf('redis.set-eviction-policy');
    const row = await h.approved();
    await watchedFor(row, 1_500);

    await h.execute(row.id, 'worker-1', {
      async atKillPoint(point) {
        if (point === 'R-K5') await client.set('session:1', 'somebody');
      },
    });

    expect((await h.row(row.id)).state).toBe('rolled_back');
    expect(await policy()).toBe('noeviction');
  });
});

describe('keys that nobody has looked at', () => {
  it('are unknown victims where they lie in another database of the same Redis', async () => {
    const other = new Redis(redis.server.url, { db: 3 });
    await other.set('orders', 'x');
    other.disconnect();
    await fillCache();

    expect(await refusalOf(harnessOf('redis.set-eviction-policy'))).toMatchObject({
      reason: 'victims-unknown',
      facts: { elsewhere: 1 },
    });
  });

  it('stop a lower limit as well where the policy evicts, and its undo', async () => {
    await client.config('SET', 'maxmemory', 0);
    await addJobs();
    await client.config('SET', 'maxmemory-policy', 'allkeys-lru');
    const h = harnessOf('redis.set-memory-limit');

    expect(await refusalOf(h, { bytes: 64 * 1024 ** 2 })).toMatchObject({
      reason: 'evicts-others',
      facts: { prefixes: expect.stringMatching(/^bull:\*/) },
    });

    // Raised while nothing but a cache was there, and more in use by now than the former limit allows.
    await client.flushall();
    await client.config('SET', 'maxmemory', limit);
    await client.set('cache:1', 'x');
    const row = await h.approved({ bytes: 64 * 1024 ** 2 });
    await h.execute(row.id);
    expect((await h.row(row.id)).state).toBe('succeeded');
    await addJobs();
    const { remediation: undo } = await h.service.undo(h.input(row.id, 'UREQ'));
    await h.service.approve(h.input(undo.id, 'ULEAD'));
    await h.execute(undo.id);

    expect(await h.row(undo.id)).toMatchObject({ state: 'stale', outcome: { reason: 'evicts-others' } });
    expect(await client.config('GET', 'maxmemory')).toEqual(['maxmemory', String(64 * 1024 ** 2)]);
  });
});

describe('what the configuration names as a cache', () => {
  it('may be evicted as well', async () => {
    await client.config('SET', 'maxmemory', 2 * limit);
    await client.set('pages:1', 'x');
    await client.config('SET', 'maxmemory', limit);
    await fillCache();
    const named = platformOf({ cache: { more: ['pages:'] } });

    expect(await refusalOf(harnessOf('redis.set-eviction-policy'), { policy: 'allkeys-lru' })).toMatchObject({
      facts: { prefixes: 'pages:* (1)' },
    });
    const { plan } = await harnessOf('redis.set-eviction-policy', named).offered();
    expect(plan.steps[0].to).toMatchObject({ policy: 'allkeys-lru' });
  });
});
