import { join } from 'node:path';
import { Client } from 'pg';
import { type NatsServer, startNats } from '../../../lab/components/nats.ts';
import { type PostgresServer, startPostgres } from '../../../lab/components/postgres.ts';
import { freePort } from '../../../lab/components/process.ts';
import { startRedis } from '../../../lab/components/redis.ts';
import { present } from '../../../src/domain/kernel/present.ts';
import type { Progress } from '../start/progress.ts';
import { type BoltServer, createBoltServer } from './bolt-server.ts';
import { type KubeServer, startKubeServer } from './kube-server.ts';
import { createDemoService, type DemoService } from './services.ts';

/**
 * The platform that the playground diagnoses: PostgreSQL, Redis and NATS are real servers on loopback;
 * the three services, Neo4j and Kubernetes are simulated at the wire.
 */
export interface DemoPlatform {
  readonly kube: KubeServer;
  readonly bolt: BoltServer;
  readonly neo4jPassword: string;
  /** Undefined: no redis-server could be had; Redis is then "not configured". */
  readonly redis?: { readonly url: string };
  /** Undefined: no nats-server could be had; NATS is then "not configured". */
  readonly nats?: { readonly url: string; readonly monitorUrl: string };
  databaseUrl(database: string): string;
  /** Its database, as the role that only agent-manager uses. */
  agentManagerUrl(): string;
  service(name: string): DemoService;
  stopServer(part: 'postgres' | 'nats'): Promise<void>;
  startServer(part: 'postgres' | 'nats'): Promise<void>;
  pauseServer(part: 'redis'): void;
  resumeServer(part: 'redis'): void;
  silenceAgents(silent: boolean): Promise<void>;
  stop(): Promise<void>;
}

/** Role of the demo's agent-manager, which the configuration names as its own: its sessions may be ended. */
export const agentManagerRole = 'demo_agent_manager';

/** Which servers there are programs for, and who says what has come up. */
export interface DemoOptions {
  readonly redis: boolean;
  readonly nats: boolean;
  readonly step: Progress['step'];
}

/**
 * Where a number begins to be a finding in the demo. Ages are lower than in production, so that a demonstration does
 * not wait for minutes; a leaked session counts from 30 s on, the least age at which the bot ends sessions. Latencies
 * are those of a laptop that runs everything at once.
 */
export const demoThresholds = {
  idleInTransactionSeconds: 30,
  agentHeartbeatSeconds: 30,
  httpSlowMs: 1_500,
  postgresSlowMs: 1_500,
  redisSlowMs: 1_500,
  natsSlowMs: 1_500,
} as const;

const CLUSTERS = ['shanghai-1', 'frankfurt-1', 'oregon-1'] as const;
const HEARTBEAT_MS = 2_000;

/** Tables as the platform's own migrations make them, with the columns that probes read. */
const agentManagerSchema = `
CREATE TABLE IF NOT EXISTS clusters (id text PRIMARY KEY, name text NOT NULL, created_at timestamptz NOT NULL DEFAULT now());
CREATE TABLE IF NOT EXISTS agents (
  id text PRIMARY KEY, cluster_id text NOT NULL, status text NOT NULL, version text,
  registered_at timestamptz NOT NULL DEFAULT now(), last_heartbeat timestamptz NOT NULL DEFAULT now());
CREATE TABLE IF NOT EXISTS events (
  id bigserial PRIMARY KEY, cluster_id text, severity text, type text, payload jsonb,
  processed boolean NOT NULL DEFAULT false, timestamp timestamptz NOT NULL DEFAULT now());
CREATE TABLE IF NOT EXISTS commands (id text PRIMARY KEY, agent_id text, status text, created_at timestamptz NOT NULL DEFAULT now());
CREATE INDEX IF NOT EXISTS idx_events_cluster_id ON events (cluster_id);
CREATE INDEX IF NOT EXISTS idx_events_severity ON events (severity);
CREATE INDEX IF NOT EXISTS idx_events_timestamp ON events (timestamp);`;
const orchestratorSchema = `
CREATE TABLE IF NOT EXISTS workflows (id text PRIMARY KEY, name text NOT NULL);
CREATE TABLE IF NOT EXISTS workflow_executions (
  id text PRIMARY KEY, workflow_id text, status text, created_at timestamptz NOT NULL DEFAULT now());
CREATE TABLE IF NOT EXISTS strategies (id text PRIMARY KEY, name text);
CREATE INDEX IF NOT EXISTS idx_executions_workflow_id ON workflow_executions (workflow_id);
CREATE INDEX IF NOT EXISTS idx_executions_status ON workflow_executions (status);`;

async function sql(url: string, text: string, values?: unknown[]): Promise<void> {
  const client = new Client({ connectionString: url, application_name: 'demo-platform' });
  await client.connect();
  try {
    await (values === undefined ? client.query(text) : client.query(text, values));
  } finally {
    await client.end();
  }
}

async function ports(count: number): Promise<number[]> {
  return Promise.all(Array.from({ length: count }, () => freePort()));
}

/** Starts everything in parallel; resolves when the platform is healthy. `dir` holds its data. */
export async function startDemoPlatform(dir: string, options: DemoOptions): Promise<DemoPlatform> {
  const { step } = options;
  const neo4jPassword = 'neo4j_pass';
  const natsDir = join(dir, 'nats');
  const redisDir = join(dir, 'redis');
  const [boltPort = 0, agentManagerPort = 0, orchestratorPort = 0, reasoningPort = 0] = await ports(4);
  const [first, redis, firstNats, kube] = await Promise.all([
    step('demo platform: PostgreSQL', () =>
      startPostgres({
        dir: join(dir, 'postgres'),
        databases: ['agent_manager', 'orchestrator'],
        settings: { max_connections: '60' },
      }),
    ),
    options.redis
      ? step('demo platform: Redis', () =>
          startRedis({
            dir: redisDir,
            password: 'redis_pass',
            args: ['--maxmemory', '64mb', '--maxmemory-policy', 'noeviction'],
          }),
        )
      : undefined,
    options.nats ? step('demo platform: NATS', () => startNats({ dir: natsDir })) : undefined,
    startKubeServer(() => new Date()),
  ]);
  let postgres: PostgresServer = first;
  let nats: NatsServer | undefined = firstNats;
  const databaseUrl = (database: string) => first.url(database);
  const agentManagerUrl = () => {
    const url = new URL(databaseUrl('agent_manager'));
    [url.username, url.password] = [agentManagerRole, agentManagerRole];
    return url.href;
  };

  await Promise.all([
    sql(databaseUrl('agent_manager'), agentManagerSchema),
    sql(databaseUrl('orchestrator'), orchestratorSchema),
  ]);
  await sql(
    databaseUrl('agent_manager'),
    `CREATE ROLE ${agentManagerRole} LOGIN PASSWORD '${agentManagerRole}';
     GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${agentManagerRole}`,
  );
  await sql(
    databaseUrl('agent_manager'),
    `INSERT INTO clusters (id, name) SELECT c, c FROM unnest($1::text[]) c ON CONFLICT DO NOTHING`,
    [CLUSTERS],
  );

  const bolt = createBoltServer(boltPort, neo4jPassword);
  await bolt.start();

  let silent = false;
  const agents = () =>
    sql(
      databaseUrl('agent_manager'),
      `INSERT INTO agents (id, cluster_id, status, version) SELECT 'agent-' || c, c, 'online', '1.4.2' FROM unnest($1::text[]) c
       ON CONFLICT (id) DO UPDATE SET last_heartbeat = now()`,
      [CLUSTERS],
    );
  await agents();
  const heartbeat = setInterval(() => {
    if (!silent) agents().catch(() => undefined);
  }, HEARTBEAT_MS);

  const listAgents = async () => {
    const client = new Client({
      connectionString: databaseUrl('agent_manager'),
      application_name: 'agent-manager',
      connectionTimeoutMillis: 800,
    });
    await client.connect();
    try {
      const { rows } = await client.query(
        'SELECT id, cluster_id, status, version, last_heartbeat FROM agents ORDER BY id',
      );
      return { agents: rows, total: rows.length };
    } finally {
      await client.end();
    }
  };
  const redisNeed = redis === undefined ? {} : { redisUrl: redis.url };
  const natsNeed = nats === undefined ? {} : { natsUrl: nats.url };
  const services = new Map<string, DemoService>(
    [
      createDemoService(
        'agent-manager',
        agentManagerPort,
        { postgresUrl: databaseUrl('agent_manager'), ...redisNeed, ...natsNeed },
        async (path) => (path === '/api/v1/agents' ? listAgents() : undefined),
      ),
      createDemoService(
        'orchestrator-service',
        orchestratorPort,
        { postgresUrl: databaseUrl('orchestrator') },
        async (path) => (path === '/api/v1/workflows/executions' ? { executions: [] } : undefined),
      ),
      createDemoService('reasoning-service', reasoningPort, {}, async () => undefined),
    ].map((service) => [service.name, service]),
  );
  await Promise.all([...services.values()].map((service) => service.start()));

  const service = (name: string): DemoService => {
    const found = services.get(name);
    if (found === undefined) throw new Error(`no demo service ${name}`);
    return found;
  };
  // A restart of the simulated workload is what cures a hung or crashed simulated service.
  kube.onRestart = (workload) => void services.get(workload)?.apply('ok');

  return {
    kube,
    bolt,
    neo4jPassword,
    ...present({
      redis: redis === undefined ? undefined : { url: redis.url },
      nats: nats === undefined ? undefined : { url: nats.url, monitorUrl: nats.monitorUrl },
    }),
    databaseUrl,
    agentManagerUrl,
    service,
    async stopServer(part) {
      await (part === 'postgres' ? postgres.stop() : nats?.stop());
    },
    async startServer(part) {
      if (part === 'postgres') {
        postgres = await startPostgres({
          dir: join(dir, 'postgres'),
          port: first.port,
          settings: { max_connections: '60' },
        });
      } else if (firstNats !== undefined) {
        nats = await startNats({ dir: natsDir, port: firstNats.port, monitorPort: firstNats.monitorPort });
      }
    },
    pauseServer: () => redis?.pause(),
    resumeServer: () => redis?.resume(),
    async silenceAgents(value) {
      silent = value;
      if (value)
        await sql(
          databaseUrl('agent_manager'),
          `UPDATE agents SET last_heartbeat = now() - interval '17 minutes'`,
        );
      else await agents();
    },
    async stop() {
      clearInterval(heartbeat);
      redis?.resume();
      await Promise.allSettled([...services.values()].map((running) => running.stop()));
      await Promise.allSettled([postgres.stop(), redis?.stop(), nats?.stop(), kube.stop(), bolt.stop()]);
    },
  };
}
