/** Small real servers: one that answers an HTTP request as it is told, and three that speak a store's protocol to say an error. */

import { createServer as createHttp, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';

const host = '127.0.0.1';

export interface Small {
  readonly port: number;
  stop(): Promise<void>;
}

async function listening(server: Server): Promise<Small> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  return {
    port: (server.address() as AddressInfo).port,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

export const http = (answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<Small> =>
  listening(createHttp(answer));

/** Takes connections; `talk` does with each what it likes. */
export const tcp = (talk: (socket: Socket) => void): Promise<Small> => listening(createServer(talk));

/** Refuses each login with this SQLSTATE, as PostgreSQL does before it authenticates. */
export const postgresThatSays = (code: string): Promise<Small> =>
  tcp((socket) => {
    socket.on('data', (chunk: Buffer) => {
      // An SSLRequest is answered first: there is none.
      if (chunk.length === 8 && chunk.readUInt32BE(4) === 80_877_103) return void socket.write('N');
      const fields = `SFATAL\0VFATAL\0C${code}\0Mthe server says ${code}\0\0`;
      const head = Buffer.alloc(5);
      head.write('E');
      head.writeUInt32BE(4 + Buffer.byteLength(fields), 1);
      socket.end(Buffer.concat([head, Buffer.from(fields)]));
    });
  });

/** Answers each command with this error. */
export const redisThatSays = (reply: string): Promise<Small> =>
  tcp((socket) => {
    socket.on('data', (chunk: Buffer) => {
      // Arrays of a client's library, or the plain lines of the referee.
      const commands =
        chunk.toString().match(/^\*\d+\r$/gm)?.length ?? chunk.toString().trim().split('\r\n').length;
      socket.write(`-${reply}\r\n`.repeat(commands));
      if (reply.startsWith('ERR max number of clients')) socket.end();
    });
  });

/** Greets as NATS does, and then says this and closes. */
export const natsThatSays = (words: string): Promise<Small> =>
  tcp((socket) => {
    const info = { server_id: 'S', version: '2.10.0', proto: 1, host, port: 4222, max_payload: 1_048_576 };
    socket.write(`INFO ${JSON.stringify(info)}\r\n`);
    socket.once('data', () => socket.end(`-ERR '${words}'\r\n`));
  });
