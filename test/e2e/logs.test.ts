import { describe, expect, it } from 'vitest';
import { people, places, useStage } from '../support/slack-product.ts';

const stage = useStage();
const patient = { timeoutMs: 30_000 };

describe('/aetherius logs', () => {
  it('answers in the channel, and does not call well what it could not read', async () => {
    const { slack } = await stage.start();
    await slack.control.command({
      user: people.requester,
      channel: places.incidents,
      text: '/aetherius logs redis since=10m level=error',
    });
    const answer = await slack.control.waitForMessage(
      { channel: places.incidents, where: ({ text }) => text.includes('could not be read') },
      patient,
    );

    expect(answer.text).toMatch(/^:grey_question: \*Redis\*/);
    expect(JSON.stringify(answer.blocks)).toContain('names no Kubernetes and no Compose project');
  });

  it('says that there is no such part', async () => {
    const { slack } = await stage.start();
    await slack.control.command({
      user: people.requester,
      channel: places.incidents,
      text: '/aetherius logs toaster',
    });
    const answer = await slack.control.waitForMessage(
      {
        channel: places.incidents,
        where: ({ text }) => text.includes('toaster') && text.includes('no part'),
      },
      patient,
    );

    expect(answer.text).toContain('There is no part “toaster”');
  });
});
