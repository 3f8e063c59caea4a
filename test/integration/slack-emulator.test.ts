import { once } from 'node:events';
import {
  groups,
  people,
  places,
  type SlackEmulator,
  type SlackEmulatorOptions,
  startSlackEmulator,
} from '@aetherius/slack-emulator';
import { App, LogLevel, SocketModeReceiver } from '@slack/bolt';
import type { KnownBlock, ModalView } from '@slack/types';
import { WebAPIRequestError, WebClient } from '@slack/web-api';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function emulator(options: SlackEmulatorOptions = {}): Promise<SlackEmulator> {
  const slack = await startSlackEmulator(options);
  cleanups.push(() => slack.stop());
  return slack;
}

type Setup = (app: App) => void;

async function socketApp(slack: SlackEmulator, setup: Setup, clientPingTimeout = 5000): Promise<App> {
  const receiver = new SocketModeReceiver({
    appToken: slack.appToken,
    logLevel: LogLevel.ERROR,
    clientPingTimeout,
    installerOptions: {
      clientOptions: {
        slackApiUrl: slack.apiUrl,
        retryConfig: { forever: true, minTimeout: 50, maxTimeout: 200 },
      },
    },
  });
  const app = new App({
    token: slack.botToken,
    receiver,
    logLevel: LogLevel.ERROR,
    clientOptions: { slackApiUrl: slack.apiUrl, retryConfig: { retries: 0 } },
  });
  setup(app);
  await app.start();
  cleanups.push(() => app.stop());
  return app;
}

const signingSecret = 'a-signing-secret';

async function httpApp(slack: SlackEmulator, setup: Setup): Promise<App> {
  const app = new App({
    token: slack.botToken,
    signingSecret,
    logLevel: LogLevel.ERROR,
    clientOptions: { slackApiUrl: slack.apiUrl, retryConfig: { retries: 0 } },
  });
  setup(app);
  const server = await app.start({ port: 0, host: '127.0.0.1' });
  cleanups.push(() => app.stop());
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the app does not listen');
  slack.control.setHttpTarget({ url: `http://127.0.0.1:${address.port}/slack/events`, signingSecret });
  return app;
}

const button = {
  type: 'button',
  action_id: 'go',
  value: 'v1',
  text: { type: 'plain_text', text: 'Go' },
} as const;
const withButton: KnownBlock[] = [
  { type: 'section', text: { type: 'mrkdwn', text: 'Press?' } },
  { type: 'actions', elements: [button] },
];

const client = (slack: SlackEmulator): WebClient =>
  new WebClient(slack.botToken, {
    slackApiUrl: slack.apiUrl,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    logLevel: LogLevel.ERROR,
  });

const plain = (text: string) => ({ type: 'plain_text' as const, text });
const modal = (more: Partial<ModalView> = {}): ModalView => ({
  type: 'modal',
  callback_id: 'ask',
  title: plain('Ask'),
  submit: plain('Go'),
  notify_on_close: true,
  blocks: [
    {
      type: 'input',
      block_id: 'reason',
      label: plain('Reason'),
      element: { type: 'plain_text_input', action_id: 'text', min_length: 3 },
    },
    {
      type: 'input',
      block_id: 'env',
      label: plain('Environment'),
      element: {
        type: 'static_select',
        action_id: 'pick',
        options: [
          { text: plain('Production'), value: 'prod' },
          { text: plain('Staging'), value: 'stage' },
        ],
      },
    },
  ],
  ...more,
});

describe.each([
  ['Socket Mode', socketApp],
  ['signed HTTP', httpApp],
] as const)('the real Bolt over %s', (_name, start) => {
  it('answers a slash command and edits its message when the button is pressed', async () => {
    const slack = await emulator();
    const seen: string[] = [];
    await start(slack, (app) => {
      app.command('/aetherius', async ({ ack, command, client: web }) => {
        await ack();
        seen.push(command.text);
        await web.chat.postMessage({ channel: command.channel_id, text: 'Press?', blocks: withButton });
      });
      app.action('go', async ({ ack, body, client: web }) => {
        await ack();
        if (body.type !== 'block_actions' || !body.channel || !body.message)
          throw new Error('not from a message');
        await web.chat.update({
          channel: body.channel.id,
          ts: body.message.ts,
          text: `done by ${body.user.id}`,
        });
      });
    });

    const typed = await slack.control.command({
      user: people.requester,
      channel: places.ops,
      text: '/aetherius health prod',
    });
    const posted = await slack.control.waitForMessage({ channel: places.ops, contains: 'Press?' });
    const clicked = await slack.control.click({
      user: people.approver,
      channel: places.ops,
      ts: posted.ts,
      actionId: 'go',
    });
    await slack.control.waitForMessage({ channel: places.ops, contains: `done by ${people.approver}` });

    expect(typed).toMatchObject({ ok: true, warning: null });
    expect(seen).toEqual(['health prod']);
    expect(clicked.ok).toBe(true);
    expect(posted.blocks).toEqual([]);
  });

  it('shows an answer in the ack to the one who typed, and asks before a dangerous button', async () => {
    const slack = await emulator();
    await start(slack, (app) => {
      app.command('/aetherius', async ({ ack }) =>
        ack({
          text: 'only you',
          blocks: [
            {
              type: 'actions',
              elements: [
                {
                  ...button,
                  confirm: {
                    title: plain('Sure?'),
                    text: plain('It restarts.'),
                    confirm: plain('Yes'),
                    deny: plain('No'),
                  },
                },
              ],
            },
          ],
        }),
      );
      app.action('go', async ({ ack, respond }) => {
        await ack();
        await respond({ text: 'gone', replace_original: true });
      });
    });

    const { ts } = await slack.control.command({
      user: people.requester,
      channel: places.ops,
      text: '/aetherius help',
    });
    const at = { user: people.requester, channel: places.ops, ts: ts ?? '', actionId: 'go' };
    const unasked = await slack.control.click(at);
    const denied = await slack.control.click({ ...at, confirm: false });
    const foreign = await slack.control.click({ ...at, user: people.approver, confirm: true });
    await slack.control.click({ ...at, confirm: true });
    await slack.control.waitForMessage({ user: people.requester, contains: 'gone' });

    expect(unasked).toMatchObject({
      error: 'confirmation_needed',
      detail: { confirm: { title: { text: 'Sure?' } } },
    });
    expect(denied.error).toBe('denied');
    expect(foreign.error).toBe('message_not_found');
    expect(slack.control.visible(people.approver, places.ops)).toEqual([]);
  });

  it('opens a modal, has it corrected, pushed, updated, submitted and closed', async () => {
    const slack = await emulator();
    const submitted: unknown[] = [];
    const closed: string[] = [];
    await start(slack, (app) => {
      app.shortcut('health', async ({ ack, shortcut, client: web }) => {
        await ack();
        await web.views.open({ trigger_id: shortcut.trigger_id, view: modal() });
      });
      app.view('ask', async ({ ack, view }) => {
        const reason = view.state.values.reason?.text?.value;
        if (reason === 'because') return ack({ response_action: 'errors', errors: { reason: 'Say why.' } });
        submitted.push(view.state.values);
        return ack({
          response_action: 'push',
          view: modal({ callback_id: 'sure', blocks: [], title: plain('Sure?') }),
        });
      });
      app.view('sure', async ({ ack }) => ack({ response_action: 'clear' }));
      app.view({ callback_id: 'sure', type: 'view_closed' }, async ({ ack, view }) => {
        closed.push(view.callback_id);
        await ack();
      });
    });
    const { control } = slack;

    await control.shortcut({ user: people.requester, callbackId: 'health' });
    await control.waitFor(() => control.modal(people.requester));
    const empty = await control.submit({ user: people.requester });
    const short = await control.submit({ user: people.requester, values: { reason: 'ab', env: 'Staging' } });
    const corrected = await control.submit({ user: people.requester, values: { reason: 'because' } });
    const accepted = await control.submit({ user: people.requester, values: { reason: 'disk full' } });
    const pushed = control.modal(people.requester);
    await control.close({ user: people.requester });
    const below = control.modal(people.requester)?.content.callback_id;
    await control.submit({ user: people.requester, values: { reason: 'again' } });
    await control.submit({ user: people.requester });

    expect(empty).toMatchObject({
      error: 'invalid_input',
      detail: { errors: { reason: 'required', env: 'required' } },
    });
    expect(short.detail).toEqual({ errors: { reason: 'at least 3 characters' } });
    expect(corrected).toMatchObject({ ok: false, detail: { errors: { reason: 'Say why.' } } });
    expect(accepted.ok).toBe(true);
    expect(submitted[0]).toMatchObject({
      reason: { text: { type: 'plain_text_input', value: 'disk full' } },
      env: { pick: { selected_option: { value: 'stage' } } },
    });
    expect(pushed?.content.callback_id).toBe('sure');
    expect(closed).toEqual(['sure']);
    expect(below).toBe('ask');
    expect(control.modal(people.requester)).toBeUndefined();
  });

  it('runs a message shortcut on a message', async () => {
    const slack = await emulator();
    const seen: unknown[] = [];
    await start(slack, (app) => {
      app.shortcut('diagnose', async ({ ack, shortcut, respond }) => {
        await ack();
        if (shortcut.type !== 'message_action') throw new Error('not on a message');
        seen.push([shortcut.message.text, shortcut.channel.id]);
        await respond('looking');
      });
    });
    const said = await slack.control.say({
      user: people.approver,
      channel: places.ops,
      text: 'ECONNREFUSED 5432',
    });

    const result = await slack.control.messageShortcut({
      user: people.requester,
      channel: places.ops,
      ts: said.ts ?? '',
      callbackId: 'diagnose',
    });
    await slack.control.waitForMessage({ user: people.requester, contains: 'looking' });

    expect(result.ok).toBe(true);
    expect(seen).toEqual([['ECONNREFUSED 5432', places.ops]]);
  });

  it('publishes App Home when it is opened, and takes clicks there', async () => {
    const slack = await emulator();
    const clicks: string[] = [];
    await start(slack, (app) => {
      app.event('app_home_opened', async ({ event, client: web }) => {
        await web.views.publish({
          user_id: event.user,
          view: { type: 'home', blocks: [{ type: 'actions', elements: [button] }] },
        });
      });
      app.action('go', async ({ ack, body }) => {
        await ack();
        if (body.type === 'block_actions') clicks.push(body.container.type as string);
      });
    });

    await slack.control.openHome({ user: people.requester });
    await slack.control.waitFor(() => slack.control.home(people.requester));
    const clicked = await slack.control.click({ user: people.requester, home: true, actionId: 'go' });

    expect(clicked.ok).toBe(true);
    expect(clicks).toEqual(['view']);
  });

  it('answers a mention in its thread, and a file in a direct message', async () => {
    const slack = await emulator();
    const files: unknown[] = [];
    await start(slack, (app) => {
      app.event('app_mention', async ({ event, say }) => {
        await say({ text: `heard ${event.text}`, thread_ts: event.thread_ts ?? event.ts });
      });
      app.event('message', async ({ event }) => {
        if (event.subtype === 'file_share') files.push(event.files?.map(({ name }) => name));
      });
    });
    const parent = await slack.control.say({ user: people.requester, channel: places.ops, text: 'incident' });

    await slack.control.say({
      user: people.requester,
      channel: places.ops,
      text: '@aetherius diagnose S2',
      threadTs: parent.ts ?? '',
    });
    const answer = await slack.control.waitForMessage({ threadTs: parent.ts ?? '', contains: 'heard' });
    const direct = slack.control.world.directChannel(people.requester).id;
    await slack.control.say({
      user: people.requester,
      channel: direct,
      text: '',
      files: [{ name: 'app.log', content: 'boom' }],
    });
    await slack.control.waitFor(() => files.length > 0);

    expect(answer.text).toBe('heard <@U0AETHBOT> diagnose S2');
    expect(files).toEqual([['app.log']]);
  });

  it('tries an event again when nobody acknowledged it, with the reason, but never a click (R-SLACK16)', async () => {
    const slack = await emulator({ ackTimeoutMs: 150, eventRetryDelaysMs: [0, 50] });
    const attempts: unknown[] = [];
    await start(slack, (app) => {
      app.event('app_mention', async ({ context }) => {
        attempts.push([context.retryNum ?? 0, context.retryReason ?? '']);
      });
      app.action('go', async ({ ack }) => {
        attempts.push('click');
        await ack();
      });
    });
    const posted = await client(slack).chat.postMessage({
      channel: places.ops,
      text: 'x',
      blocks: withButton,
    });
    slack.control.loseAcks(3);

    const click = await slack.control.click({
      user: people.requester,
      channel: places.ops,
      ts: posted.ts ?? '',
      actionId: 'go',
    });
    await slack.control.say({ user: people.requester, channel: places.ops, text: '@aetherius hi' });
    await slack.control.waitFor(() => attempts.length >= 4);

    expect(click).toMatchObject({ ok: false, warning: 'operation_timeout' });
    expect(attempts).toEqual(['click', [0, ''], [1, 'http_timeout'], [2, 'http_timeout']]);
  });

  it('says operation_timeout to a user whose command nobody took', async () => {
    const slack = await emulator({ ackTimeoutMs: 150 });
    await start(slack, () => undefined);

    const typed = await slack.control.command({
      user: people.requester,
      channel: places.ops,
      text: '/aetherius health',
    });

    expect(typed.ok).toBe(false);
    expect(slack.control.visible(people.requester, places.ops)).toMatchObject([
      {
        text: expect.stringMatching(
          /^\/aetherius failed with the error "(operation_timeout|http_service_error)"$/,
        ),
        ephemeral: true,
      },
    ]);
  });

  it('hands the same delivery over again byte for byte', async () => {
    const slack = await emulator();
    const texts: string[] = [];
    await start(slack, (app) => {
      app.command('/aetherius', async ({ ack, command }) => {
        texts.push(command.text);
        await ack();
      });
    });
    const first = await slack.control.command({
      user: people.requester,
      channel: places.ops,
      text: '/aetherius health',
    });

    const again = await slack.control.redeliver(first.deliveryId ?? '');

    expect(again.outcome).toBe('acked');
    expect(texts).toEqual(['health', 'health']);
  });
});

describe('Socket Mode', () => {
  it('counts connections in hello and loses no command while one of two sockets is refreshed', async () => {
    const slack = await emulator();
    let taken = 0;
    const setup: Setup = (app) =>
      app.command('/aetherius', async ({ ack }) => {
        taken += 1;
        await ack();
      });
    await socketApp(slack, setup, 500);
    await socketApp(slack, setup, 500);
    const hellos = slack.control.log
      .all()
      .filter((entry) => entry.kind === 'socket' && entry.what === 'hello');
    const [first] = slack.control.sockets.sockets();
    const type = () =>
      slack.control.command({ user: people.requester, channel: places.ops, text: '/aetherius health' });

    slack.control.sockets.disconnect(first?.id ?? '', 'refresh_requested');
    const during = [];
    for (let count = 0; count < 20; count += 1) during.push(await type());
    await slack.control.waitFor(
      () =>
        slack.control.sockets.sockets().length === 2 &&
        slack.control.sockets.sockets().every(({ id }) => id !== first?.id),
    );
    const after = await type();

    expect(hellos).toMatchObject([{ detail: '1' }, { detail: '2' }]);
    expect(during.every(({ ok }) => ok)).toBe(true);
    expect(after.ok).toBe(true);
    expect(taken).toBe(21);
  });

  it('shares envelopes between the sockets', async () => {
    const slack = await emulator();
    const counts = [0, 0];
    for (const index of [0, 1]) {
      await socketApp(slack, (app) =>
        app.command('/aetherius', async ({ ack }) => {
          counts[index] = (counts[index] ?? 0) + 1;
          await ack();
        }),
      );
    }

    for (let count = 0; count < 10; count += 1) {
      await slack.control.command({ user: people.requester, channel: places.ops, text: '/aetherius health' });
    }

    expect(counts).toEqual([5, 5]);
  });

  it('comes back after a TCP reset and after an outage', async () => {
    const slack = await emulator();
    await socketApp(slack, (app) => app.command('/aetherius', async ({ ack }) => ack()), 500);
    const [before] = slack.control.sockets.sockets();

    slack.control.sockets.reset(before?.id ?? '');
    await slack.control.waitFor(() => slack.control.sockets.sockets().length === 0);
    const during = await slack.control.command({
      user: people.requester,
      channel: places.ops,
      text: '/aetherius health',
    });
    await slack.control.waitFor(() => slack.control.sockets.sockets().length === 1);
    const after = await slack.control.command({
      user: people.requester,
      channel: places.ops,
      text: '/aetherius health',
    });

    expect(during.warning).toBe('dispatch_failed');
    expect(after.ok).toBe(true);
  });

  it('keeps a ghost: a socket gone silent takes its share of the commands after the client has left it', async () => {
    const slack = await emulator({ ackTimeoutMs: 200 });
    await socketApp(slack, (app) => app.command('/aetherius', async ({ ack }) => ack()), 500);
    const [before] = slack.control.sockets.sockets();
    const type = () =>
      slack.control.command({ user: people.requester, channel: places.ops, text: '/aetherius health' });

    slack.control.sockets.silence(before?.id ?? '');
    const during = await type();
    await slack.control.waitFor(() => slack.control.sockets.sockets().some(({ id }) => id !== before?.id));
    const after = [await type(), await type()];

    expect(during.warning).toBe('operation_timeout');
    expect(after.map(({ ok }) => ok).sort()).toEqual([false, true]);
  });

  it('lets a ticket in once', async () => {
    const slack = await emulator();
    const { url } = await new WebClient(slack.appToken, { slackApiUrl: slack.apiUrl }).apps.connections.open(
      {},
    );
    const open = (): Promise<string> =>
      new Promise((resolve) => {
        const socket = new WebSocket(url ?? '');
        socket.on('message', (data: Buffer) =>
          resolve((JSON.parse(data.toString()) as { type: string }).type),
        );
        socket.on('unexpected-response', (_request, response) => resolve(String(response.statusCode)));
        socket.on('error', () => undefined);
        cleanups.push(async () => socket.terminate());
      });

    expect(await open()).toBe('hello');
    expect(await open()).toBe('401');
  });
});

describe('Socket Mode without Bolt', () => {
  it('turns the eleventh connection away (R-SLACK13)', async () => {
    const slack = await emulator();
    const web = new WebClient(slack.appToken, { slackApiUrl: slack.apiUrl });
    const frames: unknown[] = [];
    for (let count = 0; count < 11; count += 1) {
      const { url } = await web.apps.connections.open({});
      const socket = new WebSocket(url ?? '');
      socket.on('message', (data: Buffer) => frames.push(JSON.parse(data.toString())));
      cleanups.push(async () => socket.terminate());
      await once(socket, 'message');
    }

    expect(frames[9]).toMatchObject({
      type: 'hello',
      num_connections: 10,
      connection_info: { app_id: 'A0AETHER1' },
    });
    expect(frames[10]).toMatchObject({ type: 'disconnect', reason: 'too_many_websockets' });
  });

  it('takes an ack on another connection than the one that delivered', async () => {
    const slack = await emulator();
    const web = new WebClient(slack.appToken, { slackApiUrl: slack.apiUrl });
    const sockets: WebSocket[] = [];
    for (let count = 0; count < 2; count += 1) {
      const { url } = await web.apps.connections.open({});
      const socket = new WebSocket(url ?? '');
      sockets.push(socket);
      cleanups.push(async () => socket.terminate());
      await once(socket, 'message');
    }
    for (const [index, socket] of sockets.entries()) {
      socket.on('message', (data: Buffer) => {
        const frame = JSON.parse(data.toString()) as { envelope_id: string };
        sockets[1 - index]?.send(JSON.stringify({ envelope_id: frame.envelope_id }));
      });
    }

    const typed = await slack.control.command({
      user: people.requester,
      channel: places.ops,
      text: '/aetherius health',
    });

    expect(typed.ok).toBe(true);
  });
});

describe('signed HTTP', () => {
  it('is refused by Bolt when the clock of the sender is wrong', async () => {
    const slack = await emulator({ ackTimeoutMs: 500 });
    await httpApp(slack, (app) => app.command('/aetherius', async ({ ack }) => ack()));

    slack.control.setClockSkew(-301);
    const old = await slack.control.command({
      user: people.requester,
      channel: places.ops,
      text: '/aetherius health',
    });
    slack.control.setClockSkew(0);
    const fresh = await slack.control.command({
      user: people.requester,
      channel: places.ops,
      text: '/aetherius health',
    });

    expect(old).toMatchObject({ ok: false, warning: 'http_service_error' });
    expect(fresh.ok).toBe(true);
  });

  it('says dispatch_failed when nobody listens', async () => {
    const slack = await emulator();
    slack.control.setHttpTarget({ url: 'http://127.0.0.1:1/slack/events', signingSecret });

    const typed = await slack.control.command({
      user: people.requester,
      channel: places.ops,
      text: '/aetherius health',
    });

    expect(typed.warning).toBe('dispatch_failed');
  });
});

describe('the Web API with the real client', () => {
  it('takes a file in three steps and shows it in the thread (R-SLACK23)', async () => {
    const slack = await emulator();
    const web = client(slack);
    const parent = await web.chat.postMessage({ channel: places.ops, text: 'bundle' });
    const content = Buffer.from('Grüße, 世界\n\0binary');

    await web.filesUploadV2({
      channel_id: places.ops,
      thread_ts: parent.ts ?? '',
      filename: 'bundle.txt',
      file: content,
      initial_comment: 'here',
    });

    const shared = slack.control.lastMessage({ threadTs: parent.ts ?? '' });
    const file = slack.control.world.files.get(shared?.files[0] ?? '');
    expect(shared?.text).toBe('here');
    expect(Buffer.from(file?.content ?? []).equals(content)).toBe(true);
    expect(file?.channels).toEqual([places.ops]);
  });

  it('gives a file to whoever has the token, and the sign-in page to everyone else', async () => {
    const slack = await emulator();
    await slack.control.say({
      user: people.requester,
      channel: places.ops,
      text: 'log',
      files: [{ name: 'app.log', content: 'boom' }],
    });
    const history = await client(slack).conversations.history({ channel: places.ops });
    const url = history.messages?.[0]?.files?.[0]?.url_private ?? '';
    const read = async (headers: Record<string, string>): Promise<string> =>
      (await fetch(url, { headers })).text();

    expect(await read({ authorization: `Bearer ${slack.botToken}` })).toBe('boom');
    expect(await read({})).toContain('Sign in');
    slack.control.setScopes(['files:write']);
    expect(await read({ authorization: `Bearer ${slack.botToken}` })).toContain('Sign in');
  });

  it('tells the app when a group, a person or a channel changed', async () => {
    const slack = await emulator();
    const seen: unknown[] = [];
    await socketApp(slack, (app) => {
      app.event('subteam_members_changed', async ({ event }) => {
        seen.push([event.added_users, event.removed_users]);
      });
      app.event('member_joined_channel', async ({ event }) => {
        seen.push([event.user, event.channel]);
      });
      app.event('user_change', async ({ event }) => {
        seen.push(event.user.deleted);
      });
    });

    slack.control.setUsergroup({ id: groups.sre, handle: 'sre', users: [people.admin, people.requester] });
    slack.control.join(places.private, people.requester);
    slack.control.updateUser(people.requester, { deleted: true });
    await slack.control.waitFor(() => seen.length === 3);

    // Events travel on their own; Slack promises no order.
    expect(seen).toEqual(
      expect.arrayContaining([
        [[people.requester], [people.approver]],
        [people.requester, places.private],
        true,
      ]),
    );
  });

  it('answers 429 with Retry-After', async () => {
    const slack = await emulator();
    slack.control.faults.add({
      method: 'chat.postMessage',
      times: 1,
      fault: { kind: 'ratelimited', retryAfterSeconds: 7 },
    });

    const post = client(slack).chat.postMessage({ channel: places.ops, text: 'x' });

    await expect(post).rejects.toMatchObject({ retryAfter: 7 });
  });

  it('drops the connection after it stored the post', async () => {
    const slack = await emulator();
    slack.control.faults.add({ method: 'chat.postMessage', times: 1, fault: { kind: 'drop_after' } });

    const post = client(slack).chat.postMessage({ channel: places.ops, text: 'stored' });

    await expect(post).rejects.toBeInstanceOf(WebAPIRequestError);
    expect(slack.control.messages({ contains: 'stored' })).toHaveLength(1);
  });

  it('fails with 5xx, late answers and revoked tokens on request', async () => {
    const slack = await emulator();
    const web = client(slack);
    slack.control.faults.add({
      method: 'chat.postMessage',
      times: 1,
      fault: { kind: 'http_error', status: 503 },
    });
    slack.control.faults.add({ method: 'auth.test', times: 1, fault: { kind: 'delay', ms: 120 } });

    await expect(web.chat.postMessage({ channel: places.ops, text: 'x' })).rejects.toMatchObject({
      statusCode: 503,
    });
    const startedAt = performance.now();
    await web.auth.test();
    expect(performance.now() - startedAt).toBeGreaterThan(110);
    slack.control.setToken('bot', 'token_revoked');
    await expect(web.auth.test()).rejects.toMatchObject({ data: { error: 'token_revoked' } });
  });

  it('passes on what the validator found', async () => {
    const slack = await emulator();

    const post = client(slack).chat.postMessage({
      channel: places.ops,
      text: 'x',
      blocks: [{ type: 'header', text: plain('') }],
    });

    await expect(post).rejects.toMatchObject({
      data: {
        error: 'invalid_blocks',
        response_metadata: {
          messages: ['[ERROR] must be more than 0 characters [json-pointer:/blocks/0/text/text]'],
        },
      },
    });
  });

  it('streams as chatStream() does', async () => {
    const slack = await emulator();
    const said = await slack.control.say({ user: people.requester, channel: places.ops, text: 'hi' });
    const stream = client(slack).chatStream({
      channel: places.ops,
      thread_ts: said.ts ?? '',
      recipient_user_id: people.requester,
      recipient_team_id: slack.control.world.workspace.id,
    });

    await stream.append({ markdown_text: 'first ' });
    await stream.append({ chunks: [{ type: 'task_update', id: 'a', title: 'Look', status: 'complete' }] });
    await stream.stop({ markdown_text: 'last' });

    expect(slack.control.lastMessage()).toMatchObject({
      text: 'first last',
      blocks: [{ type: 'markdown' }, { type: 'task_card' }],
    });
  });

  it('takes five answers on a response_url (R-SLACK15)', async () => {
    const slack = await emulator();
    const typed = await slack.control.command({
      user: people.requester,
      channel: places.ops,
      text: '/aetherius health',
    });
    const respond = (body: object) =>
      fetch(typed.responseUrl ?? '', { method: 'POST', body: JSON.stringify(body) });

    const statuses: number[] = [];
    for (let count = 0; count < 6; count += 1)
      statuses.push((await respond({ text: `n${count}`, response_type: 'in_channel' })).status);

    expect(statuses).toEqual([200, 200, 200, 200, 200, 404]);
    expect(slack.control.messages({ channel: places.ops })).toHaveLength(5);
  });
});

describe('the control API over HTTP', () => {
  it('lets another process type, look, and be told what is wrong', async () => {
    const slack = await emulator();
    await socketApp(slack, (app) =>
      app.command('/aetherius', async ({ ack, say }) => {
        await ack();
        await say('fine');
      }),
    );
    const post = async (name: string, body: unknown): Promise<[number, unknown]> => {
      const response = await fetch(`${slack.webUrl}control/${name}`, {
        method: 'POST',
        body: JSON.stringify(body),
      });
      return [response.status, await response.json()];
    };

    const typed = await post('command', {
      user: people.requester,
      channel: places.ops,
      text: '/aetherius health',
    });
    const seen = await post('waitForMessage', { channel: places.ops, contains: 'fine' });

    expect(typed).toMatchObject([200, { ok: true }]);
    expect(seen).toMatchObject([200, { text: 'fine' }]);
    expect(await post('fly', {})).toMatchObject([404, {}]);
    expect(await post('command', [])).toMatchObject([400, {}]);
    expect(await post('waitForMessage', { contains: 'never', timeoutMs: 20 })).toMatchObject([400, {}]);
  });

  it('sends each window its own state, and the log', async () => {
    const slack = await emulator();
    const stop = new AbortController();
    cleanups.push(async () => stop.abort());
    const response = await fetch(`${slack.webUrl}events?user=${people.requester}`, { signal: stop.signal });
    let received = '';
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    const readUntil = async (wanted: string): Promise<void> => {
      while (!received.includes(wanted)) received += (await reader?.read())?.value ?? '';
    };

    await readUntil('event: state');
    await client(slack).chat.postEphemeral({ channel: places.ops, user: people.requester, text: 'for rita' });
    await client(slack).chat.postEphemeral({ channel: places.ops, user: people.approver, text: 'for adam' });
    await readUntil('"text":"for rita"');
    await client(slack).chat.postMessage({ channel: places.ops, text: 'for all' });
    await readUntil('"text":"for all","bot_id"');

    const states = received.split('\n\n').filter((part) => part.startsWith('event: state'));
    expect(states.join('')).not.toContain('for adam');
  });
});
