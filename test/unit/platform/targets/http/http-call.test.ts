import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { httpCall } from '../../../../../src/platform/targets/http/http-call.ts';

/** As Python's `http.server` does it: closes after an answer when asked to, and does not say so in the answer. */
const server = createServer((socket) => {
  socket.on('error', () => undefined);
  socket.once('data', () => socket.end('HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n'));
});
let url: URL;
beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/a`);
});
afterAll(() => void server.close());

it('uses no connection twice of a server that closes it without a word', async () => {
  const statuses: number[] = [];
  for (let turn = 0; turn < 5; turn += 1) {
    const headers = { connection: 'close' };
    const call = { what: 'HTTP', url, headers, maxBytes: 100, connectMs: 2_000, callMs: 2_000 };
    statuses.push((await httpCall(call)).status);
  }

  expect(statuses).toEqual([404, 404, 404, 404, 404]);
});
