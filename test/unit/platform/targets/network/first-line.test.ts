import { createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { firstLine } from '../../../../../src/platform/targets/network/first-line.ts';
import { createRedisTarget } from '../../../../../src/platform/targets/stores/redis.ts';
import { SharedConnections } from '../../../../../src/platform/targets/stores/shared-connection.ts';
import { closedPort, silentPort } from '../../../../support/targets.ts';

const refusal = '-ERR max number of clients reached\r\n';

describe('the first line of a server', () => {
  let close: () => void = () => undefined;
  afterEach(() => close());

  /** Simulated: a server that answers each connection, counted from 1, as it is told. */
  function serverThat(answers: (socket: Socket, connection: number) => void): Promise<number> {
    return new Promise((resolve) => {
      let connections = 0;
      const server = createServer((socket) => {
        connections += 1;
        socket.on('error', () => undefined);
        answers(socket, connections);
      });
      close = () => server.close();
      server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port));
    });
  }

  it('is read without a word of ours, also where it comes in pieces', async () => {
    const port = await serverThat((socket) => {
      socket.write(refusal.slice(0, 5));
      socket.end(refusal.slice(5));
    });

    expect(await firstLine('127.0.0.1', port, 5_000)).toBe('-ERR max number of clients reached');
  });

  it('is undefined of a silent port, a closed one, one that hangs up, and one that never ends its line', async () => {
    const silent = await silentPort();
    try {
      expect(await firstLine('127.0.0.1', silent.port, 50)).toBeUndefined();
    } finally {
      await silent.close();
    }
    expect(await firstLine('127.0.0.1', await closedPort(), 5_000)).toBeUndefined();
    const endless = await serverThat((socket) => void socket.write('x'.repeat(4_096)));
    expect(await firstLine('127.0.0.1', endless, 5_000)).toBeUndefined();
    close();
    const mute = await serverThat((socket) => void socket.end());
    expect(await firstLine('127.0.0.1', mute, 5_000)).toBeUndefined();
  });

  it('tells why Redis hung up, where the reset took the words from the driver', async () => {
    const port = await serverThat((socket, connection) => {
      if (connection === 1) socket.resetAndDestroy();
      else socket.end(refusal);
    });
    const target = createRedisTarget({ kind: 'single', host: '127.0.0.1', port }, new SharedConnections());

    await expect(target.call('PING')).rejects.toMatchObject({
      stage: 'limit',
      facts: { detail: 'ERR max number of clients reached' },
    });
  });
});
