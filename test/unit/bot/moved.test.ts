import { expect, it } from 'vitest';
import { movedMessage } from '../../../src/bot/views/moved.view.ts';
import { wordsIn } from '../../../src/text/words.ts';
import { expectValidMessage, readableMessage } from '../../support/slack-messages.ts';

const link = 'https://x.slack.com/archives/C1/p1?thread_ts=1.1&cid=C1';

it.each([
  ['en', ':arrow_down: The answer stands in a message of its own: <LINK|open it>.'],
  ['zh-CN', ':arrow_down: 回答已另发一条消息：<LINK|打开>。'],
] as const)('leads on to an answer that stands elsewhere, without a button (R-S10): %s', (language, said) => {
  const message = movedMessage(link, wordsIn(language));

  expectValidMessage(message);
  expect(readableMessage(message)).toBe(said.replace('LINK', link.replace('&', '&amp;')));
  expect(JSON.stringify(message.blocks)).not.toContain('button');
});

it.each(['en', 'zh-CN'] as const)('says that much when Slack gives no link: %s', (language) => {
  const message = movedMessage(undefined, wordsIn(language));

  expectValidMessage(message);
  expect(readableMessage(message)).toMatch(/^:arrow_down: \S/u);
});
