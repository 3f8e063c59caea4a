import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PostgresServer, query, startPostgres } from '../../../lab/components/postgres.ts';
import { waitFor } from '../../../lab/components/process.ts';
import { type RedisServer, startRedis } from '../../../lab/components/redis.ts';
import type { EnvironmentConfig } from '../../../src/domain/settings/environment.ts';
import { codes, literal, runProbe, scratch } from '../../support/targets.ts';

const folder = scratch('probes-rates');
let postgres: PostgresServer;
let redis: RedisServer;
let client: Redis;

const config = (): Partial<EnvironmentConfig> => ({
  postgres: {
    url: literal(postgres.url()),
    databases: { agentManager: 'agent_manager', orchestrator: 'orchestrator' },
  },
  redis: { kind: 'single', url: literal(redis.url) },
});

beforeAll(async () => {
  [postgres, redis] = await Promise.all([
    startPostgres({
      dir: folder.dir,
      databases: ['agent_manager', 'orchestrator'],
      settings: { autovacuum: 'off' },
    }),
    startRedis({ dir: `${folder.dir}/redis` }),
  ]);
  client = new Redis(redis.url);
});
afterAll(async () => {
  client.disconnect();
  await Promise.all([postgres.stop(), redis.stop()]);
  folder.remove();
});

describe('dead rows', () => {
  it('that no vacuum removed are found; a clean table beside them is not', async () => {
    const url = postgres.url('agent_manager');
    await query(url, 'CREATE TABLE events AS SELECT n AS id FROM generate_series(1, 20000) n');
    await query(url, 'CREATE TABLE agents AS SELECT n AS id FROM generate_series(1, 20000) n');
    const before = await runProbe('postgres.dead-rows', config(), { database: 'agentManager' });
    await query(url, 'DELETE FROM events WHERE id > 4000');
    const found = await waitFor(
      async () => {
        const outcome = await runProbe('postgres.dead-rows', config(), { database: 'agentManager' });
        return outcome.findings.length > 0 ? outcome : undefined;
      },
      { seconds: 20, what: 'the statistics to count the dead rows' },
    );
    await query(url, 'VACUUM events');
    await waitFor(
      async () =>
        (await runProbe('postgres.dead-rows', config(), { database: 'agentManager' })).status === 'healthy',
      { seconds: 20, what: 'the dead rows to be gone' },
    );

    expect(codes(before)).toEqual([]);
    expect(found.findings).toMatchObject([
      { code: 'PG_DEAD_ROWS', subject: 'events', facts: { dead: 16_000, live: 4_000, percent: 80 } },
    ]);
  });
});

describe('the hit rate', () => {
  const ask = (minLookups = 100) => runProbe('redis.hit-rate', config(), { sampleMs: 50, minLookups });
  const look = async (key: string, times: number) => {
    for (let at = 0; at < times; at += 1) await client.get(key);
  };

  it('says nothing after a handful of lookups', async () => {
    await look('nothing', 5);

    expect(await ask()).toMatchObject({ status: 'skipped', reason: 'no-data' });
  });

  it('is low when most is not there, and good when most is', async () => {
    await client.set('known', '1');
    await look('nothing', 150);
    await look('known', 20);
    const low = await ask();
    await client.config('RESETSTAT');
    await look('known', 150);
    await look('nothing', 20);
    const good = await ask();

    expect(low.findings).toMatchObject([{ code: 'REDIS_HIT_RATE_LOW', facts: { window: 'since-start' } }]);
    expect(good.status).toBe('healthy');
  });

  it('of this moment counts, not that of the past, when enough is asked while it looks', async () => {
    await client.config('RESETSTAT');
    await look('nothing', 400);
    let stop = false;
    const load = (async () => {
      while (!stop) await client.get('known');
    })();
    const outcome = await runProbe('redis.hit-rate', config(), { sampleMs: 500, minLookups: 100 });
    stop = true;
    await load;

    expect(outcome).toMatchObject({ status: 'healthy', facts: { window: 'sampled', percent: 100 } });
  });
});
