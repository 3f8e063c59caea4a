/** The README's second command as a stranger runs it, driven in a real browser. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { waitFor } from '../../lab/components/process.ts';
import { people } from '../../tools/slack-emulator/seed.ts';
import { chromiumPath, startChromium } from '../support/chromium.ts';

if (process.env.CI && chromiumPath === null)
  throw new Error('CI must have Chromium: nothing may be left out there');

const READY = /Ready in ([\d.]+) s: (http:\/\/127\.0\.0\.1:\d+\/)/;

describe.skipIf(chromiumPath === null)('npm run playground', () => {
  let playground: ChildProcess;
  let browser: Browser;
  let page: Page;
  let output = '';

  beforeAll(async () => {
    playground = spawn('npm', ['run', 'playground', '--', '--port', '0'], {
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    const collect = (chunk: Buffer) => {
      output += chunk.toString();
    };
    playground.stdout?.on('data', collect);
    playground.stderr?.on('data', collect);
    await waitFor(() => READY.test(output) || playground.exitCode !== null, {
      seconds: 90,
      what: 'the playground',
    });
    const url = READY.exec(output)?.[2];
    if (url === undefined) throw new Error(`the playground did not start:\n${output}`);
    browser = await startChromium();
    page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    page.setDefaultTimeout(30_000);
    await page.goto(url);
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    if (playground?.pid !== undefined && playground.exitCode === null) {
      process.kill(-playground.pid, 'SIGTERM');
      await once(playground, 'exit');
    }
  });

  const type = async (line: string): Promise<void> => {
    const box = page.locator('main .composer textarea');
    await box.fill(line);
    await box.press('Enter');
  };
  const become = (user: string) => page.getByLabel('You are').selectOption(user);
  const shot = async (name: string): Promise<void> => {
    const folder = process.env.SCREENSHOTS;
    if (folder) await page.screenshot({ path: `${folder}/${name}.png` });
  };
  const flip = async (title: string): Promise<void> => {
    await page.getByRole('button', { name: 'Demo platform' }).click();
    await page.getByRole('switch', { name: title }).click();
    await page.getByRole('switch', { name: title, checked: true }).waitFor();
    await page.locator('.demo').getByRole('button', { name: 'Close' }).click();
  };

  it('answers /aetherius health truthfully, with every part of the platform', async () => {
    await type('/aetherius health');
    const answer = page.locator('article').last();
    await answer.getByText('is healthy').waitFor();
    await shot('playground-healthy');

    const table = await answer.locator('table').innerText();
    for (const part of [
      'PostgreSQL',
      'Redis',
      'NATS',
      'Neo4j',
      'agent-manager',
      'orchestrator-service',
      'reasoning-service',
    ]) {
      expect(table).toContain(part);
    }
  });

  it('finds a fault that was switched on, and carries a fix from the button to the verdict', async () => {
    await flip('Redis is full and evicts nothing');
    await type('/aetherius health');
    const answer = page.locator('main article').last();
    await answer.getByText(/Redis/).first().waitFor();
    await answer.getByText(/repl(y|ies)/).click();
    const thread = page.locator('.thread');
    await thread.getByRole('button', { name: 'Apply fix' }).first().waitFor();
    await shot('playground-finding');
    await thread.getByRole('button', { name: 'Apply fix' }).first().click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Yes', exact: true }).click();
    await thread.getByRole('button', { name: 'Approve' }).first().waitFor();
    await shot('playground-approval');
    await become(people.approver);
    await page
      .locator('main article')
      .last()
      .getByText(/repl(y|ies)/)
      .click();
    await page.locator('.thread').getByRole('button', { name: 'Approve' }).first().click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Yes', exact: true }).click();
    await page.locator('.thread').getByText('Fixed and verified').first().waitFor();
    await shot('playground-verdict');

    expect(await page.locator('main article').last().innerText()).toContain('is repaired');
  });

  it('speaks Chinese where the channel does', async () => {
    await become(people.chinese);
    await page.getByRole('button', { name: '# incidents' }).click();
    await type('/aetherius 健康');
    const answer = page.locator('main article').last();
    await answer.locator('table').waitFor();
    await shot('playground-chinese');

    expect(await answer.locator('table').innerText()).toContain('采集 Agent');
  });
});
