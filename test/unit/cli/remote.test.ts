import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { askBot, mayCarryToken } from '../../../src/cli/remote.ts';
import { Secret } from '../../../src/domain/kernel/secret.ts';

let server: Server | undefined;
afterEach(() => server?.close());

/** A server that answers everything so. */
async function answering(
  status: number,
  body: string,
  headers: Record<string, string> = {},
): Promise<string> {
  const started = createServer((_request, response) => {
    response.writeHead(status, headers).end(body);
  });
  server = started;
  await new Promise<void>((resolve) => started.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(started.address() as AddressInfo).port}`;
}
const ask = (url: string) =>
  askBot({
    url,
    token: new Secret('t'),
    argv: ['history'],
    language: 'en',
    signal: new AbortController().signal,
  });

describe('the address of the bot', () => {
  it.each([
    'https://bot.example.com',
    'http://localhost:9091',
    'http://127.0.0.1:9091',
    'http://[::1]:9091',
    'http://aetherius-bot-command-line:9091',
    'http://aetherius-bot.ops.svc.cluster.local:9091',
    'http://10.1.2.3',
    'http://172.20.0.1',
    'http://192.168.1.1',
  ])('may be given a token: %s', (url) => expect(mayCarryToken(url)).toBe(true));

  it.each(['http://bot.example.com', 'http://8.8.8.8', 'http://172.32.0.1', 'http://localhost.example.com'])(
    'is not given a token in the clear: %s',
    (url) => expect(mayCarryToken(url)).toBe(false),
  );
});

describe('an answer of the bot', () => {
  it('is what the command printed', async () => {
    const url = await answering(200, JSON.stringify({ exit: 1, out: 'o', err: 'e' }));

    expect(await ask(url)).toEqual({ exit: 1, out: 'o', err: 'e' });
  });

  it.each([
    [401, 'NOT_ALLOWED'],
    [403, 'NOT_ALLOWED'],
    [429, 'NOT_ALLOWED'],
    [400, 'INVALID_INPUT'],
  ])('%i is a refusal with its reason', async (status, code) => {
    const url = await answering(status, JSON.stringify({ reason: 'token-wrong', facts: { seconds: 3 } }));

    await expect(ask(url)).rejects.toMatchObject({ code, facts: { reason: 'token-wrong', seconds: 3 } });
  });

  it.each([
    ['that is none of ours', 200, '<html>'],
    ['of a proxy', 502, 'bad gateway'],
    ['without a reason', 401, '{}'],
  ])('%s is no answer', async (_what, status, body) => {
    await expect(ask(await answering(status, body))).rejects.toMatchObject({
      code: 'DEPENDENCY_UNAVAILABLE',
    });
  });

  it('that leads elsewhere is not followed, so that the token stays with whom it was meant for', async () => {
    const url = await answering(307, '', { location: 'http://127.0.0.1:1/' });

    await expect(ask(url)).rejects.toMatchObject({ code: 'DEPENDENCY_UNAVAILABLE' });
  });
});
