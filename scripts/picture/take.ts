import { renameSync } from 'node:fs';
import { people, places } from '@aetherius/slack-emulator';
import type { Page } from 'playwright-core';
import { waitFor } from '../../lab/components/process.ts';
import { startChromium } from '../../test/support/chromium.ts';
import { scene } from './scene.ts';
import { hiddenSides } from './visible.ts';

async function post(url: URL, body: unknown): Promise<unknown> {
  const answer = await fetch(url, { method: 'POST', body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${url.pathname}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

interface Message {
  readonly ts: string;
  readonly thread_ts?: string;
  readonly text: string;
  readonly blocks?: unknown;
}
interface Window {
  readonly connections: number;
  readonly channels: readonly { readonly id: string; readonly messages: readonly Message[] }[];
}

/** Answers that have ended: what stands in a thread is no answer, and one that still looks has no buttons. */
const ended = ({ ts, thread_ts: thread, blocks }: Message): boolean =>
  (thread ?? ts) === ts && JSON.stringify(blocks ?? []).includes('"type":"actions"');

/**
 * Breaks what the scene wants broken and asks. A machine that is busy makes a part slow, so that the question is
 * rehearsed elsewhere until the answer is that of the scene, and only then asked where the picture is taken.
 *
 * @throws when no answer is that of the scene
 */
async function play(url: string): Promise<void> {
  const user = people.requester;
  const control = (name: string, body: unknown) => post(new URL(`control/${name}`, url), body);
  const look = async () => (await control('snapshot', { user })) as Window;
  const answers = async (channel: string) =>
    (await look()).channels.find(({ id }) => id === channel)?.messages.filter(ended) ?? [];
  /** What is wrong with the answer; undefined when it is that of the scene. */
  const ask = async (channel: string): Promise<string | undefined> => {
    const before = (await answers(channel)).length;
    await control('command', { user, channel, text: scene.command });
    const { text, blocks } = await waitFor(async () => (await answers(channel))[before], {
      seconds: 60,
      what: 'the answer',
    });
    const healthy = Number(scene.well.exec(JSON.stringify(blocks))?.[1] ?? 0);
    if (text.includes(scene.headline) && healthy === scene.healthy) return undefined;
    return `the answer is another, with ${healthy} healthy parts: ${text}`;
  };

  await waitFor(async () => (await look()).connections > 0, { seconds: 60, what: 'the bot to connect' });
  for (const fault of scene.faults) await post(new URL(`demo/switches/${fault}`, url), { on: true });
  const rehearsals = Array.from({ length: 10 }, () => places.general);
  let wrong: string | undefined = 'never asked';
  for (const channel of rehearsals) if (wrong !== undefined) wrong = await ask(channel);
  wrong ??= await ask(places.ops);
  if (wrong !== undefined) throw new Error(wrong);
}

/** Opens the answer with its thread, and fails unless everything that the scene names is wholly to be seen. */
async function show(page: Page): Promise<void> {
  const answer = page.locator('main article').filter({ hasText: scene.headline }).last();
  const thread = page.locator('.thread');
  await answer.getByText(/repl(y|ies)/).click();
  const parts = {
    headline: answer.getByText(scene.headline).last(),
    well: answer.getByText(scene.well).last(),
    details: answer.getByRole('button', { name: 'Details' }),
    fix: thread.getByText(scene.fix).last(),
    change: thread.getByText(scene.change).last(),
    button: thread.getByRole('button', { name: scene.button }).last(),
  };
  for (const part of Object.values(parts)) await part.waitFor();
  // Neither the pointer nor the caret belongs to the picture; letters and symbols must have arrived.
  await page.mouse.move(1, 1);
  await page.evaluate('document.activeElement?.blur()');
  await page.evaluate(
    'document.fonts.ready.then(() => Promise.all([...document.images].map((image) => image.decode().catch(() => {}))))',
  );
  for (const [name, part] of Object.entries(parts)) {
    const hidden = await hiddenSides(part);
    if (hidden.length > 0) throw new Error(`the ${name} is cut off or covered: ${hidden.join(', ')}`);
  }
}

/**
 * Takes the picture of the scene from a playground that runs at `url` and has nothing broken yet.
 *
 * @throws when the page does not show what the scene says; `file` is then left as it was.
 */
export async function takePicture(url: string, file: string): Promise<void> {
  await play(url);
  const browser = await startChromium();
  try {
    const page = await browser.newPage({ viewport: scene.size, colorScheme: 'light' });
    page.setDefaultTimeout(30_000);
    await page.goto(url);
    await show(page);
    await page.screenshot({ path: `${file}.new`, type: 'png' });
    renameSync(`${file}.new`, file);
  } finally {
    await browser.close();
  }
}
