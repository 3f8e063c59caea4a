import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRedactor, withheld } from '@aetherius/redact';
import { WebClient } from '@slack/web-api';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Secret } from '../../../../src/domain/kernel/secret.ts';
import { createSlackClient, webClientOptions } from '../../../../src/platform/slack/client.ts';
import { createSlackGate, type SlackGate } from '../../../../src/platform/slack/gate.ts';

const secret = 'Zeppelin-Orchard';
const token = 'ZE27yoH1postY8ceM2GS-Q';
const redactor = createRedactor({ known: [secret] });
let gate: SlackGate;

let server: Server;
let apiUrl: string;
let received: string[] = [];
beforeAll(async () => {
  server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      received.push(
        `${request.url} ${decodeURIComponent(Buffer.concat(pieces).toString().replaceAll('+', ' '))}`,
      );
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ ok: true, upload_url: `${apiUrl}upload`, file_id: 'F1', files: [] }));
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  apiUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/`;
  gate = createSlackGate({ redactor, apiUrl });
});
beforeEach(() => {
  received = [];
});
afterAll(() => server.close());

const button = { type: 'button', action_id: 'a', text: { type: 'plain_text', text: 'Go' }, value: token };

describe('the gate to Slack', () => {
  it.each([
    ['a client of ours', () => createSlackClient({ token: new Secret('xoxb-1'), apiUrl, gate })],
    ['a client that Bolt makes', () => new WebClient('xoxb-1', webClientOptions({ apiUrl, gate }))],
  ])('is passed by %s: messages, modals, Home, ephemeral answers', async (_whose, make) => {
    const client = make();
    const blocks = [
      { type: 'section', text: { type: 'mrkdwn', text: `it said ${secret}` } },
      { type: 'actions', elements: [button] },
    ];
    const view = { type: 'modal', title: { type: 'plain_text', text: 'x' }, blocks, private_metadata: token };
    await client.chat.postMessage({ channel: 'C1', text: secret, blocks } as never);
    await client.chat.update({ channel: 'C1', ts: '1.2', text: secret, blocks } as never);
    await client.chat.postEphemeral({ channel: 'C1', user: 'U1', text: secret, blocks } as never);
    await client.views.open({ trigger_id: `1.2.${token}`, view } as never);
    await client.views.publish({ user_id: 'U1', view: { ...view, type: 'home' } } as never);

    expect(received).toHaveLength(5);
    for (const body of received) {
      expect(body).not.toContain(secret);
      expect(body).toContain('it said [secret]');
      expect(body).toContain(token);
    }
  });

  it('is passed by an answer through a `response_url`', async () => {
    await gate.fetch(`${apiUrl}respond`, {
      method: 'POST',
      body: JSON.stringify({ text: secret, blocks: [] }),
    });

    expect(received).toEqual(['/api/respond {"text":"[secret]","blocks":[]}']);
  });

  it('lets no file with a secret through, and every other one as it is', async () => {
    const client = createSlackClient({ token: new Secret('xoxb-1'), apiUrl, gate });
    const file = { channel_id: 'C1', filename: 'a.md', title: 'a' };

    await expect(client.filesUploadV2({ ...file, file: Buffer.from(`x ${secret} y`) })).rejects.toThrow();
    expect(received.join('\n')).not.toContain(secret);
    await client.filesUploadV2({ ...file, file: Buffer.from('x [secret] y\n') });
    // Cleaned with the stand-ins of its run, which a second look would make plain.
    const key = '-----BEGIN PRIVATE KEY-----\n[secret:e928]\n-----END PRIVATE KEY-----\n';
    await client.filesUploadV2({ ...file, file: Buffer.from(key) });
    expect(received.some((body) => body.includes('x [secret] y'))).toBe(true);
  });

  it('sends nothing that it cannot read', async () => {
    for (const body of ['{"text":', new Blob(['x'])])
      await expect(gate.fetch(`${apiUrl}respond`, { method: 'POST', body })).rejects.toThrow(
        /cannot be checked/,
      );
    expect(received).toEqual([]);
  });

  it('says in the words of the channel what was withheld, where there is room for words', async () => {
    const failing = createRedactor({
      finders: [
        () => {
          throw new Error('no');
        },
      ],
    });
    const closed = createSlackGate({ redactor: failing, words: (channel) => `(withheld in ${channel})` });
    const shown = closed.clean(
      { text: 'long', blocks: [{ type: 'header', text: { type: 'plain_text', text: 'title' } }] },
      'C1',
    );

    expect(shown).toEqual({
      text: '(withheld in C1)',
      blocks: [{ type: 'header', text: { type: 'plain_text', text: withheld } }],
    });
  });
});

describe('where the gate lets anything go', () => {
  const url = (path: string) => new URL(path, apiUrl).href;
  const own = () =>
    createSlackGate({ redactor, apiUrl: 'https://slack.com/api/', pageUrl: new Secret(url('/page?key=1')) });

  it.each([
    ['an address of one’s own choice', () => url('/collect')],
    ['the way of pages, with another path', () => url('/page?key=2')],
    ['a host that ends like Slack’s', () => 'https://hooks.notslack.com/x'],
    ['Slack as the name of a user', () => 'https://hooks.slack.com@127.0.0.1/x'],
    ['Slack without TLS', () => 'http://hooks.slack.com/x'],
    ['no address', () => 'hooks.slack.com'],
  ])('is not %s', async (_what, target) => {
    const signal = new AbortController().signal;
    const gates = createSlackGate({
      ...{ redactor, apiUrl: 'https://slack.com/api/' },
      bundleFlaw: () => Promise.resolve(undefined),
      draw: () => Promise.resolve(new Uint8Array(1)),
    });
    const picture = await gates.draw({ from: 0, stepMs: 60_000, errors: [1], warnings: [0], others: [0] });

    const refused = { name: 'SendRefused', code: 'not-slacks' };
    await expect(own().fetch(target(), { method: 'POST', body: '{}' })).rejects.toMatchObject(refused);
    await expect(own().fetch(new URL(target(), 'http://127.0.0.1'))).rejects.toMatchObject(refused);
    await expect(gates.picture(target(), picture, signal)).rejects.toMatchObject(refused);
    const bundle = { bytes: new Uint8Array(1), runId: 'r', sha256: 'd' };
    await expect(gates.bundle(target(), bundle, signal)).rejects.toMatchObject(refused);
    expect(received).toEqual([]);
  });

  it('is the address of pages, which the operator names', async () => {
    await own().fetch(url('/page?key=1'), { method: 'POST', body: '{}' });

    expect(received).toEqual(['/page?key=1 {}']);
  });
});

describe('the way of pictures through the gate', () => {
  const png = new Uint8Array([0x89, 0x50, 0x4e, 0x47]);
  const numbers = { from: 0, stepMs: 60_000, errors: [1, 2], warnings: [0, 0], others: [0, 0] };
  const signal = new AbortController().signal;

  it('lets what it has drawn itself pass, as it is', async () => {
    const own = createSlackGate({ redactor, apiUrl, draw: () => Promise.resolve(png) });
    const bytes = await own.draw(numbers);
    const answer = await own.picture(`${apiUrl}upload`, bytes, signal);

    expect(answer.ok).toBe(true);
    expect(received).toHaveLength(1);
  });

  it('lets no other bytes pass, and draws nothing where nobody can draw', async () => {
    const own = createSlackGate({ redactor, apiUrl, draw: () => Promise.resolve(png) });
    await own.draw(numbers);

    await expect(own.picture(`${apiUrl}upload`, Uint8Array.from(png), signal)).rejects.toMatchObject({
      code: 'BUG',
    });
    await expect(gate.draw(numbers)).rejects.toMatchObject({ code: 'BUG' });
    expect(received).toEqual([]);
  });
});
