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
        { channel, where: (message) => message.ts === ts && message.text.includes('is repaired') },
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
      { channel: places.incidents, threadTs: table.ts, contains: 'worked: the checks' },
      { timeoutMs: 30_000 },
    );
    const green = await control.waitForMessage({
      channel: places.incidents,
      where: ({ ts, text }) => ts === table.ts && text.includes('is repaired'),
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
