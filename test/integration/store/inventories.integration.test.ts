/** What was found of an environment, through real servers: looked at, kept in PostgreSQL, compared, and removed by age. */
import { connect } from 'nats';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type NatsServer, startNats } from '../../../lab/components/nats.ts';
import { unanchored } from '../../../src/domain/audit/record.ts';
import type { EnvironmentConfig } from '../../../src/domain/settings/environment.ts';
import { Retention } from '../../../src/domain/settings/retention.ts';
import { systemClock } from '../../../src/platform/process/clock.ts';
import type { PostgresStore } from '../../../src/platform/store/store.ts';
import { findOnBus } from '../../../src/platform/targets/discovery/bus.ts';
import { takeInventory } from '../../../src/platform/targets/discovery/inventory.ts';
import { defaultTimeouts } from '../../../src/platform/targets/failure.ts';
import { KubeLogins } from '../../../src/platform/targets/kubernetes/kube-config.ts';
import { createInventoryService } from '../../../src/services/inventory/inventory.service.ts';
import { createInventoryKeeper } from '../../../src/services/inventory/keep-inventory.service.ts';
import { createRetentionSweeper } from '../../../src/services/schedule/retention.service.ts';
import { silentLogger } from '../../support/logger.ts';
import { type TestDatabase, usePostgres } from '../../support/postgres.ts';
import { closedPort, environment, literal, scratch } from '../../support/targets.ts';

const postgres = usePostgres();
const folder = scratch('inventories');
let database: TestDatabase;
let platform: TestDatabase;
let worker: PostgresStore;
let bot: PostgresStore;
let scheduler: PostgresStore;
let server: NatsServer;
beforeAll(async () => {
  [database, platform] = await Promise.all([postgres.migrated(), postgres.migrated()]);
  const as = async (kind: 'bot' | 'worker' | 'scheduler') =>
    database.store({ database: { url: await database.kindUrl(kind) }, role: null });
  [worker, bot, scheduler] = await Promise.all([as('worker'), as('bot'), as('scheduler')]);
  server = await startNats({ dir: folder.dir });
});
afterAll(async () => {
  await server.stop();
  folder.remove();
});
beforeEach(() => database.sql('TRUNCATE inventories'));

const options = () => ({
  logins: new KubeLogins(),
  timeouts: defaultTimeouts,
  now: () => systemClock.now(),
});
const config = (more: Partial<EnvironmentConfig> = {}) =>
  environment({
    postgres: { url: literal(platform.url) },
    nats: { url: literal(server.url), monitorUrl: server.monitorUrl },
    ...more,
  } as Partial<EnvironmentConfig>);
const keeperOf = (now: () => EnvironmentConfig) =>
  createInventoryKeeper({
    ...{ store: worker, environments: ['prod'], logger: silentLogger },
    look: () => takeInventory(now(), options()),
  });
const going = new AbortController().signal;
const news = () => createInventoryService({ store: bot, clock: systemClock }).news('prod');
const tables = 'agents clusters events commands'.split(' ');

describe('what is found of an environment', () => {
  it('is kept by the worker, shown by the bot, and says what is other than before', async () => {
    const keeper = keeperOf(() => config());
    const client = await connect({ servers: server.url, name: 'watcher' });
    client.subscribe('fleet.*.pulse');
    client.subscribe(`_INBOX.${'x'.repeat(22)}`);
    await client.flush();
    await keeper.round(going);
    expect((await news())?.changes).toEqual([]);
    expect((await news())?.counts).toMatchObject({ client: 1, subject: 1, database: 0 });

    for (const table of tables) await platform.sql(`CREATE TABLE ${table} (id int)`);
    client.subscribe('fleet.*.noise');
    await client.flush();
    await keeper.round(going);
    const { name } = (await platform.sql<{ name: string }>('SELECT current_database() AS name'))[0] ?? {};
    expect((await news())?.changes).toEqual([
      { kind: 'database', part: 'agent-manager', now: name },
      { kind: 'subject', now: 'fleet.*.noise' },
    ]);

    await client.close();
    for (const table of tables) await platform.sql(`DROP TABLE ${table}`);
    await keeper.round(going);
    // As it was at first, but for who left.
    expect((await news())?.changes).toEqual([
      { kind: 'client', before: 'watcher' },
      { kind: 'subject', before: 'fleet.*.pulse' },
    ]);
  });

  it('is one row for as long as nothing is other, whatever the time of the look', async () => {
    const keeper = keeperOf(() => config());
    await keeper.round(going);
    const [first] = await database.sql('SELECT since, looked_at, seen_at FROM inventories');
    await keeper.round(going);
    const rows = await database.sql('SELECT since, looked_at, seen_at FROM inventories');

    expect(rows).toHaveLength(1);
    expect(rows[0]?.since).toEqual(first?.since);
    expect(rows[0]?.looked_at).not.toEqual(first?.looked_at);
    expect(rows[0]?.seen_at).not.toEqual(first?.seen_at);
  });

  it('is not gone while nobody can look: refused ports, and a database that refuses us', async () => {
    for (const table of tables) await platform.sql(`CREATE TABLE ${table} (id int)`);
    const client = await connect({ servers: server.url, name: 'watcher' });
    client.subscribe('fleet.*.pulse');
    await client.flush();
    let now = config();
    const keeper = keeperOf(() => now);
    await keeper.round(going);
    const before = await news();

    const closed = await closedPort();
    now = config({
      postgres: { url: literal(`postgres://a:b@127.0.0.1:${closed}/x`) },
      nats: { url: literal(server.url), monitorUrl: `http://127.0.0.1:${closed}` },
    } as Partial<EnvironmentConfig>);
    await keeper.round(going);
    expect(await news()).toMatchObject({
      changes: [],
      counts: before?.counts,
      late: [{ area: 'databases' }, { area: 'messages' }],
    });

    now = config();
    const role = 'reader_of_none';
    await platform.sql(`CREATE ROLE ${role} LOGIN PASSWORD 'r'`);
    await platform.sql(`REVOKE CONNECT ON DATABASE ${await named()} FROM PUBLIC`);
    const url = new URL(platform.url);
    url.username = role;
    url.password = 'r';
    url.pathname = '/postgres';
    now = config({ postgres: { url: literal(url.href) } } as Partial<EnvironmentConfig>);
    await keeper.round(going);
    expect(await news()).toMatchObject({ changes: [], counts: before?.counts });
    await platform.sql(`GRANT CONNECT ON DATABASE ${await named()} TO PUBLIC`);
    await client.close();
    for (const table of tables) await platform.sql(`DROP TABLE ${table}`);
  });

  it('is not waited for by a process that is told to stop', async () => {
    const stopping = new AbortController();
    const keeper = createInventoryKeeper({
      ...{ store: worker, environments: ['prod', 'staging'], logger: silentLogger },
      look: () => {
        queueMicrotask(() => stopping.abort());
        return new Promise(() => undefined);
      },
    });

    await keeper.round(stopping.signal);
    expect(await database.sql('SELECT 1 FROM inventories')).toEqual([]);
  });

  it('names no secret, and is compared without it', async () => {
    const token = `ghp_${'A1b2'.repeat(9)}`;
    const client = await connect({ servers: server.url, name: `deploy ${token}` });
    await client.flush();
    const keeper = keeperOf(() => config());
    await keeper.round(going);
    await keeper.round(going);
    await client.close();

    const rows = await database.sql<{ text: string }>('SELECT areas::text AS text FROM inventories');
    expect(rows).toHaveLength(1);
    expect(rows[0]?.text).toContain('deploy ');
    expect(rows[0]?.text).not.toContain(token);
  });

  it('is the workload that has the address of a client, and its name where none has', async () => {
    const client = await connect({ servers: server.url, name: 'deploy-7' });
    await client.flush();
    const seen = async (at: (ip: string) => string | undefined) =>
      (await findOnBus(server.monitorUrl, at)).things.map(({ name }) => name);

    expect(await seen((ip) => (ip === '127.0.0.1' ? 'boss' : undefined))).toEqual(['boss']);
    expect(await seen(() => undefined)).toEqual(['deploy-7']);
    await client.close();
  });

  it('goes by its age, but what is known now stays, and no other kind of process removes it', async () => {
    const insert = (environment: string, days: number) =>
      database.sql(
        `INSERT INTO inventories (environment, areas, seen_at, since, looked_at)
         VALUES ($1, '{}', '{}', now() - $2 * interval '1 day', now() - $2 * interval '1 day')`,
        [environment, days],
      );
    for (const days of [90, 60, 40, 2]) await insert('prod', days);
    await insert('gone', 400);
    const sweeper = createRetentionSweeper({
      ...{ store: scheduler, record: unanchored, keep: Retention.parse({}) },
      ...{ clock: systemClock, logger: silentLogger, budgetMs: 60_000 },
    });
    await sweeper.sweep();

    const left = await database.sql('SELECT environment FROM inventories ORDER BY id');
    expect(left.map(({ environment: of }) => of)).toEqual(['prod', 'gone']);
    const keeping = { areas: {}, seenAt: {}, triedAt: new Date(0).toISOString() };
    const forbidden = { cause: { message: expect.stringContaining('permission denied') as string } };
    await expect(bot.tx((tx) => tx.inventories.keep('prod', keeping))).rejects.toMatchObject(forbidden);
    await expect(scheduler.tx((tx) => tx.inventories.latest('prod'))).rejects.toMatchObject(forbidden);
  });
});

const named = async () => {
  const [row] = await platform.sql<{ name: string }>('SELECT current_database() AS name');
  return `"${row?.name ?? ''}"`;
};
