import { validateMessage } from '../blocks.ts';
import { characters, isObject, stringOr } from '../check.ts';
import { SlackRefusal } from '../refusal.ts';
import type { AnyBlock, JsonObject, SlackMessage, StreamState } from '../types.ts';
import { wireMessage } from '../wire.ts';
import { withIds } from '../world.ts';
import type { ApiCall, ApiMethod } from './call.ts';
import {
  jsonList,
  knownChannel,
  optional,
  postableChannel,
  refuseProblems,
  required,
  storedMessage,
} from './call.ts';
import { announceMessage } from './chat.ts';

/** Slack ends a stream about five minutes after its start, even while it grows (slackapi/node-slack-sdk#2702). */
const streamLifeMs = 5 * 60_000;
const maxMarkdown = 12_000;

/** What the message looks like now: text first, then the tasks, then further blocks. */
function render(message: SlackMessage, stream: StreamState, call: ApiCall): void {
  const tasks = [...stream.tasks.values()];
  const shown: AnyBlock[] = [];
  if (stream.markdown !== '') shown.push({ type: 'markdown', text: stream.markdown });
  if (tasks.length > 0 && stream.displayMode === 'plan') {
    shown.push({ type: 'plan', title: stream.planTitle || 'Plan', tasks } as AnyBlock);
  } else shown.push(...(tasks as AnyBlock[]));
  message.text = stream.markdown;
  message.blocks = withIds([...shown, ...stream.extraBlocks], call.world.ids);
  call.world.changed();
}

const richText = (text: string): JsonObject => ({
  type: 'rich_text',
  elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text }] }],
});

function applyTask(stream: StreamState, chunk: JsonObject): void {
  if (typeof chunk.id !== 'string' || typeof chunk.title !== 'string' || typeof chunk.status !== 'string') {
    throw new SlackRefusal('invalid_chunks');
  }
  stream.tasks.set(chunk.id, {
    type: 'task_card',
    task_id: chunk.id,
    title: chunk.title,
    status: chunk.status,
    ...(typeof chunk.details === 'string' ? { details: richText(chunk.details) } : {}),
    ...(typeof chunk.output === 'string' ? { output: richText(chunk.output) } : {}),
    ...(Array.isArray(chunk.sources) ? { sources: chunk.sources } : {}),
  });
}

function applyChunk(stream: StreamState, chunk: unknown): void {
  if (!isObject(chunk)) throw new SlackRefusal('invalid_chunks');
  switch (chunk.type) {
    case 'markdown_text':
      return addMarkdown(stream, stringOr(chunk.text, ''));
    case 'task_update':
      return applyTask(stream, chunk);
    case 'plan_update':
      stream.planTitle = stringOr(chunk.title, '');
      return;
    case 'blocks':
      return addBlocks(stream, chunk.blocks);
    default:
      throw new SlackRefusal('invalid_chunks');
  }
}

function addMarkdown(stream: StreamState, text: string): void {
  if (characters(text) > maxMarkdown) throw new SlackRefusal('msg_too_long');
  stream.markdown += text;
}

function addBlocks(stream: StreamState, blocks: unknown): void {
  refuseProblems(validateMessage({ text: ' ', blocks }));
  if (Array.isArray(blocks)) stream.extraBlocks.push(...(blocks as AnyBlock[]));
}

function grow(call: ApiCall, stream: StreamState): void {
  const markdown = optional(call.args, 'markdown_text');
  if (markdown !== undefined) addMarkdown(stream, markdown);
  for (const chunk of jsonList(call.args, 'chunks', 'invalid_chunks') ?? []) applyChunk(stream, chunk);
}

function start(call: ApiCall): JsonObject {
  const { args, world } = call;
  const channel = postableChannel(call);
  const threadTs = required(args, 'thread_ts');
  if (!world.findMessage(channel.id, threadTs)) throw new SlackRefusal('thread_not_found');
  if (channel.kind !== 'im') {
    if (!optional(args, 'recipient_user_id')) throw new SlackRefusal('missing_recipient_user_id');
    if (!optional(args, 'recipient_team_id')) throw new SlackRefusal('missing_recipient_team_id');
  }
  const stream: StreamState = {
    startedAt: world.now(),
    open: true,
    displayMode: optional(args, 'task_display_mode') === 'plan' ? 'plan' : 'timeline',
    planTitle: '',
    tasks: new Map(),
    markdown: '',
    extraBlocks: [],
  };
  grow(call, stream);
  const message = world.addMessage({
    channel: channel.id,
    user: world.app.botUserId,
    botId: world.app.botId,
    threadTs,
    stream,
  });
  render(message, stream, call);
  announceMessage(call, message);
  return { channel: channel.id, ts: message.ts };
}

function openStream(call: ApiCall): { readonly message: SlackMessage; readonly stream: StreamState } {
  const channel = knownChannel(call);
  const message = storedMessage(call, channel, required(call.args, 'ts'));
  if (message.botId !== call.world.app.botId) throw new SlackRefusal('message_not_owned_by_app');
  const { stream } = message;
  const tooOld = stream !== null && call.world.now() - stream.startedAt >= streamLifeMs;
  if (stream && tooOld) stream.open = false;
  if (!stream?.open) throw new SlackRefusal('message_not_in_streaming_state');
  return { message, stream };
}

function append(call: ApiCall): JsonObject {
  const { message, stream } = openStream(call);
  if (optional(call.args, 'markdown_text') === undefined && call.args.chunks === undefined) {
    throw new SlackRefusal('no_text');
  }
  grow(call, stream);
  render(message, stream, call);
  return { channel: message.channel, ts: message.ts };
}

function stop(call: ApiCall): JsonObject {
  const { message, stream } = openStream(call);
  grow(call, stream);
  addBlocks(stream, jsonList(call.args, 'blocks', 'invalid_blocks_format') ?? []);
  stream.open = false;
  render(message, stream, call);
  return {
    channel: message.channel,
    ts: message.ts,
    message: wireMessage(call.world, message, call.baseUrl, { metadata: true }),
  };
}

const write = { scopes: ['chat:write'], token: 'bot' } as const;

export const streamMethods = {
  'chat.startStream': { ...write, run: start },
  'chat.appendStream': { ...write, run: append },
  'chat.stopStream': { ...write, run: stop },
} satisfies Record<string, ApiMethod>;
