import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { fetchAnyPort } from '../../../../lab/components/any-port.ts';
import { get } from '../../../../lab/referee/clients.ts';

/** Ports that `fetch` refuses to ask, and anybody may listen on here. */
const refused = [10080, 6697, 6679, 6669, 6668, 6667, 6666, 6665, 6566, 5061, 5060];

let server: Server | undefined;
afterEach(() => server?.close());

/** On the first of these ports that is free. */
async function listening(): Promise<string> {
  for (const port of refused) {
    const one = createServer((asked, answer) => {
      answer.writeHead(asked.method === 'POST' ? 503 : 200, { 'content-type': 'application/json' });
      asked.pipe(answer);
    });
    const isUp = await new Promise<boolean>((resolve) => {
      one.once('error', () => resolve(false));
      one.listen(port, '127.0.0.1', () => resolve(true));
    });
    if (!isUp) continue;
    server = one;
    return `http://127.0.0.1:${(one.address() as AddressInfo).port}`;
  }
  throw new Error('none of these ports is free');
}

describe('a service at a port that fetch refuses', () => {
  it('is asked by the lab and by its referee', async () => {
    const url = await listening();
    const signal = AbortSignal.timeout(5000);
    const posted = await fetchAnyPort(url, { method: 'POST', body: '"hello"', signal });
    const read = await fetchAnyPort(url, { signal });

    await expect(fetch(url)).rejects.toThrow('fetch failed');
    expect([posted.ok, posted.status, await posted.json()]).toEqual([false, 503, 'hello']);
    expect([read.ok, read.headers.get('content-type')]).toEqual([true, 'application/json']);
    expect(await get(url)).toEqual({ status: 200, body: '' });
  });
});
