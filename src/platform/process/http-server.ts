import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Logger } from '../../domain/kernel/clock.ts';
import { inTime, within } from '../../domain/kernel/within.ts';
import type { HttpReply, HttpRequest, HttpRoute } from '../../domain/ports/http.ts';

export interface HttpServerOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly routes: readonly HttpRoute[];
  readonly logger: Logger;
  /** A request must have arrived whole by then, body included, or its connection ends; default 10,000. */
  readonly requestMs?: number;
  /** Who takes no part of an answer for so long is cut off; default 60,000. */
  readonly stalledMs?: number;
}

export interface HttpServer {
  /** Rejects with Node's own error when the port cannot be had. */
  start(): Promise<void>;
  /** Takes no new connection, lets what is being answered end, and cuts off after three seconds. */
  stop(): Promise<void>;
  /** The port it listens on, once started. */
  port(): number;
}

const headersMs = 5_000;
const stopMs = 3_000;

/**
 * The one HTTP server of the product: paths, methods, limits and timeouts in one place. An unknown path gets 404,
 * another method 405, a body beyond the route's limit 413. A slow request gets 408, a failed handler 500, and a handler
 * without an answer in time 503.
 */
export function createHttpServer(options: HttpServerOptions): HttpServer {
  const { routes, logger, requestMs = 10_000, stalledMs = 60_000 } = options;
  const answering = new Set<ServerResponse>();
  let stopping = false;

  const serve = async (request: IncomingMessage): Promise<Answer | undefined> => {
    const path = pathOf(request.url);
    const here = routes.filter((route) => route.path === path);
    const route = here.find(({ method }) => method === request.method);
    if (here.length === 0 || path === undefined) return { status: 404 };
    if (route === undefined) return { status: 405, allow: here.map(({ method }) => method).join(', ') };
    const refusal = await within(
      route.answerWithinMs,
      async () => route.admit?.({ header: headerOf(request) }),
      {
        late: () => ({ status: 503 }),
      },
    );
    if (refusal !== undefined) return refusal;
    const body = await readBody(request, route.maxBodyBytes);
    if (body === 'gone') return undefined;
    if (body === 'too-large') return { status: 413 };
    return within(route.answerWithinMs, () => route.handle(asRequest(request, path, body)), {
      late: () => ({ status: 503 }),
    });
  };

  const server = createServer(
    {
      requestTimeout: requestMs,
      headersTimeout: Math.min(headersMs, requestMs),
      // Node looks for requests that are too slow only so often, by default every half minute.
      connectionsCheckingInterval: Math.min(1_000, Math.ceil(requestMs / 4)),
    },
    (request, response) => {
      answering.add(response);
      response.once('close', () => answering.delete(response));
      serve(request)
        .catch((err: unknown): Answer => {
          logger.error({ err, path: pathOf(request.url) }, 'a request failed');
          return { status: 500 };
        })
        .then((answer) => {
          return answer === undefined ? undefined : send(response, answer, { last: stopping, stalledMs });
        })
        // Parts that broke off end without their end, which the client sees.
        .catch((err: unknown) => {
          logger.error({ err, path: pathOf(request.url) }, 'an answer broke off');
          response.destroy();
        });
    },
  );

  return {
    start: () =>
      new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(options.port, options.host, () => resolve());
      }),
    async stop() {
      stopping = true;
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      await inTime(stopMs, Promise.all([...answering].map((response) => once(response, 'close'))));
      server.closeAllConnections();
      await closed;
    },
    port: () => (server.address() as AddressInfo | null)?.port ?? options.port,
  };
}

type Answer = HttpReply & { readonly allow?: string };

/** The path of `/a?b`, and of a proxy's `http://host/a?b`. */
function pathOf(url = '/'): string | undefined {
  if (url.startsWith('/')) return url.split(/[?#]/, 1)[0];
  return URL.canParse(url) ? new URL(url).pathname : undefined;
}

function asRequest(request: IncomingMessage, path: string, body: Buffer): HttpRequest {
  return {
    method: request.method ?? '',
    path,
    header: headerOf(request),
    body,
  };
}

const headerOf =
  (request: IncomingMessage) =>
  (name: string): string | undefined => {
    const value = request.headers[name];
    return typeof value === 'string' ? value : undefined;
  };

/** `gone`: the client has left, or was too slow and got 408 from Node. A body that is too large is not kept. */
function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer | 'too-large' | 'gone'> {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) return Promise.resolve('too-large');
  return new Promise((resolve) => {
    const parts: Buffer[] = [];
    let size = 0;
    request.on('data', (part: Buffer) => {
      size += part.byteLength;
      if (size > maxBytes) {
        parts.length = 0;
        resolve('too-large');
      } else parts.push(part);
    });
    request.once('end', () => resolve(Buffer.concat(parts)));
    request.once('close', () => resolve('gone'));
    request.on('error', () => resolve('gone'));
  });
}

async function send(
  response: ServerResponse,
  { status, body, type, allow }: Answer,
  { last, stalledMs }: { readonly last: boolean; readonly stalledMs: number },
): Promise<void> {
  if (response.destroyed || response.writableEnded) return;
  response.setHeader('cache-control', 'no-store');
  if (last) response.setHeader('connection', 'close');
  if (allow !== undefined) response.setHeader('allow', allow);
  if (body === undefined) {
    response.writeHead(status).end();
    return;
  }
  const plain = type ?? 'text/plain; charset=utf-8';
  if (typeof body === 'object' && Symbol.asyncIterator in body) {
    response.setTimeout(stalledMs, () => response.destroy());
    response.writeHead(status, { 'content-type': plain });
    // Holds the source back while the client reads slowly.
    await pipeline(Readable.from(body, { objectMode: true }), response);
    return;
  }
  const text = typeof body === 'string';
  const contentType = text ? plain : 'application/json; charset=utf-8';
  response.writeHead(status, { 'content-type': contentType }).end(text ? body : JSON.stringify(body));
}
