import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { people, places, useStage } from '../support/slack-product.ts';

const stage = useStage();

beforeEach(() => stage.fillTarget());
afterEach(() => stage.emptyTarget());

const shows = (text: string, ...words: readonly string[]) => words.every((word) => text.includes(word));

describe('a diagnosis in Slack', () => {
  it('names the cause of a symptom that is asked for by id, with its numbers and an offer under it', async () => {
    const { slack } = await stage.start();
    const { control } = slack;
    await control.command({
      user: people.requester,
      channel: places.incidents,
      text: '/aetherius diagnose D3',
    });
    const answer = await control.waitForMessage(
      { channel: places.incidents, where: ({ text }) => shows(text, 'D3.a') },
      { timeoutMs: 30_000 },
    );
    const offer = await control.waitForMessage({
      channel: places.incidents,
      threadTs: answer.ts,
      where: ({ blocks }) => JSON.stringify(blocks).includes('remediation.request'),
    });

    expect(JSON.stringify(answer.blocks)).toContain('noeviction');
    expect(offer.ts).not.toBe(answer.ts);
  });

  it('understands plain words in Chinese', async () => {
    const { slack } = await stage.start();
    const { control } = slack;
    await control.command({
      user: people.requester,
      channel: places.incidents,
      text: '/aetherius 诊断 redis 内存满了',
    });
    const answer = await control.waitForMessage(
      { channel: places.incidents, where: ({ text }) => shows(text, 'D3.a') },
      { timeoutMs: 30_000 },
    );

    expect(answer.text).toContain('D3.a');
  });

  it('starts from the button of a finding, in its thread', async () => {
    const { slack } = await stage.start();
    const { control } = slack;
    await control.command({ user: people.requester, channel: places.incidents, text: '/aetherius health' });
    const finding = await control.waitForMessage(
      {
        channel: places.incidents,
        where: ({ blocks, threadTs }) => threadTs !== null && JSON.stringify(blocks).includes('"diagnose"'),
      },
      { timeoutMs: 30_000 },
    );
    await control.click({
      user: people.requester,
      channel: places.incidents,
      ts: finding.ts,
      actionId: 'diagnose',
    });
    const answer = await control.waitForMessage(
      { channel: places.incidents, where: ({ text, ts }) => ts !== finding.ts && shows(text, 'D3.a') },
      { timeoutMs: 30_000 },
    );

    expect(answer.threadTs).toBe(finding.threadTs);
  });

  it('asks which symptom is meant without pinging anybody, and without a password that was typed', async () => {
    const { slack } = await stage.start();
    const { control } = slack;
    await control.command({
      user: people.requester,
      channel: places.incidents,
      text: '/aetherius diagnose &lt;!channel&gt; password=hunter2secret',
    });
    const question = await control.waitForMessage(
      {
        channel: places.incidents,
        where: ({ blocks }) => JSON.stringify(blocks).includes('"diagnose"'),
      },
      { timeoutMs: 30_000 },
    );
    const shown = `${question.text} ${JSON.stringify(question.blocks)}`;

    expect(shown).toContain('&lt;!channel&gt; password=');
    expect(shown).not.toMatch(/hunter2|<!channel>/);
  });

  it('says that no symptom fits words about something else', async () => {
    const { slack } = await stage.start();
    const { control } = slack;
    await control.command({
      user: people.requester,
      channel: places.incidents,
      text: '/aetherius diagnose lunch tomorrow',
    });
    const answer = await control.waitForMessage(
      { channel: places.incidents, contains: 'No symptom fits these words' },
      { timeoutMs: 30_000 },
    );

    expect(answer.text).toContain('name a part (`redis`)');
    expect(answer.text.match(/Reference/g)).toHaveLength(1);
  });
});
