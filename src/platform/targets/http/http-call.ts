import { type Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { type Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { ConnectionOptions } from 'node:tls';
import type { Stage } from '../../../domain/kernel/errors.ts';
import { present } from '../../../domain/kernel/present.ts';
import type { HttpAnswer } from '../../../domain/probe/targets/http.ts';
import { type Address, socketStage, targetError } from '../failure.ts';

export interface HttpCall {
  readonly what: string;
  readonly url: URL;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly maxBytes: number;
  readonly connectMs: number;
  readonly callMs: number;
  readonly signal?: AbortSignal;
  /** Default: a connection of its own for this call. */
  readonly agent?: HttpAgent | HttpsAgent;
  readonly tls?: Pick<ConnectionOptions, 'secureContext' | 'rejectUnauthorized' | 'servername'>;
  readonly secrets?: readonly string[];
  /** Told when a connection is made for this call, and not one of the agent's kept ones used. */
  readonly onConnect?: () => void;
  /** Gets the body of a good answer (2xx) as it arrives; the answer's own `body` is empty then. Must not throw. */
  readonly sink?: (part: Buffer) => void;
}

/** A handshake this slow shows a slow way, on which an answer is late without anybody being slow to give it. */
const slowHandshakeMs = 250;
const roundTripsMore = 4;
const mostMoreMs = 8_000;

/**
 * One HTTP exchange over Node's own client, because it alone shows how far a call got: name, connection, TLS,
 * first byte. Redirects are answers and are not followed. More than `maxBytes` of body are not read.
 */
export function httpCall(call: HttpCall): Promise<HttpAnswer> {
  const { url } = call;
  const secure = url.protocol === 'https:';
  const port = Number(url.port === '' ? (secure ? 443 : 80) : url.port);
  const address: Address = { what: call.what, host: url.hostname.replace(/^\[|\]$/g, ''), port };
  return new Promise((resolve, reject) => {
    if (call.signal?.aborted === true) return reject(targetError('aborted', address));
    const started = performance.now();
    let stage: Stage = 'connect-timeout';
    let settled = false;
    const request = (secure ? httpsRequest : httpRequest)({
      method: call.method ?? 'GET',
      host: address.host,
      port,
      path: `${url.pathname}${url.search}`,
      headers: {
        'user-agent': 'aetherius-bot',
        ...call.headers,
        ...present({
          'content-length': call.body === undefined ? undefined : `${Buffer.byteLength(call.body)}`,
        }),
      },
      // Node's own agent keeps connections, also those that a server closes without a word of it.
      agent: call.agent ?? false,
      ...call.tls,
    });
    const settle = (finish: () => void) => {
      if (settled) return;
      settled = true;
      clearTimeout(connecting);
      clearTimeout(deadline);
      call.signal?.removeEventListener('abort', onAbort);
      finish();
    };
    const fail = (failed: Stage, cause?: unknown) =>
      settle(() => {
        request.destroy();
        reject(targetError(failed, address, { cause, secrets: call.secrets ?? [] }));
      });
    const onAbort = () => fail('aborted');
    // Silence in the middle of a TLS handshake is silence; only a bad word makes it TLS's fault.
    const silence = () => (stage === 'connect-timeout' ? stage : 'no-answer');
    const connecting = setTimeout(() => {
      if (stage === 'connect-timeout' || stage === 'tls') fail(silence());
    }, call.connectMs);
    let deadline = setTimeout(() => fail(silence()), call.callMs);
    call.signal?.addEventListener('abort', onAbort, { once: true });

    request.once('socket', (socket) => {
      // A kept connection emits no such events again: listeners on it would pile up, one a request.
      if (!socket.connecting) {
        stage = 'no-answer';
        return;
      }
      call.onConnect?.();
      socket.once('connect', () => {
        stage = secure ? 'tls' : 'no-answer';
        const handshakeMs = performance.now() - started;
        if (handshakeMs < slowHandshakeMs || settled) return;
        clearTimeout(deadline);
        const more = Math.min(roundTripsMore * handshakeMs, mostMoreMs);
        deadline = setTimeout(() => fail(silence()), call.callMs - handshakeMs + more);
      });
      socket.once('secureConnect', () => {
        stage = 'no-answer';
      });
    });
    request.once('error', (error) => {
      const known = socketStage(error);
      fail(known ?? (stage === 'tls' ? 'tls' : stage === 'no-answer' ? 'closed' : 'protocol'), error);
    });
    request.once('response', (response) => {
      collect(response, call).then(
        (body) =>
          settle(() => {
            resolve(answer(response, body, performance.now() - started));
          }),
        (error: unknown) => fail(socketStage(error) ?? 'closed', error),
      );
    });
    request.end(call.body);
  });
}

function answer(response: IncomingMessage, body: Uint8Array, latencyMs: number): HttpAnswer {
  const headers = Object.fromEntries(
    Object.entries(response.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]),
  );
  return {
    status: response.statusCode ?? 0,
    headers,
    body,
    text: () => Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8'),
    latencyMs: Math.round(latencyMs * 10) / 10,
  };
}

function collect(
  response: IncomingMessage,
  { maxBytes, sink }: Pick<HttpCall, 'maxBytes' | 'sink'>,
): Promise<Uint8Array> {
  const status = response.statusCode ?? 0;
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    const take =
      sink !== undefined && status >= 200 && status < 300 ? sink : (part: Buffer) => parts.push(part);
    let size = 0;
    response.on('data', (part: Buffer) => {
      if (size + part.length >= maxBytes) {
        take(part.subarray(0, maxBytes - size));
        resolve(Buffer.concat(parts));
        response.destroy();
        return;
      }
      take(part);
      size += part.length;
    });
    response.once('end', () => resolve(Buffer.concat(parts)));
    response.once('error', reject);
    response.once('aborted', () => reject(Object.assign(new Error('aborted'), { code: 'ECONNRESET' })));
  });
}
