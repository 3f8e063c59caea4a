import type { JsonObject, SlackChannel, SlackFile, SlackMessage, SlackUser, SlackView } from './types.ts';
import type { World } from './world.ts';

/** Replies that a thread's parent counts: neither deleted nor ephemeral. */
export const repliesTo = (world: World, channel: string, ts: string): readonly SlackMessage[] =>
  (world.messages.get(channel) ?? []).filter(
    (message) =>
      message.threadTs === ts && message.ts !== ts && !message.deleted && message.ephemeralFor === null,
  );

export function wireFile(world: World, file: SlackFile, baseUrl: string): JsonObject {
  const url = `${baseUrl}files/${file.id}/${encodeURIComponent(file.name)}`;
  return {
    id: file.id,
    created: file.created,
    timestamp: file.created,
    name: file.name,
    title: file.title,
    mimetype: file.mimetype,
    filetype: file.name.split('.').pop() ?? 'binary',
    user: file.user,
    size: file.size,
    mode: 'hosted',
    is_external: false,
    is_public: file.channels.some((id) => world.channels.get(id)?.kind === 'public'),
    url_private: url,
    url_private_download: `${url}?download=1`,
    permalink: url,
    channels: file.channels,
    ...(file.altText === undefined ? {} : { alt_txt: file.altText }),
  };
}

/** A message as `conversations.history` and events show it. */
export function wireMessage(
  world: World,
  message: SlackMessage,
  baseUrl: string,
  options: { readonly metadata?: boolean } = {},
): JsonObject {
  if (message.deleted) {
    return {
      type: 'message',
      subtype: 'tombstone',
      ts: message.ts,
      text: 'This message was deleted.',
      thread_ts: message.threadTs,
    };
  }
  const replies = message.threadTs === message.ts ? repliesTo(world, message.channel, message.ts) : [];
  const files = message.files.flatMap((id) => world.files.get(id) ?? []);
  return {
    type: 'message',
    ...(message.subtype ? { subtype: message.subtype } : {}),
    user: message.user,
    ts: message.ts,
    team: world.users.get(message.user)?.teamId ?? world.workspace.id,
    text: message.text,
    ...(message.botId
      ? {
          bot_id: message.botId,
          app_id: world.app.appId,
          bot_profile: {
            id: message.botId,
            app_id: world.app.appId,
            name: world.app.name,
            team_id: world.workspace.id,
          },
        }
      : {}),
    ...(message.blocks.length > 0 ? { blocks: message.blocks } : {}),
    ...(message.attachments.length > 0 ? { attachments: message.attachments } : {}),
    ...(files.length > 0
      ? { files: files.map((file) => wireFile(world, file, baseUrl)), upload: false }
      : {}),
    ...(message.threadTs ? { thread_ts: message.threadTs } : {}),
    ...(message.threadTs && message.threadTs !== message.ts
      ? { parent_user_id: world.findMessage(message.channel, message.threadTs)?.user }
      : {}),
    ...(replies.length > 0
      ? {
          reply_count: replies.length,
          reply_users: [...new Set(replies.map((reply) => reply.user))],
          latest_reply: replies.at(-1)?.ts,
        }
      : {}),
    ...(message.edited ? { edited: message.edited } : {}),
    ...(options.metadata && message.metadata ? { metadata: message.metadata } : {}),
    ...(message.reactions.size > 0
      ? {
          reactions: [...message.reactions].map(([name, users]) => ({
            name,
            users: [...users],
            count: users.size,
          })),
        }
      : {}),
    ...(message.stream ? { streaming_state: message.stream.open ? 'in_progress' : 'completed' } : {}),
  };
}

/** A user as `users.info` shows it; `locale` only when it was asked for. */
export function wireUser(user: SlackUser, options: { readonly locale?: boolean } = {}): JsonObject {
  return {
    id: user.id,
    team_id: user.teamId,
    name: user.name,
    deleted: user.deleted,
    real_name: user.realName,
    tz: user.tz,
    is_admin: user.isAdmin,
    is_owner: false,
    is_primary_owner: false,
    is_restricted: user.isRestricted,
    is_ultra_restricted: user.isUltraRestricted,
    is_bot: user.isBot,
    is_app_user: false,
    ...(user.isStranger ? { is_stranger: true } : {}),
    ...(options.locale ? { locale: user.locale } : {}),
    profile: {
      real_name: user.realName,
      display_name: user.name,
      ...(user.email === null ? {} : { email: user.email }),
      team: user.teamId,
    },
  };
}

export function wireChannel(world: World, channel: SlackChannel): JsonObject {
  const isIm = channel.kind === 'im';
  return {
    id: channel.id,
    ...(isIm
      ? { user: [...channel.members].find((member) => member !== world.app.botUserId) }
      : { name: channel.name, name_normalized: channel.name }),
    is_channel: channel.kind === 'public',
    is_group: channel.kind === 'private',
    is_im: isIm,
    is_mpim: channel.kind === 'mpim',
    is_private: channel.kind !== 'public',
    created: channel.created,
    is_archived: channel.isArchived,
    is_general: channel.name === 'general',
    is_ext_shared: channel.isExtShared,
    is_shared: channel.isExtShared,
    is_org_shared: false,
    is_member: channel.members.has(world.app.botUserId),
    context_team_id: world.workspace.id,
    topic: { value: channel.topic, creator: '', last_set: 0 },
    purpose: { value: '', creator: '', last_set: 0 },
    num_members: channel.members.size,
  };
}

/** A view as API answers and interaction payloads carry it. */
export function wireView(world: World, view: SlackView, values: JsonObject = {}): JsonObject {
  const content = view.content;
  return {
    id: view.id,
    team_id: world.workspace.id,
    app_id: world.app.appId,
    app_installed_team_id: world.workspace.id,
    bot_id: world.app.botId,
    title: content.title ?? { type: 'plain_text', text: world.app.name },
    ...content,
    type: view.type,
    close: content.close ?? null,
    submit: content.submit ?? null,
    callback_id: content.callback_id ?? '',
    external_id: content.external_id ?? '',
    private_metadata: content.private_metadata ?? '',
    clear_on_close: content.clear_on_close ?? false,
    notify_on_close: content.notify_on_close ?? false,
    hash: view.hash,
    root_view_id: view.rootId,
    previous_view_id: view.previousId,
    state: { values },
  };
}
