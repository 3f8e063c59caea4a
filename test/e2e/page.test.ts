import {
  type AppManifest,
  type ExtraRoute,
  people,
  places,
  type SlackEmulator,
  startSlackEmulator,
} from '@aetherius/slack-emulator';
import { App, LogLevel } from '@slack/bolt';
import type { KnownBlock, ModalView } from '@slack/types';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { builtPage } from '../../tools/playground/web/page.ts';
import { chromiumPath, startChromium } from '../support/chromium.ts';
import { picture } from '../support/pictures.ts';

if (process.env.CI && chromiumPath === null)
  throw new Error('CI must have Chromium: nothing may be left out there');

const manifest: AppManifest = {
  features: {
    bot_user: { display_name: 'aetherius' },
    slash_commands: [
      { command: '/aetherius', description: 'Diagnose the platform', usage_hint: 'health [env]' },
    ],
    shortcuts: [
      { name: 'Aetherius health check', type: 'global', callback_id: 'health' },
      { name: 'Diagnose this message', type: 'message', callback_id: 'diagnose' },
    ],
  },
};

const plain = (text: string) => ({ type: 'plain_text' as const, text });
const cell = (text: string) => ({ type: 'raw_text' as const, text });

const health: KnownBlock[] = [
  { type: 'header', text: plain('Health of production') },
  {
    type: 'table',
    column_settings: [{ is_wrapped: true }, {}, { align: 'right' }],
    rows: [
      [cell('Part'), cell('State'), cell('ms')],
      [
        {
          type: 'rich_text',
          elements: [
            {
              type: 'rich_text_section',
              elements: [
                { type: 'emoji', name: 'red_circle' },
                { type: 'text', text: ' PostgreSQL' },
              ],
            },
          ],
        },
        cell('refuses connections on port 5432'),
        { type: 'raw_number', value: 3, text: '3' },
      ],
      [
        {
          type: 'rich_text',
          elements: [
            {
              type: 'rich_text_section',
              elements: [
                { type: 'emoji', name: 'large_green_circle' },
                { type: 'text', text: ' 消息队列 NATS' },
              ],
            },
          ],
        },
        cell('健康'),
        { type: 'raw_number', value: 12, text: '12' },
      ],
    ],
  },
  {
    type: 'plan',
    title: 'Restart PostgreSQL',
    tasks: [
      { type: 'task_card', task_id: 'a', title: 'Ask the operator', status: 'complete' },
      { type: 'task_card', task_id: 'b', title: 'Restart the StatefulSet', status: 'in_progress' },
      { type: 'task_card', task_id: 'c', title: 'Probe again', status: 'pending' },
    ],
  },
  {
    type: 'section',
    text: {
      type: 'mrkdwn',
      text: ':warning: *Two parts* wait for `postgres`. Ask <@U0APPROVE> or <!subteam^S0SRE0001>.\n> since 09:12',
    },
  },
  {
    type: 'actions',
    block_id: 'fix',
    elements: [
      {
        type: 'button',
        action_id: 'approve',
        style: 'primary',
        text: plain('Apply fix'),
        confirm: {
          title: plain('Restart PostgreSQL?'),
          text: { type: 'mrkdwn', text: 'It is *away* for ten seconds.' },
          confirm: plain('Restart'),
          deny: plain('Not now'),
        },
      },
      { type: 'button', action_id: 'details', text: plain('Details') },
    ],
  },
  { type: 'context', elements: [{ type: 'mrkdwn', text: 'production · asked by <@U0REQUEST> · 312 ms' }] },
];

const modal: ModalView = {
  type: 'modal',
  callback_id: 'ask',
  title: plain('Health check'),
  submit: plain('Check'),
  blocks: [
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
    {
      type: 'input',
      block_id: 'why',
      label: plain('Reason'),
      hint: plain('Goes into the audit log.'),
      element: { type: 'plain_text_input', action_id: 'text' },
    },
    {
      type: 'input',
      block_id: 'depth',
      optional: true,
      label: plain('Depth'),
      element: {
        type: 'checkboxes',
        action_id: 'boxes',
        options: [{ text: plain('Logs too'), value: 'logs' }],
      },
    },
  ],
};

const at = Date.parse('2026-11-28T09:12:00Z') / 1000;
const levels = ['error', 'warning'].map((level) => ({ text: plain(level), value: level }));
/** A form in which everything has a value from the beginning. */
const filled: ModalView = {
  ...{ type: 'modal', callback_id: 'filled', title: plain('Filled'), submit: plain('Go') },
  blocks: [
    { type: 'plain_text_input', initial_value: 'Redis is full' },
    { type: 'plain_text_input', multiline: true, initial_value: 'two\nlines' },
    { type: 'static_select', options: levels, initial_option: levels[1] },
    { type: 'radio_buttons', options: levels, initial_option: levels[0] },
    { type: 'checkboxes', options: levels, initial_options: [levels[1]] },
    { type: 'datepicker', initial_date: '2026-11-28' },
    { type: 'datetimepicker', initial_date_time: at },
    { type: 'number_input', is_decimal_allowed: false, initial_value: '7' },
    { type: 'conversations_select', initial_conversation: places.ops },
    {
      type: 'rich_text_input',
      initial_value: {
        type: 'rich_text',
        elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text: 'rich words' }] }],
      },
    },
  ].map((element, index) => ({
    ...{ type: 'input', block_id: `f${index}`, label: plain(`Field ${index}`), optional: true },
    element: { action_id: 'a', ...element },
  })) as ModalView['blocks'],
};

/** A bot as small as can be, which uses everything the page has to draw. */
async function startBot(slack: SlackEmulator): Promise<App> {
  const app = new App({
    token: slack.botToken,
    appToken: slack.appToken,
    socketMode: true,
    logLevel: LogLevel.ERROR,
    clientOptions: { slackApiUrl: slack.apiUrl },
  });
  app.command('/aetherius', async ({ ack, command, client }) => {
    if (command.text === 'secret') return ack('Nobody else sees this.');
    await ack();
    if (command.text === 'form') {
      await client.views.open({ trigger_id: command.trigger_id, view: filled });
      return;
    }
    if (command.text === 'marks') {
      const text = 'Keys `cache:*` and `session:*` fill it; *not* cache:* or 3*4*5, and ~gone~ ~/.kube';
      const blocks: KnownBlock[] = [{ type: 'section', text: { type: 'mrkdwn', text } }];
      await client.chat.postMessage({ channel: command.channel_id, text, blocks });
      return;
    }
    const posted = await client.chat.postMessage({
      channel: command.channel_id,
      text: 'Health of production',
      blocks: health,
    });
    await client.chat.postMessage({
      channel: command.channel_id,
      text: 'Two findings.',
      thread_ts: posted.ts ?? '',
    });
  });
  app.action('approve', async ({ ack, body, client }) => {
    await ack();
    if (body.type !== 'block_actions' || !body.channel || !body.message) return;
    await client.chat.update({
      channel: body.channel.id,
      ts: body.message.ts,
      text: `approved by ${body.user.id}`,
      blocks: [
        {
          type: 'section',
          text: { type: 'mrkdwn', text: `:large_green_circle: Approved by <@${body.user.id}>` },
        },
      ],
    });
  });
  app.action('details', async () => {
    throw new Error('breaks before it acknowledges');
  });
  app.error(async () => undefined);
  app.shortcut('health', async ({ ack, shortcut, client }) => {
    await ack();
    await client.views.open({ trigger_id: shortcut.trigger_id, view: modal });
  });
  app.shortcut('diagnose', async ({ ack, respond }) => {
    await ack();
    await respond('It looks like S2.');
  });
  app.view('ask', async ({ ack, view, body, client }) => {
    const reason = view.state.values.why?.text?.value ?? '';
    if (reason === 'because') return ack({ response_action: 'errors', errors: { why: 'Say why.' } });
    await ack();
    const env = view.state.values.env?.pick?.selected_option?.value;
    await client.chat.postMessage({ channel: places.ops, text: `${body.user.id} checks ${env}: ${reason}` });
  });
  app.event('app_mention', async ({ event, say }) => {
    await say({ text: 'I am here.', thread_ts: event.thread_ts ?? event.ts });
  });
  app.event('app_home_opened', async ({ event, client }) => {
    await client.views.publish({
      user_id: event.user,
      view: {
        type: 'home',
        blocks: [{ type: 'header', text: plain('Environments') }, ...health.slice(3, 4)],
      },
    });
  });
  await app.start();
  return app;
}

/** Whether the table's font has the Chinese characters it shows: a bare system has none. */
const fontOfChinese = `(async () => {
  const family = getComputedStyle(document.querySelector('article td')).fontFamily;
  const faces = await document.fonts.load('15px "Noto Sans SC"', '消');
  return family.includes('Noto Sans SC') ? 'Noto Sans SC: ' + faces.length : family;
})()`;

/** The natural widths of the emoji: 0 is a picture that did not come. */
const emojiPictures = `[...document.querySelectorAll('article img.emoji')].map((image) => image.naturalWidth).join(' ')`;

const switches = [
  { id: 'redis-full', title: 'Redis is full', hint: 'A fix is offered.', kind: 'real', on: false },
];
const demo: ExtraRoute = async (request, response, url) => {
  if (!url.pathname.startsWith('/demo/switches')) return false;
  const [entry] = switches;
  if (request.method === 'POST' && entry) {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    entry.on = (JSON.parse(Buffer.concat(chunks).toString()) as { on: boolean }).on;
  }
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(switches));
  return true;
};

describe.skipIf(chromiumPath === null)('the playground page', () => {
  let browser: Browser;
  let slack: SlackEmulator;
  let app: App;
  let page: Page;
  const faults: string[] = [];

  beforeAll(async () => {
    browser = await startChromium();
  });
  afterAll(async () => {
    await browser?.close();
  });
  beforeEach(async () => {
    slack = await startSlackEmulator({ manifest, staticDir: await builtPage(), extraRoutes: [demo] });
    app = await startBot(slack);
    page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    page.setDefaultTimeout(10_000);
    faults.length = 0;
    page.on('pageerror', (error) => faults.push(error.message));
    await page.goto(slack.webUrl);
  });
  afterEach(async () => {
    await page.close();
    await app.stop();
    await slack.stop();
    expect(faults).toEqual([]);
  });

  const type = async (line: string, inside = 'main'): Promise<void> => {
    const box = page.locator(`${inside} .composer textarea`);
    await box.fill(line);
    await box.press('Enter');
  };
  const shot = (name: string): Promise<void> => picture(page, `page-${name}`);

  it('shows the answer to a command, asks before the button, and shows the edit', async () => {
    await type('/aetherius health');
    await page.getByRole('button', { name: 'Apply fix' }).waitFor();
    await page.getByText('1 reply').waitFor();
    await shot('health-light');
    await page.getByRole('button', { name: 'Apply fix' }).click();
    await page.getByText('Restart PostgreSQL?').waitFor();
    await shot('confirm');
    await page.getByRole('button', { name: 'Not now' }).click();
    const before = slack.control.log
      .all()
      .filter((entry) => entry.kind === 'user' && entry.action === 'click').length;
    await page.getByRole('button', { name: 'Apply fix' }).click();
    await page.getByRole('button', { name: 'Restart', exact: true }).click();
    await page.getByText('Approved by').waitFor();

    expect(before).toBe(0);
    expect(await page.getByRole('button', { name: 'Apply fix' }).count()).toBe(0);
    expect(await page.locator('article', { hasText: 'Approved by' }).innerText()).toContain('Rita Requester');
  });

  it('draws tables with numbers, Chinese and emoji in one message', async () => {
    await type('/aetherius health');
    const message = page.locator('article').first();
    await message.getByText('消息队列 NATS').waitFor();

    await expect.poll(() => page.evaluate<string>(emojiPictures)).toMatch(/^(\d{2,} ){2,}\d{2,}$/);
    expect(await message.locator('.raw-block').count()).toBe(0);
    expect(await message.locator('table').innerText()).toContain('12');
    expect(await page.evaluate<string>(fontOfChinese)).toBe('Noto Sans SC: 1');
  });

  it('fills in a modal, is told what is wrong, and sends it', async () => {
    await page.getByRole('button', { name: 'Shortcuts' }).click();
    await page.getByRole('menuitem', { name: 'Aetherius health check' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Check' }).click();
    await dialog.getByText('Please complete this required field.').first().waitFor();
    await dialog.getByRole('combobox').selectOption('stage');
    await dialog.getByRole('textbox').fill('because');
    await dialog.getByText('Logs too').click();
    await dialog.getByRole('button', { name: 'Check' }).click();
    await dialog.getByText('Say why.').waitFor();
    await shot('modal');
    await dialog.getByRole('textbox').fill('disk full');
    await dialog.getByRole('button', { name: 'Check' }).click();
    await page.getByText('checks stage: disk full').waitFor();

    expect(await page.getByRole('dialog').count()).toBe(0);
  });

  it('draws what a form holds from the beginning', async () => {
    await type('/aetherius form');
    const dialog = page.getByRole('dialog');
    const field = (index: number) => dialog.locator('.input-block').nth(index);
    await field(9).waitFor();
    const drawn = await Promise.all(
      [0, 1, 5, 6, 7, 9].map((index) => field(index).locator('input, textarea').inputValue()),
    );

    const local = await page.evaluate<string>(
      `(() => { const at = new Date(${at} * 1000); return new Date(at - at.getTimezoneOffset() * 60000).toISOString().slice(0, 16); })()`,
    );
    expect(drawn).toEqual(['Redis is full', 'two\nlines', '2026-11-28', local, '7', 'rich words']);
    expect(await field(2).getByRole('combobox').inputValue()).toBe('warning');
    expect(await field(3).getByRole('radio', { name: 'error' }).isChecked()).toBe(true);
    expect(await field(4).getByRole('checkbox', { name: 'warning', exact: true }).isChecked()).toBe(true);
    expect(await field(8).getByRole('combobox').inputValue()).toBe(places.ops);
  });

  it('closes a form with Escape, wherever the reader is', async () => {
    await type('/aetherius form');
    await page.getByRole('dialog').waitFor();
    // Nothing in the form has the focus.
    await page.evaluate('document.activeElement?.blur()');
    await page.keyboard.press('Escape');

    await page.getByRole('dialog').waitFor({ state: 'detached' });
  });

  it('draws marks as Slack does, and leaves a star in a name alone', async () => {
    await type('/aetherius marks');
    const message = page.locator('article', { hasText: 'fill it' });
    await message.waitFor();

    expect(await message.locator('code').allInnerTexts()).toEqual(['cache:*', 'session:*']);
    expect(await message.innerText()).toContain(
      'Keys cache:* and session:* fill it; not cache:* or 3*4*5, and gone ~/.kube',
    );
    expect(await message.locator('.blocks strong').allInnerTexts()).toEqual(['not']);
    expect(await message.locator('del, s').allInnerTexts()).toEqual(['gone']);
  });

  it('attaches files to a message, and takes one away again', async () => {
    const bytes = Buffer.from([0, 255, 10, 13, 128]);
    await page.locator('main .composer input[type=file]').setInputFiles([
      { name: 'agent-manager.log', mimeType: 'text/plain', buffer: Buffer.from('one\ntwo\n') },
      { name: 'wrong.txt', mimeType: 'text/plain', buffer: Buffer.from('x') },
      { name: 'raw.bin', mimeType: 'application/octet-stream', buffer: bytes },
    ]);
    await page.getByRole('button', { name: 'Take wrong.txt away' }).click();
    await type('what is this?');
    const message = page.locator('article', { hasText: 'what is this?' });
    await message.getByText('raw.bin').first().waitFor();
    const sent = await page.evaluate<number[][]>(
      `Promise.all([...document.querySelectorAll('a[download]')].map(async ({ href }) =>
        [...new Uint8Array(await (await fetch(href)).arrayBuffer())]))`,
    );

    expect(await message.getByText('wrong.txt').count()).toBe(0);
    expect(sent).toEqual([[...Buffer.from('one\ntwo\n')], [...bytes]]);
    expect(await page.locator('.attached').count()).toBe(0);
  });

  it('keeps ephemeral answers to the one who asked, and switches users', async () => {
    await type('/aetherius secret');
    await page.getByText('Nobody else sees this.').waitFor();
    await page.getByText('Only visible to you').waitFor();
    await shot('ephemeral');
    await page.getByLabel('You are').selectOption(people.approver);
    await page.locator('.composer textarea').first().waitFor();
    await type('hello from me');
    await page.locator('article', { hasText: 'hello from me' }).getByText('Adam Approver').waitFor();

    expect(await page.getByText('Nobody else sees this.').count()).toBe(0);
  });

  it('answers a mention inside a thread, where commands do not work', async () => {
    await type('an incident');
    const message = page.locator('article', { hasText: 'an incident' });
    await message.hover();
    await message.getByRole('button', { name: 'Reply in thread' }).click();
    await type('/aetherius health', '.thread');
    await page.getByText('Slash commands cannot be used in threads').waitFor();
    await page.locator('.thread .composer textarea').fill('@aetherius are you there?');
    await page.locator('.thread .composer textarea').press('Enter');
    await page.locator('.thread').getByText('I am here.').waitFor();
    await shot('thread');

    expect(await page.locator('main').getByText('I am here.').count()).toBe(0);
  });

  it('runs a message shortcut from the menu of a message', async () => {
    await type('ECONNREFUSED 5432');
    const message = page.locator('article', { hasText: 'ECONNREFUSED' });
    await message.hover();
    await message.getByRole('button', { name: 'More actions' }).click();
    await page.getByRole('menuitem', { name: 'Diagnose this message' }).click();

    await page.getByText('It looks like S2.').waitFor();
  });

  it('opens App Home', async () => {
    await page.getByRole('button', { name: 'aetherius Home' }).click();

    await page.getByText('Environments').waitFor();
    await shot('home');
  });

  it('says so when the app did not acknowledge a button', async () => {
    await type('/aetherius health');
    await page.getByRole('button', { name: 'Details' }).click();

    await page.getByText('operation timeout').waitFor();
  });

  it('moves the demo platform’s switches', async () => {
    await page.getByRole('button', { name: 'Demo platform' }).click();
    const panel = page.getByRole('complementary', { name: 'Demo platform' });
    await panel.getByRole('switch').click();
    await expect.poll(() => switches[0]?.on).toBe(true);
    await shot('demo');
    await panel.getByRole('switch').click();
    await expect.poll(() => switches[0]?.on).toBe(false);
  });

  it('works on a telephone, in the dark', async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    await page.getByRole('button', { name: 'Channels' }).click();
    await page.getByRole('button', { name: 'Use the dark theme' }).click();
    await shot('phone-sidebar');
    await page.getByRole('button', { name: '# incidents' }).click();
    await type('/aetherius health');
    await page.getByRole('button', { name: 'Apply fix' }).waitFor();
    await shot('phone-dark');
    await page.getByText('1 reply').click();
    await page.locator('.thread').getByText('Two findings.').waitFor();
    await shot('phone-thread');

    const width = await page.evaluate<number>('document.documentElement.scrollWidth');
    expect(width).toBeLessThanOrEqual(390);
  });

  it('draws a chart, shows the JSON of what it cannot draw, and the rest of the message all the same', async () => {
    const chart = {
      type: 'data_visualization',
      title: 'Latency of PostgreSQL, 7 days',
      chart: {
        type: 'bar',
        series: [
          {
            name: 'ms',
            data: [
              { label: 'Mon', value: 3 },
              { label: 'Tue', value: 9 },
            ],
          },
        ],
        axis_config: { categories: ['Mon', 'Tue'] },
      },
    };
    // Straight into the world: over the Web API the emulator would refuse the second and third block.
    slack.control.world.addMessage({
      channel: places.ops,
      user: people.requester,
      blocks: [
        chart,
        { type: 'sparkline' },
        { type: 'table', rows: 'broken' },
        { type: 'section', text: { type: 'mrkdwn', text: 'still here' } },
      ],
    });

    await page.getByText('still here').waitFor();
    await page.getByText('Latency of PostgreSQL, 7 days').waitFor();
    await shot('chart-and-broken');
    expect(await page.locator('.raw-block summary').allInnerTexts()).toEqual([
      'sparkline block is not known to this page',
      'table block could not be drawn',
    ]);
  });

  it('stays at the end when a picture gets its size before the list has scrolled, and leaves a reader who went up', async () => {
    const fromEnd = () =>
      page.evaluate<number>(
        '(({ scrollHeight, scrollTop, clientHeight }) => scrollHeight - scrollTop - clientHeight)(document.querySelector("main .messages"))',
      );
    const grow = (then: string) =>
      page.evaluate(
        `{ const list = document.querySelector("main .messages"); const late = document.createElement("div"); late.style.height = "400px"; list.firstElementChild.append(late); ${then} }`,
      );
    await page.setViewportSize({ width: 1280, height: 400 });
    await type('/aetherius health');
    await page.getByText('1 reply').waitFor();
    await expect.poll(fromEnd).toBeLessThan(2);
    // The list has scrolled a little, and its event comes when there is already more below.
    await grow('list.scrollTop += 50;');
    await expect.poll(fromEnd).toBeLessThan(2);

    await page.locator('main .messages').hover();
    await page.mouse.wheel(0, -300);
    await expect.poll(fromEnd).toBeGreaterThan(250);
    const before = await fromEnd();
    await grow('');
    await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');

    expect(await fromEnd()).toBe(before + 400);
  });

  it('opens the thread that a permalink names', async () => {
    const said = await slack.control.say({
      user: people.approver,
      channel: places.incidents,
      text: 'look here',
    });
    const message = slack.control.world.findMessage(places.incidents, said.ts ?? '');
    await page.goto(`${slack.webUrl}archives/${places.incidents}/p${message?.ts.replace('.', '')}`);

    await page.locator('.thread').getByText('look here').waitFor();
  });
});
