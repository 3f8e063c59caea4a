/** A fix as people see it in a browser: two channels, the direct message, the undo; desktop and phone, English and Chinese. */
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Language } from '../../src/domain/run/run.ts';
import { wordsIn } from '../../src/text/words.ts';
import { builtPage } from '../../tools/playground/web/page.ts';
import { chromiumPath, startChromium } from '../support/chromium.ts';
import { openWindow, picture, type WindowName } from '../support/pictures.ts';
import { type Product, people, places, useStage } from '../support/slack-product.ts';
import { askForHealth } from '../support/slack-steps.ts';

if (process.env.CI && chromiumPath === null)
  throw new Error('CI must have Chromium: nothing may be left out there');

const stage = useStage();
const approvals = `
approvals:
  approvers:
    oncall: { users: [${people.approver}, ${people.requester}, ${people.chinese}] }
  tiers:
    1: { by: [oncall] }
    2: { by: [oncall] }
`;
const cases: readonly {
  readonly window: WindowName;
  readonly language: Language;
  readonly user: string;
  readonly here: string;
  readonly there: string;
}[] = [
  { window: 'desktop', language: 'en', user: people.requester, here: 'ops', there: 'incidents' },
  { window: 'phone', language: 'zh-CN', user: people.chinese, here: 'incidents', there: 'ops' },
  { window: 'desktop', language: 'zh-CN', user: people.chinese, here: 'incidents', there: 'ops' },
  { window: 'phone', language: 'en', user: people.requester, here: 'ops', there: 'incidents' },
];
const placeOf = { ops: places.ops, incidents: places.incidents } as Readonly<Record<string, string>>;
const languageOf = (channel: string): Language => (channel === 'incidents' ? 'zh-CN' : 'en');

describe.skipIf(chromiumPath === null)('a fix as people see it', () => {
  let browser: Browser;
  let page: Page;
  let product: Product;
  beforeAll(async () => {
    browser = await startChromium();
  });
  afterAll(async () => {
    await browser?.close();
  });
  beforeEach(() => stage.fillTarget());
  afterEach(async () => {
    await page.context().close();
    await stage.emptyTarget();
  });

  const act = (user: string) => page.locator('select:visible').first().selectOption(user);
  /** By its name in the sidebar, which a phone shows only when asked. */
  const go = async (name: string): Promise<void> => {
    const menu = page.locator('main .menu-button');
    if (await menu.isVisible()) await menu.click();
    await page.locator('.entry', { hasText: name }).first().click();
  };
  const thread = () => page.locator('.thread');
  const openThread = async (): Promise<void> => {
    await page
      .locator('main article')
      .last()
      .getByText(/repl(y|ies)|条回复/)
      .click();
    await thread().waitFor();
  };
  const closeThread = () => thread().locator('header button').first().click();
  const button = (within: Locator, language: Language, key: 'request' | 'approve' | 'undo') =>
    within.getByRole('button', { name: wordsIn(language).plain(`button.${key}`), exact: true });
  const press = async (what: Locator): Promise<void> => {
    await what.last().click();
    await page.getByRole('alertdialog').getByRole('button').last().click();
  };

  it.each(cases)(
    'in a $window window, in $language',
    async ({ window, language, user, here, there }) => {
      const shot = async (name: string): Promise<void> => {
        await expect
          .poll(() =>
            page.evaluate<number>(
              "document.getAnimations().filter((one) => one.playState === 'running').length",
            ),
          )
          .toBe(0);
        await picture(page, `story-${window}-${name}`);
      };
      product = await stage.start({
        emulator: { staticDir: await builtPage() },
        slackYaml: `  channels: { ${places.incidents}: { language: zh-CN } }`,
        approvalsYaml: approvals,
      });
      const { control } = product.slack;
      for (const channel of [here, there])
        await askForHealth(control, { user, channel: placeOf[channel] ?? '' });
      page = await openWindow(browser, window);
      page.setDefaultTimeout(30_000);
      await page.goto(product.slack.webUrl);
      await page.locator('main .composer textarea').waitFor();
      await act(user);

      // Asked for here: here it waits, and the other channel says so and offers nothing.
      await go(here);
      await openThread();
      await press(button(thread(), language, 'request'));
      await button(thread(), language, 'approve').waitFor();
      await shot('1-request');
      await closeThread();
      await go(there);
      await openThread();
      await thread().getByText(`#${here}`).last().waitFor();
      await shot('2-other-channel');
      expect(await button(thread(), languageOf(there), 'request').count()).toBe(0);
      await closeThread();

      // Whoever may approve has it as a direct message, decides there, and the message follows.
      await act(people.approver);
      // The conversation stands above the bot's Home, once there is one.
      await expect
        .poll(() => page.locator('.entry', { hasText: 'aetherius' }).count(), { timeout: 15_000 })
        .toBe(2);
      await go('aetherius');
      const direct = page.locator('main article').last();
      // It is in the reader's own language, whatever the channel has.
      await button(direct, 'en', 'approve').waitFor();
      await shot('3-direct-message');
      await press(button(direct, 'en', 'approve'));
      await direct.getByText(wordsIn('en').plain('card.state.succeeded.gone')).first().waitFor();
      await shot('4-decided');
      expect(await button(direct, 'en', 'approve').count()).toBe(0);

      // Both channels are green.
      for (const channel of [there, here]) {
        await go(channel);
        await page
          .locator('main article')
          .last()
          .getByText(languageOf(channel) === 'en' ? /Mended at/ : /修好/)
          .first()
          .waitFor();
      }
      await shot('5-repaired');

      // Taken back: its own plan, its own approval, and it does not call itself a repair.
      await act(user);
      await openThread();
      await press(button(thread(), language, 'undo'));
      await button(thread(), language, 'approve').waitFor();
      await shot('6-undo');
      await act(people.approver);
      await press(button(thread(), language, 'approve'));
      await thread()
        .getByText(language === 'en' ? /Taken back: Redis/ : /已撤销|已恢复/)
        .first()
        .waitFor();
      await shot('7-taken-back');
      expect(await stage.targetCall('CONFIG', 'GET', 'maxmemory-policy')).toEqual([
        'maxmemory-policy',
        'noeviction',
      ]);
      // The answer is not green any more.
      const root = () => page.locator('main article').last().innerText();
      await expect.poll(root, { timeout: 10_000 }).not.toMatch(/Mended at|修好/);
      await shot('8-red-again');
    },
    180_000,
  );
});
