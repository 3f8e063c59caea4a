import { describe, expect, it } from 'vitest';
import { people, places } from '../src/seed.ts';
import type { AppManifest } from '../src/types.ts';
import { type Bench, createBench } from './support.ts';

const manifest: AppManifest = {
  features: {
    slash_commands: [{ command: '/aetherius' }],
    shortcuts: [{ name: 'Diagnose this message', type: 'message', callback_id: 'diagnose' }],
  },
  settings: { event_subscriptions: { bot_events: ['app_mention'] } },
};
const type = (bench: Bench, text: string, more: { user?: string; threadTs?: string } = {}) =>
  bench.control.type({ user: people.requester, channel: places.ops, text, ...more });
/** Texts of the channel as one person sees them. */
const seen = (bench: Bench, user: string = people.requester) =>
  bench.control.visible(user, places.ops).map(({ text }) => text);

describe('Slackbot', () => {
  it('says that a command does not exist, to the one who typed it alone', async () => {
    const bench = createBench({ manifest });

    const result = await type(bench, '/unknown please');

    expect(result).toMatchObject({ ok: false, error: 'not_a_valid_command' });
    expect(seen(bench)).toEqual([
      '`/unknown` is not a valid command. In Slack, all messages that start with the “/” character are interpreted as commands. If you meant to send a message and not run a command, try preceding the “/” with an empty space.',
    ]);
    expect(seen(bench, people.approver)).toEqual([]);
  });

  it('says it in Chinese to a Chinese reader', async () => {
    const bench = createBench({ manifest });

    await type(bench, '/unknown', { user: people.chinese });

    expect(seen(bench, people.chinese)[0]).toContain('`/unknown` 不是有效的命令');
  });

  it('lets a line with a space before the slash be a message', async () => {
    const bench = createBench({ manifest });

    expect(await type(bench, ' /unknown')).toMatchObject({ ok: true });
    expect(seen(bench)).toEqual(['/unknown']);
  });

  it('says nothing of an ordinary message, as Slack does', async () => {
    const bench = createBench({ manifest });

    await type(bench, 'health');

    expect(seen(bench)).toEqual(['health']);
  });

  describe('as a coach', () => {
    it('says that the app does not read a message, and what it reads', async () => {
      const bench = createBench({ manifest, coach: true });

      await type(bench, 'health');

      expect(seen(bench)).toEqual([
        'health',
        'aetherius does not read this message. Type `/aetherius help`, or mention @aetherius. To let it look at the message, choose “Diagnose this message” in the message’s menu (⋮).',
      ]);
      expect(seen(bench, people.approver)).toEqual(['health']);
    });

    it('says it in the thread where the message is', async () => {
      const bench = createBench({ manifest, coach: true });
      const { ts } = await type(bench, 'an incident');

      await type(bench, 'and now?', { threadTs: ts ?? '' });

      const replies = bench.control
        .visible(people.requester, places.ops)
        .filter(({ thread_ts, ts: own }) => thread_ts === ts && own !== ts);
      expect(replies.map(({ text }) => String(text).slice(0, 30))).toEqual([
        'and now?',
        'aetherius does not read this m',
      ]);
    });

    it('says nothing where the app is told of messages', async () => {
      const bench = createBench({
        manifest: { ...manifest, settings: { event_subscriptions: { bot_events: ['message.channels'] } } },
        coach: true,
      });

      await type(bench, 'health');

      expect(seen(bench)).toEqual(['health']);
    });
  });
});
