import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parse } from 'node:querystring';
import { KnownSecrets, spellingsOf } from '@aetherius/redact';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { forms, type Pick } from '../../../../packages/redact/test/corpora/forms.ts';
import { hardCases } from '../../../../packages/redact/test/corpora/hard-cases.ts';
import { hardLookAlikes } from '../../../../packages/redact/test/corpora/hard-look-alikes.ts';
import { moreCases } from '../../../../packages/redact/test/corpora/more-cases.ts';
import { moreLookAlikes } from '../../../../packages/redact/test/corpora/more-look-alikes.ts';
import { strangeCases, strangeLookAlikes } from '../../../../packages/redact/test/corpora/strange-cases.ts';
import { isVisible, seeded } from '../../../../packages/redact/test/corpora/visible.ts';
import { createGuard } from '../../../../src/cli/wiring-guard.ts';
import { Secret } from '../../../../src/domain/kernel/secret.ts';
import { Redaction } from '../../../../src/domain/settings/redaction.ts';
import { createLogger } from '../../../../src/platform/process/logger.ts';
import { createProcessRedaction } from '../../../../src/platform/redact/process-redactor.ts';
import { createSlackClient } from '../../../../src/platform/slack/client.ts';
import { createSlackGate, type SlackGate } from '../../../../src/platform/slack/gate.ts';
import { gated, json, slackJson } from '../../../../src/platform/store/gate.ts';
import { wordsIn } from '../../../../src/text/words.ts';

const knownSecrets = [
  'Zeppelin-Orchard-31',
  'pa ss"w\\ord<&>7',
  'ключ-от-базы-данных',
  'correct horse battery staple',
];
const known = new KnownSecrets();
for (const secret of knownSecrets) known.learn(secret);
const { redactor, redactorOf } = createProcessRedaction({ env: {}, known, settings: Redaction.parse({}) });
let slack: SlackGate;

let server: Server;
let apiUrl = '';
let body = '';
beforeAll(async () => {
  server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      body = Buffer.concat(pieces).toString();
      response.setHeader('content-type', 'application/json');
      response.end('{"ok":true}');
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  apiUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/`;
  slack = createSlackGate({ redactor, apiUrl });
});
afterAll(() => server.close());

type Exit = (texts: readonly string[]) => Promise<readonly string[]>;
const each =
  (way: (text: string) => string): Exit =>
  (texts) =>
    Promise.resolve(texts.map(way));
const textOf = (value: unknown): string => (value as { readonly text: string }).text;

/** What comes out at the other side of each exit, text by text. */
const exits: Readonly<Record<string, Exit>> = {
  'a message to Slack': async (texts) => {
    const client = createSlackClient({ token: new Secret('xoxb-1'), apiUrl, gate: slack });
    const blocks = texts.map((text) => ({ type: 'section', text: { type: 'mrkdwn', text } }));
    await client.apiCall('chat.postMessage', { channel: 'C1', text: 'x', blocks });
    const sent = JSON.parse(String(parse(body).blocks)) as { readonly text: unknown }[];
    return sent.map((block) => textOf(block.text));
  },
  'an answer through a response_url': async (texts) => {
    const payload = { blocks: texts.map((text) => ({ type: 'markdown', text })) };
    await slack.fetch(`${apiUrl}x`, { method: 'POST', body: JSON.stringify(payload) });
    return (JSON.parse(body) as { readonly blocks: unknown[] }).blocks.map(textOf);
  },
  'a file': each((content) => slack.clean({ filename: 'a.md', title: 'a', content }, 'C1').content),
  'the message of a log line': each((text) => logged(text).msg),
  'a fact of a log line': each((text) => logged(text).detail),
  'an error in the log': each((text) => logged(text).err.message),
  'a text column': each((text) => String(gated([text], redactorOf)[0])),
  'a stored fact': each((text) => textOf(JSON.parse(String(gated([json({ text })], redactorOf)[0])))),
  'a stored delivery': each((text) =>
    textOf(JSON.parse(String(gated([slackJson({ text })], redactorOf)[0]))),
  ),
  'a text on the terminal': each(printed),
  'a JSON answer': each((text) => textOf(JSON.parse(guarded().answer(JSON.stringify({ text }), 'json')))),
};

let line = '';
const logger = createLogger({
  level: 'info',
  redactor,
  destination: { write: (made) => void (line = made) },
});

function logged(text: string): { readonly msg: string; readonly detail: string; readonly err: Error } {
  logger.info({ detail: text, err: new Error(text) }, text);
  return JSON.parse(line) as ReturnType<typeof logged>;
}

let out = '';

function guarded(): ReturnType<typeof createGuard> {
  const print = (text: string): void => void (out = text);
  const shell = { out: print, err: print, signal: new AbortController().signal, version: '1', locale: 'en' };
  const guard = createGuard(shell, wordsIn('en'));
  guard.use(redactor);
  return guard;
}

function printed(text: string): string {
  guarded().shell.err(text);
  return out;
}

const cases = [
  ...hardCases.map(({ form, text, secrets, keeps = [] }) => ({ form, text, secrets, keeps })),
  ...[...moreCases, ...strangeCases].map(([text, secret]) => ({
    form: 'more',
    text,
    secrets: [secret],
    keeps: [] as string[],
  })),
];
/** Each form in which programs write secrets down, once with a value that it can hold. */
const planted = forms.flatMap((form, index) => {
  const random = seeded(index + 1);
  const pick: Pick = (items) => {
    const item = items[Math.floor(random() * items.length)];
    if (item === undefined) throw new RangeError('nothing to pick');
    return item;
  };
  const secret = `Kq7${form.name.length}vT9xLm2Wz${index}Rb5`;
  const written = form.write(secret, pick);
  return written === undefined ? [] : [{ form: form.name, secret, ...written }];
});
const lookAlikes = [...hardLookAlikes, ...moreLookAlikes, ...strangeLookAlikes];
const spelled = knownSecrets.flatMap((secret) => [secret, ...spellingsOf(secret)]);

describe.each(Object.entries(exits))('%s', (_exit, leave) => {
  it('has none of many hundred secrets in it, in every form, but what stands beside them', {
    timeout: 60_000,
  }, async () => {
    const shown = await leave(cases.map(({ text }) => text));
    const leaked = cases.flatMap(({ text, secrets, keeps }, index) =>
      secrets
        .filter((secret) => isVisible(secret, shown[index] ?? '', keeps))
        .map((secret) => [secret, text]),
    );

    expect(cases.flatMap(({ secrets }) => secrets).length).toBeGreaterThan(1100);
    expect(leaked).toEqual([]);
    expect(
      cases.flatMap(({ keeps }, index) => keeps.filter((kept) => shown[index]?.includes(kept) !== true)),
    ).toEqual([]);
  });

  it('has no secret in it in any of the forms in which programs write them', {
    timeout: 60_000,
  }, async () => {
    const shown = await leave(planted.map(({ text }) => text));

    expect(planted.length).toBeGreaterThan(60);
    expect(
      planted
        .filter(({ secret, spellings = [secret] }, index) =>
          spellings.some((spelling) => shown[index]?.includes(spelling) !== false),
        )
        .map(({ form }) => form),
    ).toEqual([]);
  });

  it('has none of what the process knows in it, in any spelling', { timeout: 60_000 }, async () => {
    const shown = await leave(spelled.map((secret) => `it said <${secret}> and went on`));

    expect(spelled.length).toBeGreaterThan(40);
    expect(shown.filter((text) => !text.startsWith('it said <') || !text.endsWith('> and went on'))).toEqual(
      [],
    );
    expect(shown.filter((text, index) => text.includes(spelled[index] ?? ''))).toEqual([]);
  });

  it('leaves hundreds of texts that only look like secrets as they are', { timeout: 60_000 }, async () => {
    expect(lookAlikes.length).toBeGreaterThan(770);
    expect(await leave(lookAlikes)).toEqual(lookAlikes);
  });
});
