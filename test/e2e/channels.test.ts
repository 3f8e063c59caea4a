/** R-S7: what becomes of open requests when their channel is shared, archived, renumbered or gone. */
import { fileURLToPath } from 'node:url';
import type { Control, SlackMessage } from '@aetherius/slack-emulator';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readManifest } from '../../tools/playground/start/manifest.ts';
import { type Product, people, places, useStage } from '../support/slack-product.ts';
import { askForFix } from '../support/slack-steps.ts';

const stage = useStage();
/** With the manifest only the events that it subscribes to are sent. */
const manifest = readManifest(fileURLToPath(new URL('../../manifest.yml', import.meta.url)));
const start = (slackYaml = '') => stage.start({ emulator: { manifest }, slackYaml });
const channel = places.incidents;

beforeEach(() => stage.fillTarget());
afterEach(() => stage.emptyTarget());

const conversationWith = (control: Control, user: string): Promise<string> =>
  control.waitFor(() => {
    const opened = control.log.calls('conversations.open').find(({ args }) => args.users === user);
    return (opened?.result as { channel?: { id?: string } } | undefined)?.channel?.id;
  });
const hasButton = ({ blocks }: SlackMessage) => JSON.stringify(blocks).includes('"remediation.approve"');
const asked = async (product: Product) => {
  const rows = await product.database.sql<{ handle: string; state: string; channel: string }>(
    "SELECT handle, state, surface->>'channel' AS channel FROM remediations WHERE requested_at IS NOT NULL",
  );
  return rows[0];
};
const toldTo = async (control: Control, user: string, contains: string) =>
  control.waitForMessage({ channel: await conversationWith(control, user), contains }, { timeoutMs: 15_000 });
const approveBy = (control: Control, handle: string) =>
  control.command({
    user: people.approver,
    channel: places.ops,
    text: `/aetherius approve ${handle} because`,
  });
const soon = { timeout: 15_000 };
const policy = () => stage.targetCall('CONFIG', 'GET', 'maxmemory-policy');

describe('a request whose channel is closed', () => {
  it('is cancelled once another organisation reads it, on every copy, and decided nowhere else', async () => {
    const product = await start();
    const { control } = product.slack;
    const { card } = await askForFix(control);
    const direct = await conversationWith(control, people.approver);
    await control.waitForMessage({ channel: direct, where: hasButton });
    const handle = (await asked(product))?.handle ?? '';

    control.places.share(channel, 'T0OTHER01');

    const told = await toldTo(control, people.requester, 'was cancelled');
    expect(told.text).toContain('shared with another organisation');
    expect(told.text).toContain(handle);
    await control.waitForMessage({ channel, where: (one) => one.ts === card.ts && !hasButton(one) });
    await control.waitForMessage({
      channel: direct,
      where: (one) => one.text.includes(handle) && !hasButton(one),
    });
    await approveBy(control, handle);
    await control.waitForMessage({
      channel: places.ops,
      user: people.approver,
      where: ({ ephemeralFor }) => ephemeralFor === people.approver,
    });

    expect(await asked(product)).toMatchObject({ state: 'cancelled' });
    expect(await policy()).toEqual(['maxmemory-policy', 'noeviction']);
    const audit = await product.database.sql<{ facts: unknown }>(
      "SELECT facts FROM audit_log WHERE action = 'remediation.cancelled' AND actor = 'system' ORDER BY seq",
    );
    expect(JSON.stringify(audit.at(-1)?.facts)).toContain('place-shared');
  });

  it('moves to the fallback channel when it is archived, and is decided and proved there', async () => {
    const product = await start(`  fallbackChannel: ${places.ops}`);
    const { control } = product.slack;
    await askForFix(control);

    control.places.archive(channel, people.admin);

    const told = await toldTo(control, people.requester, 'was archived');
    expect(told.text).toContain(`<#${places.ops}>`);
    const moved = await control.waitForMessage(
      { channel: places.ops, where: hasButton },
      { timeoutMs: 15_000 },
    );
    await control.click({
      user: people.approver,
      channel: places.ops,
      ts: moved.ts,
      actionId: 'remediation.approve',
      confirm: true,
    });
    await control.waitForMessage(
      {
        channel: places.ops,
        where: ({ ts, text }) => ts === moved.ts && text.includes('Fixed and verified'),
      },
      { timeoutMs: 40_000 },
    );

    expect(await asked(product)).toMatchObject({ state: 'succeeded', channel: places.ops });
    expect(await policy()).toEqual(['maxmemory-policy', 'allkeys-lru']);
  });

  it('goes on in the same channel under another id', async () => {
    const product = await start();
    const { control } = product.slack;
    const { card } = await askForFix(control);

    control.places.renumber(channel, 'C0RENUMBR');
    await expect.poll(async () => (await asked(product))?.channel, soon).toBe('C0RENUMBR');
    await control.click({
      user: people.approver,
      channel: 'C0RENUMBR',
      ts: card.ts,
      actionId: 'remediation.approve',
      confirm: true,
    });

    await control.waitForMessage(
      {
        channel: 'C0RENUMBR',
        where: ({ ts, text }) => ts === card.ts && text.includes('Fixed and verified'),
      },
      { timeoutMs: 40_000 },
    );
  });

  for (const [what, close] of [
    ['deleted', (control: Control) => control.places.deleteChannel(channel)],
    ['removed from', (control: Control) => control.places.removeBot(channel)],
  ] as const)
    it(`is cancelled when the channel was ${what}, and who asked is told`, async () => {
      const product = await start();
      const { control } = product.slack;
      await askForFix(control);

      close(control);

      expect((await toldTo(control, people.requester, 'was cancelled')).text).toContain(what);
      expect(await asked(product)).toMatchObject({ state: 'cancelled' });
    });

  it('is cancelled when the app is removed from Slack', async () => {
    const product = await start();
    const { control } = product.slack;
    await askForFix(control);

    control.places.uninstall();

    await expect.poll(async () => (await asked(product))?.state, soon).toBe('cancelled');
    expect(await policy()).toEqual(['maxmemory-policy', 'noeviction']);
  });
});
