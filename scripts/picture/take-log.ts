import { renameSync } from 'node:fs';
import { people, places } from '@aetherius/slack-emulator';
import { waitFor } from '../../lab/components/process.ts';
import { startChromium } from '../../test/support/chromium.ts';
import { incidentLog } from '../../test/support/incident-log.ts';
import { logScene } from './scene.ts';
import { hiddenSides } from './visible.ts';

/**
 * Takes the picture of an analysed log from a playground that runs at `url`.
 *
 * @throws when the page does not show what the scene says; `file` is then left as it was.
 */
export async function takeLogPicture(url: string, file: string): Promise<void> {
  const control = async (name: string, body: unknown): Promise<unknown> => {
    const answer = await fetch(new URL(`control/${name}`, url), {
      method: 'POST',
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${name}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  };
  const connected = async () =>
    ((await control('snapshot', { user: people.requester })) as { connections: number }).connections > 0;
  await waitFor(connected, { seconds: 60, what: 'the bot to connect' });
  const files = [{ name: incidentLog.name, content: incidentLog.content() }];
  await control('say', { user: people.approver, channel: places.ops, text: logScene.said, files });
  const browser = await startChromium();
  try {
    const page = await browser.newPage({ viewport: logScene.size, colorScheme: 'light' });
    page.setDefaultTimeout(30_000);
    await page.goto(url);
    const message = page.locator('main article').filter({ hasText: logScene.said }).last();
    await message.hover();
    await message.locator('.hover-bar button[aria-expanded]').click();
    await page.getByRole('menuitem', { name: logScene.shortcut }).click();
    await message.locator('.replies').click();
    const thread = page.locator('.thread');
    const picture = thread.getByRole('img', { name: logScene.headline });
    await picture.waitFor();
    await page.mouse.move(1, 1);
    await page.evaluate('document.activeElement?.blur()');
    await page.evaluate(
      'document.fonts.ready.then(() => Promise.all([...document.images].map((image) => image.decode().catch(() => {}))))',
    );
    // The whole thread is to be seen; the window is as tall as the scene makes it.
    const parts = {
      headline: thread.getByText(logScene.headline).first(),
      picture,
      button: thread.getByRole('button', { name: logScene.button }),
    };
    const shown = async (): Promise<true> => {
      for (const [name, part] of Object.entries(parts)) {
        const hidden = await hiddenSides(part);
        if (hidden.length > 0) throw new Error(`the ${name} is cut off or covered: ${hidden.join(', ')}`);
      }
      return true;
    };
    // The list scrolls a frame after the picture has its size.
    await waitFor(shown, { seconds: 30, what: 'the whole answer to be seen' });
    await page.screenshot({ path: `${file}.new`, type: 'png' });
    renameSync(`${file}.new`, file);
  } finally {
    await browser.close();
  }
}
