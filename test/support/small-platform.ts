import { createServer, type Server as HttpServer, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { Redis } from 'ioredis';
import { connect, type NatsConnection } from 'nats';
import neo4j, { type Driver } from 'neo4j-driver';
import { Pool } from 'pg';
import { type NatsServer, startNats } from '../../lab/components/nats.ts';
import { type Neo4jServer, startNeo4j } from '../../lab/components/neo4j.ts';
import { type PostgresServer, query, startPostgres } from '../../lab/components/postgres.ts';
import { type Server, threadStates, waitFor } from '../../lab/components/process.ts';
import { type RedisServer, startRedis } from '../../lab/components/redis.ts';
import type { EnvironmentConfig } from '../../src/domain/settings/environment.ts';
import { literal, scratch } from './targets.ts';

/**
 * Real data stores, and in front of them three services simulated at the wire: each holds real connections
 * under its name and says in its health what it really reaches.
 */
export interface SmallPlatform {
  readonly postgres: PostgresServer;
  readonly redis: RedisServer;
  readonly nats: NatsServer;
  readonly neo4j: Neo4jServer;
  readonly services: Readonly<
    Record<'agent-manager' | 'orchestrator-service' | 'reasoning-service', FakeService>
  >;
  config(): Partial<EnvironmentConfig>;
  stop(): Promise<void>;
}

export interface FakeService {
  readonly url: string;
  /** Ends the process, as it were: port and connections go. */
  stop(): Promise<void>;
  start(): Promise<void>;
  /** SIGSTOP, as it were: connections stay, nothing answers. */
  hang(): void;
  resume(): void;
}

interface Dependency {
  readonly name: string;
  check(): Promise<unknown>;
}
interface Links {
  readonly dependencies: readonly Dependency[];
  agents?(): Promise<unknown>;
  close(): Promise<void>;
}

/** Long enough for a busy machine: a service that gives up too soon is really unhealthy. */
const patience = 2_000;
/** No other process of the tests listens there: a port that a stopped service has left is taken by nobody. */
const host = '127.0.0.9';

function within<T>(work: Promise<T>): Promise<T> {
  return Promise.race([
    work,
    new Promise<never>((_, reject) => setTimeout(() => reject(new Error('late')), patience).unref()),
  ]);
}

/** Neither paused nor gone. */
const isRunning = (store: Server) => threadStates(store.pid).some((state) => !'TtZX'.includes(state));

/**
 * Waits until a store has noticed that its client went. One that runs but is too busy to say so is asked
 * again; one that is paused or gone is not waited for.
 */
async function forgotten(store: Server, listed: () => Promise<boolean>): Promise<void> {
  const runs = () => isRunning(store);
  await waitFor(async () => !runs() || !(await within(listed()).catch(runs)), {
    seconds: 30,
    every: 20,
    what: 'a store to forget its client',
  });
}

/** Whether PostgreSQL lists a session of this name. */
async function hasSession(url: string, name: string): Promise<boolean> {
  const rows = await query(url, `SELECT FROM pg_stat_activity WHERE application_name = '${name}'`);
  return rows.length > 0;
}

async function fakeService(name: string, link: () => Promise<Links>): Promise<FakeService> {
  let server: HttpServer | undefined;
  let links: Links | undefined;
  let hanging = false;
  let port = 0;
  const sockets = new Set<Socket>();
  const states = async () =>
    Object.fromEntries(
      await Promise.all(
        (links?.dependencies ?? []).map(async ({ name: dependency, check }) => {
          const begin = performance.now();
          const state = await within(check()).then(
            () => 'up',
            () => 'down',
          );
          const latency = Math.round(performance.now() - begin);
          return [dependency, { status: state, latency_ms: latency }] as const;
        }),
      ),
    );
  const answer = async (path: string, response: ServerResponse) => {
    if (hanging) return;
    const json = (status: number, body: unknown) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    if (path === '/health/live') return json(200, { status: 'alive' });
    if (path === '/api/v1/agents' && links?.agents !== undefined)
      return within(links.agents()).then(
        (agents) => json(200, { agents }),
        () => json(500, { error: 'no database' }),
      );
    if (path !== '/health' && path !== '/health/status') return json(404, {});
    const dependencies = await states();
    const ok = Object.values(dependencies).every((one) => one.status === 'up');
    if (path === '/health/status') return json(200, { status: ok ? 'ok' : 'degraded', dependencies });
    return json(ok ? 200 : 503, { status: ok ? 'ok' : 'degraded', service: name });
  };
  const service: FakeService = {
    get url() {
      return `http://${host}:${port}`;
    },
    async start() {
      hanging = false;
      links = await link();
      server = createServer((request, response) => void answer(request.url ?? '', response));
      server.on('connection', (socket) => sockets.add(socket));
      await new Promise<void>((resolve) => server?.listen(port, host, resolve));
      port = (server.address() as AddressInfo).port;
    },
    async stop() {
      for (const socket of sockets) socket.destroy();
      sockets.clear();
      await new Promise<void>((resolve) =>
        server === undefined ? resolve() : server.close(() => resolve()),
      );
      server = undefined;
      await links?.close();
      links = undefined;
    },
    hang() {
      hanging = true;
    },
    resume() {
      hanging = false;
      // What hung would never be answered.
      for (const socket of sockets) socket.destroy();
      sockets.clear();
    },
  };
  await service.start();
  return service;
}

async function database(url: string, name: string): Promise<{ pool: Pool; check(): Promise<unknown> }> {
  const pool = new Pool({
    connectionString: url,
    application_name: name,
    max: 4,
    idleTimeoutMillis: 0,
    connectionTimeoutMillis: 3_000,
    query_timeout: 3_000,
  });
  pool.on('error', () => undefined);
  await pool.query('SELECT 1');
  return { pool, check: () => pool.query('SELECT 1') };
}

export async function startSmallPlatform(): Promise<SmallPlatform> {
  const folder = scratch('small-platform');
  const nats = { user: 'aetherius', password: 'nats-pass-5' };
  const [postgres, redis, natsServer, graph] = await Promise.all([
    startPostgres({ dir: `${folder.dir}/postgres`, databases: ['agent_manager', 'orchestrator'] }),
    startRedis({ dir: `${folder.dir}/redis`, password: 'redis-pass-5' }),
    startNats({ dir: `${folder.dir}/nats`, ...nats }),
    startNeo4j({ dir: `${folder.dir}/neo4j` }),
  ]);
  await query(
    postgres.url('agent_manager'),
    `CREATE TABLE agents (id text PRIMARY KEY, last_heartbeat timestamptz); CREATE TABLE clusters (id text);
     CREATE TABLE events (id text); CREATE TABLE commands (id text);
     INSERT INTO agents VALUES ('agent-1', now() + interval '1 hour')`,
  );
  await query(
    postgres.url('orchestrator'),
    'CREATE TABLE workflows (id text); CREATE TABLE workflow_executions (id text); CREATE TABLE strategies (id text)',
  );
  const natsAs = (name: string): Promise<NatsConnection> =>
    connect({
      servers: `127.0.0.1:${natsServer.port}`,
      user: nats.user,
      pass: nats.password,
      name,
      maxReconnectAttempts: -1,
      reconnectTimeWait: 100,
    });

  const manager = await fakeService('agent-manager', async () => {
    const { pool, check } = await database(postgres.url('agent_manager'), 'agent-manager');
    const cache = new Redis(redis.url, {
      connectionName: 'agent-manager',
      maxRetriesPerRequest: 0,
      retryStrategy: () => 100,
    });
    cache.on('error', () => undefined);
    const bus = await natsAs('agent-manager');
    return {
      dependencies: [
        { name: 'postgres', check },
        { name: 'redis', check: () => cache.ping() },
        { name: 'nats', check: () => (bus.isClosed() ? Promise.reject(new Error('closed')) : bus.flush()) },
      ],
      agents: async () => (await pool.query('SELECT id, last_heartbeat FROM agents')).rows as unknown,
      async close() {
        await pool.end();
        cache.disconnect();
        await bus.close();
        await forgotten(postgres, () => hasSession(postgres.url('agent_manager'), 'agent-manager'));
      },
    };
  });
  const orchestrator = await fakeService('orchestrator-service', async () => {
    const { pool, check } = await database(postgres.url('orchestrator'), 'orchestrator-service');
    return {
      dependencies: [
        { name: 'postgres', check },
        {
          name: 'agent-manager',
          check: async () => {
            const answer = await fetch(`${manager.url}/health/live`, {
              signal: AbortSignal.timeout(patience),
            });
            if (!answer.ok) throw new Error('not ok');
          },
        },
      ],
      async close() {
        await pool.end();
        await forgotten(postgres, () => hasSession(postgres.url('orchestrator'), 'orchestrator-service'));
      },
    };
  });
  const reasoning = await fakeService('reasoning-service', async () => {
    const agent = 'neo4j-python/5';
    const login = neo4j.auth.basic(graph.user, graph.password);
    const limits = { connectionTimeout: 1_000, maxTransactionRetryTime: 0 };
    const driver: Driver = neo4j.driver(graph.url, login, { ...limits, userAgent: agent });
    const asked = new Set<Promise<unknown>>();
    const check = () => {
      const answer = driver.executeQuery('RETURN 1').finally(() => asked.delete(answer));
      asked.add(answer);
      return answer;
    };
    await check();
    const close = async () => {
      // A question that is under way may still open a connection, after the others are closed.
      await waitFor(async () => asked.size === 0 || !isRunning(graph), {
        seconds: 30,
        every: 20,
        what: 'what Neo4j was asked to end',
      });
      await driver.close();
      const other = neo4j.driver(graph.url, login, { userAgent: 'test' });
      await forgotten(graph, async () => {
        const listed =
          'CALL dbms.listConnections() YIELD userAgent WHERE userAgent = $agent RETURN userAgent';
        return (await other.executeQuery(listed, { agent })).records.length > 0;
      });
      await other.close();
    };
    return { dependencies: [{ name: 'neo4j', check }], close };
  });
  return {
    postgres,
    redis,
    nats: natsServer,
    neo4j: graph,
    services: {
      'agent-manager': manager,
      'orchestrator-service': orchestrator,
      'reasoning-service': reasoning,
    },
    config: () => ({
      services: {
        'agent-manager': { url: manager.url, healthPaths: ['/health', '/health/live'] },
        'orchestrator-service': { url: orchestrator.url, healthPaths: ['/health', '/health/live'] },
        'reasoning-service': { url: reasoning.url, healthPaths: ['/health', '/health/live'] },
      },
      postgres: {
        url: literal(postgres.url()),
        databases: { agentManager: 'agent_manager', orchestrator: 'orchestrator' },
      },
      redis: { kind: 'single', url: literal(redis.url) },
      nats: { url: literal(natsServer.url), monitorUrl: natsServer.monitorUrl },
      neo4j: { url: literal(graph.url), user: graph.user, password: literal(graph.password) },
    }),
    async stop() {
      for (const one of [reasoning, orchestrator, manager]) await one.stop().catch(() => undefined);
      await Promise.all([postgres, redis, natsServer, graph].map((one) => one.stop()));
      folder.remove();
    },
  };
}
