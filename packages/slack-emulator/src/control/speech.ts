import { announceMessage } from '../api/chat.ts';
import { mimetypeOf } from '../api/files.ts';
import { isObject } from '../check.ts';
import type { Core } from '../core.ts';
import { grantResponseUrl, postResponse } from '../response-url.ts';
import type { Delivery, JsonObject, SlackChannel, SlackMessage, SlackUser } from '../types.ts';
import { wireMessage } from '../wire.ts';
import type { UserResult } from './context.ts';
import {
  actingPlace,
  actingUser,
  channelName,
  done,
  fromDelivery,
  newTrigger,
  noteUser,
  notSent,
} from './context.ts';
import { notValid, slackbotSays, subscriptionOf, unread } from './slackbot.ts';

export interface TypeCommand {
  readonly user: string;
  readonly channel: string;
  /** The whole line: `/aetherius health prod`. */
  readonly text: string;
}

export interface SayMessage {
  readonly user: string;
  readonly channel: string;
  /** `@name` of the bot or a person becomes a mention. */
  readonly text: string;
  readonly threadTs?: string;
  /** An app posts it with this person's token: the message carries `bot_id`, `app_id` and `bot_profile`. */
  readonly throughBot?: string;
  readonly files?: readonly {
    readonly name: string;
    readonly content: string | Uint8Array;
    /** Of a text that stands for bytes: JSON has none. */
    readonly encoding?: 'base64';
  }[];
}

/** What the app said in its ack, put where it belongs: `{ text, response_type, blocks }` or plain text. */
function showAck(core: Core, user: SlackUser, channel: SlackChannel, ack: unknown): string | null {
  const body: JsonObject | null =
    typeof ack === 'string' && ack !== '' ? { text: ack } : isObject(ack) ? ack : null;
  if (!body || (body.text === undefined && body.blocks === undefined && body.attachments === undefined))
    return null;
  return postResponse(
    core.world,
    { user: user.id, channel: channel.id, threadTs: null, original: null },
    body,
  ).ts;
}

const showFailure = (
  core: Core,
  user: SlackUser,
  channel: SlackChannel,
  command: string,
  delivery: Delivery,
): string => slackbotSays(core, user, channel, `${command} failed with the error "${delivery.outcome}"`).ts;

function refusalOf(core: Core, user: SlackUser, name: string): string | null {
  // Slack Connect: people of other organisations cannot use slash commands.
  if (user.isStranger) return 'command_not_available_to_external_members';
  const commands = core.manifest?.features?.slash_commands;
  if (commands && !commands.some(({ command }) => command === name)) return 'not_a_valid_command';
  return null;
}

/** A slash command, typed in a channel. */
export async function command(core: Core, input: TypeCommand): Promise<UserResult> {
  const user = actingUser(core, input.user);
  if (typeof user === 'string') return notSent(user);
  const channel = actingPlace(core, user, input.channel);
  if (typeof channel === 'string') return notSent(channel);
  const [name = '', ...rest] = input.text.trim().split(' ');
  const refusal = refusalOf(core, user, name);
  if (refusal !== null) return notSent(refusal);
  noteUser(core, 'command', { ...input });
  const triggerId = newTrigger(core, user.id);
  const responseUrl = grantResponseUrl(core.world, core.baseUrl(), { user: user.id, channel: channel.id });
  const { workspace, app } = core.world;
  const delivery = await core.dispatcher.deliver('slash_commands', {
    token: 'verification-token',
    team_id: workspace.id,
    team_domain: workspace.domain,
    channel_id: channel.id,
    channel_name: channelName(channel),
    user_id: user.id,
    user_name: user.name,
    command: name,
    text: rest.join(' ').trim(),
    api_app_id: app.appId,
    is_enterprise_install: 'false',
    response_url: responseUrl,
    trigger_id: triggerId,
  });
  const ts =
    delivery.outcome === 'acked'
      ? showAck(core, user, channel, delivery.ack)
      : showFailure(core, user, channel, name, delivery);
  return fromDelivery(delivery, { ts, triggerId, responseUrl });
}

/** `@rita` → `<@U…>` where such a user exists. */
function withMentions(core: Core, text: string): string {
  return text.replace(/(?<![\w<])@([\w.-]+)/g, (whole, name: string) => {
    const user = [...core.world.users.values()].find((entry) => entry.name === name);
    return user ? `<@${user.id}>` : whole;
  });
}

const mentionPattern = /(<@[A-Z0-9]+>)/;

/** The rich text that Slack's composer makes of a typed line. */
function composed(text: string): JsonObject {
  const elements = text
    .split(mentionPattern)
    .filter((part) => part !== '')
    .map((part) =>
      mentionPattern.test(part) ? { type: 'user', user_id: part.slice(2, -1) } : { type: 'text', text: part },
    );
  return { type: 'rich_text', elements: [{ type: 'rich_text_section', elements }] };
}

function storeFiles(
  core: Core,
  user: SlackUser,
  channel: SlackChannel,
  files: NonNullable<SayMessage['files']>,
): readonly string[] {
  return files.map(({ name, content, encoding }) => {
    const bytes = typeof content === 'string' ? Buffer.from(content, encoding ?? 'utf8') : content;
    const id = core.world.ids.next('F');
    core.world.files.set(id, {
      id,
      name,
      title: name,
      mimetype: mimetypeOf(name),
      user: user.id,
      created: Math.floor(core.world.now() / 1000),
      size: bytes.byteLength,
      content: bytes,
      completed: true,
      channels: [channel.id],
    });
    return id;
  });
}

function mentionEvent(core: Core, message: SlackMessage): JsonObject {
  return {
    ...wireMessage(core.world, message, core.baseUrl()),
    type: 'app_mention',
    channel: message.channel,
    event_ts: message.ts,
  };
}

/** A message from a person, in a channel, a thread, or a direct message with the bot. */
export async function say(core: Core, input: SayMessage): Promise<UserResult> {
  const user = actingUser(core, input.user);
  if (typeof user === 'string') return notSent(user);
  const channel = actingPlace(core, user, input.channel);
  if (typeof channel === 'string') return notSent(channel);
  if (channel.isArchived) return notSent('is_archived');
  if (channel.isReadOnly && !user.isAdmin) return notSent('restricted_action_read_only_channel');
  const { world } = core;
  const text = withMentions(core, input.text);
  const files = storeFiles(core, user, channel, input.files ?? []);
  noteUser(core, 'say', { user: input.user, channel: input.channel, text, threadTs: input.threadTs ?? null });
  const message = world.addMessage({
    channel: channel.id,
    user: user.id,
    text,
    blocks: text === '' ? [] : [composed(text) as JsonObject & { type: string }],
    files,
    threadTs: input.threadTs ?? null,
    botId: input.throughBot ?? null,
    subtype: files.length > 0 ? 'file_share' : null,
  });
  announceMessage({ world, baseUrl: core.baseUrl(), emit: core.emit }, message);
  const mentioned = text.includes(`<@${world.app.botUserId}>`) && channel.members.has(world.app.botUserId);
  const delivery =
    mentioned && channel.kind !== 'im'
      ? await core.deliverEvent('app_mention', mentionEvent(core, message))
      : null;
  if (delivery) return fromDelivery(delivery, { ts: message.ts });
  if (core.coach && !core.subscribed(`message.${subscriptionOf[channel.kind]}`))
    slackbotSays(core, user, channel, unread(core, user, channel), input.threadTs);
  return done({ ts: message.ts });
}

/**
 * The composer: a line that starts with a slash is a command, anything else a message; a space before the slash
 * makes it a message. Slackbot says which command does not exist.
 */
export async function type(core: Core, input: SayMessage): Promise<UserResult> {
  // A command takes no file: with one the line is a message.
  if (!input.text.startsWith('/') || (input.files ?? []).length > 0)
    return say(core, { ...input, text: input.text.trim() });
  if (input.threadTs !== undefined) return notSent('commands_do_not_work_in_threads');
  const result = await command(core, input);
  const [user, channel] = [core.world.users.get(input.user), core.world.channels.get(input.channel)];
  if (result.error !== 'not_a_valid_command' || !user || !channel) return result;
  const [name = ''] = input.text.trim().split(' ');
  return { ...result, ts: slackbotSays(core, user, channel, notValid(user, name)).ts };
}
