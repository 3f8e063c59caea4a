import { permalink } from '../api/chat.ts';
import type { Core } from '../core.ts';
import type { JsonObject, SlackMessage } from '../types.ts';
import { repliesTo, wireMessage, wireView } from '../wire.ts';
import { inputKey, stateValues } from './context.ts';

const visibleTo =
  (user: string) =>
  (message: SlackMessage): boolean =>
    message.ephemeralFor === null || message.ephemeralFor === user;

function shownMessage(core: Core, message: SlackMessage, user: string): JsonObject {
  const { world } = core;
  return {
    ...wireMessage(world, message, core.baseUrl(), { metadata: true }),
    channel: message.channel,
    ephemeral: message.ephemeralFor !== null,
    deleted: message.deleted,
    permalink: permalink(core.baseUrl(), message),
    reply_count: message.threadTs === message.ts ? repliesTo(world, message.channel, message.ts).length : 0,
    state: stateValues(core, message.blocks, inputKey(message.channel, message.ts, user), message.channel),
    status: world.statuses.get(`${message.channel}:${message.ts}`) ?? null,
    mrkdwn: message.mrkdwn,
  };
}

/** The messages a user sees in a channel, threads included, oldest first. */
export function visibleMessages(core: Core, user: string, channel: string): readonly JsonObject[] {
  if (!core.world.channels.get(channel)?.members.has(user)) return [];
  return (core.world.messages.get(channel) ?? [])
    .filter(visibleTo(user))
    .filter((message) => !message.deleted || repliesTo(core.world, channel, message.ts).length > 0)
    .map((message) => shownMessage(core, message, user));
}

/** A window that has been open for days need not carry every message in each update. */
const shownAtMost = 500;

function shownChannels(core: Core, user: string): readonly JsonObject[] {
  const { world } = core;
  return [...world.channels.values()]
    .filter((channel) => channel.members.has(user))
    .map((channel) => ({
      id: channel.id,
      name: channel.name,
      kind: channel.kind,
      topic: channel.topic,
      isArchived: channel.isArchived,
      isExtShared: channel.isExtShared,
      members: [...channel.members],
      hasBot: channel.members.has(world.app.botUserId),
      messages: visibleMessages(core, user, channel.id).slice(-shownAtMost),
      pins: [...(world.pins.get(channel.id) ?? [])],
      bookmarks: [...world.bookmarks.values()].filter((bookmark) => bookmark.channel === channel.id),
    }));
}

/** Everything one user's Slack window shows right now. */
export function snapshot(core: Core, user: string): JsonObject {
  const { world, manifest } = core;
  const modals = world.modals.get(user) ?? [];
  const home = world.homes.get(user);
  const values = (view: (typeof modals)[number]): JsonObject =>
    stateValues(core, view.content.blocks, view.id, null);
  return {
    workspace: world.workspace,
    app: world.app,
    me: user,
    now: world.now(),
    users: [...world.users.values()],
    usergroups: [...world.usergroups.values()],
    channels: shownChannels(core, user),
    modals: modals.map((view) => wireView(world, view, values(view))),
    home: home ? wireView(world, home, values(home)) : null,
    commands: manifest?.features?.slash_commands ?? [],
    shortcuts: manifest?.features?.shortcuts ?? [],
    connections: core.socketMode.sockets().length,
  };
}
