import { expect, it } from 'vitest';
import { permalink } from '../../../../src/platform/slack/permalink.ts';

it.each([
  ['https://acme.slack.com/', {}, 'https://acme.slack.com/archives/C1/p1700000000000100'],
  [
    'https://acme.slack.com',
    { threadTs: '1700000000.000100' },
    'https://acme.slack.com/archives/C1/p1700000000000100',
  ],
  [
    'https://acme.slack.com/',
    { threadTs: '1600000000.000100' },
    'https://acme.slack.com/archives/C1/p1700000000000100?thread_ts=1600000000.000100&cid=C1',
  ],
])('a link to a message in %s %j', (workspace, more, link) => {
  expect(permalink(workspace, { channel: 'C1', ts: '1700000000.000100', ...more })).toBe(link);
});
