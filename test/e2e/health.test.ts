import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { places, useStage } from '../support/slack-product.ts';
import { askForHealth, isRoot } from '../support/slack-steps.ts';

const stage = useStage();

beforeEach(() => stage.fillTarget());
afterEach(() => stage.emptyTarget());

describe('/aetherius health', () => {
  it('fills in one table in the channel and posts the finding with its fix in the thread', async () => {
    const { slack } = await stage.start();
    const { control } = slack;

    const table = await askForHealth(control);
    const finding = await control.waitForMessage(
      { channel: places.incidents, threadTs: table.ts, contains: 'remediation.request' },
      { timeoutMs: 10_000 },
    );

    expect(control.messages({ channel: places.incidents }).filter(isRoot)).toHaveLength(1);
    expect(JSON.stringify(finding.blocks)).toContain('noeviction → allkeys-lru');
  });
});
