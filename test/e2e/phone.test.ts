/** Answers as they stand on a phone at 3 a.m.: how high they are, and what is on the first screen. */

import { places, type SlackEmulator, startSlackEmulator } from '@aetherius/slack-emulator';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rendererOf } from '../../src/bot/views/renderer.ts';
import type { HealthReport } from '../../src/domain/health/health.ts';
import type { HealthView } from '../../src/domain/message/health-view.ts';
import type { Rendered } from '../../src/domain/message/rendered.ts';
import { asInGuide } from '../../src/domain/platform/platform.ts';
import type { Language } from '../../src/domain/run/run.ts';
import { wordsIn } from '../../src/text/words.ts';
import { builtPage } from '../../tools/playground/web/page.ts';
import { chromiumPath, startChromium } from '../support/chromium.ts';
import { openWindow, picture, windows } from '../support/pictures.ts';
import { aFinding, aRemediation, aReport, aRow, aRun, at } from '../support/slack-views.ts';

if (process.env.CI && chromiumPath === null)
  throw new Error('CI must have Chromium: nothing may be left out there');

const since = '2026-11-25T02:48:00Z';
const redisFull = aFinding({ since });
const redis = aRow({
  ...{ part: 'redis', state: 'degraded', findings: [redisFull] },
  fact: { key: redisFull.code, facts: redisFull.facts },
});
const postgresRefuses = aFinding({ code: 'ENDPOINT_REFUSED', part: 'postgres', facts: {}, since });
const postgres = aRow({
  ...{ part: 'postgres', state: 'down', findings: [postgresRefuses] },
  fact: { key: 'ENDPOINT_REFUSED', facts: {} },
  witnesses: [{ key: 'runtime-not-running', facts: {} }],
});
const slow = aFinding({
  ...{ code: 'SERVICE_SLOW', severity: 'warning', part: 'reasoning-service' },
  facts: { latencyMs: 1_934, thresholdMs: 1_500 },
});
const reasoning = aRow({
  ...{ part: 'reasoning-service', state: 'degraded', findings: [slow] },
  fact: { key: slow.code, facts: slow.facts },
});
const nats = aRow({
  ...{ part: 'nats', state: 'unknown' },
  fact: { key: 'blind-connect-timeout', facts: { host: 'nats.aetherius.svc', port: 4222 } },
});
const parts = [
  ...(['postgres', 'redis', 'nats', 'neo4j', 'runtime'] as const),
  ...(['agent-manager', 'orchestrator-service', 'reasoning-service', 'collect-agent'] as const),
];
/** These rows, and every other part as it is when it is well. */
const report = (rows: HealthReport['rows'], more: Partial<HealthReport> = {}): HealthReport =>
  aReport({
    ...{
      overall: 'findings',
      roots: rows.filter((row) => row.consequenceOf === undefined).map(({ part }) => part),
    },
    rows: [
      ...rows,
      ...parts.filter((part) => !rows.some((row) => row.part === part)).map((part) => aRow({ part })),
    ],
    ...more,
  });
const behind = (part: 'agent-manager' | 'orchestrator-service') =>
  aRow({ part, state: 'down', fact: { key: 'ENDPOINT_REFUSED', facts: {} }, consequenceOf: 'postgres' });

const fixes = [aRemediation({ state: 'proposed' })];
const scenes: readonly (readonly [string, number, HealthReport, Partial<HealthView>])[] = [
  ['all is well', 400, report([], { overall: 'healthy', roots: [] }), {}],
  ['one fault with a fix', 500, report([redis]), { fixes }],
  [
    'one fault with what stands behind it',
    500,
    report([postgres, behind('agent-manager'), behind('orchestrator-service')]),
    { diagnoseButton: 'B' },
  ],
  ['one fault, and a part that could not be checked', 500, report([redis, nats]), { fixes }],
  ['three faults', 700, report([postgres, redis, reasoning]), { fixes }],
  [
    'three faults, what stands behind one, and a part that could not be checked',
    700,
    report([postgres, behind('agent-manager'), redis, reasoning, nats]),
    { fixes },
  ],
];

describe.skipIf(chromiumPath === null)(
  `a health check at ${Object.values(windows.phone.viewport).join(' × ')}`,
  () => {
    let browser: Browser;
    let slack: SlackEmulator;
    let page: Page;

    beforeAll(async () => {
      browser = await startChromium();
      slack = await startSlackEmulator({ staticDir: await builtPage() });
      page = await openWindow(browser, 'phone');
      await page.goto(slack.webUrl);
      await page.locator('main .composer textarea').waitFor();
      // Who is on call has done with the help of the first minute.
      await page.getByRole('region', { name: 'The first minute' }).getByRole('button').first().click();
      await page.getByRole('region', { name: 'The first minute' }).waitFor({ state: 'detached' });
    });
    afterAll(async () => {
      await browser?.close();
      await slack?.stop();
    });

    const post = async ({ text, blocks }: Rendered): Promise<Locator> => {
      const before = await page.locator('main article').count();
      const answer = await fetch(new URL('chat.postMessage', slack.apiUrl), {
        method: 'POST',
        headers: { authorization: `Bearer ${slack.botToken}`, 'content-type': 'application/json' },
        body: JSON.stringify({ channel: places.ops, text, blocks }),
      });
      expect(await answer.json()).toMatchObject({ ok: true });
      await expect.poll(() => page.locator('main article').count()).toBe(before + 1);
      return page.locator('main article').last();
    };
    /** Nothing of it is cut off by the window, and nothing lies over it. */
    const onScreen = async (part: Locator): Promise<boolean> => {
      const box = await part.boundingBox();
      const composer = await page.locator('main .composer').boundingBox();
      if (box === null || composer === null) return false;
      return box.y >= 0 && box.y + box.height <= composer.y;
    };

    const cases = scenes.flatMap((scene) =>
      (['en', 'zh-CN'] as const).map((language) => [language, ...scene] as const),
    );
    it.each(cases)(
      'in %s with %s is at most %i px high, with its first lines and buttons on the screen',
      async (language: Language, what, most, shown, more) => {
        const view: HealthView = {
          ...{ run: aRun({ environment: 'prod' }), report: shown, repaired: [], now: at('03:02:00') },
          ...{ detailsButton: 'D', reportButton: 'R', ...more },
        };
        const rendered = rendererOf(() => asInGuide).health(view, language);
        const message = await post(rendered);
        await picture(page, `phone-health-${what.replaceAll(/\W+/g, '-')}-${language}`);

        const box = await message.boundingBox();
        expect(box?.height).toBeGreaterThan(100);
        expect(box?.height).toBeLessThanOrEqual(most);
        expect(await onScreen(message.getByText('prod', { exact: true }).first())).toBe(true);
        const button = more.diagnoseButton === undefined ? 'button.details' : 'button.diagnose';
        expect(await onScreen(message.getByRole('button', { name: wordsIn(language).plain(button) }))).toBe(
          true,
        );
      },
    );
  },
);
