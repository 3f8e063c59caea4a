import { type AddressInfo, createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { logText, natsEar, natsMessages, natsPing } from '../../../../lab/referee/clients.ts';
import type { Message } from '../../../../lab/referee/seen.ts';

describe('what NATS sends', () => {
  it('is messages, also when they come in pieces', () => {
    const bytes = Buffer.from('INFO {}\r\nPING\r\nMSG a.b 1 5\r\nh\r\nlo\r\nMSG c 1 reply 2\r\nok\r\n');
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      const messages: Message[] = [];
      const take = (message: Message) => void messages.push(message);
      const rest = natsMessages(bytes.subarray(0, cut), take);

      expect(natsMessages(Buffer.concat([rest, bytes.subarray(cut)]), take)).toHaveLength(0);
      expect(messages).toEqual([
        { subject: 'a.b', body: 'h\r\nlo' },
        { subject: 'c', body: 'ok' },
      ]);
    }
  });
});

describe('the log of a container', () => {
  it('is the text of its frames', () => {
    const frame = (text: string) =>
      Buffer.concat([Buffer.from([1, 0, 0, 0, 0, 0, 0, text.length]), Buffer.from(text)]);

    expect(logText(Buffer.concat([frame('one\n'), frame('two\n')]))).toBe('one\ntwo\n');
    expect(logText(Buffer.alloc(0))).toBe('');
  });
});

describe('a server that hangs up', () => {
  const servers: { close(): unknown }[] = [];
  afterEach(() => {
    for (const one of servers.splice(0)) one.close();
  });
  async function portOf(talk: (socket: Socket) => void): Promise<number> {
    const server = createServer(talk);
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  }
  const login = { user: 'u', pass: 'p' };

  it('is heard with its last words, before any greeting', async () => {
    const port = await portOf((socket) => void socket.end("-ERR 'maximum connections exceeded'\r\n"));

    expect(await natsPing('127.0.0.1', port, login)).toBe("-ERR 'maximum connections exceeded'");
  });

  it('is not waited for when it says nothing', async () => {
    const port = await portOf((socket) => void socket.end());

    await expect(natsPing('127.0.0.1', port, login)).rejects.toThrow('closed');
    await expect(natsEar('127.0.0.1', port)).rejects.toThrow('closed');
  });
});
