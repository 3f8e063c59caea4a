import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort, listens, startProcess, waitFor } from '../../../lab/components/process.ts';
import { clusterNode, type RedisServer, startRedis } from '../../../lab/components/redis.ts';
import type { EnvironmentConfig } from '../../../src/domain/settings/environment.ts';
import { closedPort, codes, literal, runProbe, scratch, slowProxy } from '../../support/targets.ts';

const folder = scratch('probes-redis');
const password = 'redis-pass-51f';
let server: RedisServer;
let admin: Redis;

const config = (change: (url: URL) => void = () => undefined): Partial<EnvironmentConfig> => {
  const url = new URL(server.url);
  change(url);
  return { redis: { kind: 'single', url: literal(url.href) } };
};

beforeAll(async () => {
  server = await startRedis({ dir: folder.dir, password });
  admin = new Redis(server.url);
});
afterAll(async () => {
  admin.disconnect();
  await server.stop();
  folder.remove();
});

describe('a healthy Redis', () => {
  it('has nothing to report, from any probe of health', async () => {
    for (const probe of ['redis.connection', 'redis.clients', 'redis.memory', 'redis.eviction-policy']) {
      const outcome = await runProbe(probe, config(), probe === 'redis.connection' ? { slowMs: 2000 } : {});

      expect([probe, outcome.status, outcome.cause]).toEqual([probe, 'healthy', undefined]);
      if (probe === 'redis.memory') expect(outcome.facts.version).toMatch(/^\d+\.\d+\.\d+$/);
    }
  });
});

describe('a broken Redis', () => {
  it('W5 that refuses our password is our own trouble and no finding, and the password stays hidden', async () => {
    const outcome = await runProbe(
      'redis.connection',
      config((url) => void (url.password = 'wrong-pass-77d')),
    );
    const none = await runProbe(
      'redis.connection',
      config((url) => void (url.password = '')),
    );

    for (const seen of [outcome, none])
      expect(seen).toMatchObject({ status: 'inconclusive', cause: { code: 'auth' }, findings: [] });
    expect(JSON.stringify(outcome)).not.toContain('wrong-pass-77d');
  });

  it('that nobody listens for is refused', async () => {
    const port = await closedPort();
    const outcome = await runProbe(
      'redis.connection',
      config((url) => void (url.port = `${port}`)),
    );

    expect(outcome.findings).toMatchObject([{ code: 'ENDPOINT_REFUSED', subject: `127.0.0.1:${port}` }]);
  });

  it('whose name does not resolve could not be checked', async () => {
    const outcome = await runProbe(
      'redis.connection',
      config((url) => void (url.hostname = 'nowhere.invalid')),
    );

    expect(outcome).toMatchObject({ status: 'inconclusive', cause: { code: 'dns' } });
  });

  it('that is stopped with SIGSTOP accepts and is silent: hung', async () => {
    server.pause();
    try {
      const outcome = await runProbe('redis.connection', config());

      expect(codes(outcome)).toEqual(['ENDPOINT_HUNG']);
    } finally {
      server.resume();
    }
  });

  it('that takes no more clients says so', async () => {
    const [, most] = (await admin.config('GET', 'maxclients')) as string[];
    await admin.config('SET', 'maxclients', '1');
    try {
      // Each time, also where its words come after the login was sent.
      for (let time = 1; time <= 20; time += 1)
        expect(codes(await runProbe('redis.connection', config()))).toEqual(['ENDPOINT_AT_LIMIT']);
    } finally {
      await admin.config('SET', 'maxclients', most ?? '10000');
    }
  });

  it('behind a slow way is slow, with the threshold', async () => {
    const proxy = await slowProxy(server);
    try {
      proxy.delayMs = 60;
      const slow = await runProbe(
        'redis.connection',
        config((url) => void (url.port = `${proxy.port}`)),
        {
          slowMs: 100,
        },
      );

      expect(slow.findings).toMatchObject([{ code: 'REDIS_SLOW', facts: { thresholdMs: 100 } }]);
    } finally {
      await proxy.close();
    }
  });
});

describe('memory', () => {
  const fill = async () => {
    await admin.config('SET', 'maxmemory', '8mb');
    for (let at = 0; at < 400; at += 1)
      await admin.set(`cache:${at}`, 'x'.repeat(32_768)).catch(() => undefined);
  };

  it('at its limit with noeviction is both findings, with refused writes counted; with eviction it is a full cache', async () => {
    await admin.config('SET', 'maxmemory-policy', 'noeviction');
    await fill();
    try {
      const memory = await runProbe('redis.memory', config());
      const policy = await runProbe('redis.eviction-policy', config());
      await admin.config('SET', 'maxmemory-policy', 'allkeys-lru');
      await fill();
      const evicting = await runProbe('redis.memory', config());
      const chosen = await runProbe('redis.eviction-policy', config());

      expect(memory.findings).toMatchObject([
        {
          code: 'REDIS_MEMORY_AT_LIMIT',
          severity: 'critical',
          facts: { maxBytes: 8_388_608, policy: 'noeviction' },
        },
      ]);
      expect(memory.findings[0]?.facts.refusedWrites).toBeGreaterThan(0);
      expect(policy.findings).toMatchObject([
        { code: 'REDIS_POLICY_NOEVICTION', subject: 'maxmemory-policy' },
      ]);
      expect([evicting.status, chosen.status]).toEqual(['healthy', 'healthy']);
    } finally {
      await admin.flushall();
      await admin.config('SET', 'maxmemory', '0');
      await admin.config('SET', 'maxmemory-policy', 'noeviction');
    }
  });

  it('limited to far less than is written is too low', async () => {
    await admin.config('SET', 'maxmemory-policy', 'allkeys-lru');
    await admin.config('SET', 'maxmemory', '3mb');
    try {
      const before = await runProbe('redis.memory-limit', config());
      for (let start = 0; start < 10_000; start += 500) {
        const pipeline = admin.pipeline();
        for (let at = start; at < start + 500; at += 1) pipeline.set(`cache:item:${at}`, 'x'.repeat(2_000));
        await pipeline.exec();
      }
      const after = await runProbe('redis.memory-limit', config());

      expect(before.status).toBe('healthy');
      expect(after.findings).toMatchObject([{ code: 'REDIS_LIMIT_TOO_LOW' }]);
      expect(after.facts.keptSeconds).toBeLessThan(1_800);
    } finally {
      await admin.flushall();
      await admin.config('SET', 'maxmemory', '0');
      await admin.config('SET', 'maxmemory-policy', 'noeviction');
    }
  });

  it('with noeviction and room is nobody’s problem', async () => {
    await admin.config('SET', 'maxmemory', '64mb');
    try {
      expect((await runProbe('redis.eviction-policy', config())).status).toBe('healthy');
      expect((await runProbe('redis.memory', config())).status).toBe('healthy');
    } finally {
      await admin.config('SET', 'maxmemory', '0');
    }
  });

  it('with volatile eviction and no key that expires cannot evict', async () => {
    await admin.config('SET', 'maxmemory-policy', 'volatile-lru');
    await fill();
    try {
      expect(codes(await runProbe('redis.memory', config()))).toEqual(['REDIS_MEMORY_AT_LIMIT']);
    } finally {
      await admin.flushall();
      await admin.config('SET', 'maxmemory', '0');
      await admin.config('SET', 'maxmemory-policy', 'noeviction');
    }
  });
});

describe('clients', () => {
  it('are counted by the name they gave, the bot itself left out', async () => {
    const service = new Redis(server.url, { connectionName: 'agent-manager' });
    try {
      await service.ping();
      const outcome = await runProbe('redis.clients', config());

      expect(outcome.facts).toMatchObject({ 'sessions.agent-manager': 1, total: 2 });
    } finally {
      service.disconnect();
    }
  });
});

describe('Redis behind Sentinel and as a cluster', () => {
  it('is found through its Sentinels, whose silence and refusal are told apart', async () => {
    const sentinelFolder = scratch('probes-sentinel');
    const { writeFileSync, mkdirSync } = await import('node:fs');
    const { redisProgram } = await import('../../../lab/components/redis.ts');
    const program = await redisProgram();
    const port = await freePort();
    mkdirSync(sentinelFolder.dir, { recursive: true });
    const file = `${sentinelFolder.dir}/sentinel.conf`;
    writeFileSync(
      file,
      `port ${port}\nbind 127.0.0.1\ndir ${sentinelFolder.dir}\nsentinel monitor main 127.0.0.1 ${server.port} 1\nsentinel auth-pass main ${password}\n`,
    );
    const sentinel = await startProcess({
      name: 'sentinel',
      command: program.command,
      args: [file, '--sentinel'],
      env: program.env,
      log: `${sentinelFolder.dir}/sentinel.log`,
    });
    const through = (at: number) => ({
      redis: {
        kind: 'sentinel' as const,
        sentinels: [{ host: '127.0.0.1', port: at }],
        name: 'main',
        password: literal(password),
      },
    });
    try {
      await waitFor(() => listens(port), { seconds: 10, what: 'the Sentinel' });

      expect((await runProbe('redis.connection', through(port), { slowMs: 3000 })).status).toBe('healthy');
      expect(codes(await runProbe('redis.connection', through(await closedPort())))).toEqual([
        'ENDPOINT_REFUSED',
      ]);
    } finally {
      await sentinel.stop();
      sentinelFolder.remove();
    }
  });

  it('answers as a cluster through any of its nodes', async () => {
    const clusterFolder = scratch('probes-cluster');
    const node = await startRedis({
      dir: clusterFolder.dir,
      password,
      args: clusterNode(await freePort()),
    });
    const client = new Redis(node.url);
    try {
      await client.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
      await waitFor(async () => String(await client.call('CLUSTER', 'INFO')).includes('cluster_state:ok'), {
        seconds: 10,
        what: 'the cluster',
      });
      const outcome = await runProbe(
        'redis.connection',
        {
          redis: {
            kind: 'cluster',
            nodes: [{ host: '127.0.0.1', port: node.port }],
            password: literal(password),
          },
        },
        { slowMs: 3000 },
      );

      expect([outcome.status, outcome.findings]).toEqual(['healthy', []]);
    } finally {
      client.disconnect();
      await node.stop();
      clusterFolder.remove();
    }
  });

  it('with several masters is looked at master by master', async () => {
    const folders = [scratch('probes-cluster-a'), scratch('probes-cluster-b')];
    const nodes: RedisServer[] = [];
    const clients: Redis[] = [];
    const buses: number[] = [];
    try {
      for (const { dir } of folders) {
        const bus = await freePort();
        const args = [...clusterNode(bus), '--masterauth', password];
        const node = await startRedis({ dir, password, args });
        nodes.push(node);
        buses.push(bus);
        clients.push(new Redis(node.url));
      }
      const [first, second] = clients as [Redis, Redis];
      await first.call('CLUSTER', 'ADDSLOTSRANGE', '0', '8191');
      await second.call('CLUSTER', 'ADDSLOTSRANGE', '8192', '16383');
      await second.call('CLUSTER', 'SET-CONFIG-EPOCH', '7');
      await first.call('CLUSTER', 'MEET', '127.0.0.1', `${nodes[1]?.port}`, `${buses[1]}`);
      for (const client of clients)
        await waitFor(async () => String(await client.call('CLUSTER', 'INFO')).includes('cluster_state:ok'), {
          seconds: 20,
          what: 'the cluster',
        });
      const through = {
        redis: {
          kind: 'cluster' as const,
          nodes: [{ host: '127.0.0.1', port: nodes[0]?.port ?? 0 }],
          password: literal(password),
        },
      };
      const probes = ['redis.memory', 'redis.eviction-policy', 'redis.key-space', 'redis.clients'];
      for (const probe of probes) {
        const outcome = await runProbe(probe, through);

        expect([probe, outcome.status, outcome.cause]).toEqual([probe, 'healthy', undefined]);
        if (probe !== 'redis.clients') expect(outcome.facts.nodes).toBe(2);
      }
      const used = Number(/used_memory:(\d+)/.exec(await second.info('memory'))?.[1]);
      await second.config('SET', 'maxmemory', `${Math.round(used * 1.02)}`);
      const full = await runProbe('redis.eviction-policy', through);

      expect(full.findings).toMatchObject([
        { code: 'REDIS_POLICY_NOEVICTION', facts: { redisNode: `127.0.0.1:${nodes[1]?.port}` } },
      ]);
    } finally {
      for (const client of clients) client.disconnect();
      for (const node of nodes) await node.stop();
      for (const one of folders) one.remove();
    }
  }, 60_000);
});
