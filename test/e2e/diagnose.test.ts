import type { SlackMessage } from '@aetherius/slack-emulator';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { people, places, useStage } from '../support/slack-product.ts';

const stage = useStage();

beforeEach(() => stage.fillTarget());
afterEach(() => stage.emptyTarget());

const shows = ({ blocks }: SlackMessage, id: string) => JSON.stringify(blocks).includes(id);

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
      { channel: places.incidents, where: (message) => shows(message, 'D3.a') },
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
      { channel: places.incidents, where: (message) => shows(message, 'D3.a') },
      { timeoutMs: 30_000 },
    );

    expect(answer.text).toContain('The limit is reached');
  });

  it('is asked for in plain words without a verb, by a mention too; a misspelt verb and small talk start nothing', async () => {
    const { slack, database } = await stage.start();
    const { control } = slack;
    const asked = { user: people.requester, channel: places.incidents };
    const mention = (text: string) => control.say({ ...asked, text: `<@U0AETHBOT> ${text}` });
    await control.command({ ...asked, text: '/aetherius helth' });
    await control.waitForMessage({ ...asked, contains: 'Did you mean `/aetherius health`?' });
    await mention('thanks, that helped');
    await control.waitForMessage({ ...asked, contains: 'I do not know “thanks,”' });
    expect(await database.sql('SELECT FROM runs')).toEqual([]);

    await mention('why is the memory of redis full?');
    await control.waitForMessage(
      { channel: places.incidents, where: (message) => shows(message, 'D3.a') },
      { timeoutMs: 30_000 },
    );
    expect(await database.sql('SELECT FROM runs')).toHaveLength(1);
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
      { channel: places.incidents, where: (message) => message.ts !== finding.ts && shows(message, 'D3.a') },
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
      text: '/aetherius diagnose connection refused by &lt;!channel&gt; password=hunter2secret',
    });
    const question = await control.waitForMessage(
      { user: people.requester, channel: places.incidents, contains: '"choose"' },
      { timeoutMs: 30_000 },
    );
    expect(question.ephemeralFor).toBe(people.requester);
    const shown = `${question.text} ${JSON.stringify(question.blocks)}`;

    expect(shown).toContain('&lt;!channel&gt; password=');
    expect(shown).not.toMatch(/hunter2|<!channel>/);
  });
});
