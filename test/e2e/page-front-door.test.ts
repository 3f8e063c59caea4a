/** What a newcomer meets first in the playground's page, in a desktop window and on a phone. */
import { fileURLToPath } from 'node:url';
import { type ExtraRoute, people, type SlackEmulator, startSlackEmulator } from '@aetherius/slack-emulator';
import { App, LogLevel } from '@slack/bolt';
import type { KnownBlock } from '@slack/types';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readManifest } from '../../tools/playground/start/manifest.ts';
import { builtPage } from '../../tools/playground/web/page.ts';
import { chromiumPath, startChromium } from '../support/chromium.ts';
import { openWindow, picture, type WindowName, windows } from '../support/pictures.ts';

if (process.env.CI && chromiumPath === null)
  throw new Error('CI must have Chromium: nothing may be left out there');

const manifest = readManifest(fileURLToPath(new URL('../../manifest.yml', import.meta.url)));
const { slash_commands: commands = [], shortcuts = [] } = manifest.features ?? {};
const namesOf = (type: string) => shortcuts.filter((entry) => entry.type === type).map(({ name }) => name);

/** Code with Latin, Chinese and what else stands in plans and logs; symbols and emoji outside of it. */
const columns = ['iiiiiiii|', 'MMMMMMMM|', '健康检查|', '→→→→→→→→|', '││││││││|'];
const answer: KnownBlock[] = [
  {
    type: 'section',
    text: { type: 'mrkdwn', text: ':red_circle: *Redis* 内存已满 → ✓ ⚠ ● ▲ 🚀 · see `maxmemory 策略`' },
  },
  {
    type: 'rich_text',
    elements: [{ type: 'rich_text_preformatted', elements: [{ type: 'text', text: columns.join('\n') }] }],
  },
];

async function startBot(slack: SlackEmulator): Promise<App> {
  const app = new App({
    token: slack.botToken,
    appToken: slack.appToken,
    socketMode: true,
    logLevel: LogLevel.ERROR,
    clientOptions: { slackApiUrl: slack.apiUrl },
  });
  app.command('/aetherius', async ({ ack, command, client }) => {
    await ack();
    await client.chat.postMessage({
      channel: command.channel_id,
      text: `Asked: ${command.text}`,
      blocks: answer,
    });
  });
  app.error(async () => undefined);
  await app.start();
  return app;
}

interface FakeSwitch {
  readonly id: string;
  readonly title: string;
  on: boolean;
}

/** Two faults, without a platform behind them. */
function fakeSwitches(): { readonly list: FakeSwitch[]; readonly route: ExtraRoute } {
  const list = [
    { id: 'redis-full', title: 'Redis is full and evicts nothing', on: false },
    { id: 'nats-stopped', title: 'NATS is stopped', on: false },
  ];
  return {
    list,
    route: async (request, response, url) => {
      if (!url.pathname.startsWith('/demo/switches')) return false;
      const chosen = list.find(({ id }) => url.pathname.endsWith(id));
      if (request.method === 'POST' && chosen) {
        const chunks: Buffer[] = [];
        for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
        chosen.on = (JSON.parse(Buffer.concat(chunks).toString()) as { on: boolean }).on;
      }
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(list));
      return true;
    },
  };
}

/** Fonts that drew something on the page, and whether they came with it. */
async function fontsOf(page: Page): Promise<readonly { readonly name: string; readonly bundled: boolean }[]> {
  const session = await page.context().newCDPSession(page);
  await session.send('DOM.enable');
  await session.send('CSS.enable');
  const { root } = await session.send('DOM.getDocument', { depth: -1 });
  const { nodeIds } = await session.send('DOM.querySelectorAll', { nodeId: root.nodeId, selector: 'body *' });
  const found = new Map<string, boolean>();
  for (const nodeId of nodeIds) {
    const { fonts } = await session.send('CSS.getPlatformFontsForNode', { nodeId });
    for (const { familyName, isCustomFont } of fonts)
      found.set(familyName, isCustomFont && (found.get(familyName) ?? true));
  }
  await session.detach();
  return [...found].map(([name, bundled]) => ({ name, bundled }));
}

/** Widths in px of the lines of the code block, as drawn. */
const widthsOfCode = `(() => {
  const text = document.querySelector('article pre span').firstChild;
  const widths = [];
  let from = 0;
  for (const line of text.data.split('\\n')) {
    const range = document.createRange();
    range.setStart(text, from);
    range.setEnd(text, from + line.length);
    widths.push(Math.round(range.getBoundingClientRect().width * 10) / 10);
    from += line.length + 1;
  }
  return widths;
})()`;

/** Elements of the guide whose words are wider than they are: what is cut off or stands over its neighbour. */
const cutOffInGuide = `[...document.querySelectorAll('.guide, .guide *:not(svg, svg *)')]
  .filter((node) => node.scrollWidth > node.clientWidth + 1 && getComputedStyle(node).display !== 'inline').length`;

/** Inside of the window, whole, and nothing over it. */
async function expectInSight(page: Page, what: Locator, window: WindowName): Promise<void> {
  const { width, height } = windows[window].viewport;
  const box = await what.boundingBox();
  if (box === null) throw new Error(`${what} is not drawn`);
  expect(box.x).toBeGreaterThanOrEqual(0);
  expect(box.y).toBeGreaterThanOrEqual(0);
  expect(box.x + box.width).toBeLessThanOrEqual(width);
  expect(box.y + box.height).toBeLessThanOrEqual(height);
  // A click that something else would get times out here.
  await what.click({ trial: true });
}

/** How long a condition is waited for on a machine that does other things too. */
const soon = { timeout: 10_000 };

/** Apple and Google ask for 44 and 48 px; a row of 44 is what fits three steps. */
const fingerPx = 44;

describe.skipIf(chromiumPath === null).each(['desktop', 'phone'] as const)('the front door, %s', (window) => {
  let browser: Browser;
  let slack: SlackEmulator;
  let app: App;
  let page: Page;
  let switches: ReturnType<typeof fakeSwitches>;
  const faults: string[] = [];

  beforeAll(async () => {
    browser = await startChromium();
  });
  afterAll(async () => {
    await browser?.close();
  });
  beforeEach(async () => {
    switches = fakeSwitches();
    slack = await startSlackEmulator({
      manifest,
      coach: true,
      ackTimeoutMs: 300,
      staticDir: await builtPage(),
      extraRoutes: [switches.route],
    });
    app = await startBot(slack);
    page = await openWindow(browser, window);
    faults.length = 0;
    page.on('pageerror', (error) => faults.push(error.message));
    await page.goto(slack.webUrl);
    await page.locator('main .composer textarea').waitFor();
  });
  afterEach(async () => {
    await page.context().close();
    await app.stop();
    await slack.stop();
    expect(faults).toEqual([]);
  });

  const box = () => page.locator('main .composer textarea');
  const type = async (line: string): Promise<void> => {
    await box().fill(line);
    await box().press('Enter');
  };
  const slackbot = () => page.locator('article', { hasText: 'Slackbot' }).last();
  const openMenuOf = async (text: string): Promise<void> => {
    const message = page.locator('article', { hasText: text }).first();
    if (window === 'desktop') await message.hover();
    await message.getByRole('button', { name: 'More actions' }).click();
  };
  const expectNoOverflow = async (): Promise<void> => {
    const width = await page.evaluate<number>('document.documentElement.scrollWidth');
    expect(width).toBeLessThanOrEqual(windows[window].viewport.width);
  };

  it('completes the commands of manifest.yml, with their descriptions and hints', async () => {
    await box().fill('/');
    const options = page.getByRole('listbox').getByRole('option');
    await options.first().waitFor();
    await picture(page, `completion-${window}`);

    expect(commands).not.toEqual([]);
    expect(await options.count()).toBe(commands.length);
    for (const { command, description = '', usage_hint = '' } of commands) {
      const option = options.filter({ hasText: command });
      expect(await option.innerText()).toContain(usage_hint);
      expect(await option.innerText()).toContain(description);
    }
    const [first] = commands;
    await box().fill(first?.command.slice(0, 4) ?? '');
    await box().press('Enter');
    expect(await box().inputValue()).toBe(`${first?.command} `);
    expect(await page.getByRole('note').innerText()).toContain(first?.usage_hint);
    expect(await page.locator('article').count()).toBe(0);
  });

  it('offers the global shortcuts of manifest.yml beside the composer', async () => {
    await page.getByRole('button', { name: 'Shortcuts' }).click();
    const items = page.getByRole('menuitem');
    await items.first().waitFor();
    await picture(page, `shortcuts-global-${window}`);

    expect(namesOf('global')).not.toEqual([]);
    expect(await items.locator('strong').allInnerTexts()).toEqual(namesOf('global'));
    await expectInSight(page, items.last(), window);
  });

  it('offers the message shortcuts of manifest.yml in the menu of a message', async () => {
    await type('ECONNREFUSED 5432');
    await page.locator('article').first().waitFor();
    await openMenuOf('ECONNREFUSED');
    const items = page.getByRole('menuitem');
    await items.nth(1).waitFor();
    await picture(page, `shortcuts-message-${window}`);

    const offered = (await items.allInnerTexts()).map((text) => text.split('\n')[0]);
    expect(namesOf('message')).not.toEqual([]);
    expect(offered).toEqual(['Reply in thread', ...namesOf('message')]);
    await expectInSight(page, items.last(), window);
    await items.filter({ hasText: namesOf('message')[0] ?? '' }).click();
    await expect
      .poll(
        () =>
          slack.control.log
            .all()
            .filter((entry) => entry.kind === 'user')
            .map(({ action }) => action),
        soon,
      )
      .toContain('message_shortcut');
  });

  it('guides the first minute: three sentences, the command as a button, a switch that breaks something', async () => {
    const guide = page.getByRole('region', { name: 'The first minute' });
    const command = guide.getByRole('button', { name: '/aetherius health' });
    const toggle = guide.getByRole('switch', { name: 'Redis is full and evicts nothing' });
    await toggle.waitFor();
    await picture(page, `first-minute-${window}`);

    const sentences = await guide.locator('.step-words').allInnerTexts();
    expect(sentences).toHaveLength(3);
    for (const sentence of sentences) expect(sentence).toMatch(/^[A-Z].*\.$/);
    for (const control of [
      command,
      guide.locator('label.switch'),
      guide.locator('.step-control button').last(),
    ]) {
      await expectInSight(page, control, window);
      const { width = 0, height = 0 } = (await control.boundingBox()) ?? {};
      expect(Math.min(width, height)).toBeGreaterThanOrEqual(fingerPx);
    }
    expect(await page.evaluate<number>(cutOffInGuide)).toBe(0);
    await expectNoOverflow();

    await command.click();
    await page.locator('article', { hasText: 'Redis' }).waitFor();
    await toggle.click();
    await expect.poll(() => switches.list.map(({ on }) => on), soon).toEqual([true, false]);
    await expect.poll(() => guide.locator('li.done').count(), soon).toBe(2);
    // What a fix takes away without the switch is the third step.
    for (const entry of switches.list) entry.on = false;
    await expect.poll(() => guide.locator('li.done').count(), soon).toBe(3);
    expect(await toggle.isChecked()).toBe(false);
    await picture(page, `first-minute-done-${window}`);
  });

  it('makes the reader the second person, and goes away for good when it is closed', async () => {
    const guide = page.getByRole('region', { name: 'The first minute' });
    await guide.getByRole('button', { name: 'Be Adam Approver' }).click();
    await guide.getByRole('button', { name: 'Be Rita Requester' }).waitFor();
    await type('who am I');
    await page.locator('article', { hasText: 'who am I' }).getByText('Adam Approver').waitFor();
    await guide.getByRole('button', { name: 'Close' }).click();
    await guide.waitFor({ state: 'detached' });
    await page.reload();
    await box().waitFor();

    expect(await guide.count()).toBe(0);
    if (window === 'phone') await page.getByRole('button', { name: 'Channels' }).click();
    await page.getByRole('button', { name: 'The first minute' }).click();
    await guide.waitFor();
  });

  it('is in Chinese for a Chinese reader', async () => {
    await page.evaluate(`localStorage.setItem('playground-user', '${people.chinese}')`);
    await page.reload();
    const guide = page.getByRole('region', { name: '第一分钟' });
    await guide.getByRole('button', { name: '/aetherius 健康' }).click();
    await page.locator('article', { hasText: 'Redis' }).waitFor();
    await picture(page, `first-minute-chinese-${window}`);

    const sentences = await guide.locator('.step-words').allInnerTexts();
    expect(sentences).toHaveLength(3);
    for (const sentence of sentences) expect(sentence).toMatch(/\p{Script=Han}.*。$/u);
    await expectNoOverflow();
  });

  it('says that a command does not exist, and keeps the line to mend it', async () => {
    await type('/unknown');
    await slackbot().getByText('is not a valid command').waitFor();
    await picture(page, `unknown-command-${window}`);

    expect(await slackbot().innerText()).toContain('/unknown is not a valid command.');
    expect(await slackbot().innerText()).toContain('Only visible to you');
    expect(await box().inputValue()).toBe('/unknown');
    await type(' /unknown');
    await page.locator('article', { hasText: 'Rita Requester' }).getByText('/unknown').waitFor();
  });

  it('says that the app does not read a plain message, and what it reads', async () => {
    await type('health');
    await slackbot().getByText('does not read this message').waitFor();
    await picture(page, `plain-text-${window}`);

    const said = await slackbot().innerText();
    expect(said).toContain('/aetherius help');
    expect(said).toContain('@aetherius');
    expect(said).toContain(namesOf('message')[0]);
  });

  it('says which shortcut got no answer', async () => {
    await page.getByRole('button', { name: 'Shortcuts' }).click();
    const name = namesOf('global')[0] ?? '';
    await page.getByRole('menuitem', { name }).click();
    const toast = page.getByRole('alert');
    await toast.waitFor();
    await picture(page, `shortcut-without-handler-${window}`);

    expect(await toast.innerText()).toContain(
      `“${name}” failed: aetherius did not answer within 3 seconds (operation timeout).`,
    );
    await expectInSight(page, toast.getByRole('button'), window);
  });

  it('draws everything with fonts that it brings: code in columns, Chinese, symbols, emoji', async () => {
    await type('/aetherius health');
    await page.locator('article pre').waitFor();
    await page.evaluate('document.fonts.ready.then(() => undefined)');
    await expect.poll(() => fontsOf(page), soon).toContainEqual({ name: 'DejaVu Sans Mono', bundled: true });
    await picture(page, `fonts-${window}`);

    const fonts = await fontsOf(page);
    expect(fonts.filter(({ bundled }) => !bundled)).toEqual([]);
    expect(fonts.map(({ name }) => name).sort()).toEqual(
      expect.arrayContaining([
        'DejaVu Sans Mono',
        'Lato',
        'Noto Emoji',
        expect.stringContaining('Noto Sans SC'),
      ]),
    );
    // Four Chinese characters are as wide as eight letters.
    const widths = await page.evaluate<number[]>(widthsOfCode);
    expect(widths).toHaveLength(columns.length);
    for (const width of widths) expect(width).toBeCloseTo(widths[0] ?? 0, 0);
  });
});
