import { describe, expect, it } from 'vitest';
import { defaultTokens } from '../src/core.ts';
import { defaultApp, groups, people, places } from '../src/seed.ts';
import { createBench } from './support.ts';

const blocks = [{ type: 'section', text: { type: 'mrkdwn', text: 'hello' } }];

describe('tokens and scopes', () => {
  it('refuses a call without a token, with a foreign one, and with one of the other kind', async () => {
    const { raw } = createBench();

    expect((await raw('auth.test', null)).body).toEqual({ ok: false, error: 'not_authed' });
    expect((await raw('auth.test', 'xoxb-nobody')).body).toEqual({ ok: false, error: 'invalid_auth' });
    expect((await raw('chat.postMessage', defaultTokens.app)).body).toMatchObject({
      error: 'not_allowed_token_type',
    });
    expect((await raw('apps.connections.open', defaultTokens.bot)).body).toMatchObject({
      error: 'not_allowed_token_type',
    });
  });

  it.each(['token_revoked', 'account_inactive', 'token_expired'] as const)(
    'says %s once that is so',
    async (status) => {
      const { api, control } = createBench();
      control.setToken('bot', status);

      expect(await api('auth.test')).toEqual({ ok: false, error: status });
    },
  );

  it('asks for the scopes of the manifest and names the missing one', async () => {
    const { api, raw } = createBench({ manifest: { oauth_config: { scopes: { bot: ['chat:write'] } } } });

    expect(await api('users.info', { user: people.requester })).toEqual({
      ok: false,
      error: 'missing_scope',
      needed: 'users:read',
      provided: 'chat:write',
    });
    expect((await raw('auth.test', defaultTokens.bot)).headers).toEqual({ 'x-oauth-scopes': 'chat:write' });
  });

  it('does not know a method that Slack does not know', async () => {
    const { api } = createBench();

    expect(await api('chat.shout')).toMatchObject({ ok: false, error: 'unknown_method' });
  });
});

describe('where a message may go', () => {
  it.each([
    ['a channel nobody made', 'C0NOWHERE', 'channel_not_found'],
    ['a public channel without the bot', places.withoutBot, 'not_in_channel'],
    ['an archived channel', places.archived, 'is_archived'],
  ])('refuses %s', async (_name, channel, error) => {
    const { api } = createBench();

    expect(await api('chat.postMessage', { channel, text: 'x' })).toEqual({ ok: false, error });
  });

  it('hides private channels the bot is not in, and keeps read-only ones shut', async () => {
    const { api, control } = createBench();
    control.leave(places.private, control.world.app.botUserId);
    control.updateChannel(places.general, { isReadOnly: true });

    expect(await api('chat.postMessage', { channel: places.private, text: 'x' })).toMatchObject({
      error: 'channel_not_found',
    });
    expect(await api('chat.postMessage', { channel: places.general, text: 'x' })).toMatchObject({
      error: 'restricted_action_read_only_channel',
    });
  });

  it('opens a direct message for a user id', async () => {
    const { api } = createBench();

    const posted = await api('chat.postMessage', { channel: people.requester, text: 'psst' });

    expect(posted).toMatchObject({ ok: true, channel: expect.stringMatching(/^D/) });
  });

  it('refuses a thread that does not exist', async () => {
    const { api } = createBench();

    expect(
      await api('chat.postMessage', { channel: places.ops, text: 'x', thread_ts: '1.000001' }),
    ).toMatchObject({
      error: 'thread_not_found',
    });
  });
});

describe('messages', () => {
  it('gives every message its own, growing timestamp, also within one millisecond', async () => {
    const { api } = createBench();

    const first = await api('chat.postMessage', { channel: places.ops, text: 'a' });
    const second = await api('chat.postMessage', { channel: places.ops, text: 'b' });

    expect(Number(second.ts)).toBeGreaterThan(Number(first.ts));
    expect(first.ts).toMatch(/^\d{10}\.\d{6}$/);
  });

  it('refuses invalid blocks with the place of the fault', async () => {
    const { api } = createBench();

    const answer = await api('chat.postMessage', {
      channel: places.ops,
      text: 'x',
      blocks: JSON.stringify([{ type: 'header', text: { type: 'plain_text', text: 'x'.repeat(151) } }]),
    });

    expect(answer).toEqual({
      ok: false,
      error: 'invalid_blocks',
      errors: ['must be less than 151 characters [json-pointer:/blocks/0/text/text]'],
      response_metadata: {
        messages: ['[ERROR] must be less than 151 characters [json-pointer:/blocks/0/text/text]'],
      },
    });
  });

  it('refuses blocks that are not JSON', async () => {
    const { api } = createBench();

    expect(await api('chat.postMessage', { channel: places.ops, text: 'x', blocks: '[{' })).toMatchObject({
      error: 'invalid_blocks_format',
    });
  });

  it('warns about a missing text', async () => {
    const { api } = createBench();

    expect(await api('chat.postMessage', { channel: places.ops, blocks })).toMatchObject({
      ok: true,
      warning: 'missing_text_in_message',
    });
  });

  it('cuts a post at 40,000 characters but refuses an edit of more than 4,000 (R-SLACK19)', async () => {
    const { api, control } = createBench();

    const posted = await api('chat.postMessage', { channel: places.ops, text: 'x'.repeat(40_001) });
    const edited = await api('chat.update', { channel: places.ops, ts: posted.ts, text: 'x'.repeat(4001) });

    expect(control.lastMessage()?.text).toHaveLength(40_000);
    expect(edited).toMatchObject({ error: 'msg_too_long' });
  });

  it('drops the blocks when an edit has a text only, keeps them when it has neither (R-SLACK18)', async () => {
    const { api, control } = createBench();
    const { ts } = await api('chat.postMessage', { channel: places.ops, text: 'x', blocks });

    await api('chat.update', { channel: places.ops, ts, metadata: { event_type: 'e', event_payload: {} } });
    const kept = control.lastMessage()?.blocks.length;
    await api('chat.update', { channel: places.ops, ts, text: 'y' });

    expect(kept).toBe(1);
    expect(control.lastMessage()).toMatchObject({ text: 'y', blocks: [], metadata: { event_type: 'e' } });
  });

  it('edits only what the app itself posted, and nothing ephemeral or gone (R-SLACK21)', async () => {
    const { api, control } = createBench();
    const said = await control.say({ user: people.requester, channel: places.ops, text: 'mine' });
    const hidden = await api('chat.postEphemeral', {
      channel: places.ops,
      user: people.requester,
      text: 'psst',
    });

    expect(await api('chat.update', { channel: places.ops, ts: said.ts, text: 'x' })).toMatchObject({
      error: 'cant_update_message',
    });
    expect(await api('chat.update', { channel: places.ops, ts: hidden.message_ts, text: 'x' })).toMatchObject(
      {
        error: 'message_not_found',
      },
    );
    expect(await api('chat.delete', { channel: places.ops, ts: '1.000001' })).toMatchObject({
      error: 'message_not_found',
    });
  });

  it('shows an ephemeral message to one person in the channel, in no history', async () => {
    const { api, control } = createBench();
    await api('chat.postEphemeral', { channel: places.ops, user: people.requester, text: 'psst' });

    const history = await api('conversations.history', { channel: places.ops });

    expect(history.messages).toEqual([]);
    expect(control.visible(people.requester, places.ops)).toMatchObject([{ text: 'psst', ephemeral: true }]);
    expect(control.visible(people.approver, places.ops)).toEqual([]);
    expect(
      await api('chat.postEphemeral', { channel: places.ops, user: people.stranger, text: 'x' }),
    ).toMatchObject({
      error: 'user_not_in_channel',
    });
  });

  it('gives history newest first, threads oldest first, metadata only on request', async () => {
    const { api } = createBench();
    const { ts } = await api('chat.postMessage', {
      channel: places.ops,
      text: 'parent',
      metadata: JSON.stringify({ event_type: 'outbox', event_payload: { id: '7' } }),
    });
    await api('chat.postMessage', { channel: places.ops, text: 'reply', thread_ts: ts });
    await api('chat.postMessage', { channel: places.ops, text: 'later' });

    const history = await api('conversations.history', { channel: places.ops });
    const withMetadata = await api('conversations.history', {
      channel: places.ops,
      include_all_metadata: true,
    });
    const replies = await api('conversations.replies', { channel: places.ops, ts });

    expect(history.messages).toMatchObject([{ text: 'later' }, { text: 'parent', reply_count: 1 }]);
    expect(history.messages).not.toMatchObject([{}, { metadata: {} }]);
    expect(withMetadata.messages).toMatchObject([{}, { metadata: { event_payload: { id: '7' } } }]);
    expect(replies.messages).toMatchObject([{ text: 'parent' }, { text: 'reply', thread_ts: ts }]);
  });

  it('pages through a long history', async () => {
    const { api } = createBench();
    for (const text of ['a', 'b', 'c']) await api('chat.postMessage', { channel: places.ops, text });

    const first = await api('conversations.history', { channel: places.ops, limit: 2 });
    const cursor = (first.response_metadata as { next_cursor: string }).next_cursor;
    const second = await api('conversations.history', { channel: places.ops, limit: 2, cursor });

    expect(first).toMatchObject({ has_more: true, messages: [{ text: 'c' }, { text: 'b' }] });
    expect(second).toMatchObject({ has_more: false, messages: [{ text: 'a' }] });
  });

  it('leaves a tombstone where a deleted message has replies', async () => {
    const { api } = createBench();
    const { ts } = await api('chat.postMessage', { channel: places.ops, text: 'parent' });
    await api('chat.postMessage', { channel: places.ops, text: 'reply', thread_ts: ts });

    await api('chat.delete', { channel: places.ops, ts });

    expect((await api('conversations.history', { channel: places.ops })).messages).toMatchObject([
      { subtype: 'tombstone' },
    ]);
  });

  it('refuses metadata without its two fields', async () => {
    const { api } = createBench();

    expect(
      await api('chat.postMessage', { channel: places.ops, text: 'x', metadata: '{"event_type":"e"}' }),
    ).toMatchObject({
      error: 'invalid_metadata_schema',
    });
  });
});

describe('people', () => {
  it('gives the locale only when asked (R-SLACK25)', async () => {
    const { api } = createBench();

    expect(await api('users.info', { user: people.chinese })).not.toHaveProperty('user.locale');
    expect(await api('users.info', { user: people.chinese, include_locale: true })).toMatchObject({
      user: { locale: 'zh-CN' },
    });
    expect(await api('users.info', { user: 'U0NOBODY' })).toMatchObject({ error: 'user_not_found' });
  });

  it('tells a bot which app it belongs to, and knows no other bot', async () => {
    const { api } = createBench();
    const { appId, botId } = defaultApp;

    expect(await api('bots.info', { bot: botId })).toMatchObject({ bot: { id: botId, app_id: appId } });
    expect(await api('bots.info', { bot: 'B0NOBODY' })).toMatchObject({ error: 'bot_not_found' });
  });

  it('marks guests, strangers and the deactivated', async () => {
    const { api } = createBench();

    expect(await api('users.info', { user: people.guest })).toMatchObject({ user: { is_restricted: true } });
    expect(await api('users.info', { user: people.stranger })).toMatchObject({
      user: { is_stranger: true, team_id: 'T0PARTNER' },
    });
    expect(await api('users.info', { user: people.deactivated })).toMatchObject({ user: { deleted: true } });
  });

  it('lists the members of a usergroup and does not know others', async () => {
    const { api, control } = createBench();

    expect(await api('usergroups.users.list', { usergroup: groups.sre })).toMatchObject({
      users: [people.approver, people.admin],
    });
    expect(await api('usergroups.users.list', { usergroup: 'S0' })).toMatchObject({
      error: 'no_such_subteam',
    });
    control.setUsergroup({ id: groups.sre, handle: 'sre', users: [people.admin] });
    expect(await api('usergroups.users.list', { usergroup: groups.sre })).toMatchObject({
      users: [people.admin],
    });
  });
});

describe('marks', () => {
  it('reacts, pins and bookmarks once', async () => {
    const { api } = createBench();
    const { ts } = await api('chat.postMessage', { channel: places.ops, text: 'x' });
    const at = { channel: places.ops, timestamp: ts };
    const link = { channel_id: places.ops, title: 'Docs', type: 'link', link: 'https://example.test' };

    expect(await api('reactions.add', { ...at, name: 'fire' })).toEqual({ ok: true });
    expect(await api('reactions.add', { ...at, name: 'fire' })).toMatchObject({ error: 'already_reacted' });
    expect(await api('reactions.remove', { ...at, name: 'eyes' })).toMatchObject({ error: 'no_reaction' });
    expect(await api('pins.add', at)).toEqual({ ok: true });
    expect(await api('pins.add', at)).toMatchObject({ error: 'already_pinned' });
    expect(await api('bookmarks.add', { ...link, link: 'nowhere' })).toMatchObject({ error: 'invalid_link' });
    expect(await api('bookmarks.add', link)).toMatchObject({ ok: true });
    expect(await api('bookmarks.list', { channel_id: places.ops })).toMatchObject({
      bookmarks: [{ title: 'Docs' }],
    });
  });
});

describe('views', () => {
  const modal = (more = {}) => ({
    type: 'modal',
    title: { type: 'plain_text', text: 'T' },
    blocks: [],
    ...more,
  });

  async function trigger(bench: ReturnType<typeof createBench>): Promise<string> {
    const waiting = bench.control.command({
      user: people.requester,
      channel: places.ops,
      text: '/aetherius health',
    });
    return (await waiting).triggerId ?? '';
  }

  it('opens a modal with a trigger_id once, within three seconds (R-SLACK14)', async () => {
    const bench = createBench();
    const id = await trigger(bench);
    const late = await trigger(bench);

    expect(await bench.api('views.open', { trigger_id: id, view: modal() })).toMatchObject({
      ok: true,
      view: { type: 'modal' },
    });
    expect(await bench.api('views.open', { trigger_id: id, view: modal() })).toMatchObject({
      error: 'exchanged_trigger_id',
    });
    bench.clock.advance(3001);
    expect(await bench.api('views.open', { trigger_id: late, view: modal() })).toMatchObject({
      error: 'expired_trigger_id',
    });
    expect(await bench.api('views.open', { trigger_id: '1.2.3', view: modal() })).toMatchObject({
      error: 'invalid_trigger_id',
    });
  });

  it('refuses an invalid view with invalid_arguments', async () => {
    const bench = createBench();

    const answer = await bench.api('views.open', {
      trigger_id: await trigger(bench),
      view: { type: 'modal', blocks: [] },
    });

    expect(answer).toMatchObject({
      error: 'invalid_arguments',
      response_metadata: { messages: ['[ERROR] missing required field: title [json-pointer:/view]'] },
    });
  });

  it('updates a view whose hash is the last one, and no other', async () => {
    const bench = createBench();
    const opened = await bench.api('views.open', {
      trigger_id: await trigger(bench),
      view: modal({ external_id: 'mine' }),
    });
    const { id, hash } = opened.view as { id: string; hash: string };

    const first = await bench.api('views.update', { view_id: id, hash, view: modal() });
    const stale = await bench.api('views.update', { view_id: id, hash, view: modal() });

    expect(first).toMatchObject({ ok: true });
    expect(stale).toMatchObject({ error: 'hash_conflict' });
    expect(await bench.api('views.update', { view_id: 'V0', view: modal() })).toMatchObject({
      error: 'not_found',
    });
  });

  it('publishes Home per user', async () => {
    const { api, control } = createBench();

    await api('views.publish', { user_id: people.requester, view: { type: 'home', blocks } });

    expect(control.home(people.requester)?.content.blocks).toHaveLength(1);
    expect(control.home(people.approver)).toBeUndefined();
    expect(await api('views.publish', { user_id: people.requester, view: modal() })).toMatchObject({
      error: 'invalid_arguments',
    });
  });
});

describe('streams', () => {
  async function thread(bench: ReturnType<typeof createBench>): Promise<string> {
    return (await bench.control.say({ user: people.requester, channel: places.ops, text: 'hi' })).ts ?? '';
  }
  const recipient = { recipient_user_id: people.requester, recipient_team_id: 'T0AETHER1' };

  it('start as a reply to somebody, grow, and end', async () => {
    const bench = createBench();
    const thread_ts = await thread(bench);

    expect(await bench.api('chat.startStream', { channel: places.ops, ...recipient })).toMatchObject({
      ok: false,
    });
    expect(await bench.api('chat.startStream', { channel: places.ops, thread_ts })).toMatchObject({
      error: 'missing_recipient_user_id',
    });
    const { ts } = await bench.api('chat.startStream', {
      channel: places.ops,
      thread_ts,
      ...recipient,
      task_display_mode: 'plan',
    });
    await bench.api('chat.appendStream', {
      channel: places.ops,
      ts,
      chunks: JSON.stringify([
        { type: 'markdown_text', text: 'Looking' },
        { type: 'task_update', id: '1', title: 'PostgreSQL', status: 'in_progress' },
      ]),
    });
    const whileOpen = await bench.api('chat.update', { channel: places.ops, ts, text: 'x' });
    await bench.api('chat.stopStream', { channel: places.ops, ts, markdown_text: ' done' });

    expect(whileOpen).toMatchObject({ error: 'streaming_state_conflict' });
    expect(bench.control.lastMessage()).toMatchObject({
      text: 'Looking done',
      blocks: [{ type: 'markdown' }, { type: 'plan', tasks: [{ title: 'PostgreSQL' }] }],
    });
    expect(
      await bench.api('chat.appendStream', { channel: places.ops, ts, markdown_text: 'x' }),
    ).toMatchObject({
      error: 'message_not_in_streaming_state',
    });
  });

  it('die after five minutes, after which only an edit helps', async () => {
    const bench = createBench();
    const thread_ts = await thread(bench);
    const { ts } = await bench.api('chat.startStream', {
      channel: places.ops,
      thread_ts,
      ...recipient,
      markdown_text: 'a',
    });

    bench.clock.advance(5 * 60_000);

    expect(
      await bench.api('chat.appendStream', { channel: places.ops, ts, markdown_text: 'b' }),
    ).toMatchObject({
      error: 'message_not_in_streaming_state',
    });
    expect(await bench.api('chat.update', { channel: places.ops, ts, text: 'whole' })).toMatchObject({
      ok: true,
    });
  });
});

describe('rate limits, when they are on', () => {
  it('lets a short burst of posts into a channel, then one a second; other channels go on', async () => {
    const { api, raw, clock } = createBench({ rateLimits: true });
    const post = (channel: string) => raw('chat.postMessage', defaultTokens.bot, { channel, text: 'x' });
    for (let burst = 0; burst < 4; burst += 1) expect((await post(places.ops)).status).toBe(200);

    const limited = await post(places.ops);
    const elsewhere = await post(places.incidents);
    clock.advance(1000);
    const later = await post(places.ops);

    expect(limited).toMatchObject({
      status: 429,
      headers: { 'retry-after': '1' },
      body: { ok: false, error: 'ratelimited' },
    });
    expect(elsewhere.status).toBe(200);
    expect(later.status).toBe(200);
    expect(await api('auth.test')).toMatchObject({ ok: true });
  });

  it('takes 300 posts a minute for all channels together, and an edit all the same', async () => {
    const { api, raw, clock, control } = createBench({ rateLimits: true });
    const channels = Array.from({ length: 100 }, (_, index) => {
      const { id } = control.addChannel({ id: `CMANY${index}`, name: `many-${index}`, members: [] });
      return id;
    });
    const post = (channel: string) => raw('chat.postMessage', defaultTokens.bot, { channel, text: 'x' });
    const statuses: number[] = [];
    for (const channel of [...channels, ...channels, ...channels])
      statuses.push((await post(channel)).status);
    const limited = await post(places.ops);
    const ts = control.messages({ channel: channels[0] ?? '' })[0]?.ts;
    const edited = await api('chat.update', { channel: channels[0], ts, text: 'y' });

    clock.advance(60_001);

    expect(new Set(statuses)).toEqual(new Set([200]));
    expect(limited).toMatchObject({ status: 429, headers: { 'retry-after': '60' } });
    expect(edited).toMatchObject({ ok: true });
    expect((await post(places.ops)).status).toBe(200);
  });

  it('takes 50 edits a minute', async () => {
    const { api, raw, clock } = createBench({ rateLimits: true });
    const { ts } = await api('chat.postMessage', { channel: places.ops, text: 'x' });
    const edit = () => raw('chat.update', defaultTokens.bot, { channel: places.ops, ts, text: 'y' });
    const statuses: number[] = [];
    for (let count = 0; count < 51; count += 1) statuses.push((await edit()).status);

    clock.advance(60_001);

    expect(statuses.filter((status) => status === 200)).toHaveLength(50);
    expect(statuses.at(-1)).toBe(429);
    expect((await edit()).status).toBe(200);
  });
});

describe('faults', () => {
  it('hit the chosen calls only, as often as asked', async () => {
    const { raw, control } = createBench();
    control.faults.add({
      method: 'chat.postMessage',
      skip: 1,
      times: 1,
      match: { channel: places.ops },
      fault: { kind: 'ratelimited', retryAfterSeconds: 30 },
    });
    const post = (channel: string) => raw('chat.postMessage', defaultTokens.bot, { channel, text: 'x' });

    const statuses = [
      await post(places.ops),
      await post(places.incidents),
      await post(places.ops),
      await post(places.ops),
    ];

    expect(statuses.map(({ status }) => status)).toEqual([200, 200, 429, 200]);
  });

  it('store the post before they drop the connection', async () => {
    const { raw, control } = createBench();
    control.faults.add({ method: 'chat.postMessage', times: 1, fault: { kind: 'drop_after' } });

    const answer = await raw('chat.postMessage', defaultTokens.bot, { channel: places.ops, text: 'stored' });

    expect(answer.drop).toBe(true);
    expect(control.messages({ contains: 'stored' })).toHaveLength(1);
  });

  it('keep tokens out of the log', async () => {
    const { raw, control } = createBench();
    await raw('chat.postMessage', 'xoxb-secret', { channel: places.ops, text: 'x' });

    expect(JSON.stringify(control.log.all())).not.toContain('xoxb-secret');
    expect(control.log.calls('chat.postMessage')).toMatchObject([{ result: { error: 'invalid_auth' } }]);
  });
});
