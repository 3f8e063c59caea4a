import { Redis } from 'ioredis';
import { Client } from 'pg';
import { type DemoPlatform, demoThresholds } from './platform.ts';

export type Language = 'en' | 'zh';

/** A fault of the demo platform that can be switched on and off in the page. */
export interface Switch {
  readonly id: string;
  /** The fault, and what `/aetherius health` then says of it. */
  readonly words: Readonly<Record<Language, { readonly title: string; readonly hint: string }>>;
  /** `real`: it happens in a real server; `simulated`: a simulated part behaves so. */
  readonly kind: 'real' | 'simulated';
  /** Left out where the demo platform does not have this. */
  readonly needs?: 'redis' | 'nats';
  /** The fault is a finding only when it is this old. */
  readonly seenAfterSeconds?: number;
  on(demo: DemoPlatform): Promise<void>;
  off(demo: DemoPlatform): Promise<void>;
  /** Whether the fault is still there, for one that a fix can take away. */
  isOn?(demo: DemoPlatform): Promise<boolean>;
}

const leaked = new Set<Client>();

async function withRedis<T>(demo: DemoPlatform, work: (redis: Redis) => Promise<T>): Promise<T> {
  if (demo.redis === undefined) throw new Error('there is no Redis in this demo platform');
  // A Redis that hangs does not make the switch hang.
  const redis = new Redis(demo.redis.url, {
    maxRetriesPerRequest: 1,
    connectionName: 'demo-switch',
    enableReadyCheck: false,
    commandTimeout: 2_000,
  });
  redis.on('error', () => undefined);
  try {
    return await work(redis);
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

async function endLeaked(): Promise<void> {
  await Promise.allSettled([...leaked].map((client) => client.end()));
  leaked.clear();
}

async function leakSessions(demo: DemoPlatform, count: number): Promise<void> {
  await endLeaked();
  for (let index = 0; index < count; index += 1) {
    const client = new Client({
      connectionString: demo.agentManagerUrl(),
      application_name: 'report-job',
    });
    // PostgreSQL ends it when the fix was approved.
    client.on('error', () => leaked.delete(client));
    client.on('end', () => leaked.delete(client));
    await client.connect();
    await client.query('BEGIN');
    await client.query('SELECT count(*) FROM agents');
    leaked.add(client);
  }
}

const oldType = 'demo.old';
/** More than the diagnosis takes for due, and some seconds of work for whoever removes them in batches. */
const oldRows = 60_000;

async function withEvents<T>(demo: DemoPlatform, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({
    connectionString: demo.databaseUrl('agent_manager'),
    application_name: 'demo-switch',
  });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

const stopped = (part: 'postgres' | 'nats', words: Switch['words']): Switch => ({
  id: `${part}-stopped`,
  words,
  kind: 'real',
  ...(part === 'nats' ? { needs: part } : {}),
  async on(demo) {
    await demo.stopServer(part);
    demo.kube.setReady(part, false, 'Error');
  },
  async off(demo) {
    await demo.startServer(part);
    demo.kube.setReady(part, true);
  },
});

/** The first one is the one that the page's first minute offers. */
export const switches: readonly Switch[] = [
  {
    id: 'redis-full',
    words: {
      en: {
        title: 'Redis is full and evicts nothing',
        hint: 'Redis is degraded: its memory is full and its policy is noeviction. A fix is offered.',
      },
      zh: {
        title: 'Redis 已满且不淘汰任何键',
        hint: 'Redis 异常：内存已满，策略为 noeviction。会提供修复。',
      },
    },
    kind: 'real',
    needs: 'redis',
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
    isOn: (demo) =>
      withRedis(demo, async (redis) => {
        const [, policy] = (await redis.config('GET', 'maxmemory-policy')) as string[];
        return policy === 'noeviction';
      }),
  },
  {
    id: 'agent-manager-hung',
    words: {
      en: {
        title: 'agent-manager hangs',
        hint: 'agent-manager accepts connections and does not answer. A restart is offered, and it helps.',
      },
      zh: {
        title: 'agent-manager 无响应',
        hint: 'agent-manager 接受连接但不应答。会提供重启，重启后恢复。',
      },
    },
    kind: 'simulated',
    on: (demo) => demo.service('agent-manager').apply('hung'),
    off: (demo) => demo.service('agent-manager').apply('ok'),
    isOn: async (demo) => demo.service('agent-manager').mode === 'hung',
  },
  {
    id: 'leaked-sessions',
    words: {
      en: {
        title: 'Four sessions are idle in transaction',
        hint: `PostgreSQL: leaked sessions, once they are ${demoThresholds.idleInTransactionSeconds} seconds old. A fix is offered, and it ends them.`,
      },
      zh: {
        title: '四个会话闲置在事务中',
        hint: `PostgreSQL：会话泄漏，闲置满 ${demoThresholds.idleInTransactionSeconds} 秒后可见。会提供修复，修复会结束这些会话。`,
      },
    },
    kind: 'real',
    seenAfterSeconds: demoThresholds.idleInTransactionSeconds,
    on: (demo) => leakSessions(demo, 4),
    off: endLeaked,
    isOn: async () => leaked.size > 0,
  },
  {
    id: 'old-events',
    words: {
      en: {
        title: 'PostgreSQL keeps events of months',
        hint: 'Type `/aetherius diagnose D2`, or `/aetherius fix postgres.delete-old-rows`: deleting them needs a reason and two other people, takes some seconds, and can be stopped.',
      },
      zh: {
        title: 'PostgreSQL 保留了数月前的事件',
        hint: '输入 `/aetherius diagnose D2` 或 `/aetherius fix postgres.delete-old-rows`：删除需要理由和另外两人批准，持续数秒，可以停止。',
      },
    },
    kind: 'real',
    on: (demo) =>
      withEvents(demo, async (client) => {
        await client.query(
          `INSERT INTO events (cluster_id, severity, type, payload, processed, timestamp)
           SELECT 'shanghai-1', 'low', $1, jsonb_build_object('text', repeat('x', 400)), true,
                  now() - interval '40 days' - n * interval '1 minute' FROM generate_series(1, $2::int) n`,
          [oldType, oldRows],
        );
      }),
    off: (demo) =>
      withEvents(demo, async (client) => {
        await client.query('DELETE FROM events WHERE type = $1', [oldType]);
      }),
    isOn: (demo) =>
      withEvents(demo, async (client) => {
        const { rows } = await client.query('SELECT FROM events WHERE type = $1 LIMIT 1', [oldType]);
        return rows.length > 0;
      }),
  },
  stopped('postgres', {
    en: {
      title: 'PostgreSQL is stopped',
      hint: 'PostgreSQL is down; the parts behind it are shown as consequences.',
    },
    zh: { title: 'PostgreSQL 已停止', hint: 'PostgreSQL 故障；依赖它的组件显示为受其影响。' },
  }),
  stopped('nats', {
    en: { title: 'NATS is stopped', hint: 'NATS is down; agent-manager is shown as its consequence.' },
    zh: { title: 'NATS 已停止', hint: 'NATS 故障；agent-manager 显示为受其影响。' },
  }),
  {
    id: 'redis-paused',
    words: {
      en: {
        title: 'Redis hangs (SIGSTOP)',
        hint: 'Redis is down: it accepts connections and does not answer.',
      },
      zh: { title: 'Redis 无响应（SIGSTOP）', hint: 'Redis 故障：接受连接但不应答。' },
    },
    kind: 'real',
    needs: 'redis',
    on: async (demo) => demo.pauseServer('redis'),
    off: async (demo) => demo.resumeServer('redis'),
  },
  {
    id: 'neo4j-password',
    words: {
      en: {
        title: 'Neo4j has another password',
        hint: 'Neo4j is degraded: it refuses the configured credentials.',
      },
      zh: { title: 'Neo4j 的密码变了', hint: 'Neo4j 异常：拒绝所配置的凭据。' },
    },
    kind: 'simulated',
    async on(demo) {
      demo.bolt.password = 'rotated';
    },
    async off(demo) {
      demo.bolt.password = demo.neo4jPassword;
    },
  },
  {
    id: 'orchestrator-down',
    words: {
      en: {
        title: 'orchestrator-service has crashed',
        hint: 'orchestrator-service is down: its port is closed, and Kubernetes confirms that its Pod does not run.',
      },
      zh: {
        title: 'orchestrator-service 已崩溃',
        hint: 'orchestrator-service 故障：端口已关闭，Kubernetes 证实其 Pod 没有运行。',
      },
    },
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
    words: {
      en: {
        title: 'reasoning-service is slow',
        hint: 'reasoning-service is degraded: its answer takes too long.',
      },
      zh: { title: 'reasoning-service 变慢', hint: 'reasoning-service 异常：应答太慢。' },
    },
    kind: 'simulated',
    on: (demo) => demo.service('reasoning-service').apply('slow'),
    off: (demo) => demo.service('reasoning-service').apply('ok'),
  },
  {
    id: 'config-edited',
    words: {
      en: {
        title: 'The agent-manager ConfigMap was edited',
        hint: 'agent-manager is degraded: its Pods are older than their configuration. A restart is offered.',
      },
      zh: {
        title: 'agent-manager 的 ConfigMap 被修改',
        hint: 'agent-manager 异常：Pod 早于其配置。会提供重启。',
      },
    },
    kind: 'simulated',
    on: async (demo) => demo.kube.touchConfig('agent-manager-config'),
    off: async (demo) => demo.kube.restartPods('agent-manager'),
    isOn: async (demo) => demo.kube.olderThanConfig('agent-manager'),
  },
  {
    id: 'rbac-removed',
    words: {
      en: {
        title: 'The bot may not list Pods any more',
        hint: 'The runtime could not be checked, and the missing right is named. No part is called down.',
      },
      zh: {
        title: '机器人不再有列出 Pod 的权限',
        hint: '运行环境无法查看，并指出缺少的权限。没有组件被判为故障。',
      },
    },
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
    words: {
      en: {
        title: 'Collect agents stopped sending heartbeats',
        hint: 'The collect agents are degraded: their last heartbeat is too old.',
      },
      zh: { title: '采集 Agent 不再发送心跳', hint: '采集 Agent 异常：最近的心跳太旧。' },
    },
    kind: 'simulated',
    on: async (demo) => demo.silenceAgents(true),
    off: async (demo) => demo.silenceAgents(false),
  },
];
