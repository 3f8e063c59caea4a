/** The referee's own clients: each speaks just enough of a protocol to see one thing. */

import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { connect as secureConnect } from 'node:tls';
import { Client } from 'pg';
import { request as ask } from 'undici';
import type { Answer, Message } from './seen.ts';

const LIMIT = 5000;

/** One request to the Docker engine's socket. */
export function docker(socketPath: string, path: string, method = 'GET', body?: unknown): Promise<Buffer> {
  const data = body === undefined ? undefined : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const sent = request(
      { socketPath, path, method, timeout: 60_000, headers: { 'Content-Type': 'application/json' } },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const all = Buffer.concat(chunks);
          if ((response.statusCode ?? 500) < 400) resolve(all);
          else reject(new Error(`${method} ${path}: ${response.statusCode} ${all.toString().slice(0, 200)}`));
        });
      },
    );
    sent.on('timeout', () => sent.destroy(new Error(`${method} ${path}: no answer`)));
    sent.on('error', reject);
    sent.end(data);
  });
}

/** The text of a container's multiplexed log. */
export function logText(frames: Buffer): string {
  const parts: string[] = [];
  for (let at = 0; at + 8 <= frames.length; ) {
    const size = frames.readUInt32BE(at + 4);
    parts.push(frames.subarray(at + 8, at + 8 + size).toString('utf8'));
    at += 8 + size;
  }
  return parts.join('');
}

/** `fetch` refuses to ask some ports, which a Service may well have. */
export async function get(url: string, limit = LIMIT): Promise<Answer | undefined> {
  try {
    const { statusCode, body } = await ask(url, { signal: AbortSignal.timeout(limit) });
    return { status: statusCode, body: await body.text() };
  } catch {
    return undefined;
  }
}

/** A TLS connection over this one, whoever has signed the certificate. */
const secured = (socket: Socket): Socket => secureConnect({ socket, rejectUnauthorized: false });

/** Opens a connection, lets `talk` use it, closes it; a silent peer is an error. */
function talk<T>(
  host: string,
  port: number,
  use: (socket: Socket, done: (value: T) => void, fail: (error: Error) => void) => void,
  limit = LIMIT,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port });
    const finish = (act: () => void) => {
      socket.destroy();
      act();
    };
    const fail = (error: Error) => finish(() => reject(error));
    socket.setTimeout(limit, () => fail(new Error(`${host}:${port}: silent`)));
    socket.on('error', fail);
    // Who hangs up without a word is no error of the socket, and no timeout comes after that.
    socket.on('close', () => fail(new Error(`${host}:${port}: closed`)));
    socket.on('connect', () => use(socket, (value) => finish(() => resolve(value)), fail));
  });
}

export const listens = (host: string, port: number): Promise<boolean> =>
  talk<boolean>(host, port, (_, done) => done(true)).catch(() => false);

/** Redis' answer to PING after AUTH. */
export const redisPing = (
  host: string,
  port: number,
  password: string,
  { limit = LIMIT, tls = false }: { readonly limit?: number; readonly tls?: boolean } = {},
): Promise<string> =>
  talk<string>(
    host,
    port,
    (plain, done, fail) => {
      const socket = tls ? secured(plain) : plain;
      let text = '';
      socket.on('error', fail);
      socket.on('data', (chunk: Buffer) => {
        text += chunk.toString();
        const lines = text.split('\r\n');
        if (lines[0]?.startsWith('-')) done(lines[0]);
        else if (lines.length > 2) done(lines[1] ?? '');
      });
      socket.write(`AUTH ${password}\r\nPING\r\n`);
    },
    limit,
  );

/** NATS' answer to a login and PING: PONG, or its refusal. It speaks first, and in clear also where TLS follows. */
export const natsPing = (
  host: string,
  port: number,
  login: { readonly user: string; readonly pass: string },
  { limit = LIMIT, tls = false }: { readonly limit?: number; readonly tls?: boolean } = {},
): Promise<string> =>
  talk<string>(
    host,
    port,
    (plain, done, fail) => {
      plain.once('data', (first: Buffer) => {
        // One that takes no client more says so instead of a greeting.
        const refused = /^-ERR[^\r]*/m.exec(first.toString())?.[0];
        if (refused !== undefined) return done(refused);
        const socket = tls ? secured(plain) : plain;
        let text = '';
        socket.on('error', fail);
        socket.on('data', (chunk: Buffer) => {
          text += chunk.toString();
          const said = text.split('\r\n').find((line) => line === 'PONG' || line.startsWith('-ERR'));
          if (said !== undefined) done(said);
        });
        const options = JSON.stringify({ verbose: false, name: 'referee', tls_required: tls, ...login });
        socket.write(`CONNECT ${options}\r\nPING\r\n`);
      });
    },
    limit,
  );

/** Whether a Bolt server answers the handshake. */
export const boltAnswers = (host: string, port: number, limit = LIMIT): Promise<boolean> =>
  talk<boolean>(
    host,
    port,
    (socket, done) => {
      socket.on('data', (chunk: Buffer) => done(chunk.length >= 4 && chunk.readUInt32BE(0) !== 0));
      socket.write(Buffer.from('6060b017' + '00000405' + '00000404' + '00000004' + '00000003', 'hex'));
    },
    limit,
  ).catch(() => false);

/** A NATS connection: what is heard, and a way to say something. */
export interface Ear {
  readonly heard: readonly Message[];
  say(subject: string, body: string): void;
  close(): void;
}

/** Splits the server's bytes into messages; gives back what is not complete yet. */
export function natsMessages(buffer: Buffer, take: (message: Message) => void): Buffer {
  let rest = buffer;
  for (;;) {
    const end = rest.indexOf('\r\n');
    if (end < 0) return rest;
    const words = rest.subarray(0, end).toString().split(' ');
    if (words[0] !== 'MSG') {
      rest = rest.subarray(end + 2);
      continue;
    }
    const size = Number(words.at(-1));
    if (rest.length < end + 2 + size + 2) return rest;
    take({ subject: words[1] ?? '', body: rest.subarray(end + 2, end + 2 + size).toString() });
    rest = rest.subarray(end + 2 + size + 2);
  }
}

export function natsEar(
  host: string,
  port: number,
  login: { readonly user?: string; readonly pass?: string } = {},
): Promise<Ear> {
  return new Promise((resolve, reject) => {
    const heard: Message[] = [];
    let rest: Buffer = Buffer.alloc(0);
    const socket = connect({ host, port });
    socket.setTimeout(LIMIT, () => reject(new Error('NATS is silent')));
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('NATS has closed')));
    socket.on('data', (chunk: Buffer) => {
      const text = chunk.toString();
      if (text.includes('PING\r\n')) socket.write('PONG\r\n');
      rest = natsMessages(Buffer.concat([rest, chunk]), (message) => heard.push(message));
      if (!text.startsWith('INFO')) return;
      socket.setTimeout(0);
      const options = JSON.stringify({ verbose: false, name: 'referee', ...login });
      socket.write(`CONNECT ${options}\r\nSUB > 1\r\nPING\r\n`);
      resolve({
        heard,
        say: (subject, body) => void socket.write(`PUB ${subject} ${Buffer.byteLength(body)}\r\n${body}\r\n`),
        close: () => socket.destroy(),
      });
    });
  });
}

export async function sql(
  url: string,
  text: string,
  limit = LIMIT,
): Promise<readonly Record<string, unknown>[]> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: limit, query_timeout: limit });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    // A server that is paused never says goodbye.
    await Promise.race([client.end(), new Promise((resolve) => setTimeout(resolve, limit / 5))]);
  }
}
