import { SlackRefusal } from '../refusal.ts';
import type { JsonObject, SlackBookmark } from '../types.ts';
import { wireMessage } from '../wire.ts';
import type { ApiCall, ApiMethod } from './call.ts';
import { joinedChannel, knownChannel, optional, required, storedMessage } from './call.ts';

function addReaction(call: ApiCall): JsonObject {
  const message = storedMessage(call, joinedChannel(call), required(call.args, 'timestamp'));
  const name = required(call.args, 'name').replaceAll(':', '');
  if (!/^[a-z0-9_+'-]+$/.test(name)) throw new SlackRefusal('invalid_name');
  const users = message.reactions.get(name) ?? new Set<string>();
  if (users.has(call.world.app.botUserId)) throw new SlackRefusal('already_reacted');
  users.add(call.world.app.botUserId);
  message.reactions.set(name, users);
  call.world.changed();
  return {};
}

function removeReaction(call: ApiCall): JsonObject {
  const message = storedMessage(call, joinedChannel(call), required(call.args, 'timestamp'));
  const name = required(call.args, 'name').replaceAll(':', '');
  const users = message.reactions.get(name);
  if (!users?.delete(call.world.app.botUserId)) throw new SlackRefusal('no_reaction');
  if (users.size === 0) message.reactions.delete(name);
  call.world.changed();
  return {};
}

function addPin(call: ApiCall): JsonObject {
  const channel = joinedChannel(call);
  const message = storedMessage(call, channel, required(call.args, 'timestamp'));
  const pins = call.world.pins.get(channel.id) ?? new Set<string>();
  if (pins.has(message.ts)) throw new SlackRefusal('already_pinned');
  call.world.pins.set(channel.id, pins.add(message.ts));
  call.world.changed();
  return {};
}

/** docs.slack.dev/reference/methods/pins.list: the newest pin first. */
function listPins(call: ApiCall): JsonObject {
  const channel = joinedChannel(call);
  const { world, baseUrl } = call;
  const items = [...(world.pins.get(channel.id) ?? [])].reverse().flatMap((ts): readonly JsonObject[] => {
    const message = world.findMessage(channel.id, ts);
    if (!message || message.deleted) return [];
    return [
      {
        ...{
          type: 'message',
          channel: channel.id,
          created: Math.floor(Number(ts)),
          created_by: message.user,
        },
        message: { ...wireMessage(world, message, baseUrl), pinned_to: [channel.id] },
      },
    ];
  });
  return { items };
}

function removePin(call: ApiCall): JsonObject {
  const channel = joinedChannel(call);
  const pinned = call.world.pins.get(channel.id)?.delete(required(call.args, 'timestamp')) ?? false;
  if (!pinned) throw new SlackRefusal('no_pin');
  call.world.changed();
  return {};
}

const wireBookmark = (bookmark: SlackBookmark): JsonObject => ({
  id: bookmark.id,
  channel_id: bookmark.channel,
  title: bookmark.title,
  link: bookmark.link,
  emoji: bookmark.emoji,
  type: 'link',
});

function addBookmark(call: ApiCall): JsonObject {
  const channel = knownChannel(call, 'channel_id');
  if (required(call.args, 'type') !== 'link') throw new SlackRefusal('invalid_bookmark_type');
  const link = optional(call.args, 'link');
  if (link === undefined || !URL.canParse(link)) throw new SlackRefusal('invalid_link');
  const bookmark: SlackBookmark = {
    id: call.world.ids.next('Bk'),
    channel: channel.id,
    title: required(call.args, 'title'),
    link,
    emoji: optional(call.args, 'emoji') ?? '',
  };
  call.world.bookmarks.set(bookmark.id, bookmark);
  call.world.changed();
  return { bookmark: wireBookmark(bookmark) };
}

function ownBookmark(call: ApiCall): SlackBookmark {
  const channel = knownChannel(call, 'channel_id');
  const bookmark = call.world.bookmarks.get(required(call.args, 'bookmark_id'));
  if (!bookmark || bookmark.channel !== channel.id) throw new SlackRefusal('not_found');
  return bookmark;
}

function editBookmark(call: ApiCall): JsonObject {
  const bookmark = ownBookmark(call);
  bookmark.title = optional(call.args, 'title') ?? bookmark.title;
  bookmark.link = optional(call.args, 'link') ?? bookmark.link;
  bookmark.emoji = optional(call.args, 'emoji') ?? bookmark.emoji;
  call.world.changed();
  return { bookmark: wireBookmark(bookmark) };
}

function removeBookmark(call: ApiCall): JsonObject {
  call.world.bookmarks.delete(ownBookmark(call).id);
  call.world.changed();
  return {};
}

function listBookmarks(call: ApiCall): JsonObject {
  const channel = knownChannel(call, 'channel_id');
  const own = [...call.world.bookmarks.values()].filter((bookmark) => bookmark.channel === channel.id);
  return { bookmarks: own.map(wireBookmark) };
}

const bot = (scope: string, run: ApiMethod['run']): ApiMethod => ({ scopes: [scope], token: 'bot', run });

export const markMethods = {
  'reactions.add': bot('reactions:write', addReaction),
  'reactions.remove': bot('reactions:write', removeReaction),
  'pins.list': bot('pins:read', listPins),
  'pins.add': bot('pins:write', addPin),
  'pins.remove': bot('pins:write', removePin),
  'bookmarks.add': bot('bookmarks:write', addBookmark),
  'bookmarks.edit': bot('bookmarks:write', editBookmark),
  'bookmarks.remove': bot('bookmarks:write', removeBookmark),
  'bookmarks.list': bot('bookmarks:read', listBookmarks),
} satisfies Record<string, ApiMethod>;
