import type { MessageUse, Problem } from '../blocks.ts';
import { messageLimits, validateMessage } from '../blocks.ts';
import { characters, isObject } from '../check.ts';
import { SlackRefusal } from '../refusal.ts';
import type { AnyBlock, JsonObject, MessageMetadata, SlackChannel, SlackMessage } from '../types.ts';
import { wireMessage } from '../wire.ts';
import { withIds } from '../world.ts';
import type { ApiCall, ApiMethod } from './call.ts';
import {
  flag,
  jsonList,
  jsonObject,
  knownChannel,
  optional,
  postableChannel,
  refuseProblems,
  required,
  storedMessage,
  warningsOf,
} from './call.ts';

/** Slack's limit on metadata is not documented; this is well above what a reference to own records needs. */
const metadataBytes = 8_000;

interface Body {
  readonly text: string | undefined;
  readonly blocks: readonly AnyBlock[] | undefined;
  readonly attachments: readonly JsonObject[] | undefined;
  readonly metadata: MessageMetadata | null | undefined;
  readonly problems: readonly Problem[];
}

function metadataOf(args: JsonObject): MessageMetadata | null | undefined {
  const value = jsonObject(args, 'metadata', 'invalid_metadata_format');
  if (value === undefined) return undefined;
  if (Object.keys(value).length === 0) return null;
  if (typeof value.event_type !== 'string' || !isObject(value.event_payload)) {
    throw new SlackRefusal('invalid_metadata_schema');
  }
  if (Buffer.byteLength(JSON.stringify(value)) > metadataBytes) throw new SlackRefusal('metadata_too_large');
  return { event_type: value.event_type, event_payload: value.event_payload };
}

function readBody(args: JsonObject, use: MessageUse): Body {
  const blocks = jsonList(args, 'blocks', 'invalid_blocks_format');
  const attachments = jsonList(args, 'attachments', 'invalid_attachments');
  const markdown = optional(args, 'markdown_text');
  const text = optional(args, 'text');
  const problems = validateMessage({ text, blocks, attachments, markdown_text: markdown }, use);
  refuseProblems(problems);
  return {
    text: markdown ?? (text === undefined ? undefined : truncate(text)),
    blocks:
      markdown === undefined
        ? (blocks as readonly AnyBlock[] | undefined)
        : [{ type: 'markdown', text: markdown }],
    attachments: attachments?.filter(isObject),
    metadata: metadataOf(args),
    problems,
  };
}

const truncate = (text: string): string =>
  characters(text) <= messageLimits.truncated
    ? text
    : Array.from(text).slice(0, messageLimits.truncated).join('');

/** The thread a post goes to. Slack refuses a thread whose parent it does not know. */
function threadOf(call: ApiCall, channel: SlackChannel): string | null {
  const ts = optional(call.args, 'thread_ts');
  if (ts === undefined) return null;
  const parent = call.world.findMessage(channel.id, ts);
  if (!parent || parent.ephemeralFor !== null) throw new SlackRefusal('thread_not_found');
  return ts;
}

const messageEvent = (channel: SlackChannel): string =>
  ({ public: 'message.channels', private: 'message.groups', im: 'message.im', mpim: 'message.mpim' })[
    channel.kind
  ];

/** Tells subscribers of a new message. */
export function announceMessage(
  call: Pick<ApiCall, 'world' | 'baseUrl' | 'emit'>,
  message: SlackMessage,
  subtype?: JsonObject,
): void {
  const channel = call.world.channels.get(message.channel);
  if (!channel || message.ephemeralFor !== null) return;
  const channelType = { public: 'channel', private: 'group', im: 'im', mpim: 'mpim' }[channel.kind];
  call.emit(messageEvent(channel), {
    ...wireMessage(call.world, message, call.baseUrl),
    channel: channel.id,
    channel_type: channelType,
    event_ts: message.ts,
    ...subtype,
  });
}

function postMessage(call: ApiCall): JsonObject {
  const { args, world } = call;
  const channel = postableChannel(call);
  const body = readBody(args, 'post');
  const message = world.addMessage({
    channel: channel.id,
    user: world.app.botUserId,
    botId: world.app.botId,
    text: body.text ?? '',
    blocks: body.blocks ?? [],
    attachments: body.attachments ?? [],
    metadata: body.metadata ?? null,
    threadTs: threadOf(call, channel),
    isBroadcast: flag(args, 'reply_broadcast') ?? false,
    mrkdwn: flag(args, 'mrkdwn') ?? true,
  });
  announceMessage(call, message);
  return {
    channel: channel.id,
    ts: message.ts,
    message: wireMessage(world, message, call.baseUrl, { metadata: true }),
    ...warningsOf(body.problems),
  };
}

function update(call: ApiCall): JsonObject {
  const { args, world } = call;
  const channel = knownChannel(call);
  const message = storedMessage(call, channel, required(args, 'ts'));
  if (message.botId !== world.app.botId) throw new SlackRefusal('cant_update_message');
  if (channel.isArchived) throw new SlackRefusal('is_inactive');
  if (message.stream?.open) throw new SlackRefusal('streaming_state_conflict');
  const body = readBody(args, 'update');
  if (body.text !== undefined) message.text = body.text;
  if (body.blocks !== undefined) message.blocks = withIds(body.blocks, world.ids);
  else if (body.text !== undefined) message.blocks = [];
  if (body.attachments !== undefined) message.attachments = body.attachments;
  else if (body.text !== undefined) message.attachments = [];
  if (body.metadata !== undefined) message.metadata = body.metadata;
  // Slack shows no "edited" mark on a message with blocks.
  if (message.blocks.length === 0) message.edited = { user: world.app.botUserId, ts: world.ids.ts() };
  world.changed();
  return {
    channel: channel.id,
    ts: message.ts,
    text: message.text,
    message: wireMessage(world, message, call.baseUrl, { metadata: true }),
    ...warningsOf(
      body.problems.filter(({ code }) => code !== 'missing_text_in_message' || body.text === undefined),
    ),
  };
}

function remove(call: ApiCall): JsonObject {
  const channel = knownChannel(call);
  const message = storedMessage(call, channel, required(call.args, 'ts'));
  if (message.botId !== call.world.app.botId) throw new SlackRefusal('cant_delete_message');
  message.deleted = true;
  call.world.changed();
  return { channel: channel.id, ts: message.ts };
}

function postEphemeral(call: ApiCall): JsonObject {
  const { args, world } = call;
  const channel = postableChannel(call);
  const user = required(args, 'user');
  if (!channel.members.has(user)) throw new SlackRefusal('user_not_in_channel');
  const body = readBody(args, 'ephemeral');
  const message = world.addMessage({
    channel: channel.id,
    user: world.app.botUserId,
    botId: world.app.botId,
    text: body.text ?? '',
    blocks: body.blocks ?? [],
    attachments: body.attachments ?? [],
    threadTs: optional(args, 'thread_ts') ?? null,
    ephemeralFor: user,
  });
  return { message_ts: message.ts, ...warningsOf(body.problems) };
}

/** Path of a message in the emulator's web page; the form is Slack's. */
export function permalink(baseUrl: string, message: SlackMessage): string {
  const path = `${baseUrl}archives/${message.channel}/p${message.ts.replace('.', '')}`;
  return message.threadTs && message.threadTs !== message.ts
    ? `${path}?thread_ts=${message.threadTs}&cid=${message.channel}`
    : path;
}

function getPermalink(call: ApiCall): JsonObject {
  const channel = knownChannel(call);
  const message = storedMessage(call, channel, required(call.args, 'message_ts'));
  return { channel: channel.id, permalink: permalink(call.baseUrl, message) };
}

const write = { scopes: ['chat:write'], token: 'bot' } as const;

export const chatMethods = {
  'chat.postMessage': { ...write, run: postMessage },
  'chat.update': { ...write, run: update },
  'chat.delete': { ...write, run: remove },
  'chat.postEphemeral': { ...write, run: postEphemeral },
  'chat.getPermalink': { scopes: [], token: 'bot', run: getPermalink },
} satisfies Record<string, ApiMethod>;
