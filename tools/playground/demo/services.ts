import { createServer, type Server, type ServerResponse } from 'node:http';
import { Redis } from 'ioredis';
import { connect, type NatsConnection } from 'nats';
import { Client } from 'pg';

/**
 * The three services, simulated at the wire for the playground: they answer health, metrics and a few API
 * paths, and hold real connections to the demo's PostgreSQL, Redis and NATS so that those see them.
 */
export interface DemoService {
  readonly name: string;
  readonly port: number;
  mode: 'ok' | 'hung' | 'slow' | 'closed';
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Applies `mode`: `closed` gives the port and its connections up. */
  apply(mode: DemoService['mode']): Promise<void>;
}

export interface Needs {
  readonly postgresUrl?: string;
  readonly redisUrl?: string;
  readonly natsUrl?: string;
}

type State = 'ok' | 'down';

/** Milliseconds a slow service takes: far above the product's threshold, below its timeout. */
const SLOW_MS = 1_900;

function json(response: ServerResponse, code: number, body: unknown): void {
  response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

export function createDemoService(
  name: string,
  port: number,
  needs: Needs,
  routes: (path: string) => Promise<unknown>,
): DemoService {
  let http: Server | undefined;
  let postgres: Client | undefined;
  let redis: Redis | undefined;
  let nats: NatsConnection | undefined;

  async function postgresState(): Promise<State> {
    try {
      if (postgres === undefined) {
        const client = new Client({
          connectionString: needs.postgresUrl,
          application_name: name,
          connectionTimeoutMillis: 800,
          query_timeout: 800,
        });
        client.on('error', () => {
          postgres = undefined;
        });
        await client.connect();
        postgres = client;
      }
      await postgres.query('SELECT 1');
      return 'ok';
    } catch {
      void postgres?.end().catch(() => undefined);
      postgres = undefined;
      return 'down';
    }
  }

  async function redisState(): Promise<State> {
    try {
      if (redis === undefined && needs.redisUrl !== undefined) {
        redis = new Redis(needs.redisUrl, {
          connectionName: name,
          maxRetriesPerRequest: 0,
          commandTimeout: 800,
          retryStrategy: () => 500,
        });
        redis.on('error', () => undefined);
      }
      await redis?.ping();
      return 'ok';
    } catch {
      return 'down';
    }
  }

  async function natsState(): Promise<State> {
    try {
      if (nats === undefined || nats.isClosed()) {
        nats = await connect({ servers: needs.natsUrl ?? '', name, timeout: 800, maxReconnectAttempts: 0 });
      }
      await nats.flush();
      return 'ok';
    } catch {
      void nats?.close().catch(() => undefined);
      nats = undefined;
      return 'down';
    }
  }

  async function health(): Promise<{ status: string; dependencies: Record<string, State> }> {
    const checks: [string, Promise<State>][] = [];
    if (needs.postgresUrl !== undefined) checks.push(['postgres', postgresState()]);
    if (needs.redisUrl !== undefined) checks.push(['redis', redisState()]);
    if (needs.natsUrl !== undefined) checks.push(['nats', natsState()]);
    const dependencies = Object.fromEntries(
      await Promise.all(checks.map(async ([key, state]) => [key, await state] as const)),
    );
    return { status: Object.values(dependencies).includes('down') ? 'degraded' : 'ok', dependencies };
  }

  async function respond(path: string, response: ServerResponse): Promise<void> {
    if (service.mode === 'hung') return;
    if (service.mode === 'slow') await new Promise((resolve) => setTimeout(resolve, SLOW_MS));
    if (path === '/health/live') return json(response, 200, { status: 'alive' });
    if (path.startsWith('/health')) {
      const body = await health();
      return json(response, body.status === 'ok' ? 200 : 503, body);
    }
    if (path === '/metrics') {
      response.writeHead(200, { 'content-type': 'text/plain' }).end('go_goroutines 42\nevent_queue_size 3\n');
      return;
    }
    const body = await routes(path);
    return body === undefined ? json(response, 404, { error: 'not found' }) : json(response, 200, body);
  }

  async function start(): Promise<void> {
    if (http !== undefined) return;
    http = createServer((request, response) => {
      response.setHeader('x-simulated', 'playground');
      respond(new URL(request.url ?? '/', 'http://demo').pathname, response).catch(() => response.destroy());
    });
    await new Promise<void>((resolve, reject) => {
      http?.once('error', reject);
      http?.listen(port, '127.0.0.1', resolve);
    });
    void health();
  }

  async function stop(): Promise<void> {
    const running = http;
    http = undefined;
    running?.closeAllConnections();
    if (running !== undefined) await new Promise<void>((resolve) => running.close(() => resolve()));
    redis?.disconnect();
    redis = undefined;
    await Promise.allSettled([postgres?.end(), nats?.close()]);
    postgres = undefined;
    nats = undefined;
  }

  const service: DemoService = {
    name,
    port,
    mode: 'ok',
    start,
    stop,
    async apply(mode) {
      service.mode = mode;
      if (mode === 'closed') await stop();
      else await start();
    },
  };
  return service;
}
