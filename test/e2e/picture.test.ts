/** The README's pictures can be taken again, and show what is said about them. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withPlayground } from '../../scripts/picture/playground.ts';
import { logScene, scene } from '../../scripts/picture/scene.ts';
import { takePicture } from '../../scripts/picture/take.ts';
import { takeLogPicture } from '../../scripts/picture/take-log.ts';
import { hiddenSides } from '../../scripts/picture/visible.ts';
import { chromiumPath, startChromium } from '../support/chromium.ts';

if (process.env.CI && chromiumPath === null)
  throw new Error('CI must have Chromium: nothing may be left out there');

/** Width and height of a PNG: bytes 16 to 23. */
const sizeOf = (path: string) => {
  const bytes = readFileSync(path);
  return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
};

describe('the pictures in the repository', () => {
  it.each([scene, logScene])('have the size of their scene: $file', ({ file, size }) => {
    expect(sizeOf(file)).toEqual(size);
  });
});

describe.skipIf(chromiumPath === null)('npm run docs:picture', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(process.env.SCREENSHOTS ?? tmpdir(), 'aetherius-picture-'));
  });
  afterAll(() => {
    if (process.env.SCREENSHOTS === undefined) rmSync(folder, { recursive: true });
  });

  it('takes it from a playground, with the headline, what is well and the button on it', async () => {
    const file = join(folder, 'health.png');

    await withPlayground((url) => takePicture(url, file));

    expect(sizeOf(file)).toEqual(scene.size);
  }, 240_000);

  it('takes that of a log, with what is wrong, the timeline and the button on it', async () => {
    const file = join(folder, 'log.png');

    await withPlayground((url) => takeLogPicture(url, file));

    expect(sizeOf(file)).toEqual(logScene.size);
  }, 240_000);
});

describe.skipIf(chromiumPath === null)('what is wholly to be seen', () => {
  let browser: Browser;
  let page: Page;
  beforeAll(async () => {
    browser = await startChromium();
    page = await browser.newPage({ viewport: { width: 400, height: 300 } });
  });
  afterAll(() => browser?.close());

  const box = '<div id="it" style="width: 100px; height: 100px; border-radius: 20px">text</div>';
  it.each([
    ['the whole of it', box, []],
    ['a text of two lines', '<p style="width: 90px">one <b id="it">two three four</b></p>', []],
    ['cut off by the window', `<div style="margin-top: 220px">${box}</div>`, ['bottom']],
    ['cut off by a part that scrolls', `<div style="height: 90px; overflow: auto">${box}</div>`, ['bottom']],
    [
      'covered by something else',
      `${box}<dialog open style="position: fixed; left: 0; top: 0; margin: 0; padding: 0; width: 300px; height: 9px">!</dialog>`,
      ['top'],
    ],
    ['hidden', `<div style="display: none">${box}</div>`, ['middle']],
  ])('is told apart: %s', async (_what, html, hidden) => {
    await page.setContent(`<body style="margin: 0">${html}</body>`);

    expect(await hiddenSides(page.locator('#it'))).toEqual(hidden);
  });
});
