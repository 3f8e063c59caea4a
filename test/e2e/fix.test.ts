import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { people, places, useStage } from '../support/slack-product.ts';
import { askForFix } from '../support/slack-steps.ts';

const stage = useStage();

beforeEach(() => stage.fillTarget());
afterEach(() => stage.emptyTarget());

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
