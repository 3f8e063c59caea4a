/** R-X18 in Slack: a fix of a real Redis works, and what it repaired comes back within the hour, or does not. */

import type { SlackMessage } from '@aetherius/slack-emulator';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hourOf, workedEarlier } from '../support/hour-after.ts';
import { type Product, people, places, useStage } from '../support/slack-product.ts';
import { askForHealth } from '../support/slack-steps.ts';

const stage = useStage();
const roles = ['bot', 'worker', 'scheduler'] as const;
const back = { en: 'is back:', zh: '修复的问题又出现了' } as const;

const breakTarget = async () => {
  await stage.targetCall('CONFIG', 'SET', 'maxmemory-policy', 'noeviction');
  await stage.fillTarget();
};
beforeEach(breakTarget);
afterEach(() => stage.emptyTarget());

const start = () =>
  stage.start({
    roles,
    slackYaml: `  channels: { ${places.ops}: { environment: prod, language: zh-CN } }`,
  });

/** The eviction policy of the target is set from this channel, and works. */
async function applied({ slack: { control }, database }: Product, channel: string, health?: string) {
  const card = (actionId: string, ts?: string) =>
    control.waitForMessage(
      {
        channel,
        where: (message) =>
          (ts === undefined || message.ts === ts) && JSON.stringify(message.blocks).includes(actionId),
      },
      { timeoutMs: 60_000 },
    );
  const press = ({ ts }: SlackMessage, user: string, actionId: string) =>
    control.click({ user, channel, ts, actionId, confirm: true });
  if (health === undefined) await askForHealth(control);
  else await control.command({ user: people.requester, channel, text: health });
  const offer = await card('remediation.request');
  await press(offer, people.requester, 'remediation.request');
  await press(await card('remediation.approve', offer.ts), people.approver, 'remediation.approve');
  await card('remediation.undo', offer.ts);
  expect(await stage.targetCall('CONFIG', 'GET', 'maxmemory-policy')).toContain('allkeys-lru');
  const [fix] = await database.sql<{ id: string; handle: string; outcome: { again?: string } }>(
    "SELECT id, handle, outcome FROM remediations WHERE state = 'succeeded' ORDER BY proposed_at DESC LIMIT 1",
  );
  if (fix === undefined) throw new Error('no fix has worked');
  return { ...fix, thread: offer.threadTs ?? offer.ts };
}

type Hour = NonNullable<Awaited<ReturnType<typeof hourOf>>>;

/** So many minutes pass, and a worker has looked by then: it has seen this, or plans to look again that long after the fix. */
async function looked(
  { database }: Product,
  { id }: { readonly id: string },
  minutes: number,
  is: Partial<Hour> | { readonly next: number | undefined },
): Promise<void> {
  await workedEarlier(database, id, minutes);
  const seen = async () => {
    const hour = await hourOf(database, id);
    const [fix] = await database.sql<{ at: Date }>(
      'SELECT finished_at AS at FROM remediations WHERE id = $1',
      [id],
    );
    const next =
      hour?.due === undefined || fix === undefined
        ? undefined
        : Math.round((Date.parse(hour.due) - fix.at.getTime()) / 60_000);
    return { ...hour, next };
  };
  await expect.poll(seen, { timeout: 60_000 }).toMatchObject(is);
}

const said = ({ slack: { control } }: Product, channel: string, text: string) =>
  control.messages({ channel, where: ({ blocks }) => JSON.stringify(blocks).includes(text) });

describe('the hour after a fix in Slack', () => {
  it('R-X18: what a fix repaired and is back is one message in its thread that mentions whoever applied it, in their language', async () => {
    const product = await start();
    const { control } = product.slack;
    const fix = await applied(product, places.incidents);
    expect(fix.outcome.again).toBe('gone');

    await looked(product, fix, 5, { next: 20 });
    await breakTarget();
    await looked(product, fix, 15, { back: 'cause' });
    expect(said(product, places.incidents, back.en)).toEqual([]);
    await product.add('worker', {}, ['prod']);
    await looked(product, fix, 2, { next: undefined });

    const message = await control.waitForMessage(
      { channel: places.incidents, where: ({ blocks }) => JSON.stringify(blocks).includes(back.en) },
      { timeoutMs: 30_000 },
    );
    expect(message.threadTs).toBe(fix.thread);
    const text = JSON.stringify(message.blocks);
    expect(text).toContain(`<@${people.requester}>`);
    expect(text).not.toContain(`<@${people.approver}>`);
    expect(text).toContain(fix.handle);
    expect(text).toContain('two looks since have found the cause again');
    expect(text).toContain('noeviction');
    expect(text).not.toContain('remediation.');

    // It changed nothing; a fix that is asked for anew ends the hour of the first one, and is told in its own language.
    expect(await stage.targetCall('CONFIG', 'GET', 'maxmemory-policy')).toContain('noeviction');
    const other = await applied(product, places.ops, '/aetherius health');
    await breakTarget();
    await looked(product, other, 5, { back: 'cause' });
    await looked(product, other, 2, { next: undefined });
    const chinese = await control.waitForMessage(
      { channel: places.ops, where: ({ blocks }) => JSON.stringify(blocks).includes(back.zh) },
      { timeoutMs: 30_000 },
    );
    expect(chinese.threadTs).toBe(other.thread);
    expect(JSON.stringify(chinese.blocks)).toContain(`<@${people.requester}>`);
    expect(said(product, places.incidents, back.en)).toHaveLength(1);
    expect(said(product, places.ops, back.zh)).toHaveLength(1);
  }, 400_000);

  it('R-X18: a fix that lasts is looked at three times, and nothing is said', async () => {
    const product = await start();
    const fix = await applied(product, places.incidents);
    const before = product.slack.control.messages({ channel: places.incidents }).length;

    await looked(product, fix, 5, { next: 20 });
    await looked(product, fix, 15, { next: 60 });
    await looked(product, fix, 40, { next: undefined });

    expect(await hourOf(product.database, fix.id)).toEqual({ turn: 3, gone: true });
    expect(said(product, places.incidents, back.en)).toEqual([]);
    expect(product.slack.control.messages({ channel: places.incidents })).toHaveLength(before);
  }, 300_000);
});
