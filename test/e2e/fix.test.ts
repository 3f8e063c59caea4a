import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { people, places, useStage } from '../support/slack-product.ts';
import { askForFix, askForHealth } from '../support/slack-steps.ts';

const stage = useStage();

beforeEach(() => stage.fillTarget());
afterEach(() => stage.emptyTarget());

describe('one fix, two channels', () => {
  it('R-S12: answers in the channel in which it was pressed, and the other one turns green with it', async () => {
    const product = await stage.start();
    const { control } = product.slack;
    const there = places.ops;
    const first = await askForHealth(control);
    const offer = await control.waitForMessage(
      { channel: places.incidents, threadTs: first.ts, contains: 'remediation.request' },
      { timeoutMs: 15_000 },
    );
    const { table, card } = await askForFix(control, { channel: there });

    const elsewhere = await control.waitForMessage({
      channel: places.incidents,
      where: ({ ts, text }) => ts === offer.ts && text.includes(`<#${there}>`),
    });
    await control.click({
      user: people.approver,
      channel: there,
      ts: card.ts,
      actionId: 'remediation.approve',
      confirm: true,
    });
    for (const [channel, ts] of [
      [there, table.ts],
      [places.incidents, first.ts],
    ] as const)
      await control.waitForMessage(
        { channel, where: (message) => message.ts === ts && message.text.includes('Mended at') },
        { timeoutMs: 30_000 },
      );

    expect(JSON.stringify(elsewhere.blocks)).not.toContain('remediation.request');
    expect(control.messages({ channel: places.incidents, contains: 'asks to apply' })).toEqual([]);
    expect(
      await product.database.sql("SELECT count(*)::int AS n FROM remediation_steps WHERE outcome = 'done'"),
    ).toEqual([{ n: 1 }]);
  });
});

describe('one fix, whole', () => {
  it('is asked for by one person, approved by another, done once, verified, shown green and can be undone', async () => {
    const product = await stage.start();
    const { control } = product.slack;
    const { table, card } = await askForFix(control);

    const approved = await control.click({
      user: people.approver,
      channel: places.incidents,
      ts: card.ts,
      actionId: 'remediation.approve',
      confirm: true,
    });
    await control.waitForMessage(
      { channel: places.incidents, threadTs: table.ts, contains: 'worked: asked again' },
      { timeoutMs: 30_000 },
    );
    const green = await control.waitForMessage({
      channel: places.incidents,
      where: ({ ts, text }) => ts === table.ts && text.includes('Mended at'),
    });
    const done = await control.waitForMessage({
      channel: places.incidents,
      where: ({ ts, blocks }) => ts === card.ts && JSON.stringify(blocks).includes('remediation.undo'),
    });

    expect(approved.ok).toBe(true);
    expect(green.text).toContain('large_green_circle');
    expect(done.text).toContain('Fixed and verified');
    expect(await stage.targetCall('CONFIG', 'GET', 'maxmemory-policy')).toEqual([
      'maxmemory-policy',
      'allkeys-lru',
    ]);
    expect(
      await product.database.sql("SELECT count(*)::int AS n FROM remediation_steps WHERE outcome = 'done'"),
    ).toEqual([{ n: 1 }]);
  });
});

describe('another fix than the recommended one', () => {
  it('is chosen from the menu, approved by another person, done once, and the recommended one is not', async () => {
    const product = await stage.start();
    const { control } = product.slack;
    await control.command({
      user: people.requester,
      channel: places.incidents,
      text: '/aetherius diagnose D3',
    });
    const answer = await control.waitForMessage(
      { channel: places.incidents, where: ({ blocks }) => JSON.stringify(blocks).includes('D3.a') },
      { timeoutMs: 30_000 },
    );
    const inThread = { channel: places.incidents, threadTs: answer.ts };
    const menu = await control.waitForMessage({ ...inThread, contains: 'remediation.other' });
    const choice = choicesIn(menu.blocks).find(({ text }) => text.text.includes('memory limit'));
    // The recommended one has the button of its own, and stands in no menu.
    expect(choicesIn(menu.blocks).map(({ text }) => text.text)).toEqual(['Change the memory limit of Redis']);

    const chosen = await control.choose({
      ...{ user: people.requester, channel: places.incidents, ts: menu.ts },
      ...{ actionId: 'remediation.other', choice: choice?.value ?? '' },
    });
    expect(chosen.ok).toBe(true);
    const offer = await control.waitForMessage(
      {
        ...inThread,
        where: ({ blocks }) => {
          const text = JSON.stringify(blocks);
          return text.includes('remediation.request') && text.includes('maxmemory');
        },
      },
      { timeoutMs: 15_000 },
    );
    await control.click({
      ...{ user: people.requester, channel: places.incidents, ts: offer.ts },
      ...{ actionId: 'remediation.request', confirm: true },
    });
    await control.waitForMessage({
      channel: places.incidents,
      where: ({ ts, blocks }) => ts === offer.ts && JSON.stringify(blocks).includes('remediation.approve'),
    });
    await control.click({
      ...{ user: people.approver, channel: places.incidents, ts: offer.ts },
      ...{ actionId: 'remediation.approve', confirm: true },
    });
    await control.waitForMessage({ ...inThread, contains: 'worked: asked again' }, { timeoutMs: 30_000 });

    expect(await stage.targetCall('CONFIG', 'GET', 'maxmemory')).toEqual(['maxmemory', String(1024 ** 3)]);
    expect(await stage.targetCall('CONFIG', 'GET', 'maxmemory-policy')).toEqual([
      'maxmemory-policy',
      'noeviction',
    ]);
    expect(
      await product.database.sql("SELECT count(*)::int AS n FROM remediation_steps WHERE outcome = 'done'"),
    ).toEqual([{ n: 1 }]);
    await stage.targetCall('CONFIG', 'SET', 'maxmemory', '8mb');
  });
});

interface Choice {
  readonly text: { readonly text: string };
  readonly value: string;
}

/** The entries of the menu in a message. */
function choicesIn(blocks: readonly unknown[]): readonly Choice[] {
  return blocks.flatMap((block) => {
    const { accessory } = block as { readonly accessory?: { readonly options?: readonly Choice[] } };
    return accessory?.options ?? [];
  });
}
