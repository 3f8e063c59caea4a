import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Receiver } from '@slack/bolt';
import type { Clock, Logger } from '../../domain/kernel/clock.ts';
import type { Secret } from '../../domain/kernel/secret.ts';
import type { EventSink } from './gate.ts';

export interface SignedHttpOptions {
  /** Two while the secret is being changed: regenerating takes effect at once (R-SLACK11). */
  readonly signingSecrets: readonly Secret[];
  readonly host: string;
  readonly port: number;
  readonly gate: EventSink;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly path?: string;
}

export interface SignedHttp extends Receiver {
  /** The port it listens on, once started. */
  port(): number;
}

/** Slack's own recipe, which Bolt follows on one side only (R-SLACK10). */
export const windowSeconds = 300;
const maxBodyBytes = 1_048_576;
/** Slack waits 3 s; a handler that has not answered by then gets an honest failure. */
const answerWithinMs = 2_900;

export type Verdict = 'ok' | 'missing' | 'too-old' | 'in-the-future' | 'wrong';

/** HMAC-SHA256 over `v0:timestamp:body`, compared in constant time, |clock difference| ≤ 300 s. */
export function verifySignature(input: {
  readonly secrets: readonly string[];
  readonly timestamp: string | undefined;
  readonly signature: string | undefined;
  readonly body: string | Buffer;
  readonly nowSeconds: number;
}): Verdict {
  const { timestamp, signature } = input;
  if (timestamp === undefined || signature === undefined || !/^\d{1,12}$/.test(timestamp)) return 'missing';
  const difference = input.nowSeconds - Number(timestamp);
  if (difference > windowSeconds) return 'too-old';
  if (difference < -windowSeconds) return 'in-the-future';
  const given = Buffer.from(signature);
  const right = input.secrets.some((secret) => {
    const digest = createHmac('sha256', secret).update(`v0:${timestamp}:`).update(input.body).digest('hex');
    const expected = Buffer.from(`v0=${digest}`);
    return expected.length === given.length && timingSafeEqual(expected, given);
  });
  return right ? 'ok' : 'wrong';
}

export function createSignedHttp(options: SignedHttpOptions): SignedHttp {
  const { gate, clock, logger } = options;
  const path = options.path ?? '/slack/events';

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (request.method !== 'POST' || new URL(request.url ?? '/', 'http://localhost').pathname !== path)
      return end(response, 404);
    const raw = await readBody(request);
    if (raw === undefined) return end(response, 413);
    const signature = header(request, 'x-slack-signature');
    const verdict = verifySignature({
      secrets: options.signingSecrets.map((secret) => secret.reveal()),
      timestamp: header(request, 'x-slack-request-timestamp'),
      signature,
      body: raw,
      nowSeconds: Math.floor(clock.now().getTime() / 1000),
    });
    if (verdict !== 'ok') {
      logger.warn({ verdict }, 'a request was not signed as it must be');
      return end(response, 401);
    }
    const body = parseBody(raw.toString('utf8'), header(request, 'content-type') ?? '');
    if (body === undefined) return end(response, 400);
    if (body.ssl_check !== undefined) return end(response, 200);
    if (body.type === 'url_verification') return end(response, 200, { challenge: body.challenge });
    await handle(body, signature ?? '', request, response);
  };

  const handle = async (
    body: Readonly<Record<string, unknown>>,
    signature: string,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> => {
    const timer = setTimeout(() => end(response, 503), answerWithinMs);
    const retryNum = Number(header(request, 'x-slack-retry-num'));
    const retryReason = header(request, 'x-slack-retry-reason');
    try {
      await gate.processEvent({
        body,
        ack: (answer: unknown) => {
          clearTimeout(timer);
          end(response, 200, answer);
          return Promise.resolve();
        },
        customProperties: { signature },
        ...(Number.isNaN(retryNum) ? {} : { retryNum }),
        ...(retryReason === undefined ? {} : { retryReason }),
      });
      // Handled without an ack: an event of a kind that nobody listens to.
      end(response, 200);
    } catch (err) {
      logger.error({ err }, 'a delivery was not acknowledged');
      end(response, 503);
    } finally {
      clearTimeout(timer);
    }
  };

  const server: Server = createServer((request, response) => {
    serve(request, response).catch((err: unknown) => {
      logger.error({ err }, 'a request failed');
      end(response, 500);
    });
  });
  server.requestTimeout = 10_000;
  server.headersTimeout = 5_000;

  return {
    init() {
      // Deliveries go to the gate, which hands them to the app.
    },
    start: () =>
      new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(options.port, options.host, () => resolve());
      }),
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
      }),
    port: () => (server.address() as AddressInfo | null)?.port ?? options.port,
  };
}

function end(response: ServerResponse, status: number, body?: unknown): void {
  if (response.writableEnded) return;
  if (body === undefined || body === '') {
    response.writeHead(status).end();
    return;
  }
  const isText = typeof body === 'string';
  response
    .writeHead(status, {
      'content-type': isText ? 'text/plain; charset=utf-8' : 'application/json; charset=utf-8',
    })
    .end(isText ? body : JSON.stringify(body));
}

function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === 'string' ? value : undefined;
}

async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = chunk as Buffer;
    size += bytes.byteLength;
    if (size > maxBodyBytes) return undefined;
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

/** JSON for events, form fields for commands, a `payload` field with JSON for everything interactive. */
function parseBody(raw: string, contentType: string): Readonly<Record<string, unknown>> | undefined {
  try {
    if (contentType.startsWith('application/json')) return asObject(JSON.parse(raw));
    const form = Object.fromEntries(new URLSearchParams(raw));
    return form.payload === undefined ? form : asObject(JSON.parse(form.payload));
  } catch {
    return undefined;
  }
}

function asObject(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}
