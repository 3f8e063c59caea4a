/** A way to a real Redis that can be held up at a command, and on which the server can bear another name. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface RedisGate {
  /** `redis://127.0.0.1:port`. */
  readonly url: string;
  /** From the next command that fits on, nothing goes through to the server any more; what was sent is kept. */
  hold(command: RegExp): void;
  /** Whether a connection that is open has sent such a command. */
  hasSent(command: RegExp): boolean;
  /** Ends each connection that has ever sent such a command, and takes no new ones; the other ones stay. */
  end(command: RegExp): void;
  /** Nothing goes through the present connections any more, and nobody is told; new ones are as good as ever. */
  forget(): void;
  /** All is as it was in the beginning. */
  open(): void;
  stop(): Promise<void>;
}

export interface RedisGateOptions {
  /** What the server calls itself, and what is said instead; of the same length, so that lengths stay right. */
  readonly rename?: { readonly from: string; readonly to: string };
}

/** Enough to see what a connection is for. */
const mostKept = 64 * 1024;

/** `target`: URL of a Redis without TLS. Rejects when no port can be had. */
export async function startRedisGate(target: string, options: RedisGateOptions = {}): Promise<RedisGate> {
  const { rename } = options;
  if (rename !== undefined && rename.from.length !== rename.to.length)
    throw new Error('a Redis gets a name of the same length');
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  /** What each client has sent, and whether it still gets through. */
  const ways = new Map<Socket, { sent: string; silent: boolean }>();
  let refusing = false;
  let held: RegExp | undefined;
  let closed = false;
  const server = createServer((client) => {
    if (refusing) {
      client.destroy();
      return;
    }
    const upstream = connect(Number(port), hostname);
    const way = { sent: '', silent: false };
    ways.set(client, way);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        ways.delete(client);
        client.destroy();
        upstream.destroy();
      });
    }
    client.on('data', (chunk) => {
      const told = chunk.toString('latin1');
      closed ||= held?.test(told) === true;
      way.sent = `${way.sent}${told}`.slice(-mostKept);
      if (!closed && !way.silent) upstream.write(chunk);
    });
    upstream.on('data', (chunk) => {
      if (way.silent) return;
      const said = chunk.toString('latin1');
      client.write(rename === undefined ? chunk : said.replaceAll(rename.from, rename.to), 'latin1');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    hold(command) {
      held = command;
    },
    hasSent: (command) => [...ways.values()].some(({ sent }) => command.test(sent)),
    end(command) {
      refusing = true;
      for (const [client, { sent }] of ways) if (command.test(sent)) client.destroy();
    },
    forget() {
      for (const way of ways.values()) way.silent = true;
    },
    open() {
      refusing = false;
      for (const [client, way] of ways) if (way.silent) client.destroy();
    },
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise((done) => server.close(done));
    },
  };
}
