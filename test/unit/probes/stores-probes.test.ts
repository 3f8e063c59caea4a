import { describe, expect, it } from 'vitest';
import type { NatsTarget } from '../../../src/domain/look/targets/nats.ts';
import { natsRegistrationTraffic } from '../../../src/probes/nats/registration-traffic.probe.ts';
import { natsSlowConsumers } from '../../../src/probes/nats/slow-consumers.probe.ts';
import { natsStreams } from '../../../src/probes/nats/streams.probe.ts';
import { postgresIndexHealth } from '../../../src/probes/postgres/index-health.probe.ts';
import { postgresLockWaits } from '../../../src/probes/postgres/lock-waits.probe.ts';
import { postgresMissingIndexes } from '../../../src/probes/postgres/missing-indexes.probe.ts';
import { postgresOldRows } from '../../../src/probes/postgres/old-rows.probe.ts';
import { postgresSessionShares } from '../../../src/probes/postgres/session-shares.probe.ts';
import { postgresSlowStatements } from '../../../src/probes/postgres/slow-statements.probe.ts';
import { postgresUnprocessedEvents } from '../../../src/probes/postgres/unprocessed-events.probe.ts';
import { redisAgentCache } from '../../../src/probes/redis/agent-cache.probe.ts';
import { redisKeySpace } from '../../../src/probes/redis/key-space.probe.ts';
import { redisMemoryLimit } from '../../../src/probes/redis/memory-limit.probe.ts';
import { covers } from '../../../src/probes/support/nats-subjects.ts';
import { wordsIn } from '../../../src/text/words.ts';
import { fakeRuntime } from '../../support/fake-runtime.ts';
import { fakePostgres, fakeRedis, probeContext } from '../../support/probe-context.ts';

const withPg = (answers: Parameters<typeof fakePostgres>[0]) =>
  probeContext({ postgres: fakePostgres(answers) });

describe('postgres.session-shares', () => {
  const shares = (totals: object, largest: object) =>
    postgresSessionShares.run({}, withPg({ 'AS used': [totals], 'AS application': [largest] }));
  const app = {
    application: 'agent-manager',
    user: 'a',
    database: 'agent_manager',
    ours: true,
    sessions: 45,
    idle: 40,
    leaked: 0,
  };

  const full = {
    used: 95,
    max: 100,
    reserved: 3,
    leaked: 0,
    leakedElsewhere: 0,
    hidden: 0,
    inTransaction: 0,
  };

  it('names leaks before pools and pools before the limit, and nothing while there is room', async () => {
    expect(await shares({ ...full, used: 20 }, app)).toMatchObject({
      status: 'healthy',
    });
    expect(await shares({ ...full, leaked: 60 }, app)).toMatchObject({
      findings: [{ code: 'PG_SESSIONS_LEAKED' }],
    });
    expect(await shares({ ...full, leaked: 1 }, app)).toMatchObject({
      findings: [{ code: 'PG_POOLS_TOO_LARGE', subject: 'agent-manager' }],
    });
    expect(await shares({ ...full, used: 9, max: 12 }, { ...app, sessions: 5 })).toMatchObject({
      findings: [{ code: 'PG_LIMIT_TOO_LOW' }],
    });
  });

  it('looks a second time at sessions that are idle in a transaction only now', async () => {
    const looks = (second: number) => {
      const totals = { ...full, used: 90, inTransaction: 75 };
      const answers = [
        { ...totals, leaked: 0 },
        { ...totals, leaked: second },
      ];
      return postgresSessionShares.run(
        {},
        withPg({ 'AS used': () => answers.splice(0, 1), 'AS application': [{ ...app, sessions: 80 }] }),
      );
    };

    expect(await looks(74)).toMatchObject({ findings: [{ code: 'PG_SESSIONS_LEAKED' }] });
    expect(await looks(2)).toMatchObject({ findings: [{ code: 'PG_POOLS_TOO_LARGE' }] });
  });

  it('blames neither limit nor pools when others than the platform hold the connections', async () => {
    const other = { ...app, application: 'shop', database: 'shop', ours: false, sessions: 50 };
    const elsewhere = { findings: [{ code: 'PG_CONNECTIONS_ELSEWHERE', subject: 'shop' }] };

    expect(await shares(full, other)).toMatchObject(elsewhere);
    expect(await shares({ ...full, used: 9, max: 12 }, { ...other, sessions: 6 })).toMatchObject(elsewhere);
    expect(
      await postgresSessionShares.run(
        {},
        withPg({
          'AS used': [{ ...full, leakedElsewhere: 40 }],
          'AS application': [app, { ...other, sessions: 44 }],
        }),
      ),
    ).toMatchObject(elsewhere);
  });

  it('concludes nothing by elimination while what could be leaks is hidden', async () => {
    expect(await shares({ ...full, hidden: 60 }, app)).toMatchObject({
      status: 'inconclusive',
      cause: { facts: { reason: 'sessions-hidden', hidden: 60 } },
    });
    expect(await shares({ ...full, hidden: 60, leaked: 40 }, app)).toMatchObject({
      findings: [{ code: 'PG_SESSIONS_LEAKED' }],
    });
    expect(await shares({ ...full, hidden: 1 }, app)).toMatchObject({
      findings: [{ code: 'PG_POOLS_TOO_LARGE' }],
    });
  });
});

describe('postgres.slow-statements', () => {
  it('says "not installed" without the extension, and shows the worst with it', async () => {
    const params = { database: 'agentManager', meanMs: 100 } as const;

    expect(
      await postgresSlowStatements.run(params, withPg({ to_regclass: [{ present: false }] })),
    ).toMatchObject({ status: 'skipped', reason: 'not-installed' });
    expect(
      await postgresSlowStatements.run(
        params,
        withPg({
          to_regclass: [{ present: true }],
          'FROM pg_stat_statements': [{ query: 'SELECT * FROM events', calls: 3, mean: 420, max: 900 }],
        }),
      ),
    ).toMatchObject({ findings: [{ code: 'PG_SLOW_STATEMENTS', facts: { meanMs: 420 } }] });
  });
});

describe('postgres.missing-indexes', () => {
  const sizes = [{ table: 'events', rows: 1_000_000, mib: 200 }];
  const columns = (...names: readonly string[]) => names.map((column) => ({ table: 'events', column }));
  const look = (present: readonly object[]) =>
    postgresMissingIndexes.run(
      { database: 'agentManager' },
      withPg({ 'FROM pg_index': present, 'FROM pg_class': sizes }),
    );

  it('looks at columns, not at names', async () => {
    expect(await look(columns('cluster_id', 'severity', 'timestamp'))).toMatchObject({ status: 'healthy' });
    expect(await look(columns('cluster_id', 'severity'))).toMatchObject({
      findings: [{ code: 'PG_INDEX_MISSING', subject: 'events(timestamp)', facts: { rows: 1_000_000 } }],
    });
  });
});

describe('postgres.old-rows, postgres.unprocessed-events and postgres.lock-waits', () => {
  it('count what is due for a clean-up', async () => {
    const look = (count: number) =>
      postgresOldRows.run(
        { database: 'agentManager', most: 50_000 },
        withPg({ 'AS count': [{ count, oldest: new Date('2026-01-01') }] }),
      );

    expect(await look(100)).toMatchObject({ status: 'healthy' });
    expect(await look(120_000)).toMatchObject({
      findings: [{ code: 'PG_OLD_ROWS', since: '2026-01-01T00:00:00.000Z' }],
    });
  });

  it('count events that were never processed', async () => {
    const look = (count: string) =>
      postgresUnprocessedEvents.run(
        { olderThanSeconds: 120 },
        withPg({ 'AS count': [{ count, oldest: null }] }),
      );

    expect(await look('0')).toMatchObject({ status: 'healthy' });
    expect(await look('7')).toMatchObject({
      findings: [{ code: 'UNPROCESSED_EVENTS', facts: { unprocessed: 7 } }],
    });
  });

  const behind = (waiter: number, seconds: number | null, pid = 71) => ({
    ...{ waiter, seconds, pid, application: 'report', user: 'r', database: 'agent_manager' },
    ...{ state: 'idle in transaction', open: 60, since: null },
  });
  const locks = (...looks: readonly (readonly object[])[]) => {
    const rest = [...looks];
    return postgresLockWaits.run({ seconds: 1 }, withPg({ pg_blocking_pids: () => rest.shift() ?? [] }));
  };

  it('name the root that blocks, with all that wait behind it', async () => {
    const waits = [behind(5, 9), behind(6, 2)];

    expect(await locks(waits, waits)).toMatchObject({
      findings: [
        {
          code: 'PG_LOCK_BLOCKS',
          subject: 'pid 71',
          facts: { waiting: 2, longestSeconds: 9, openSeconds: 60 },
        },
      ],
    });
  });

  it('take for blocked only who waits for the same session at both looks', async () => {
    expect(await locks([behind(5, 9)], [])).toMatchObject({ status: 'healthy' });
    expect(await locks([behind(5, 9)], [behind(6, 9)])).toMatchObject({ status: 'healthy' });
    expect(await locks([behind(5, 9)], [behind(5, 9, 72)])).toMatchObject({ status: 'healthy' });
    expect(await locks([behind(5, 0.1)], [behind(5, 0.2)])).toMatchObject({ status: 'healthy' });
    expect(await locks([behind(5, 0.3)], [behind(5, 1.6)])).toMatchObject({
      findings: [{ facts: { longestSeconds: 2 } }],
    });
  });

  it('measure a wait whose beginning is hidden by the time between the looks', async () => {
    expect(await locks([behind(5, null)], [behind(5, null)])).toMatchObject({
      findings: [{ code: 'PG_LOCK_BLOCKS', facts: { waiting: 1, longestSeconds: 1 } }],
    });
  });
});

describe('postgres.index-health', () => {
  it('names an invalid index without any extension, and cannot tell the rest without them', async () => {
    const index = { oid: '1', schema: 'public', name: 'idx', table: 'events', bytes: '1000', valid: true };
    const look = (valid: boolean) =>
      postgresIndexHealth.run(
        { database: 'agentManager' },
        withPg({ pg_extension: [], 'FROM pg_index': [{ ...index, valid }] }),
      );

    expect(await look(false)).toMatchObject({ findings: [{ code: 'INDEX_INVALID', subject: 'public.idx' }] });
    expect(await look(true)).toMatchObject({ status: 'skipped', reason: 'not-installed' });
  });
});

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
        postgres: fakePostgres({ 'FROM agents': rows }),
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

describe('redis.memory-limit', () => {
  const look = (memory: Readonly<Record<string, string>>, evicted: number, keys: number, uptime = 3_600) =>
    redisMemoryLimit.run(
      {},
      probeContext({
        redis: fakeRedis(() => keys, {
          memory,
          stats: { evicted_keys: `${evicted}` },
          server: { uptime_in_seconds: `${uptime}` },
        }),
      }),
    );
  const megabytes = (used: number, max: number) => ({
    used_memory: `${used * 1024 * 1024}`,
    maxmemory: `${max * 1024 * 1024}`,
  });

  const MIB = 1024 * 1024;
  /** A server without `maxmemory` beside what its container may use, undefined for no limit, on a machine of 16 GiB. */
  const unlimited = (used: number, containers: readonly (number | undefined)[] | undefined, expiring = 0) =>
    redisMemoryLimit.run(
      {},
      probeContext({
        redis: fakeRedis(() => 20_000, {
          memory: { ...megabytes(used, 0), total_system_memory: `${16 * 1024 * MIB}` },
          stats: { evicted_keys: '0' },
          server: { uptime_in_seconds: '3600' },
          keyspace: { db0: `keys=20000,expires=${expiring},avg_ttl=0` },
        }),
        ...(containers === undefined
          ? {}
          : {
              runtime: fakeRuntime({
                redis: containers.map((limit) =>
                  limit === undefined ? {} : { memoryLimitBytes: limit * MIB },
                ),
              }),
            }),
      }),
    );
  const noLimit = { findings: [{ code: 'REDIS_NO_LIMIT' }] };

  it('wants a limit where keys that never expire fill a container that would be killed', async () => {
    expect(await unlimited(42, [512])).toMatchObject({
      findings: [{ code: 'REDIS_NO_LIMIT', facts: { boundBytes: 512 * MIB, boundPercent: 8.2 } }],
    });
    expect(await unlimited(42, [2048, 512])).toMatchObject(noLimit);
    expect(await unlimited(260, [512], 20_000)).toMatchObject(noLimit);
    expect(await unlimited(30, [40], 20_000)).toMatchObject(noLimit);
  });

  it('wants none where little of the container is used, or where keys expire by themselves', async () => {
    expect(await unlimited(42, [2048])).toMatchObject({ status: 'healthy', facts: { boundPercent: 2.1 } });
    expect(await unlimited(200, [512], 15_000)).toMatchObject({ status: 'healthy' });
    expect(await unlimited(4, [64])).toMatchObject({ status: 'healthy' });
  });

  it('judges a container without a limit by its machine', async () => {
    expect(await unlimited(42, [undefined])).toMatchObject({ status: 'healthy' });
    expect(await unlimited(1100, [undefined])).toMatchObject(noLimit);
  });

  it('cannot tell where nobody knows what Redis may use, unless it is almost empty', async () => {
    const unknown = {
      status: 'inconclusive',
      cause: { facts: { reason: 'redis-bound-unknown', usedBytes: 44 * MIB } },
    };

    expect(await unlimited(44, undefined)).toMatchObject(unknown);
    expect(await unlimited(44, [])).toMatchObject(unknown);
    expect(await unlimited(2, undefined)).toMatchObject({ status: 'healthy' });
    for (const language of ['en', 'zh-CN'] as const)
      expect(wordsIn(language).lookup('cause.redis-bound-unknown')).toBeDefined();
  });

  it('finds a limit too low when more was evicted than is kept, and not when a cache is merely full', async () => {
    expect(await look(megabytes(3, 3), 19_000, 800)).toMatchObject({
      findings: [
        { code: 'REDIS_LIMIT_TOO_LOW', facts: { evictedKeys: 19_000, keys: 800, keptSeconds: 152 } },
      ],
    });
    expect(await look(megabytes(990, 1000), 500, 200_000)).toMatchObject({ status: 'healthy' });
    expect(await look(megabytes(100, 1000), 500, 20)).toMatchObject({ status: 'healthy' });
  });

  it('lets a cache be that has evicted many times what it holds, but over months', async () => {
    const months = 90 * 86_400;

    expect(await look(megabytes(990, 1000), 4_000_000, 200_000, months)).toMatchObject({ status: 'healthy' });
    expect(await look(megabytes(990, 1000), 4_000_000_000, 200_000, months)).toMatchObject({
      findings: [{ code: 'REDIS_LIMIT_TOO_LOW' }],
    });
  });
});

describe('redis.key-space', () => {
  const look = (prefix: string, ttl: number) =>
    redisKeySpace.run(
      { prefix: 'cache:', keys: 20_000 },
      probeContext({
        redis: fakeRedis(
          (command) => {
            if (command === 'DBSIZE') return 100;
            if (command === 'SCAN')
              return ['0', Array.from({ length: 100 }, (_, index) => `${prefix}${index}`)];
            return command === 'MEMORY' ? 300_000 : ttl;
          },
          { memory: { used_memory: '32000000' } },
        ),
      }),
    );

  it('counts only throw-away keys that never expire (R-PLAT22)', async () => {
    expect(await look('cache:', -1)).toMatchObject({
      findings: [{ code: 'REDIS_USELESS_KEYS', facts: { uselessKeys: 100 } }],
    });
    expect(await look('cache:', 60_000)).toMatchObject({ status: 'healthy' });
    expect(await look('session:', -1)).toMatchObject({ status: 'healthy' });
  });
});

const nats = (more: Partial<NatsTarget>): NatsTarget => ({
  hasMonitor: true,
  connect: () =>
    Promise.resolve({ latencyMs: 1, serverId: 'N', serverName: 'n', version: '2', jetstream: true }),
  monitor: () => Promise.reject(new Error('not asked')),
  listen: () => Promise.resolve({}),
  jetstream: () => Promise.reject(new Error('not asked')),
  ...more,
});

describe('nats.registration-traffic, nats.slow-consumers and nats.streams', () => {
  it('hear silence, after listening for longer', async () => {
    const listened: number[] = [];
    const hear = (...seen: readonly Readonly<Record<string, number>>[]) => {
      listened.length = 0;
      const listen: NatsTarget['listen'] = (_subject, ms) => {
        listened.push(ms);
        return Promise.resolve(seen[listened.length - 1] ?? {});
      };
      return natsRegistrationTraffic.run(
        { seconds: 6, silentSeconds: 12 },
        probeContext({ nats: nats({ listen }) }),
      );
    };

    expect(await hear({}, {})).toMatchObject({
      findings: [{ code: 'NOBODY_PUBLISHES', facts: { seconds: 18 } }],
    });
    expect(await hear({}, { 'aetherius.agent.c1.heartbeat': 1 })).toMatchObject({ status: 'healthy' });
    expect(listened).toEqual([6_000, 12_000]);
    expect(await hear({ 'aetherius.agent.c1.heartbeat': 3 })).toMatchObject({ status: 'healthy' });
    expect(listened).toEqual([6_000]);
  });

  it('take a backlog for one only when it stays', async () => {
    const tap = { cid: 1, name: 'tap', subscriptions_list: ['aetherius.>'] };
    const look = (first: number, second: number) => {
      const pages = [first, second];
      const monitor = (<T>(path: string) =>
        Promise.resolve(
          (path.startsWith('/connz')
            ? { connections: [{ ...tap, pending_bytes: pages.shift() ?? 0 }] }
            : { slow_consumers: 0 }) as T,
        )) as NatsTarget['monitor'];
      return natsSlowConsumers.run(
        { pendingBytes: 500_000, pendingMessages: 1_000, seconds: 2 },
        probeContext({ nats: nats({ monitor }) }),
      );
    };

    expect(await look(900_000, 900_000)).toMatchObject({
      findings: [{ code: 'NATS_SLOW_CONSUMER', subject: 'tap' }],
    });
    expect(await look(900_000, 0)).toMatchObject({ status: 'healthy' });
  });

  describe('on a server that others use as well', () => {
    interface Client {
      readonly name?: string;
      readonly subscriptions_list?: readonly string[];
    }
    /** One connection with a backlog in every sample. */
    const behind = (client: Client) =>
      look(() => ({ connections: [{ cid: 7, pending_bytes: 900_000, ...client }] }));
    /** One that the server drops between the two samples, with what it keeps of it. */
    const dropped = (...clients: readonly Client[]) => {
      let asked = 0;
      return look((path) => {
        if (path.startsWith('/varz')) {
          asked += 1;
          return { slow_consumers: asked === 1 ? 4 : 5 };
        }
        const reason = 'Slow Consumer (Write Deadline)';
        const stop = '2026-11-25T03:00:00Z';
        const closed = clients.map((client) => ({ cid: 7, pending_bytes: 0, reason, stop, ...client }));
        return { now: stop, connections: path.includes('state=closed') ? closed : [] };
      });
    };
    const look = (answer: (path: string) => object) =>
      natsSlowConsumers.run(
        { pendingBytes: 500_000, pendingMessages: 1_000, seconds: 2 },
        probeContext({
          nats: nats({
            monitor: (<T>(path: string) => Promise.resolve(answer(path) as T)) as NatsTarget['monitor'],
          }),
        }),
      );
    const shop = { name: 'shop-worker', subscriptions_list: ['orders.>', '_INBOX.x.*'] };
    const anyone = { status: 'inconclusive', cause: { facts: { reason: 'slow-consumer-unclear' } } };

    it('only consumers of the platform are a backlog, by their name or their subjects', async () => {
      for (const client of [
        { name: 'agent-manager-events' },
        { name: 'collect-agent-c1', subscriptions_list: ['_INBOX.x.*'] },
        { name: 'audit-tap', subscriptions_list: ['aetherius.>'] },
        { subscriptions_list: ['orders.>', 'aetherius.events.c1'] },
      ]) {
        expect(await behind(client)).toMatchObject({ findings: [{ code: 'NATS_SLOW_CONSUMER' }] });
        expect(await dropped(client)).toMatchObject({ findings: [{ code: 'NATS_CONSUMERS_DROPPED' }] });
      }
    });

    it('one of another application is only told', async () => {
      const told = {
        findings: [{ code: 'NATS_SLOW_CONSUMER_ELSEWHERE', severity: 'info', subject: 'shop-worker' }],
      };

      expect(await behind(shop)).toMatchObject(told);
      expect(await dropped(shop)).toMatchObject(told);
    });

    it('one that may be either is not known', async () => {
      for (const client of [
        {},
        { name: 'tap', subscriptions_list: ['>'] },
        { name: 'shop-orchestrator', subscriptions_list: ['orders.>'] },
      ]) {
        expect(await behind(client)).toMatchObject(anyone);
        expect(await dropped(client)).toMatchObject(anyone);
      }
    });

    it('the count of the whole server proves nothing of the platform', async () => {
      expect(await dropped()).toMatchObject(anyone);
    });

    it('one of the platform is found among those of others', async () => {
      let asked = 0;
      const outcome = await look((path) => {
        if (path.startsWith('/varz')) {
          asked += 1;
          return { slow_consumers: asked === 1 ? 4 : 6 };
        }
        const closed = { reason: 'Slow Consumer (Write Deadline)', pending_bytes: 0 };
        const connections = [
          { cid: 7, ...closed, ...shop },
          { cid: 8, ...closed, name: 'agent-manager' },
        ];
        return { connections: path.includes('state=closed') ? connections : [] };
      });

      expect(outcome).toMatchObject({
        findings: [{ code: 'NATS_CONSUMERS_DROPPED', facts: { dropped: 1, consumer: 'agent-manager' } }],
      });
    });
  });

  it('take a consumer of a stream for slow that takes messages and has ever more of them waiting', async () => {
    interface Consumer {
      readonly num_pending: number;
      readonly delivered: { readonly consumer_seq: number };
    }
    const look = (first: Consumer, second: Consumer, subjects = ['aetherius.events.>'], filter?: string) => {
      const samples = [first, second];
      const config = filter === undefined ? {} : { config: { filter_subject: filter } };
      const monitor = (<T>(path: string) => {
        const consumer_detail = path.startsWith('/jsz')
          ? [{ name: 'worker', ...config, ...samples.shift() }]
          : [];
        const stream_detail = [{ name: 'EVENTS', config: { subjects }, consumer_detail }];
        return Promise.resolve({ connections: [], account_details: [{ stream_detail }] } as T);
      }) as NatsTarget['monitor'];
      return natsSlowConsumers.run(
        { pendingBytes: 500_000, pendingMessages: 1_000, seconds: 2 },
        probeContext({ nats: nats({ monitor }) }),
      );
    };
    const consumer = (pending: number, taken: number) => ({
      num_pending: pending,
      delivered: { consumer_seq: taken },
    });

    expect(await look(consumer(5_000, 100), consumer(6_000, 120))).toMatchObject({
      findings: [
        {
          code: 'NATS_CONSUMER_LAGS',
          subject: 'EVENTS/worker',
          facts: { pending: 6_000, growthPerSecond: 500, takenPerSecond: 10 },
        },
      ],
    });
    expect(await look(consumer(5_000, 100), consumer(6_000, 120), ['>'])).toMatchObject({
      status: 'inconclusive',
    });
    // It catches up; nobody reads it at all; few wait; it is somebody else's stream, or takes theirs alone.
    for (const well of [
      look(consumer(6_000, 100), consumer(5_000, 1_200)),
      look(consumer(5_000, 100), consumer(6_000, 100)),
      look(consumer(400, 100), consumer(500, 120)),
      look(consumer(5_000, 100), consumer(6_000, 120), ['orders.>']),
      look(consumer(5_000, 100), consumer(6_000, 120), ['>'], 'orders.>'),
    ])
      expect(await well).toMatchObject({ status: 'healthy' });
  });

  describe('after a consumer was dropped', () => {
    /** Pending bytes of each sample of the consumer that came back; how long ago the other one was dropped. */
    const look = (droppedSecondsAgo: number, ...samples: readonly number[]) =>
      after('agent-manager-events', droppedSecondsAgo, samples);
    /** `back`: the name under which a connection is open. */
    const after = async (
      back: string,
      droppedSecondsAgo: number,
      samples: readonly number[],
      who = 'agent-manager-events',
    ) => {
      const asked: string[] = [];
      const now = Date.parse('2026-11-25T03:00:00.000Z');
      const monitor = (<T>(path: string) => {
        asked.push(path);
        if (path.includes('state=closed')) {
          const stop = new Date(now - droppedSecondsAgo * 1000).toISOString();
          const connections = [
            { cid: 9, name: 'other', reason: 'Client Closed', stop: new Date(now).toISOString() },
            { cid: 3, name: who, reason: 'Slow Consumer (Write Deadline)', stop },
          ];
          return Promise.resolve({ now: new Date(now).toISOString(), connections } as T);
        }
        if (path.startsWith('/varz')) return Promise.resolve({ slow_consumers: 1 } as T);
        const at = asked.filter((one) => one.includes('sort=pending')).length - 1;
        return Promise.resolve({
          connections: [{ cid: 5, name: back, pending_bytes: samples[at] ?? 0 }],
        } as T);
      }) as NatsTarget['monitor'];
      const outcome = await natsSlowConsumers.run(
        { pendingBytes: 500_000, pendingMessages: 1_000, seconds: 2 },
        probeContext({ nats: nats({ monitor }) }),
      );
      return { outcome, samples: asked.filter((one) => one.includes('sort=pending')).length };
    };

    it('the one that came back is watched until it falls behind', async () => {
      expect(await look(4, 0, 0, 200_000, 900_000, 1_200_000)).toMatchObject({
        outcome: { findings: [{ code: 'NATS_SLOW_CONSUMER', subject: 'agent-manager-events' }] },
        samples: 5,
      });
    });

    it('and no longer than it takes to fall behind', async () => {
      expect(await look(4, 0)).toMatchObject({ outcome: { status: 'healthy' }, samples: 7 });
    });

    it('one of the platform that does not come back is named', async () => {
      expect(await after('other', 4, [0])).toMatchObject({
        outcome: { findings: [{ code: 'NATS_CONSUMER_GONE', subject: 'agent-manager-events' }] },
      });
      // Somebody else's tool may have been closed.
      expect(await after('other', 4, [0], 'nats-cli')).toMatchObject({ outcome: { status: 'healthy' } });
    });

    it('long ago, two samples are enough', async () => {
      expect(await look(90, 0)).toMatchObject({ outcome: { status: 'healthy' }, samples: 2 });
    });
  });

  it('want a stream that takes in the whole subject', async () => {
    const look = (...subjects: readonly string[]) => {
      const jetstream = (<T>() =>
        Promise.resolve({ streams: [{ config: { name: 'S', subjects } }] } as T)) as NatsTarget['jetstream'];
      return natsStreams.run({ subject: 'aetherius.events.>' }, probeContext({ nats: nats({ jetstream }) }));
    };

    expect(await look('aetherius.events.>')).toMatchObject({ status: 'healthy' });
    expect(await look('aetherius.>')).toMatchObject({ status: 'healthy' });
    expect(await look('aetherius.events.c1.>')).toMatchObject({ findings: [{ code: 'NATS_NO_STREAM' }] });
    expect(covers('aetherius.*.>', 'aetherius.events.>')).toBe(true);
    expect(covers('aetherius.*', 'aetherius.events.>')).toBe(false);
  });
});
