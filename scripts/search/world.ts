/** A small real platform that is made anew for each draw: PostgreSQL, Redis, NATS, and three services that use them. */

import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { connect, type NatsConnection } from 'nats';
import { Pool } from 'pg';
import { type NatsServer, startNats } from '../../lab/components/nats.ts';
import { type PostgresServer, query, startPostgres } from '../../lab/components/postgres.ts';
import { freePort } from '../../lab/components/process.ts';
import { type RedisServer, startRedis } from '../../lab/components/redis.ts';
import type { Places } from '../../lab/referee/stores.ts';
import { kubeconfigOf, startCluster } from './cluster.ts';
import type { Draw, ServiceDrawn } from './draw.ts';
import { breakables } from './faults.ts';
import { http, type Small } from './wire.ts';

type Answering = (request: IncomingMessage, response: ServerResponse) => void;

/** A service with connections of its own, which says in its health what it reaches. */
export interface DrawnService {
  readonly url: string;
  /** How it answers while it is well. */
  readonly answer: Answering;
  behave(as: Answering): void;
  /** Statuses of its answers about its health. */
  readonly answered: readonly number[];
  stop(): Promise<void>;
}

const password = 'search-pass-7';
const sqlFolder = join(import.meta.dirname, '../../lab/platform/sql');
const tables = {
  agent_manager: ['agents', 'clusters', 'events', 'commands'],
  orchestrator: ['workflows', 'workflow_executions', 'strategies'],
} as const;

/** PostgreSQL takes a second to start: one serves all draws, with databases made anew for each. */
export class Keeper {
  readonly folder = mkdtempSync(join(tmpdir(), 'aetherius-search-'));
  #postgres: PostgresServer | undefined;
  #count = 0;

  constructor() {
    chmodSync(this.folder, 0o755);
  }

  async postgres(): Promise<PostgresServer> {
    const known = this.#postgres;
    if (known !== undefined) return known;
    const server = await startPostgres({
      dir: join(this.folder, 'postgres'),
      settings: { max_connections: '40', allow_system_table_mods: 'on', max_replication_slots: '4' },
    });
    this.#postgres = server;
    await query(
      server.url(),
      `CREATE ROLE service LOGIN PASSWORD '${password}'; CREATE ROLE bot LOGIN PASSWORD '${password}'`,
    );
    for (const name of Object.keys(tables)) {
      await query(server.url(), `CREATE DATABASE "like_${name}" OWNER service`);
      const url = new URL(server.url(`like_${name}`));
      url.searchParams.set('options', '-c role=service');
      await query(url.href, readFileSync(join(sqlFolder, `${name}.sql`), 'utf8'));
      // Nobody takes it for the platform's.
      await query(server.url(), `ALTER DATABASE "like_${name}" IS_TEMPLATE true ALLOW_CONNECTIONS false`);
    }
    return server;
  }

  /** A folder for the servers of one draw. */
  next(): string {
    this.#count += 1;
    return join(this.folder, `${this.#count}`);
  }

  async stop(): Promise<void> {
    await this.#postgres?.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A cluster's second port is 10,000 above the first unless it is told: above 65,535 Redis does not start. */
const redisArgs = async (args: readonly string[]): Promise<readonly string[]> =>
  args.includes('--cluster-enabled') ? [...args, '--cluster-port', `${await freePort()}`] : args;

export class World {
  readonly #cleanup: (() => Promise<unknown>)[] = [];
  readonly #services = new Map<ServiceDrawn, DrawnService>();
  #block: Record<string, Record<string, unknown>> = {};
  #api: string | undefined;

  readonly folder: string;
  readonly postgres: PostgresServer;
  readonly redis: RedisServer;
  readonly nats: NatsServer;
  readonly draw: Draw;

  private constructor(on: Pick<World, 'folder' | 'postgres' | 'redis' | 'nats' | 'draw'>) {
    this.folder = on.folder;
    this.postgres = on.postgres;
    this.redis = on.redis;
    this.nats = on.nats;
    this.draw = on.draw;
  }

  /** Starts a healthy platform of this draw, and breaks in it what is drawn. */
  static async of(keeper: Keeper, draw: Draw): Promise<World> {
    const starts = draw.faults.map(({ id }) => breakables.find((one) => one.id === id)?.starts ?? {});
    const folder = keeper.next();
    const postgres = await keeper.postgres();
    const [redis, nats] = await Promise.all([
      startRedis({
        dir: join(folder, 'redis'),
        password,
        args: await redisArgs(starts.flatMap((one) => one.redis ?? [])),
      }),
      startNats({
        dir: join(folder, 'nats'),
        config: [accounts, ...starts.flatMap((one) => one.nats ?? [])].join('\n'),
        ...(starts.some((one) => one.jetstream === false) ? { jetstream: false } : {}),
      }),
    ]);
    const world = new World({ folder, postgres, redis, nats, draw });
    try {
      await world.#prepare();
      await world.#startCluster();
      for (const { id, detail } of draw.faults) {
        let at = detail;
        const pick = <T>(all: readonly T[]): T => {
          const one = all[at % all.length] as T;
          at = Math.floor(at / all.length) + 7919;
          return one;
        };
        await breakables.find((one) => one.id === id)?.plant(world, pick);
      }
    } catch (error) {
      await world.close();
      throw error;
    }
    return world;
  }

  async #prepare(): Promise<void> {
    const { rights, agents } = this.draw;
    await this.#freshDatabases();
    const client = new Redis(this.redis.url, { maxRetriesPerRequest: 1 });
    client.on('error', () => undefined);
    const may = {
      all: ['~*', '&*', '+@all'],
      reads: ['~*', '&*', '+@read', '+ping', '+info', '+client', '+hello', '+auth', '+config|get', '+memory'],
      ping: ['+ping', '+hello', '+auth', '+client|setname'],
    }[rights.redis];
    await client.call('ACL', 'SETUSER', 'bot', 'on', `>${password}`, ...may);
    client.disconnect();
    if (agents !== 'none')
      await query(
        this.keeper('agent_manager'),
        `INSERT INTO clusters (id, name) VALUES ('c1', 'c1');
         INSERT INTO agents (id, cluster_id, last_heartbeat) VALUES ('agent-c1', 'c1', now() ${agents === 'stale' ? "- interval '1 hour'" : "+ interval '2 seconds'"})`,
      );
    await this.#startServices();
    this.#tell();
  }

  async #freshDatabases(): Promise<void> {
    const run = (text: string) => query(this.keeper(), text);
    await run('ALTER SYSTEM RESET ALL');
    await run('SELECT pg_reload_conf()');
    await run(`SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots`);
    for (const name of ['agent_manager', 'orchestrator', 'agent_manager_2025'])
      await run(`DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`);
    for (const role of ['service', 'bot']) {
      await run(`ALTER ROLE ${role} RESET ALL`);
      await run(`ALTER ROLE ${role} LOGIN CONNECTION LIMIT -1 PASSWORD '${password}'`);
    }
    const { postgres } = this.draw.rights;
    await run(`ALTER ROLE bot ${postgres === 'superuser' ? '' : 'NO'}SUPERUSER`);
    await run(postgres === 'monitor' ? 'GRANT pg_monitor TO bot' : 'REVOKE pg_monitor FROM bot');
    for (const name of Object.keys(tables))
      await run(`CREATE DATABASE "${name}" TEMPLATE "like_${name}" OWNER service`);
    for (const name of Object.keys(tables))
      await query(
        this.keeper(name),
        `GRANT SELECT ON ALL TABLES IN SCHEMA public TO bot; ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO bot`,
      );
  }

  async #startServices(): Promise<void> {
    const pool = (database: string, name: string, max: number) => {
      const one = new Pool({
        ...{ connectionString: this.asRole('service', database), application_name: name, max },
        ...{ idleTimeoutMillis: 0, connectionTimeoutMillis: 1_000, query_timeout: 1_000 },
      });
      one.on('error', () => undefined);
      this.later(() => one.end().catch(() => undefined));
      return one;
    };
    const events = pool('agent_manager', 'agent-manager', 3);
    const flows = pool('orchestrator', 'orchestrator-service', 2);
    const cache = new Redis(this.redis.url, {
      ...{
        connectionName: 'agent-manager',
        maxRetriesPerRequest: 0,
        connectTimeout: 1_000,
        commandTimeout: 1_000,
      },
      retryStrategy: () => 200,
    });
    cache.on('error', () => undefined);
    this.later(async () => cache.disconnect());
    const [bus, agent] = await Promise.all(
      ['agent-manager', 'collect-agent-c1'].map((name) => this.#onBus(name)),
    );
    if (bus !== undefined) {
      for (const subject of [
        'aetherius.agent.*.register',
        'aetherius.agent.*.heartbeat',
        'aetherius.events.>',
      ])
        bus.subscribe(subject, { callback: () => undefined });
      const jetstream = await bus.jetstreamManager().catch(() => undefined);
      await jetstream?.streams
        .add({ name: 'EVENTS', subjects: ['aetherius.events.>'] })
        .catch(() => undefined);
    }
    if (agent !== undefined && this.draw.agents === 'fresh') {
      const beat = setInterval(() => {
        if (agent.isClosed()) return;
        try {
          agent.publish('aetherius.agent.c1.heartbeat', '{"agent_id":"agent-c1"}');
        } catch {
          // A server that takes no message of this size: the client throws, as the agent's would.
        }
      }, 500);
      this.later(async () => clearInterval(beat));
    }
    const url = (part: ServiceDrawn) => this.service(part).url;
    await this.#serve(
      'agent-manager',
      {
        postgres: () => events.query('SELECT 1'),
        redis: () => cache.ping(),
        nats: () => (bus === undefined || bus.isClosed() ? Promise.reject(new Error('closed')) : bus.flush()),
      },
      () => events.query('SELECT id, last_heartbeat FROM agents').then(({ rows }) => rows as unknown[]),
    );
    await this.#serve('orchestrator-service', {
      postgres: () => flows.query('SELECT 1'),
      'agent-manager': () =>
        fetch(`${url('agent-manager')}/health/live`, { signal: AbortSignal.timeout(1_000) }).then(
          ({ ok }) => {
            if (!ok) throw new Error('not ok');
          },
        ),
    });
    await this.#serve('reasoning-service', {});
    // Whoever is old has its connections; whoever is young makes them when it is first asked.
    if (this.draw.age === 'old')
      await Promise.allSettled([events.query('SELECT 1'), flows.query('SELECT 1'), cache.ping()]);
  }

  async #startCluster(): Promise<void> {
    const { cluster } = this.draw;
    if (cluster === undefined) return;
    const ports = Object.fromEntries(
      [...this.#services].map(([part, { url }]) => [part, Number(new URL(url).port)]),
    );
    const stores = { postgres: this.postgres.port, redis: this.redis.port, nats: this.nats.port };
    const server = await this.small(startCluster(cluster, { ...ports, ...stores }));
    const kubeconfig = join(this.folder, 'kubeconfig');
    writeFileSync(kubeconfig, kubeconfigOf(server), { mode: 0o600 });
    // A Pod that does not run answers nobody; one that is not ready, or goes, may.
    for (const [part, state] of Object.entries(cluster.pods))
      if (state !== 'terminating' && state !== 'not-ready') await this.service(part as ServiceDrawn).stop();
    this.#block.runtime = { kind: 'kubernetes', kubeconfig };
    this.#api = `http://127.0.0.1:${server.port}`;
  }

  async #onBus(name: string): Promise<NatsConnection | undefined> {
    const options = { maxReconnectAttempts: -1, reconnectTimeWait: 200, timeout: 2_000 };
    const bus = await connect({ ...this.asClient, name, ...options }).catch(() => undefined);
    if (bus !== undefined)
      this.later(() => Promise.race([bus.close(), new Promise((done) => setTimeout(done, 500))]));
    return bus;
  }

  async #serve(
    part: ServiceDrawn,
    needs: Readonly<Record<string, () => Promise<unknown>>>,
    agents?: () => Promise<unknown[]>,
  ): Promise<void> {
    const late = () => new Promise((_, reject) => setTimeout(() => reject(new Error('late')), 1_200).unref());
    const answer = async (path: string, response: ServerResponse) => {
      const json = (status: number, body: unknown) => {
        if (!response.writableEnded)
          response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      };
      if (path === '/health/live') return json(200, { status: 'alive' });
      if (path === '/api/v1/agents' && agents !== undefined)
        return agents().then(
          (rows) => json(200, { agents: rows }),
          () => json(500, { error: 'no database' }),
        );
      if (path !== '/health' && path !== '/health/status') return json(404, {});
      const states = await Promise.all(
        Object.entries(needs).map(async ([name, check]) => {
          const status = await Promise.race([check(), late()]).then(
            () => 'up',
            () => 'down',
          );
          return [name, { status }] as const;
        }),
      );
      const isUp = states.every(([, { status }]) => status === 'up');
      json(isUp ? 200 : 503, { status: isUp ? 'ok' : 'degraded', dependencies: Object.fromEntries(states) });
    };
    const well: Answering = (request, response) => void answer(request.url ?? '', response);
    let now = well;
    const answered: number[] = [];
    const server = await http((request, response) => {
      if (request.url?.startsWith('/health') === true)
        response.once('finish', () => answered.push(response.statusCode));
      now(request, response);
    });
    this.later(() => server.stop());
    this.#services.set(part, {
      url: `http://127.0.0.1:${server.port}`,
      answer: well,
      behave: (as) => void (now = as),
      answered,
      stop: () => server.stop(),
    });
  }

  /** Everything that the bot is told. */
  #tell(): void {
    const { configured, rights } = this.draw;
    const has = (part: string) => configured.includes(part);
    const redis = new URL(this.redis.url);
    redis.username = 'bot';
    this.#block = {
      runtime: { kind: 'none' },
      services: Object.fromEntries(
        [...this.#services].flatMap(([part, { url }]) =>
          has(part) ? [[part, { url, healthPaths: ['/health', '/health/live'] }]] : [],
        ),
      ),
      // A machine that does something else as well is no slow store.
      thresholds: { httpSlowMs: 2_500, postgresSlowMs: 2_000, redisSlowMs: 2_000, natsSlowMs: 2_000 },
      ...(has('postgres')
        ? {
            postgres: {
              url: this.asRole('bot', 'postgres'),
              ...(rights.databases
                ? { databases: { agentManager: 'agent_manager', orchestrator: 'orchestrator' } }
                : {}),
            },
          }
        : {}),
      ...(has('redis') ? { redis: { url: redis.href } } : {}),
      ...(has('nats')
        ? {
            nats: {
              url: this.#natsUrl(rights.nats === 'all' ? 'service' : 'bot'),
              ...(rights.monitor ? { monitorUrl: this.nats.monitorUrl } : {}),
            },
          }
        : {}),
    };
  }

  /** The block of the bot's configuration. */
  get block(): Readonly<Record<string, Readonly<Record<string, unknown>>>> {
    return this.#block;
  }

  /** Where the referee looks: at what the bot is told of, and with the keeper's rights where that is the platform's. */
  get places(): Places {
    const told = (part: string) => this.#block[part] as { url: string; monitorUrl?: string } | undefined;
    const isOurs = (part: 'postgres' | 'redis') =>
      new URL(told(part)?.url ?? 'a:').port === `${this[part].port}`;
    const [postgres, redis, nats] = [told('postgres'), told('redis'), told('nats')];
    return {
      services: Object.fromEntries(
        Object.entries(this.#block.services ?? {}).map(([part, one]) => [
          part,
          {
            url: (one as { url: string }).url,
            paths: ['/health', '/health/live'],
            answered: () => this.service(part as ServiceDrawn).answered,
          },
        ]),
      ),
      ...(postgres === undefined
        ? {}
        : {
            postgres: {
              url: postgres.url,
              tables,
              indexes: [
                'idx_events_cluster_id',
                'idx_events_severity',
                'idx_events_timestamp',
                'idx_executions_status',
              ],
              ...(isOurs('postgres')
                ? {
                    keeper: (name: string) => this.keeper(name),
                    writer: this.asRole('service', 'agent_manager'),
                  }
                : {}),
            },
          }),
      ...(redis === undefined
        ? {}
        : { redis: { url: redis.url, ...(isOurs('redis') ? { keeper: this.redis.url } : {}) } }),
      ...(nats === undefined
        ? {}
        : { nats: { url: nats.url, monitor: nats.monitorUrl, listener: this.#natsUrl('service') } }),
      agents: { database: this.keeper('agent_manager') },
      ...(this.#api === undefined ? {} : { cluster: { api: this.#api, namespace: 'aetherius' } }),
    };
  }

  later(undo: () => Promise<unknown>): void {
    this.#cleanup.push(undo);
  }
  service(part: ServiceDrawn): DrawnService {
    const one = this.#services.get(part);
    if (one === undefined) throw new Error(`no ${part}`);
    return one;
  }
  asRole(role: string, database: string): string {
    return `postgres://${role}:${password}@127.0.0.1:${this.postgres.port}/${database}`;
  }
  /** Past what is set for everybody. */
  keeper(database = 'postgres'): string {
    const url = new URL(this.postgres.url(database));
    url.searchParams.set('options', '-c default_transaction_read_only=off');
    return url.href;
  }
  #natsUrl(user: string): string {
    return `nats://${user}:${password}@127.0.0.1:${this.nats.port}`;
  }

  /** The driver takes no user from an address. */
  get asClient(): { readonly servers: string; readonly user: string; readonly pass: string } {
    return { servers: `127.0.0.1:${this.nats.port}`, user: 'service', pass: password };
  }

  async sql(text: string): Promise<void> {
    if (text === 'RENAME') {
      await query(
        this.keeper(),
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'agent_manager'`,
      );
      return void (await query(this.keeper(), 'ALTER DATABASE agent_manager RENAME TO agent_manager_2025'));
    }
    for (const one of text.split('; '))
      await query(this.keeper('agent_manager'), one === 'RELOAD' ? 'SELECT pg_reload_conf()' : one);
  }
  async stopPostgres(): Promise<void> {
    await this.postgres.stop();
    this.later(() => this.postgres.restart());
  }
  async noStream(): Promise<void> {
    const bus = await connect(this.asClient);
    const jetstream = await bus.jetstreamManager();
    await jetstream.streams.delete('EVENTS').catch(() => undefined);
    await bus.close();
  }
  /** Whether Redis says this, in INFO or as its error. */
  async redisSays(text: string): Promise<boolean> {
    const client = new Redis(this.redis.url, { maxRetriesPerRequest: 0, retryStrategy: () => null });
    client.on('error', () => undefined);
    try {
      return (await client.info().catch((error: unknown) => String(error))).includes(text);
    } finally {
      client.disconnect();
    }
  }
  async small(one: Promise<Small>): Promise<Small> {
    const server = await one;
    this.later(() => server.stop());
    return server;
  }
  /** The bot is told of another port. */
  tellOf(part: 'postgres' | 'redis' | 'nats', { port }: { readonly port: number }): void {
    const block = this.#block[part];
    if (block === undefined) return;
    const url = new URL(String(block.url));
    url.port = `${port}`;
    block.url = url.href;
  }
  tellPassword(part: 'nats', word: string): void {
    const block = this.#block[part];
    if (block === undefined) return;
    const url = new URL(String(block.url));
    url.password = word;
    block.url = url.href;
  }
  tellMonitor(port: number): void {
    const block = this.#block.nats;
    if (block !== undefined) block.monitorUrl = `http://127.0.0.1:${port}`;
  }

  async close(): Promise<void> {
    for (const undo of this.#cleanup.toReversed()) await undo().catch(() => undefined);
    await Promise.allSettled([this.redis.kill(), this.nats.kill()]);
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Users of NATS: one that may all, and one that may listen to its own inbox alone. */
const accounts = `authorization { users: [
  { user: service, password: "${password}" },
  { user: bot, password: "${password}", permissions: { publish: ">", subscribe: "_INBOX.>" } }
] }`;
