import { SlackRefusal } from '../refusal.ts';
import type { JsonObject, SlackMessage } from '../types.ts';
import { repliesTo, wireChannel, wireMessage } from '../wire.ts';
import type { ApiCall, ApiMethod } from './call.ts';
import { flag, integer, joinedChannel, knownChannel, optional, page, required } from './call.ts';

const kinds: Readonly<Record<string, string>> = {
  public_channel: 'public',
  private_channel: 'private',
  im: 'im',
  mpim: 'mpim',
};

function list(call: ApiCall): JsonObject {
  const { args, world } = call;
  const wanted = (optional(args, 'types') ?? 'public_channel').split(',').map((type) => kinds[type.trim()]);
  if (wanted.includes(undefined)) throw new SlackRefusal('invalid_types');
  const excludeArchived = flag(args, 'exclude_archived') ?? false;
  const visible = [...world.channels.values()].filter(
    (channel) =>
      wanted.includes(channel.kind) &&
      !(excludeArchived && channel.isArchived) &&
      (channel.kind === 'public' || channel.members.has(world.app.botUserId)),
  );
  const { items, next } = page(visible, args, 100);
  return { channels: items.map((channel) => wireChannel(world, channel)), response_metadata: next };
}

const info = (call: ApiCall): JsonObject => ({ channel: wireChannel(call.world, knownChannel(call)) });

function members(call: ApiCall): JsonObject {
  const { items, next } = page([...knownChannel(call).members], call.args, 100);
  return { members: items, response_metadata: next };
}

function open(call: ApiCall): JsonObject {
  const users = required(call.args, 'users').split(',');
  const [user] = users;
  const found = user === undefined ? undefined : call.world.users.get(user);
  if (users.length !== 1) throw new SlackRefusal('not_enough_users');
  if (!found) throw new SlackRefusal('user_not_found');
  if (found.deleted) throw new SlackRefusal('user_disabled');
  return { channel: { id: call.world.directChannel(found.id).id } };
}

function join(call: ApiCall): JsonObject {
  const channel = knownChannel(call);
  if (channel.isArchived) throw new SlackRefusal('is_archived');
  if (channel.kind !== 'public') throw new SlackRefusal('method_not_supported_for_channel_type');
  channel.members.add(call.world.app.botUserId);
  call.world.changed();
  return { channel: wireChannel(call.world, channel) };
}

/** Messages between `oldest` and `latest`; Slack compares timestamps as numbers. */
function within(messages: readonly SlackMessage[], args: JsonObject): readonly SlackMessage[] {
  const oldest = Number(optional(args, 'oldest') ?? '0');
  const latest = Number(optional(args, 'latest') ?? 'Infinity');
  const inclusive = flag(args, 'inclusive') ?? false;
  return messages.filter((message) => {
    const at = Number(message.ts);
    return inclusive ? at >= oldest && at <= latest : at > oldest && at < latest;
  });
}

function history(call: ApiCall): JsonObject {
  const { args, world } = call;
  const channel = joinedChannel(call);
  const metadata = flag(args, 'include_all_metadata') ?? false;
  const inChannel = (world.messages.get(channel.id) ?? []).filter(
    (message) =>
      message.ephemeralFor === null &&
      (message.threadTs === null || message.threadTs === message.ts || message.isBroadcast) &&
      (!message.deleted || repliesTo(world, channel.id, message.ts).length > 0),
  );
  const newestFirst = [...within(inChannel, args)].reverse();
  const { items, next } = page(newestFirst, args, 100);
  return {
    messages: items.map((message) => wireMessage(world, message, call.baseUrl, { metadata })),
    has_more: next.next_cursor !== '',
    pin_count: world.pins.get(channel.id)?.size ?? 0,
    response_metadata: next,
  };
}

function replies(call: ApiCall): JsonObject {
  const { args, world } = call;
  const channel = joinedChannel(call);
  const ts = required(args, 'ts');
  const asked = world.findMessage(channel.id, ts);
  if (!asked || asked.ephemeralFor !== null) throw new SlackRefusal('thread_not_found');
  const parent = world.findMessage(channel.id, asked.threadTs ?? ts) ?? asked;
  const metadata = flag(args, 'include_all_metadata') ?? false;
  const rest = within(repliesTo(world, channel.id, parent.ts), args);
  const { items, next } = page([parent, ...rest], args, integer(args, 'limit', 1000));
  return {
    messages: items.map((message) => wireMessage(world, message, call.baseUrl, { metadata })),
    has_more: next.next_cursor !== '',
    response_metadata: next,
  };
}

const bot = (scopes: readonly string[], run: ApiMethod['run']): ApiMethod => ({ scopes, token: 'bot', run });
const read = ['channels:read', 'groups:read', 'im:read', 'mpim:read'];
const readMessages = ['channels:history', 'groups:history', 'im:history', 'mpim:history'];

export const conversationMethods = {
  'conversations.list': bot(read, list),
  'conversations.info': bot(read, info),
  'conversations.members': bot(read, members),
  'conversations.open': bot(['im:write', 'mpim:write'], open),
  'conversations.join': bot(['channels:join'], join),
  'conversations.history': bot(readMessages, history),
  'conversations.replies': bot(readMessages, replies),
} satisfies Record<string, ApiMethod>;
