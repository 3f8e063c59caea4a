/** Writes that fail while everything answers: planted on real servers, and seen without writing anything. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type PostgresServer, query, startPostgres } from '../../../lab/components/postgres.ts';
import { freePort, waitFor } from '../../../lab/components/process.ts';
import { clusterNode, type RedisServer, startRedis } from '../../../lab/components/redis.ts';
import type { EnvironmentConfig } from '../../../src/domain/settings/environment.ts';
import { closedPort, codes, literal, runProbe, scratch } from '../../support/targets.ts';

const folder = scratch('probes-writes');

describe('PostgreSQL', () => {
  let server: PostgresServer;
  let service: Client | undefined;
  const as = (role: string): string => {
    const url = new URL(server.url('agent_manager'));
    url.username = role;
    url.password = 'service-pass';
    return url.href;
  };
  const config = (): Partial<EnvironmentConfig> => ({
    postgres: { url: literal(as('bot')), databases: { agentManager: 'agent_manager' } },
  });
  /** Past what the tests set. */
  const run = (text: string) => {
    const url = new URL(server.url('agent_manager'));
    url.searchParams.set('options', '-c default_transaction_read_only=off');
    return query(url.href, text);
  };
  const seen = (probe = 'postgres.writes', given = {}) => runProbe(probe, config(), given);

  beforeAll(async () => {
    server = await startPostgres({
      dir: join(folder.dir, 'pg'),
      databases: ['agent_manager'],
      settings: { wal_level: 'logical' },
    });
    await run(
      `CREATE ROLE service LOGIN PASSWORD 'service-pass'; CREATE ROLE reader LOGIN PASSWORD 'service-pass';
       CREATE ROLE bot LOGIN PASSWORD 'service-pass' IN ROLE pg_monitor; GRANT CREATE ON SCHEMA public TO service;
       SET ROLE service;
       CREATE TABLE agents (id text); CREATE TABLE clusters (id text); CREATE TABLE events (id text); CREATE TABLE commands (id text);
       GRANT SELECT ON agents, events TO reader`,
    );
    service = await connected('service');
  });
  afterEach(async () => {
    await run(
      `ALTER ROLE service RESET ALL; ALTER ROLE service IN DATABASE agent_manager RESET ALL; ALTER ROLE bot RESET ALL; ALTER DATABASE agent_manager RESET ALL;
       GRANT ALL ON agents, clusters, events, commands TO service`,
    );
    await run('ALTER SYSTEM RESET default_transaction_read_only');
    await run('SELECT pg_reload_conf()');
  });
  afterAll(async () => {
    await service?.end();
    await server?.stop();
  });

  async function connected(role: string): Promise<Client> {
    const client = new Client({ connectionString: as(role), application_name: role });
    client.on('error', () => undefined);
    await client.connect();
    return client;
  }

  it('that takes writes has nothing to report, with a reader beside the service', async () => {
    const reader = await connected('reader');

    expect(await seen()).toMatchObject({ status: 'healthy' });
    expect(await seen('postgres.replication-slots')).toMatchObject({ status: 'healthy' });
    await reader.end();
  });

  it.each([
    [
      'the role of the service',
      'ALTER ROLE service SET default_transaction_read_only = true',
      'ALTER ROLE service',
    ],
    [
      'the database',
      'ALTER DATABASE agent_manager SET default_transaction_read_only = on',
      'ALTER DATABASE agent_manager',
    ],
    [
      'the role in this database',
      'ALTER ROLE service IN DATABASE agent_manager SET default_transaction_read_only = on',
      'ALTER ROLE service IN DATABASE agent_manager',
    ],
    ['the server', 'ALTER SYSTEM SET default_transaction_read_only = on', 'ALTER SYSTEM'],
  ])('is read-only where that is set for %s', async (_where, statement, setBy) => {
    await run(statement);
    if (setBy === 'ALTER SYSTEM') {
      await run('SELECT pg_reload_conf()');
      await waitFor(
        async () => {
          const [row] = await query(
            server.url('agent_manager'),
            "SELECT current_setting('default_transaction_read_only') AS value",
          );
          return row?.value === 'on';
        },
        { what: 'the setting counts', seconds: 20 },
      );
    }

    expect(await seen()).toMatchObject({
      findings: [{ code: 'PG_READ_ONLY', facts: { database: 'agent_manager', setBy } }],
    });
  });

  it('is not read-only where only our own role is, or a role that does not write here', async () => {
    const reader = await connected('reader');
    await run('ALTER ROLE bot SET default_transaction_read_only = on');
    await run('ALTER ROLE reader SET default_transaction_read_only = on');

    expect(await seen()).toMatchObject({ status: 'healthy' });
    await run('ALTER ROLE reader RESET ALL');
    await reader.end();
  });

  it('names the tables into which the service may not insert any more', async () => {
    await run('REVOKE INSERT ON events, commands FROM service');

    expect(await seen()).toMatchObject({
      findings: [
        {
          code: 'PG_WRITE_DENIED',
          severity: 'warning',
          facts: { role: 'service', tables: 'commands, events', count: 2, database: 'agent_manager' },
        },
      ],
    });

    // By a role that it belongs to, it may.
    await run('CREATE ROLE writers; GRANT INSERT ON events, commands TO writers; GRANT writers TO service');
    expect(await seen()).toMatchObject({ status: 'healthy' });
    await run('DROP OWNED BY writers; DROP ROLE writers');
  });

  it('says nothing of rights while the service is not there, or while somebody may do all', async () => {
    await run('REVOKE INSERT ON events FROM service');
    await service?.end();
    const reader = await connected('reader');
    await waitFor(
      async () => (await run("SELECT FROM pg_stat_activity WHERE usename = 'service'")).length === 0,
      { what: 'the service is gone', seconds: 20 },
    );

    expect(await seen()).toMatchObject({ status: 'healthy' });
    await reader.end();
    service = await connected('service');
    const admin = new Client({ connectionString: server.url('agent_manager') });
    await admin.connect();
    expect(await seen()).toMatchObject({ status: 'healthy' });
    await admin.end();
    await waitFor(async () => (await seen()).status === 'unhealthy', {
      ...{ what: 'the superuser is gone', seconds: 20 },
    });
  });

  it('has a slot that nobody reads and that holds WAL', async () => {
    await run("SELECT pg_create_logical_replication_slot('warehouse', 'pgoutput')");
    await run('CREATE TABLE filler AS SELECT generate_series(1, 20000) AS n');

    expect(await seen('postgres.replication-slots', { heldBytes: 100_000 })).toMatchObject({
      findings: [
        { code: 'PG_SLOT_HOLDS_WAL', severity: 'critical', subject: 'warehouse', facts: { count: 1 } },
      ],
    });
    expect(await seen('postgres.replication-slots')).toMatchObject({
      status: 'healthy',
      facts: { unreadSlots: 1 },
    });
    await run("SELECT pg_drop_replication_slot('warehouse')");
  });
});

describe('Redis', () => {
  let server: RedisServer;
  let admin: Redis;
  const config = (): Partial<EnvironmentConfig> => ({
    redis: { kind: 'single', url: literal(server.url) },
  });
  const data = join(folder.dir, 'redis-data');

  beforeAll(async () => {
    mkdirSync(data, { recursive: true });
    const args = ['--save', '', '--dir', data, '--dbfilename', 'a-folder'];
    server = await startRedis({ dir: folder.dir, args });
    admin = new Redis(server.url);
  });
  afterAll(async () => {
    admin?.disconnect();
    await server?.stop();
    folder.remove();
  });

  it('that takes writes has nothing to report', async () => {
    expect(await runProbe('redis.writes', config(), {})).toMatchObject({
      status: 'healthy',
      facts: { role: 'master' },
    });
  });

  it('that is a replica of a dead master takes none', async () => {
    const port = await closedPort();
    await admin.replicaof('127.0.0.1', port);

    const outcome = await runProbe('redis.writes', config(), {});

    await admin.replicaof('NO', 'ONE');
    expect(outcome).toMatchObject({
      findings: [{ code: 'REDIS_MASTER_GONE', facts: { master: `127.0.0.1:${port}` } }],
    });
    await expect(admin.set('a', 'b')).resolves.toBe('OK');
  });

  it('that wants a replica and has none takes none, whoever may read its settings', async () => {
    await admin.config('SET', 'min-replicas-to-write', '1');
    await admin.call(
      'ACL',
      'SETUSER',
      'reader',
      'on',
      '>reader-pass',
      '~*',
      '+ping',
      '+info',
      '+client|setname',
    );
    const url = new URL(server.url);
    [url.username, url.password] = ['reader', 'reader-pass'];
    const reader: Partial<EnvironmentConfig> = { redis: { kind: 'single', url: literal(url.href) } };

    await expect(admin.set('a', 'b')).rejects.toThrow('NOREPLICAS');
    for (const as of [config(), reader])
      expect(await runProbe('redis.writes', as, {})).toMatchObject({
        findings: [{ code: 'REDIS_REPLICAS_MISSING', severity: 'critical', facts: { good: 0, wanted: 1 } }],
      });

    await admin.config('SET', 'min-replicas-to-write', '0');
    await expect(admin.set('a', 'b')).resolves.toBe('OK');
    expect(await runProbe('redis.writes', config(), {})).toMatchObject({ status: 'healthy' });
  });

  it('that is a cluster without slots serves no key, though it answers PING', async () => {
    const dir = join(folder.dir, 'cluster');
    const lone = await startRedis({ dir, args: [...clusterNode(await freePort(), dir)] });
    const one = new Redis(lone.url);

    await expect(one.ping()).resolves.toBe('PONG');
    await expect(one.set('a', 'b')).rejects.toThrow('CLUSTERDOWN');
    expect(
      await runProbe('redis.writes', { redis: { kind: 'single', url: literal(lone.url) } }, {}),
    ).toMatchObject({ findings: [{ code: 'ENDPOINT_FAULT', severity: 'critical', part: 'redis' }] });

    one.disconnect();
    await lone.stop();
  });

  it('whose save failed refuses writes, by its setting', async () => {
    // A save is renamed to where it belongs, which a folder does not let happen.
    mkdirSync(join(data, 'a-folder'));
    await admin.config('SET', 'save', '3600 1');
    await admin.set('a', 'b');
    await admin.bgsave();
    await waitFor(async () => (await admin.info('persistence')).includes('rdb_last_bgsave_status:err'), {
      ...{ what: 'the save has failed', seconds: 20 },
    });

    await expect(admin.set('a', 'c')).rejects.toThrow('MISCONF');
    expect(await runProbe('redis.writes', config(), {})).toMatchObject({
      findings: [
        { code: 'REDIS_SAVE_FAILED', severity: 'critical', facts: { kind: 'RDB', stopsWrites: 'yes' } },
      ],
    });

    // A save that somebody has asked for stops nothing where Redis saves by no rule of its own.
    await admin.config('SET', 'save', '');
    await expect(admin.set('a', 'c')).resolves.toBe('OK');
    expect(await runProbe('redis.writes', config(), {})).toMatchObject({
      findings: [{ severity: 'warning', facts: { stopsWrites: 'no' } }],
    });

    await admin.config('SET', 'save', '3600 1');
    await admin.config('SET', 'stop-writes-on-bgsave-error', 'no');
    await expect(admin.set('a', 'c')).resolves.toBe('OK');
    const goesOn = await runProbe('redis.writes', config(), {});
    expect(codes(goesOn)).toEqual(['REDIS_SAVE_FAILED']);
    expect(goesOn).toMatchObject({ findings: [{ severity: 'warning', facts: { stopsWrites: 'no' } }] });
  });
});
