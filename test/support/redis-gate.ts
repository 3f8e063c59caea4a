/** A way to a real Redis that can be held up at a command, and on which the server can bear another name. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface RedisGate {
  /** `redis://127.0.0.1:port`. */
  readonly url: string;
  /** From the next command that fits on, nothing goes through to the server any more; what was sent is kept. */
  hold(command: RegExp): void;
  stop(): Promise<void>;
}

export interface RedisGateOptions {
  /** What the server calls itself, and what is said instead; of the same length, so that lengths stay right. */
  readonly rename?: { readonly from: string; readonly to: string };
}

/** `target`: URL of a Redis without TLS. Rejects when no port can be had. */
export async function startRedisGate(target: string, options: RedisGateOptions = {}): Promise<RedisGate> {
  const { rename } = options;
  if (rename !== undefined && rename.from.length !== rename.to.length)
    throw new Error('a Redis gets a name of the same length');
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  let held: RegExp | undefined;
  let closed = false;
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    client.on('data', (chunk) => {
      closed ||= held?.test(chunk.toString('latin1')) === true;
      if (!closed) upstream.write(chunk);
    });
    upstream.on('data', (chunk) => {
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
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise((done) => server.close(done));
    },
  };
}
