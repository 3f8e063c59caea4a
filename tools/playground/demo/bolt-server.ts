import { createServer, type Server, type Socket } from 'node:net';
import { pack, Structure, unpack, type Value } from './packstream.ts';

/**
 * A Neo4j simulated at the wire: Bolt 5.4's handshake, authentication and an answer to any query.
 * Simulated: it holds no graph; `count` is a number that the demo chooses.
 */
export interface BoltServer {
  readonly port: number;
  password: string;
  /** Rows of every query: `[{ n: count }]`. */
  count: number;
  start(): Promise<void>;
  stop(): Promise<void>;
}

const HELLO = 0x01;
const LOGON = 0x6a;
const RUN = 0x10;
const PULL = 0x3f;
const GOODBYE = 0x02;
const RESET = 0x0f;
const SUCCESS = 0x70;
const RECORD = 0x71;
const IGNORED = 0x7e;
const FAILURE = 0x7f;

function chunked(structure: Structure): Buffer {
  const body = pack(structure);
  const parts: Buffer[] = [];
  for (let at = 0; at < body.length; at += 0xffff) {
    const piece = body.subarray(at, at + 0xffff);
    const size = Buffer.alloc(2);
    size.writeUInt16BE(piece.length);
    parts.push(size, piece);
  }
  return Buffer.concat([...parts, Buffer.from([0, 0])]);
}

/** Splits a stream of chunks into messages. */
class Dechunker {
  #rest = Buffer.alloc(0);
  #message: Buffer[] = [];

  *feed(data: Buffer): Generator<Buffer> {
    this.#rest = Buffer.concat([this.#rest, data]);
    while (this.#rest.length >= 2) {
      const size = this.#rest.readUInt16BE(0);
      if (this.#rest.length < 2 + size) return;
      const piece = this.#rest.subarray(2, 2 + size);
      this.#rest = this.#rest.subarray(2 + size);
      if (size > 0) this.#message.push(piece);
      else if (this.#message.length > 0) {
        yield Buffer.concat(this.#message);
        this.#message = [];
      }
    }
  }
}

function credentials(fields: readonly Value[]): string | undefined {
  const auth = fields[0];
  if (auth === null || typeof auth !== 'object' || Array.isArray(auth) || auth instanceof Structure)
    return undefined;
  const value = (auth as { readonly [key: string]: Value }).credentials;
  return typeof value === 'string' ? value : undefined;
}

export function createBoltServer(port: number, password: string): BoltServer {
  let server: Server | undefined;
  const sockets = new Set<Socket>();
  const state: BoltServer = { port, password, count: 1_284, start, stop };

  function answer(
    message: Structure,
    send: (tag: number, ...fields: Value[]) => void,
    failed: { value: boolean },
  ): void {
    if (failed.value && message.tag !== RESET && message.tag !== GOODBYE) return send(IGNORED);
    switch (message.tag) {
      case HELLO:
        return send(SUCCESS, { server: 'Neo4j/5.26.0', connection_id: 'demo-1', hints: {} });
      case LOGON: {
        if (credentials(message.fields) === state.password) return send(SUCCESS, {});
        failed.value = true;
        return send(FAILURE, {
          code: 'Neo.ClientError.Security.Unauthorized',
          message: 'The client is unauthorized due to authentication failure.',
        });
      }
      case RUN:
        return send(SUCCESS, { fields: ['n'], t_first: 0, qid: 0 });
      case PULL:
        send(RECORD, [state.count]);
        return send(SUCCESS, { type: 'r', t_last: 0, db: 'neo4j', has_more: false });
      case RESET:
        failed.value = false;
        return send(SUCCESS, {});
      default:
        return send(SUCCESS, {});
    }
  }

  function serve(socket: Socket): void {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    const failed = { value: false };
    const dechunker = new Dechunker();
    let greeting = Buffer.alloc(0);
    let ready = false;
    const send = (tag: number, ...fields: Value[]) => void socket.write(chunked(new Structure(tag, fields)));
    socket.on('data', (data) => {
      let rest: Buffer = data;
      if (!ready) {
        greeting = Buffer.concat([greeting, data]);
        if (greeting.length < 20) return;
        rest = greeting.subarray(20);
        ready = true;
        socket.write(Buffer.from([0, 0, 4, 5])); // Bolt 5.4
      }
      for (const bytes of dechunker.feed(rest)) {
        const message = unpack(bytes);
        if (!(message instanceof Structure)) return void socket.destroy();
        if (message.tag === GOODBYE) return void socket.end();
        answer(message, send, failed);
      }
    });
  }

  async function start(): Promise<void> {
    if (server !== undefined) return;
    server = createServer(serve);
    await new Promise<void>((resolve, reject) => {
      server?.once('error', reject);
      server?.listen(port, '127.0.0.1', resolve);
    });
  }

  async function stop(): Promise<void> {
    const running = server;
    server = undefined;
    for (const socket of sockets) socket.destroy();
    if (running !== undefined) await new Promise<void>((resolve) => running.close(() => resolve()));
  }

  return state;
}
