/** The README's second command as a stranger runs it, driven in a real browser. */
import { fileURLToPath } from 'node:url';
import { people } from '@aetherius/slack-emulator';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readManifest } from '../../tools/playground/start/manifest.ts';
import { chromiumPath, startChromium } from '../support/chromium.ts';
import { openWindow, picture, type WindowName } from '../support/pictures.ts';
import { type Playground, paste, startPlayground } from '../support/playground.ts';

if (process.env.CI && chromiumPath === null)
  throw new Error('CI must have Chromium: nothing may be left out there');

/** How long a condition is waited for on a machine that does other things too. */
const soon = { timeout: 10_000 };

const manifest = readManifest(fileURLToPath(new URL('../../manifest.yml', import.meta.url)));

describe.skipIf(chromiumPath === null)('npm run playground', () => {
  let playground: Playground;
  let browser: Browser;
  let page: Page;
  let url: string;

  beforeAll(async () => {
    playground = startPlayground(['--', '--port', '0'], { command: ['npm', 'run', 'playground'] });
    url = (await playground.waitForLine(/Ready in [\d.]+ s: (http:\/\/127\.0\.0\.1:\d+\/)/, 150))[1] ?? '';
    browser = await startChromium();
    page = await newWindow('desktop');
  }, 180_000);

  afterAll(async () => {
    await browser?.close();
    await playground?.dispose();
  });

  const newWindow = async (name: WindowName): Promise<Page> => {
    const opened = await openWindow(browser, name);
    opened.setDefaultTimeout(30_000);
    await opened.goto(url);
    await opened.locator('main .composer textarea').waitFor();
    return opened;
  };
  const type = async (line: string): Promise<void> => {
    const box = page.locator('main .composer textarea');
    await box.fill(line);
    await box.press('Enter');
  };
  const become = (user: string) => page.getByLabel('You are').selectOption(user);
  const shot = (name: string): Promise<void> => picture(page, `playground-${name}`);
  const panel = () => page.locator('.demo');
  const switchOf = (title: string) => panel().getByRole('switch', { name: title });
  const openPanel = () => page.getByRole('button', { name: 'Demo platform' }).click();
  const closePanel = () => panel().getByRole('button', { name: 'Close' }).click();
  const flip = async (title: string, on: boolean): Promise<void> => {
    await openPanel();
    await switchOf(title).click();
    await panel().getByRole('switch', { name: title, checked: on }).waitFor();
    await closePanel();
  };
  /** The answer to a command, when all of it is there. */
  const answered = async (inPage: Page, ask: () => Promise<void>): Promise<Locator> => {
    // What only one person sees comes and goes with who is in the window.
    const articles = inPage.locator('main article:not(.ephemeral)');
    const newest = async () =>
      Math.max(0, ...(await articles.evaluateAll((all) => all.map((one) => Number(one.dataset.ts)))));
    const before = await newest();
    await ask();
    await expect.poll(newest, { timeout: 30_000 }).toBeGreaterThan(before);
    const answer = articles.last();
    await answer
      .getByRole('button')
      .filter({ hasText: /Details|详情/ })
      .waitFor();
    return answer;
  };
  const openThreadOf = async (answer: Locator): Promise<void> => {
    await answer.getByText(/repl(y|ies)/).click();
  };
  const confirm = (inPage: Page) =>
    inPage.getByRole('alertdialog').getByRole('button', { name: 'Yes', exact: true }).click();
  /** Requested by who is in the window now, approved by the second person, to the verdict. */
  const carryThrough = async (inPage: Page, becomeSecond: () => Promise<unknown>): Promise<void> => {
    const thread = inPage.locator('.thread');
    await thread.getByRole('button', { name: 'Apply fix' }).last().click();
    await confirm(inPage);
    await thread.getByRole('button', { name: 'Approve' }).last().waitFor();
    await becomeSecond();
    await thread.getByRole('button', { name: 'Approve' }).last().click();
    await confirm(inPage);
    await thread.getByText('Fixed and verified').last().waitFor();
  };

  it('prints a line a step with its time, then the address', async () => {
    await playground.waitForLine(/Ctrl-C/, 10);
    const lines = playground.output().split('\n');
    const steps = lines.filter((line) => /^ +\d+\.\d s {2}\S.* \(took \d+\.\d s\)$/.test(line));
    const times = steps.map((line) => Number(/[\d.]+/.exec(line)?.[0]));

    for (const what of [
      'PostgreSQL of the bot',
      'Redis of the bot',
      'demo platform',
      'page',
      'bot is connected',
    ])
      expect(steps.join('\n')).toContain(what);
    // A complaint of the bot in its first lines is the first thing that a stranger reads.
    expect(lines.filter((line) => /"level":"(?:warn|error|fatal)"/.test(line))).toEqual([]);
    expect(times).toEqual([...times].sort((left, right) => left - right));
    expect(lines.findIndex((line) => line.startsWith('Ready in'))).toBeGreaterThan(
      lines.indexOf(steps.at(-1) ?? ''),
    );
  });

  it('prints a line that runs the command line against it when it is pasted', async () => {
    const [line] = await playground.waitForLine(/(?<=in a second terminal, type:\n).*$/m, 10);
    const script = /sh (\S+) health/.exec(line)?.[1] ?? '';
    let out = '';
    // On a machine that does much else a probe may run out of time at first.
    await expect
      .poll(
        async () => {
          const answer = await paste(line);
          out = answer.out;
          return answer;
        },
        { timeout: 60_000 },
      )
      .toEqual({ exit: 0, out: expect.stringMatching(/^demo: healthy/), err: '' });
    for (const part of ['PostgreSQL', 'Redis', 'Neo4j', 'agent-manager', 'collect agents'])
      expect(out).toMatch(new RegExp(`^up +${part}`, 'm'));
    const nobody = await paste(`sh ${script} approvals`);
    expect(nobody).toMatchObject({ exit: 64, out: '', err: expect.stringContaining('/aetherius token') });
  });

  it('offers the commands and shortcuts of manifest.yml, and answers what it does not know', async () => {
    const { slash_commands: commands = [], shortcuts = [] } = manifest.features ?? {};
    const box = page.locator('main .composer textarea');
    await box.fill('/');
    await page.getByRole('listbox').getByRole('option').first().waitFor();
    const completions = await page.getByRole('listbox').innerText();
    await box.fill('');
    await page.getByRole('button', { name: 'Shortcuts' }).click();
    const globals = await page.getByRole('menuitem').locator('strong').allInnerTexts();
    await page.getByRole('button', { name: 'Shortcuts' }).click();
    await type('/unknown');
    await page.getByText('/unknown is not a valid command').waitFor();
    await type('how are you?');
    await page.getByText('aetherius does not read this message').waitFor();
    await shot('unknown');

    for (const { command, usage_hint } of commands) {
      expect(completions).toContain(command);
      expect(completions).toContain(usage_hint);
    }
    expect(globals).toEqual(shortcuts.filter(({ type: kind }) => kind === 'global').map(({ name }) => name));
  });

  it('answers /aetherius health truthfully, with every part of the platform', async () => {
    const answer = await answered(page, () => type('/aetherius health'));
    await answer.getByText('is healthy').waitFor();
    await shot('healthy');

    const said = await answer.innerText();
    for (const part of [
      'PostgreSQL',
      'Redis',
      'NATS',
      'Neo4j',
      'agent-manager',
      'orchestrator-service',
      'reasoning-service',
    ]) {
      expect(said).toContain(part);
    }
  });

  it('finds a fault that was switched on, and carries a fix from the button to the verdict', async () => {
    await flip('Redis is full and evicts nothing', true);
    const answer = await answered(page, () => type('/aetherius health'));
    await answer.getByText(/Redis/).first().waitFor();
    await openThreadOf(answer);
    await page.locator('.thread').getByRole('button', { name: 'Apply fix' }).first().waitFor();
    await shot('finding');
    await carryThrough(page, () => become(people.approver));
    await shot('verdict');

    expect(await page.locator('main article').last().innerText()).toContain('Mended at');
    // The switch follows what the fix did, and gives back what it took.
    await openPanel();
    await expect.poll(() => switchOf('Redis is full and evicts nothing').isChecked(), soon).toBe(false);
    await closePanel();
    await become(people.requester);
  });

  it('promises to end four leaked sessions, and ends them', async () => {
    const title = 'Four sessions are idle in transaction';
    await flip(title, true);
    await openPanel();
    await panel()
      .getByText(/To be seen in \d+ s\./)
      .waitFor();
    await shot('leaked-waiting');
    await panel().getByText('Old enough to be seen.').waitFor({ timeout: 60_000 });
    await closePanel();
    const answer = await answered(page, () => type('/aetherius health'));
    expect(await answer.innerText()).toMatch(/PostgreSQL is degraded: 4 sessions of report-job/);
    await openThreadOf(answer);
    await page.locator('.thread').getByText('End leaked database sessions').first().waitFor();
    await shot('leaked-finding');
    await carryThrough(page, () => become(people.approver));
    await shot('leaked-verdict');
    await become(people.requester);

    const again = await answered(page, () => type('/aetherius health'));
    expect(await again.innerText()).not.toMatch(/sessions|idle in transaction/);
    await openPanel();
    await expect.poll(() => switchOf(title).isChecked(), soon).toBe(false);
    await closePanel();
  }, 180_000);

  it('begins a slow fix when two others have approved it, shows how far it is, and stops it', async () => {
    await flip('PostgreSQL keeps events of months', true);
    await type('/aetherius fix postgres.delete-old-rows');
    const card = page
      .locator('main article', { has: page.getByRole('button', { name: 'Apply fix' }) })
      .last();
    await card.getByRole('button', { name: 'Apply fix' }).click();
    await confirm(page);
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('textbox').last().fill('events of months are in the way');
    await dialog.locator('button[type=submit]').click();
    await dialog.waitFor({ state: 'detached' });
    for (const person of [people.approver, people.chinese]) {
      await become(person);
      await page.locator('main').getByRole('button', { name: 'Approve' }).last().click();
      await confirm(page);
    }
    await page.locator('main').getByRole('button', { name: 'Stop' }).last().click();
    await shot('slow-fix');
    await confirm(page);
    // The page of the third person is in Chinese.
    await page.getByLabel('你的身份').selectOption(people.requester);
    await openThreadOf(page.locator('main article:not(.ephemeral)').last());
    await page
      .locator('.thread')
      .getByText(/was stopped after/)
      .first()
      .waitFor();
    await flip('PostgreSQL keeps events of months', false);
  }, 120_000);

  it('carries a newcomer through the first minute on a phone', async () => {
    const phone = await newWindow('phone');
    const guide = phone.getByRole('region', { name: 'The first minute' });
    await answered(phone, () => guide.getByRole('button', { name: '/aetherius health' }).click());
    await guide.getByRole('switch').click();
    await guide.getByRole('switch', { checked: true }).waitFor();
    const broken = await answered(phone, () =>
      guide.getByRole('button', { name: '/aetherius health' }).click(),
    );
    await picture(phone, 'playground-phone-broken');
    expect((await broken.boundingBox())?.height).toBeLessThanOrEqual(500);
    await openThreadOf(broken);
    await phone.locator('.thread').getByRole('button', { name: 'Apply fix' }).waitFor();
    await picture(phone, 'playground-phone-finding');
    await carryThrough(phone, () =>
      phone.locator('.thread').getByLabel('Act as').selectOption(people.approver),
    );
    await picture(phone, 'playground-phone-verdict');
    await phone.getByRole('button', { name: 'Close thread' }).click();

    await expect.poll(() => guide.locator('li.done').count(), soon).toBe(3);
    await phone.context().close();
  });

  it('speaks Chinese where the channel does', async () => {
    await become(people.chinese);
    await page.getByRole('button', { name: '# incidents' }).click();
    const answer = await answered(page, () => type('/aetherius 健康'));
    await shot('chinese');

    expect(await answer.innerText()).toContain('采集 Agent');
  });

  it('ends with Ctrl-C, and leaves no process and no folder behind', async () => {
    expect(playground.leftovers()).not.toEqual([]);
    playground.signal('SIGINT', 'group');
    await playground.exited;

    expect(playground.leftovers()).toEqual([]);
    expect(playground.output().trimEnd()).toMatch(/Stopping…$/);
  });
});
