import { existsSync } from 'node:fs';
import type { Browser } from 'playwright-core';
import { chromium } from 'playwright-core';

const candidates = [
  process.env.CHROMIUM_PATH,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];

/** The system's Chromium, or null where there is none (Debian package `chromium`). */
export const chromiumPath: string | null =
  candidates.find((path) => path !== undefined && existsSync(path)) ?? null;

export async function startChromium(): Promise<Browser> {
  if (chromiumPath === null)
    throw new Error('no Chromium found; install the package chromium or set CHROMIUM_PATH');
  return chromium.launch({ executablePath: chromiumPath, args: ['--no-sandbox', '--disable-gpu'] });
}
