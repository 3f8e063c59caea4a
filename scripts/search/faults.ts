/** What can be broken, each on real servers: faults of the lab that need no lab, and errors of each technology's own list. */

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { connect } from 'nats';
import { Client } from 'pg';
import { query } from '../../lab/components/postgres.ts';
import { freePort, waitFor } from '../../lab/components/process.ts';
import { natsErrors, redisReplies, sqlStates } from '../../test/support/driver-errors.ts';
import type { ServiceDrawn } from './draw.ts';
import { natsThatSays, postgresThatSays, redisThatSays, tcp } from './wire.ts';
import type { World } from './world.ts';

export interface Breakable {
  readonly id: string;
  readonly part: string;
  /** Arguments that its server has to be started with. */
  readonly starts?: {
    readonly redis?: readonly string[];
    readonly nats?: string;
    readonly jetstream?: false;
  };
  /** `pick`: draws from a list, the same for the same seed. */
  plant(world: World, pick: <T>(all: readonly T[]) => T): Promise<void>;
}

const fault = (id: string, plant: Breakable['plant'], starts?: Breakable['starts']): Breakable => ({
  id,
  part: id.split('.')[0] ?? '',
  plant,
  ...(starts === undefined ? {} : { starts }),
});

async function session(world: World, application: string, database = 'agent_manager', role = 'service') {
  const client = new Client({
    connectionString: world.asRole(role, database),
    application_name: application,
  });
  client.on('error', () => undefined);
  await client.connect();
  world.later(() => client.end().catch(() => undefined));
  return client;
}

async function fill(world: World, application: string, idle: boolean): Promise<void> {
  const connected: Client[] = [];
  for (;;)
    try {
      connected.push(await session(world, application));
    } catch {
      break;
    }
  if (!idle) for (const one of connected) one.query('SELECT pg_sleep(120)').catch(() => undefined);
}

const sqlFaults: readonly (readonly [string, string])[] = [
  ['read-only-server', 'ALTER SYSTEM SET default_transaction_read_only = on; RELOAD'],
  ['read-only-database', 'ALTER DATABASE agent_manager SET default_transaction_read_only = on'],
  ['read-only-role', 'ALTER ROLE service SET default_transaction_read_only = on'],
  ['no-insert', 'REVOKE INSERT ON ALL TABLES IN SCHEMA public FROM service'],
  ['no-select', 'REVOKE ALL ON ALL TABLES IN SCHEMA public FROM service'],
  [
    'bot-may-not-connect',
    'REVOKE CONNECT ON DATABASE agent_manager FROM PUBLIC; GRANT CONNECT ON DATABASE agent_manager TO service',
  ],
  ['bot-may-not-log-in', 'ALTER ROLE bot NOLOGIN'],
  ['bot-has-another-password', "ALTER ROLE bot PASSWORD 'another'"],
  ['bot-has-no-connection', 'ALTER ROLE bot CONNECTION LIMIT 0'],
  ['bot-has-no-time', 'ALTER ROLE bot SET statement_timeout = 1'],
  ['services-have-no-connection', 'ALTER DATABASE agent_manager CONNECTION LIMIT 0'],
  ['services-have-no-time', 'ALTER ROLE service SET statement_timeout = 1'],
  ['table-missing', 'DROP TABLE commands'],
  ['column-missing', 'ALTER TABLE events DROP COLUMN processed'],
  ['index-missing', 'DROP INDEX idx_events_cluster_id'],
  [
    'index-invalid',
    "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'idx_events_severity'::regclass",
  ],
  ['database-renamed', 'RENAME'],
  ['slot-left', "SELECT pg_create_physical_replication_slot('left_behind', true)"],
];

const postgres: readonly Breakable[] = [
  fault('postgres.stopped', (world) => world.stopPostgres()),
  fault('postgres.paused', async (world) => {
    world.postgres.pause();
    world.later(async () => world.postgres.resume());
  }),
  fault('postgres.full-by-a-stranger', (world) => fill(world, 'reporting', true)),
  fault('postgres.full-by-a-service', (world) => fill(world, 'agent-manager', true)),
  fault('postgres.full-of-work', (world) => fill(world, 'agent-manager', false)),
  fault('postgres.idle-in-transaction', async (world, pick) => {
    for (let left = pick([1, 3, 8]); left > 0; left -= 1) {
      const client = await session(world, pick(['agent-manager', 'psql', '']));
      await client.query('BEGIN; SELECT count(*) FROM events');
    }
  }),
  fault('postgres.row-locked', async (world) => {
    const [holder, waiter] = [await session(world, 'agent-manager'), await session(world, 'agent-manager')];
    await holder.query('BEGIN; LOCK TABLE commands IN ACCESS EXCLUSIVE MODE');
    waiter.query('SELECT count(*) FROM commands').catch(() => undefined);
    await waitFor(
      async () =>
        (
          await query(
            world.keeper(),
            'SELECT 1 FROM pg_stat_activity WHERE cardinality(pg_blocking_pids(pid)) > 0',
          )
        ).length > 0,
      { seconds: 10, what: 'a session to wait' },
    );
  }),
  fault('postgres.says', async (world, pick) =>
    world.tellOf('postgres', await world.small(postgresThatSays(pick(sqlStates)))),
  ),
  fault('postgres.is-something-else', async (world, pick) =>
    world.tellOf('postgres', await world.small(tcp(pick(strangers)))),
  ),
  fault('postgres.nobody-there', async (world) => world.tellOf('postgres', { port: await freePort() })),
  ...sqlFaults.map(([name, text]) => fault(`postgres.${name}`, (world) => world.sql(text))),
];

async function redis(world: World, ...commands: readonly (readonly string[])[]): Promise<void> {
  const client = new Redis(world.redis.url, { maxRetriesPerRequest: 0 });
  client.on('error', () => undefined);
  try {
    for (const [name = '', ...args] of commands) await client.call(name, ...args).catch(() => undefined);
  } finally {
    client.disconnect();
  }
}

const filled = (prefix: string, bytes: number): readonly string[] => [
  'EVAL',
  `for i = 1, ${bytes / 1024} do redis.pcall('SET', '${prefix}' .. i, string.rep('x', 1000)) end`,
  '0',
];

const redisFaults: readonly Breakable[] = [
  fault('redis.stopped', (world) => world.redis.stop()),
  fault('redis.paused', async (world) => {
    world.redis.pause();
    world.later(async () => world.redis.resume());
  }),
  fault('redis.full', (world, pick) =>
    redis(
      world,
      ['CONFIG', 'SET', 'maxmemory-policy', pick(['noeviction', 'volatile-lru', 'volatile-ttl'])],
      ['CONFIG', 'SET', 'maxmemory', '6mb'],
      filled(pick(['cache:', 'job:', 'session:']), 9 * 2 ** 20),
    ),
  ),
  fault('redis.evicts', (world) =>
    redis(
      world,
      ['CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru'],
      ['CONFIG', 'SET', 'maxmemory', '6mb'],
      filled('cache:', 16 * 2 ** 20),
    ),
  ),
  fault('redis.save-fails', async (world) => {
    // Where the file belongs, there is a folder.
    mkdirSync(join(world.folder, 'redis/dump.rdb/in-the-way'), { recursive: true });
    await redis(world, ['CONFIG', 'SET', 'save', '3600 1'], ['SET', 'cache:1', '1'], ['BGSAVE']);
    await waitFor(() => world.redisSays('rdb_last_bgsave_status:err'), {
      seconds: 10,
      what: 'a save to fail',
    });
  }),
  fault('redis.replica-of-nobody', async (world, pick) =>
    redis(
      world,
      ['CONFIG', 'SET', 'replica-serve-stale-data', pick(['yes', 'no'])],
      ['REPLICAOF', '127.0.0.1', `${await freePort()}`],
    ),
  ),
  fault('redis.wants-replicas', (world) => redis(world, ['CONFIG', 'SET', 'min-replicas-to-write', '1'])),
  fault('redis.busy', async (world) => {
    await redis(
      world,
      ['CONFIG', 'SET', 'busy-reply-threshold', '50'],
      ['CONFIG', 'SET', 'lua-time-limit', '50'],
    );
    const client = new Redis(world.redis.url, { maxRetriesPerRequest: 0, retryStrategy: () => null });
    client.on('error', () => undefined);
    client.call('EVAL', 'while true do end', '0').catch(() => undefined);
    world.later(async () => client.disconnect());
    await waitFor(() => world.redisSays('BUSY'), { seconds: 10, what: 'the script to be slow' });
  }),
  fault('redis.no-client-more', (world) => redis(world, ['CONFIG', 'SET', 'maxclients', '1'])),
  fault('redis.bot-has-another-password', (world) =>
    redis(world, ['ACL', 'SETUSER', 'bot', 'resetpass', '>another']),
  ),
  fault('redis.bot-is-off', (world) => redis(world, ['ACL', 'SETUSER', 'bot', 'off'])),
  fault('redis.bot-may-nothing', (world) => redis(world, ['ACL', 'SETUSER', 'bot', '-@all'])),
  fault('redis.cluster-without-slots', async () => undefined, {
    redis: ['--cluster-enabled', 'yes'],
  }),
  fault('redis.says', async (world, pick) =>
    world.tellOf('redis', await world.small(redisThatSays(pick(redisReplies)))),
  ),
  fault('redis.is-something-else', async (world, pick) =>
    world.tellOf('redis', await world.small(tcp(pick(strangers)))),
  ),
  fault('redis.nobody-there', async (world) => world.tellOf('redis', { port: await freePort() })),
];

const natsFaults: readonly Breakable[] = [
  fault('nats.stopped', (world) => world.nats.stop()),
  fault('nats.paused', async (world) => {
    world.nats.pause();
    world.later(async () => world.nats.resume());
  }),
  fault('nats.without-jetstream', async () => undefined, { jetstream: false }),
  fault('nats.without-stream', (world) => world.noStream()),
  fault('nats.no-client-more', async () => undefined, { nats: 'max_connections: 4' }),
  fault('nats.small-payload', async () => undefined, { nats: 'max_payload: 16' }),
  fault('nats.bot-has-another-password', async (world) => world.tellPassword('nats', 'another')),
  fault('nats.monitor-elsewhere', async (world) => world.tellMonitor(await freePort())),
  fault('nats.slow-consumer', async (world) => {
    const slow = await connect({ ...world.asClient, name: 'reporting' });
    world.later(() => slow.close());
    slow.subscribe('aetherius.>', { callback: () => undefined });
    await slow.flush();
  }),
  fault('nats.says', async (world, pick) =>
    world.tellOf('nats', await world.small(natsThatSays(pick(natsErrors)))),
  ),
  fault('nats.is-something-else', async (world, pick) =>
    world.tellOf('nats', await world.small(tcp(pick(strangers)))),
  ),
  fault('nats.nobody-there', async (world) => world.tellOf('nats', { port: await freePort() })),
];

/** What may listen where a store is looked for. */
const strangers: readonly Parameters<typeof tcp>[0][] = [
  () => undefined,
  (socket) => void socket.destroy(),
  (socket) => void socket.end(),
  (socket) => void socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')),
  (socket) => void socket.once('data', () => socket.write(Buffer.from([0x15, 3, 3, 0, 2, 2, 40]))),
  (socket) => void socket.write('220 mail.example ESMTP\r\n'),
];

/** Codes of RFC 9110 and those that proxies give. */
const statuses = [
  ...[
    200, 202, 204, 301, 302, 307, 400, 401, 403, 404, 405, 408, 409, 410, 413, 418, 421, 422, 425, 429, 431,
    451,
  ],
  ...[500, 501, 502, 503, 504, 505, 507, 508, 511, 520, 524, 599],
];
const bodies = [
  '',
  'OK',
  '{}',
  'null',
  '[]',
  '{"status":"ok"}',
  '{"status":"UP"}',
  '{"status":"degraded"}',
  '{"status":"unhealthy","reason":"dial tcp: connection refused"}',
  '{"status":"ok","dependencies":{"postgres":{"status":"down"}}}',
  '{"status":"ok","dependencies":{"redis":"down","nats":"up"}}',
  '{"status":"ok","checks":[{"name":"nats","status":"down"}]}',
  '{"status":"ok","dependencies":{"redis":{"status":"disabled"}}}',
  '{"status":"healthy","components":{"db":{"status":"UP"},"redis":{"status":"DOWN"}}}',
  '{"status":"ok","depend',
  '{"error":"no space left on device"}',
  '{"error":"pq: sorry, too many clients already"}',
  '<html><head><title>502 Bad Gateway</title></head></html>',
  'upstream connect error or disconnect/reset before headers',
  'x'.repeat(200_000),
] as const;

const ofService = (part: ServiceDrawn): readonly Breakable[] => [
  fault(`${part}.stopped`, (world) => world.service(part).stop()),
  fault(`${part}.paused`, async (world) => world.service(part).behave(() => undefined)),
  fault(`${part}.slow`, async (world, pick) => {
    const ms = pick([300, 900, 6_000]);
    const { answer } = world.service(part);
    world
      .service(part)
      .behave((request, response) => void setTimeout(() => answer(request, response), ms).unref());
  }),
  fault(`${part}.answers`, async (world, pick) => {
    const [code, body, everywhere] = [pick(statuses), pick(bodies), pick([true, false])];
    const { answer } = world.service(part);
    world.service(part).behave((request, response) => {
      if (!everywhere && request.url !== '/health') return answer(request, response);
      const headers = code >= 301 && code < 308 ? { location: '/elsewhere' } : {};
      response.writeHead(code, {
        'content-type': body.startsWith('{') ? 'application/json' : 'text/plain',
        ...headers,
      });
      response.end(body);
    });
  }),
  fault(`${part}.breaks-off`, async (world, pick) => {
    const late = pick([true, false]);
    world.service(part).behave((request, response) => {
      if (late) response.writeHead(200, { 'content-length': '500' }).write('{"status":');
      request.socket.destroy();
    });
  }),
  fault(`${part}.one-path-hangs`, async (world, pick) => {
    const path = pick(['/health', '/health/live']);
    const { answer } = world.service(part);
    world
      .service(part)
      .behave((request, response) => (request.url === path ? undefined : answer(request, response)));
  }),
  fault(`${part}.says-a-store-is-down`, async (world, pick) => {
    const [name, code] = [pick(['postgres', 'redis', 'nats', 'neo4j', 'agent-manager']), pick([200, 503])];
    const { answer } = world.service(part);
    world.service(part).behave((request, response) => {
      if (request.url === '/health/live') return answer(request, response);
      response.writeHead(code, { 'content-type': 'application/json' });
      response.end(
        JSON.stringify({
          status: code === 200 ? 'ok' : 'degraded',
          dependencies: { [name]: { status: 'down' } },
        }),
      );
    });
  }),
];

export const breakables: readonly Breakable[] = [
  ...postgres,
  ...redisFaults,
  ...natsFaults,
  ...(['agent-manager', 'orchestrator-service', 'reasoning-service'] as const).flatMap(ofService),
];
