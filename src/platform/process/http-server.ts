import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** `undefined` when all is well, else a short reason without secrets. */
export type ReadinessCheck = () => Promise<string | undefined> | string | undefined;

export interface StatusServerOptions {
  readonly host: string;
  readonly port: number;
  /** By name; all must be well for /readyz. */
  readonly checks: Readonly<Record<string, ReadinessCheck>>;
  readonly metrics: { readonly contentType: string; text(): Promise<string> };
  /** /healthz says no when this does: the process should be restarted. */
  readonly alive: () => boolean;
}

export interface StatusServer {
  start(): Promise<void>;
  stop(): Promise<void>;
  port(): number;
}

const checkWithinMs = 2000;

/** /healthz: this process works. /readyz: it can do its role's work now. /metrics: Prometheus text. */
export function createStatusServer(options: StatusServerOptions): StatusServer {
  const routes: Readonly<Record<string, () => Promise<{ status: number; type: string; body: string }>>> = {
    '/healthz': async () => json(options.alive() ? 200 : 503, { status: options.alive() ? 'ok' : 'failing' }),
    '/readyz': async () => {
      const results = await Promise.all(
        Object.entries(options.checks).map(
          async ([name, check]) => [name, (await bounded(check)) ?? 'ok'] as const,
        ),
      );
      const ready = results.every(([, result]) => result === 'ok');
      return json(ready ? 200 : 503, {
        status: ready ? 'ready' : 'not-ready',
        checks: Object.fromEntries(results),
      });
    },
    '/metrics': async () => ({
      status: 200,
      type: options.metrics.contentType,
      body: await options.metrics.text(),
    }),
  };
  const server: Server = createServer((request, response) => {
    const route = request.method === 'GET' ? routes[(request.url ?? '').split('?')[0] ?? ''] : undefined;
    const answer = route === undefined ? Promise.resolve(json(404, { status: 'not-found' })) : route();
    answer
      .catch(() => json(500, { status: 'failing' }))
      .then(({ status, type, body }) => {
        response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(body);
      })
      .catch(() => response.destroy());
  });
  server.requestTimeout = 5000;
  return {
    start: () =>
      new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(options.port, options.host, () => resolve());
      }),
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
    port: () => (server.address() as AddressInfo | null)?.port ?? options.port,
  };
}

function json(status: number, value: unknown): { status: number; type: string; body: string } {
  return { status, type: 'application/json; charset=utf-8', body: JSON.stringify(value) };
}

async function bounded(check: ReadinessCheck): Promise<string | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve('no answer in time'), checkWithinMs);
  });
  try {
    return await Promise.race([Promise.resolve(check()), late]);
  } catch {
    return 'failed';
  } finally {
    clearTimeout(timer);
  }
}
