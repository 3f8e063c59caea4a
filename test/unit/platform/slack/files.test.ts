import { describe, expect, it } from 'vitest';
import { AppError } from '../../../../src/domain/kernel/errors.ts';
import { Secret } from '../../../../src/domain/kernel/secret.ts';
import { createSlackFiles } from '../../../../src/platform/slack/files.ts';

const url = 'https://files.slack.com/files-pri/T1-F1/download/a.log';
type Info = Readonly<Record<string, unknown>>;

/** A Slack that says this of a file and answers a download so; where the token went is kept. */
function slack(file: Info, answer: () => Response = () => new Response('line\n')) {
  const asked: { url: string; authorization: string | null; redirect: unknown }[] = [];
  const files = createSlackFiles({
    client: { files: { info: () => Promise.resolve({ ok: true, file }) } } as never,
    token: new Secret('xoxb-1'),
    gate: {
      fetch: (input, init) => {
        const authorization = new Headers(init?.headers).get('authorization');
        asked.push({ url: String(input), authorization, redirect: init?.redirect });
        return Promise.resolve(answer());
      },
    },
    apiUrl: 'http://127.0.0.1:9999/api/',
  });
  const { signal } = new AbortController();
  const read = async (mostBytes = 1_000) => {
    const { name, bytes } = await files.open('F1', { mostBytes, signal });
    const parts: Uint8Array[] = [];
    for await (const part of bytes) parts.push(part);
    return `${name}: ${Buffer.concat(parts).toString()}`;
  };
  const reason = async (mostBytes?: number) =>
    read(mostBytes).then(
      (text) => text,
      (error: unknown) => (error instanceof AppError ? error.facts.reason : error),
    );
  return { asked, read, reason };
}

describe('a file in Slack', () => {
  it('is read with the token of the bot, which follows no redirect', async () => {
    const { asked, read } = slack({ name: 'a.log', size: 5, url_private_download: url });

    expect(await read()).toBe('a.log: line\n');
    expect(asked).toEqual([{ url, authorization: 'Bearer xoxb-1', redirect: 'manual' }]);
  });

  it.each([
    'https://evil.example/a.log',
    'http://files.slack.com/a.log',
    'https://files.slack.com.evil.example/a.log',
    'https://evilslack.com/a.log',
    'https://127.0.0.1:9999/a.log',
    'http://127.0.0.1:9998/a.log',
  ])('is not read from %s, and the token goes nowhere', async (elsewhere) => {
    const { asked, reason } = slack({ name: 'a.log', size: 5, url_private_download: elsewhere });

    expect(await reason()).toBe('log-file-elsewhere');
    expect(asked).toEqual([]);
  });

  it.each<readonly [string, Info]>([
    ['log-file-elsewhere', { is_external: true, url_private_download: url }],
    ['log-file-elsewhere', { size: 5 }],
    ['log-file-gone', { mode: 'tombstone', url_private_download: url }],
    ['log-file-gone', { mode: 'hidden_by_limit', url_private_download: url }],
    ['log-file-too-large', { size: 1_001, url_private_download: url }],
  ])('is refused with %s before anything is asked for', async (why, file) => {
    const { asked, reason } = slack({ name: 'a.log', ...file });

    expect(await reason()).toBe(why);
    expect(asked).toEqual([]);
  });

  const html = { 'content-type': 'text/html; charset=utf-8' };
  it.each<readonly [string, () => Response]>([
    ['log-file-no-access', () => new Response('<title>Sign in</title>', { headers: html })],
    [
      'log-file-no-access',
      () => new Response('', { status: 302, headers: { location: 'https://a.example' } }),
    ],
    ['log-file-no-access', () => new Response('', { status: 403 })],
    ['log-file-unread', () => new Response('', { status: 500 })],
    ['log-file-too-large', () => new Response('x'.repeat(1_001))],
  ])('is refused with %s by what comes', async (why, answer) => {
    const { reason } = slack({ name: 'a.log', size: 5, url_private_download: url }, answer);

    expect(await reason()).toBe(why);
  });
});
