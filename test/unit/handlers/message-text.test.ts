import { describe, expect, it } from 'vitest';
import { messageText } from '../../../src/handlers/message-text.ts';

const read = (message: object) => messageText({ ts: '1.1', ...message });

describe('the text of a message', () => {
  it('of Alertmanager stands in its attachments', () => {
    // As prometheus/alertmanager's Slack notifier sends it: no text, one attachment.
    const { texts } = read({
      text: '',
      attachments: [
        {
          color: 'danger',
          title: '[FIRING:1] RedisMemoryHigh (redis prod)',
          title_link: 'http://alertmanager/#/alerts',
          fallback: '[FIRING:1] RedisMemoryHigh | http://alertmanager',
          text: 'redis uses 97 &gt; 95 % of its memory',
          fields: [{ title: 'severity', value: 'critical', short: true }],
        },
      ],
    });

    expect(texts).toEqual([
      '[FIRING:1] RedisMemoryHigh (redis prod)\nredis uses 97 > 95 % of its memory\nseverity: critical',
    ]);
  });

  it('is its fallback where an attachment says nothing else', () => {
    expect(read({ attachments: [{ fallback: 'nats is down' }] }).texts).toEqual(['nats is down']);
  });

  it('stands in blocks of every kind, and not twice', () => {
    const { texts } = read({
      text: 'Alert',
      blocks: [
        { type: 'header', text: { type: 'plain_text', text: 'Alert' } },
        {
          type: 'section',
          text: { type: 'mrkdwn', text: '*PostgreSQL* is slow' },
          fields: [{ type: 'mrkdwn', text: 'p99 9 s' }],
        },
        { type: 'context', elements: [{ type: 'mrkdwn', text: 'since 03:00' }] },
        {
          type: 'rich_text',
          elements: [
            {
              type: 'rich_text_section',
              elements: [
                { type: 'text', text: 'see ' },
                { type: 'link', url: 'http://run', text: 'the run' },
              ],
            },
            {
              type: 'rich_text_preformatted',
              elements: [{ type: 'text', text: 'FATAL: sorry\ntoo many clients' }],
            },
          ],
        },
        { type: 'actions', elements: [{ type: 'button', text: { type: 'plain_text', text: 'Silence' } }] },
      ],
    });

    expect(texts).toEqual([
      'Alert',
      '*PostgreSQL* is slow\np99 9 s\nsince 03:00\nsee the run\nFATAL: sorry\ntoo many clients',
    ]);
  });

  it('is said once where a person wrote it, whose blocks say the same', () => {
    const blocks = [
      {
        type: 'rich_text',
        elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text: 'a > b' }] }],
      },
    ];
    expect(read({ text: 'a &gt; b', blocks }).texts).toEqual(['a > b']);
  });

  it('names its thread and its files', () => {
    expect(read({ thread_ts: '0.9', files: [{ id: 'F1', name: 'x' }] })).toEqual({
      threadTs: '0.9',
      texts: [],
      fileIds: ['F1'],
    });
  });
});
