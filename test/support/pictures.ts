import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';

/** Folder that git ignores; CI keeps it. */
const folder = fileURLToPath(new URL('../../artifacts', import.meta.url));

/** The windows in which everything that shows is looked at. */
export const windows = {
  desktop: { viewport: { width: 1280, height: 800 } },
  phone: { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true },
} as const;
export type WindowName = keyof typeof windows;

/** A browser window of this size with a storage of its own. */
export async function openWindow(browser: Browser, name: WindowName): Promise<Page> {
  const context = await browser.newContext(windows[name]);
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  return page;
}

/** Keeps what the window shows as artifacts/<name>.png. */
export async function picture(page: Page, name: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  await page.evaluate('document.fonts.ready.then(() => undefined)');
  await page.screenshot({ path: `${folder}/${name}.png` });
}
