/** Logs and bundles the whole way, as somebody on call goes it in a browser: on a desk and on a phone, in both languages. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { people, places } from '@aetherius/slack-emulator';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chromiumPath, startChromium } from '../support/chromium.ts';
import { incidentLog } from '../support/incident-log.ts';
import { openWindow, picture, type WindowName } from '../support/pictures.ts';
import { type Playground, startPlayground } from '../support/playground.ts';

if (process.env.CI && chromiumPath === null)
  throw new Error('CI must have Chromium: nothing may be left out there');

const told = {
  en: {
    title: 'Timeline of the log in this message',
    alt: /NATS could not be reached.+Entries by time/,
    bundle: 'Bundle of demo',
    page: /Bundle of demo/,
    search: 'Search this page',
  },
  zh: {
    title: '此消息中日志的时间线',
    alt: /按时间的条数/,
    bundle: 'demo 的收集包',
    page: /demo 的收集包/,
    search: '搜索本页',
  },
} as const;

describe.skipIf(chromiumPath === null)('logs and bundles in a browser', () => {
  let playground: Playground;
  let browser: Browser;
  let url: string;
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'aetherius-logs-page-'));
    playground = startPlayground(['--port', '0']);
    url = (await playground.waitForLine(/Ready in [\d.]+ s: (http:\/\/127\.0\.0\.1:\d+\/)/, 150))[1] ?? '';
    browser = await startChromium();
  }, 180_000);
  afterAll(async () => {
    await browser?.close();
    await playground?.dispose();
    rmSync(folder, { recursive: true, force: true });
  });

  const control = async (name: string, body: unknown): Promise<Readonly<Record<string, unknown>>> => {
    const answer = await fetch(new URL(`control/${name}`, url), {
      method: 'POST',
      body: JSON.stringify(body),
    });
    expect(answer.ok).toBe(true);
    return (await answer.json()) as Readonly<Record<string, unknown>>;
  };
  const open = async (name: WindowName): Promise<Page> => {
    const page = await openWindow(browser, name);
    // A bundle of the demo takes half a minute: one of its sources is silent.
    page.setDefaultTimeout(80_000);
    await page.goto(url);
    await page.locator('main .composer textarea').waitFor();
    return page;
  };
  /** Uses the shortcut on a message, as people do, and opens its thread. */
  const analyse = async (page: Page, said: string): Promise<Locator> => {
    const message = page.locator('main article').filter({ hasText: said }).last();
    await message.hover();
    await message.locator('.hover-bar button[aria-expanded]').click();
    await page.getByRole('menuitem', { name: /Analyse this log/ }).click();
    await message.locator('.replies').click();
    return page.locator('.thread');
  };
  /** Downloads the newest bundle, and opens its page without a network. */
  const opened = async (page: Page, place: Locator): Promise<Page> => {
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      place.locator('.file a[download$=".tar.gz"]').last().click(),
    ]);
    const into = mkdtempSync(join(folder, 'bundle-'));
    await file.saveAs(join(into, 'bundle.tar.gz'));
    execFileSync('tar', ['-xzf', 'bundle.tar.gz'], { cwd: into });
    const [name = ''] = readdirSync(into).filter((entry) => !entry.endsWith('.gz'));
    const offline = await browser.newContext({ offline: true });
    const index = await offline.newPage();
    const asked: string[] = [];
    index.on('request', (request) => asked.push(request.url()));
    await index.goto(pathToFileURL(join(into, name, 'index.html')).href);
    expect(asked.filter((one) => !one.startsWith('file:') && !one.startsWith('data:'))).toEqual([]);
    return index;
  };

  it.each(['desktop', 'phone'] as const)(
    'show what an attached log says, with its picture, on a %s',
    async (name) => {
      const said = `From the collector, seen on a ${name}:`;
      const files = [{ name: incidentLog.name, content: incidentLog.content() }];
      const page = await open(name);
      await control('say', { user: people.approver, channel: places.ops, text: said, files });
      const thread = await analyse(page, said);
      const image = thread.getByRole('img', { name: told.en.alt });
      await image.waitFor();
      const size = () => image.evaluate((it) => (it as unknown as { naturalWidth: number }).naturalWidth);
      await expect.poll(size, { timeout: 10_000 }).toBe(1280);
      const box = await image.boundingBox();

      expect(box?.width ?? 0).toBeGreaterThan(250);
      expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThanOrEqual(page.viewportSize()?.width ?? 0);
      await thread.getByText('NATS could not be reached').first().waitFor();
      await thread.getByText(told.en.title).waitFor();
      await picture(page, `logs-${name}`);
    },
  );

  it('collect a bundle by a typed command, whose page opens without a network', async () => {
    const page = await open('desktop');
    const box = page.locator('main .composer textarea');
    await box.fill('/aetherius collect');
    await box.press('Enter');
    const card = page.locator('main article').filter({ hasText: told.en.bundle }).last();
    await card.locator('.replies').click();
    const index = await opened(page, page.locator('.thread'));
    await picture(page, 'logs-bundle-card');

    expect(await index.title()).toMatch(told.en.page);
    await index.getByRole('searchbox').fill('redis');
    await picture(index, 'logs-bundle-page');
    await index.context().close();
  });

  it('speak Chinese to whom they write in Chinese: picture, card and page of a bundle', async () => {
    // Others read this channel, so the bundle goes to the person, in their language.
    await control('command', { user: people.chinese, channel: places.shared, text: '/aetherius collect' });
    const page = await open('phone');
    await page.getByLabel('You are').first().selectOption(people.chinese);
    const direct = async (): Promise<string | undefined> => {
      const { channels } = await control('snapshot', { user: people.chinese });
      return (channels as readonly { readonly id: string; readonly kind: string }[]).find(
        ({ kind }) => kind === 'im',
      )?.id;
    };
    await expect.poll(direct, { timeout: 60_000 }).toBeDefined();
    const channel = await direct();
    await page.locator('.menu-button').click();
    await page.locator('.sidebar h3', { hasText: '私信' }).locator('+ button').click();
    const card = page.locator('main article').filter({ hasText: told.zh.bundle }).last();
    await card.locator('.replies').click();
    const index = await opened(page, page.locator('.thread'));

    expect(await index.title()).toMatch(told.zh.page);
    await index.getByText(told.zh.search).waitFor();
    await index.context().close();
    await page.locator('.thread .close').click();

    const files = [{ name: incidentLog.name, content: incidentLog.content() }];
    await control('say', { user: people.chinese, channel, text: '刚收到的日志：', files });
    const thread = await analyse(page, '刚收到的日志');
    await thread.getByRole('img', { name: told.zh.alt }).waitFor();
    await thread.getByText(told.zh.title).waitFor();
    await picture(page, 'logs-chinese-phone');
  });
});
