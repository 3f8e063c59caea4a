import type { AddressInfo } from 'node:net';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeAll, expect, it } from 'vitest';
import { Secret } from '../../../src/domain/kernel/secret.ts';
import { createDeliveryInbox } from '../../../src/platform/slack/inbox.ts';
import { silentLogger } from '../../support/logger.ts';
import { type TestDatabase, usePostgres } from '../../support/postgres.ts';

const postgres = usePostgres();
let database: TestDatabase;
const ends: (() => void)[] = [];
beforeAll(async () => {
  database = await postgres.migrated();
});
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

/** In front of the real server: the first connections are taken and get no word, as from a machine with too much to do. */
async function silentFor(
  connections: number,
): Promise<{ readonly url: string; readonly seen: () => number }> {
  const { hostname, port } = new URL(database.url);
  let seen = 0;
  const sockets: Socket[] = [];
  const server: Server = createServer((socket) => {
    seen += 1;
    sockets.push(socket.on('error', () => undefined));
    if (seen <= connections) return;
    const behind = connect(Number(port), hostname).on('error', () => socket.destroy());
    sockets.push(behind);
    socket.pipe(behind).pipe(socket);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  ends.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const url = new URL(database.url);
  url.hostname = '127.0.0.1';
  url.port = String((server.address() as AddressInfo).port);
  return { url: url.href, seen: () => seen };
}

const inboxAt = (url: string) =>
  createDeliveryInbox({ database: { url }, logger: silentLogger, token: new Secret('xoxb-1') });

it('a start goes on once PostgreSQL answers, though it was late for a delivery', async () => {
  const { url, seen } = await silentFor(2);
  const inbox = inboxAt(url);
  await inbox.warm();

  expect(seen()).toBe(3);
  await inbox.close();
});

it('a start without an answer ends, and says that PostgreSQL cannot be reached', async () => {
  const { url } = await silentFor(100);
  const inbox = inboxAt(url);

  await expect(inbox.warm(0)).rejects.toThrow('PostgreSQL cannot be reached');
  await inbox.close();
});
