import { App, LogLevel, SocketModeReceiver } from '@slack/bolt';
import { WebClient } from '@slack/web-api';
import { afterEach, describe, expect, it } from 'vitest';
import type { SlackEmulator, SlackEmulatorOptions } from '../../tools/slack-emulator/emulator.ts';
import { startSlackEmulator } from '../../tools/slack-emulator/emulator.ts';
import { groups, people, places } from '../../tools/slack-emulator/seed.ts';

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
const withButton = [
  { type: 'section', text: { type: 'mrkdwn', text: 'Press?' } },
  { type: 'actions', elements: [button] },
] as const;

const client = (slack: SlackEmulator): WebClient =>
  new WebClient(slack.botToken, {
    slackApiUrl: slack.apiUrl,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    logLevel: LogLevel.ERROR,
  });

describe.each([
  ['Socket Mode', socketApp],
  ['signed HTTP', httpApp],
] as const)('the real Bolt over %s', (_name, start) => {
  it('answers a slash command, edits the message when its button is pressed, and opens a modal', async () => {
    const slack = await emulator();
    const seen: string[] = [];
    await start(slack, (app) => {
      app.command('/aetherius', async ({ ack, command, client: web }) => {
        await ack();
        seen.push(command.text);
        await web.chat.postMessage({ channel: command.channel_id, text: 'Press?', blocks: [...withButton] });
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
});

export { client, groups, socketApp };
