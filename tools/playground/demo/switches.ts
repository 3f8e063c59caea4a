import { Redis } from 'ioredis';
import { Client } from 'pg';
import type { DemoPlatform } from './platform.ts';

/** A fault of the demo platform that can be switched on and off in the page. */
export interface Switch {
  readonly id: string;
  readonly title: string;
  /** What `/aetherius health` should then say, for whoever tries it. */
  readonly hint: string;
  /** `real`: it happens in a real server; `simulated`: a simulated part behaves so. */
  readonly kind: 'real' | 'simulated';
  on(demo: DemoPlatform): Promise<void>;
  off(demo: DemoPlatform): Promise<void>;
}

const leaked = new Set<Client>();

async function withRedis(demo: DemoPlatform, work: (redis: Redis) => Promise<void>): Promise<void> {
  const redis = new Redis(demo.redisUrl, { maxRetriesPerRequest: 1, connectionName: 'demo-switch' });
  redis.on('error', () => undefined);
  try {
    await work(redis);
  } finally {
    redis.disconnect();
  }
}

/** Writes cache keys until Redis itself refuses the next one. */
async function fill(redis: Redis): Promise<void> {
  const value = 'x'.repeat(64 * 1024);
  for (let index = 0; index < 4_000; index += 1) {
    try {
      await redis.set(`cache:report:${index}`, value);
    } catch {
      return;
    }
  }
}

async function leakSessions(demo: DemoPlatform, count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    const client = new Client({
      connectionString: demo.databaseUrl('agent_manager'),
      application_name: 'report-job',
    });
    client.on('error', () => leaked.delete(client));
    await client.connect();
    await client.query('BEGIN');
    await client.query('SELECT count(*) FROM agents');
    leaked.add(client);
  }
}

const stopped = (id: string, title: string, part: 'postgres' | 'nats', hint: string): Switch => ({
  id,
  title,
  hint,
  kind: 'real',
  async on(demo) {
    await demo.stopServer(part);
    demo.kube.setReady(part, false, 'Error');
  },
  async off(demo) {
    await demo.startServer(part);
    demo.kube.setReady(part, true);
  },
});

export const switches: readonly Switch[] = [
  {
    id: 'redis-full',
    title: 'Redis is full and evicts nothing',
    hint: 'Redis degraded: memory at its limit, policy noeviction. A fix is offered.',
    kind: 'real',
    on: (demo) =>
      withRedis(demo, async (redis) => {
        await redis.config('SET', 'maxmemory-policy', 'noeviction');
        await redis.config('SET', 'maxmemory', '24mb');
        await fill(redis);
      }),
    off: (demo) =>
      withRedis(demo, async (redis) => {
        await redis.config('SET', 'maxmemory', '64mb');
        await redis.config('SET', 'maxmemory-policy', 'noeviction');
        await redis.flushdb();
      }),
  },
  {
    id: 'leaked-sessions',
    title: 'Four sessions are idle in transaction',
    hint: 'PostgreSQL: leaked sessions after five seconds. A fix is offered.',
    kind: 'real',
    on: (demo) => leakSessions(demo, 4),
    async off() {
      await Promise.allSettled([...leaked].map((client) => client.end()));
      leaked.clear();
    },
  },
  stopped(
    'postgres-stopped',
    'PostgreSQL is stopped',
    'postgres',
    'One root, and the parts behind it as consequences.',
  ),
  stopped(
    'nats-stopped',
    'NATS is stopped',
    'nats',
    'NATS down; agent-manager and the agents follow from it.',
  ),
  {
    id: 'redis-paused',
    title: 'Redis hangs (SIGSTOP)',
    hint: 'Redis: connects, does not answer.',
    kind: 'real',
    on: async (demo) => demo.pauseServer('redis'),
    off: async (demo) => demo.resumeServer('redis'),
  },
  {
    id: 'neo4j-password',
    title: 'Neo4j has another password',
    hint: 'Neo4j degraded: refuses the configured credentials.',
    kind: 'simulated',
    async on(demo) {
      demo.bolt.password = 'rotated';
    },
    async off(demo) {
      demo.bolt.password = demo.neo4jPassword;
    },
  },
  {
    id: 'agent-manager-hung',
    title: 'agent-manager hangs',
    hint: 'agent-manager: accepts connections, does not answer. A restart is offered and cures it.',
    kind: 'simulated',
    on: (demo) => demo.service('agent-manager').apply('hung'),
    off: (demo) => demo.service('agent-manager').apply('ok'),
  },
  {
    id: 'orchestrator-down',
    title: 'orchestrator-service has crashed',
    hint: 'Port closed and its Pod is not ready: down, with two witnesses.',
    kind: 'simulated',
    async on(demo) {
      await demo.service('orchestrator-service').apply('closed');
      demo.kube.setReady('orchestrator-service', false, 'Error');
    },
    async off(demo) {
      await demo.service('orchestrator-service').apply('ok');
      demo.kube.setReady('orchestrator-service', true);
    },
  },
  {
    id: 'reasoning-slow',
    title: 'reasoning-service is slow',
    hint: 'reasoning-service degraded: slow.',
    kind: 'simulated',
    on: (demo) => demo.service('reasoning-service').apply('slow'),
    off: (demo) => demo.service('reasoning-service').apply('ok'),
  },
  {
    id: 'config-edited',
    title: 'The agent-manager ConfigMap was edited',
    hint: 'Pods are older than their configuration. A rollout restart is offered.',
    kind: 'simulated',
    on: async (demo) => demo.kube.touchConfig('agent-manager-config'),
    off: async (demo) => demo.kube.restartPods('agent-manager'),
  },
  {
    id: 'rbac-removed',
    title: 'The bot may not list Pods any more',
    hint: 'Could not look: shown as unknown, with the missing right. Nothing is called down.',
    kind: 'simulated',
    async on(demo) {
      demo.kube.forbidden = new Set(['pods']);
    },
    async off(demo) {
      demo.kube.forbidden = new Set();
    },
  },
  {
    id: 'agents-silent',
    title: 'Collect agents stopped sending heartbeats',
    hint: 'collect-agent degraded: last heartbeat too old.',
    kind: 'simulated',
    on: async (demo) => demo.silenceAgents(true),
    off: async (demo) => demo.silenceAgents(false),
  },
];
