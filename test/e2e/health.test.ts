import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { people, places, useStage } from '../support/slack-product.ts';

const stage = useStage();

beforeEach(() => stage.fillTarget());
afterEach(() => stage.emptyTarget());

describe('/aetherius health', () => {
  it('fills in one table in the channel and posts the finding with its fix in the thread', async () => {
    const { slack } = await stage.start();
    const { control } = slack;

    const typed = await control.command({
      user: people.requester,
      channel: places.incidents,
      text: '/aetherius health prod',
    });
    const table = await control.waitForMessage(
      { channel: places.incidents, where: ({ text }) => text.includes('circle') },
      { timeoutMs: 10_000 },
    );
    const finding = await control.waitForMessage(
      { channel: places.incidents, threadTs: table.ts, contains: 'remediation.request' },
      { timeoutMs: 10_000 },
    );

    expect(typed.ok).toBe(true);
    expect(control.messages({ channel: places.incidents }).filter(({ threadTs, ts }) => threadTs === null || threadTs === ts)).toHaveLength(1);
    expect(JSON.stringify(finding.blocks)).toContain('noeviction → allkeys-lru');
  });
});
