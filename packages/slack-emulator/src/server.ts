import { createReadStream, existsSync, statSync } from 'node:fs';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { receiveUpload } from './api/files.ts';
import { isObject } from './check.ts';
import type { Control } from './control/control.ts';
import { callControl } from './control/routes.ts';
import type { Core } from './core.ts';
import { useResponseUrl } from './response-url.ts';
import { serveEvents } from './sse.ts';
import type { JsonObject } from './types.ts';

/** A route of somebody else on the same origin; true when it has answered. */
export type ExtraRoute = (
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
) => boolean | Promise<boolean>;

export interface ServerSetup {
  readonly core: Core;
  readonly control: Control;
  readonly extraRoutes: readonly ExtraRoute[];
  /** Folder with the built page; without it the root answers 404. */
  readonly staticDir: string | null;
}

const maxBody = 64 * 1024 * 1024;

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.byteLength;
    if (size > maxBody) throw new Error('body too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers });
  response.end(JSON.stringify(body));
}

const bearerOf = (request: IncomingMessage): string | undefined =>
  /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];

/** The file's bytes out of a multipart/form-data body; the body itself when it is none. */
function uploadBytes(body: Buffer, contentType: string): Buffer {
  const boundary = /boundary=(?:"([^"]+)"|([^;]+))/.exec(contentType);
  if (!boundary) return body;
  const mark = Buffer.from(`--${boundary[1] ?? boundary[2] ?? ''}`);
  const head = body.indexOf('\r\n\r\n');
  const end = body.indexOf(Buffer.concat([Buffer.from('\r\n'), mark]), head);
  return head < 0 || end < 0 ? body : body.subarray(head + 4, end);
}

function parseArguments(body: Buffer, contentType: string, url: URL): JsonObject {
  const args: JsonObject = Object.fromEntries(url.searchParams);
  if (body.byteLength === 0) return args;
  if (contentType.includes('application/json')) {
    const parsed: unknown = JSON.parse(body.toString('utf8'));
    return isObject(parsed) ? { ...args, ...parsed } : args;
  }
  return { ...args, ...Object.fromEntries(new URLSearchParams(body.toString('utf8'))) };
}

async function serveApi(
  core: Core,
  method: string,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<void> {
  const contentType = request.headers['content-type'] ?? '';
  const body = await readBody(request);
  let parsed: JsonObject;
  try {
    parsed = parseArguments(body, contentType, url);
  } catch {
    return sendJson(response, 200, { ok: false, error: 'invalid_json' });
  }
  const { token: inBody, ...args } = parsed;
  const bearer = bearerOf(request);
  const answer = await core.webApi.call(method, bearer ?? (typeof inBody === 'string' ? inBody : null), args);
  if (answer.drop) {
    request.socket.resetAndDestroy();
    return;
  }
  const send = (): void => sendJson(response, answer.status, answer.body, answer.headers);
  if (answer.holdMs > 0) core.world.clock.setTimer(answer.holdMs, send);
  else send();
}

async function serveUpload(
  core: Core,
  id: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await readBody(request);
  const fault = core.faults.take('upload', { id });
  if (fault?.kind === 'drop_before') return void request.socket.resetAndDestroy();
  if (fault?.kind === 'http_error') return void response.writeHead(fault.status).end();
  const status = receiveUpload(core.world, id, uploadBytes(body, request.headers['content-type'] ?? ''));
  response
    .writeHead(status, { 'content-type': 'text/plain' })
    .end(status === 200 ? `OK - ${body.byteLength}` : 'not taken');
}

async function serveResponseUrl(
  core: Core,
  id: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await readBody(request);
  const parsed: unknown = JSON.parse(body.toString('utf8'));
  const fault = core.faults.take('response_url', { id });
  if (fault?.kind === 'drop_before') return void request.socket.resetAndDestroy();
  if (fault?.kind === 'http_error') return void response.writeHead(fault.status).end();
  const answer = useResponseUrl(core.world, core.log, id, isObject(parsed) ? parsed : {});
  if (fault?.kind === 'drop_after') return void request.socket.resetAndDestroy();
  response.writeHead(answer.status, { 'content-type': 'text/plain' }).end(answer.body);
}

/** A bot with a live token that may read files, or the page itself (browsers say where a request comes from). */
function mayRead(core: Core, request: IncomingMessage): boolean {
  if (request.headers['sec-fetch-site'] === 'same-origin') return true;
  const token = core.tokens.get(bearerOf(request) ?? '');
  return token?.status === 'active' && (token.scopes?.has('files:read') ?? true);
}

/** `url_private`. Without the right token Slack answers 200 with its sign-in page, and so does this. */
function serveFile(core: Core, id: string, request: IncomingMessage, response: ServerResponse): void {
  const file = core.world.files.get(id);
  if (!mayRead(core, request)) {
    response
      .writeHead(200, { 'content-type': 'text/html' })
      .end('<!DOCTYPE html><title>Sign in | Slack</title>');
    return;
  }
  if (!file?.content) return void response.writeHead(404).end();
  response
    .writeHead(200, { 'content-type': file.mimetype, 'content-length': file.content.byteLength })
    .end(file.content);
}

const pageTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.woff': 'font/woff',
  '.json': 'application/json',
};

function servePage(staticDir: string | null, pathname: string, response: ServerResponse): void {
  if (staticDir === null) return sendJson(response, 404, { error: 'no page is served here' });
  const wanted = join(staticDir, normalize(pathname).replace(/^(\.\.[/\\])+/, ''));
  const isFile = wanted.startsWith(staticDir) && existsSync(wanted) && statSync(wanted).isFile();
  // Any other path is one of the page's own (permalinks), so the page decides.
  const path = isFile ? wanted : join(staticDir, 'index.html');
  if (!existsSync(path)) return sendJson(response, 404, { error: 'the page has not been built' });
  response.writeHead(200, { 'content-type': pageTypes[extname(path)] ?? 'application/octet-stream' });
  createReadStream(path).pipe(response);
}

async function serveControl(
  setup: ServerSetup,
  name: string,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<void> {
  const raw = await readBody(request);
  let body: unknown = Object.fromEntries(url.searchParams);
  try {
    if (raw.byteLength > 0) body = JSON.parse(raw.toString('utf8'));
  } catch {
    return sendJson(response, 400, { error: 'the body is not JSON' });
  }
  const answer = await callControl(setup.control, name, body);
  sendJson(response, answer.status, answer.body);
}

async function route(setup: ServerSetup, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { core } = setup;
  const url = new URL(request.url ?? '/', 'http://localhost');
  const [, area = '', name = ''] = url.pathname.split('/');
  for (const extra of setup.extraRoutes) if (await extra(request, response, url)) return;
  switch (area) {
    case 'api':
      return serveApi(core, name, request, response, url);
    case 'upload':
      return serveUpload(core, name, request, response);
    case 'response':
      return serveResponseUrl(core, name, request, response);
    case 'files':
      return serveFile(core, name, request, response);
    case 'control':
      return serveControl(setup, name, request, response, url);
    case 'events':
      return serveEvents(core, url.searchParams.get('user') ?? '', request, response);
    default:
      return servePage(setup.staticDir, decodeURIComponent(url.pathname), response);
  }
}

/** The one HTTP server: Web API, uploads, response URLs, Socket Mode, control API, page. */
export function createEmulatorServer(setup: ServerSetup): Server {
  const server = createServer((request, response) => {
    route(setup, request, response).catch((error: unknown) => {
      if (response.headersSent) response.destroy();
      else
        sendJson(response, 500, {
          ok: false,
          error: 'fatal_error',
          detail: error instanceof Error ? error.message : '',
        });
    });
  });
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy());
    if (request.url?.startsWith('/link')) setup.core.socketMode.upgrade(request, socket, head);
    else socket.destroy();
  });
  return server;
}
