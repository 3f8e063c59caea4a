import { validateMessage } from '../blocks.ts';
import { isObject } from '../check.ts';
import { SlackRefusal } from '../refusal.ts';
import type { AnyBlock, JsonObject, SlackFile } from '../types.ts';
import { wireFile } from '../wire.ts';
import type { World } from '../world.ts';
import type { ApiCall, ApiMethod } from './call.ts';
import { integer, jsonList, optional, postableChannel, refuseProblems, required } from './call.ts';
import { announceMessage } from './chat.ts';

const mimetypes: Readonly<Record<string, string>> = {
  txt: 'text/plain',
  log: 'text/plain',
  md: 'text/markdown',
  json: 'application/json',
  png: 'image/png',
  svg: 'image/svg+xml',
  gz: 'application/gzip',
  zip: 'application/zip',
};

export const mimetypeOf = (name: string): string =>
  mimetypes[name.split('.').pop()?.toLowerCase() ?? ''] ?? 'application/octet-stream';

function getUploadUrl(call: ApiCall): JsonObject {
  const name = required(call.args, 'filename');
  const size = integer(call.args, 'length', 0);
  if (size <= 0)
    throw new SlackRefusal('invalid_arguments', {
      response_metadata: { messages: ['[ERROR] length must be positive'] },
    });
  const altText = optional(call.args, 'alt_txt');
  // docs.slack.dev/reference/methods/files.getUploadURLExternal: at most so many characters.
  if (altText !== undefined && altText.length > 1_000) throw new SlackRefusal('alt_txt_too_large');
  const file: SlackFile = {
    id: call.world.ids.next('F'),
    name,
    title: name,
    mimetype: mimetypeOf(name),
    user: call.world.app.botUserId,
    created: Math.floor(call.world.now() / 1000),
    size,
    content: null,
    completed: false,
    channels: [],
    ...(altText === undefined ? {} : { altText }),
  };
  call.world.files.set(file.id, file);
  return { upload_url: `${call.baseUrl}upload/${file.id}`, file_id: file.id };
}

/** Takes the bytes for an upload URL. Answers with the HTTP status Slack's upload host would give. */
export function receiveUpload(world: World, id: string, content: Uint8Array): 200 | 400 | 404 {
  const file = world.files.get(id);
  if (!file || file.completed) return 404;
  if (content.byteLength !== file.size) return 400;
  file.content = content;
  return 200;
}

function uploaded(call: ApiCall, entry: unknown): SlackFile {
  const file = isObject(entry) && typeof entry.id === 'string' ? call.world.files.get(entry.id) : undefined;
  if (!file || file.completed || file.content === null) throw new SlackRefusal('file_not_found');
  if (isObject(entry) && typeof entry.title === 'string') file.title = entry.title;
  return file;
}

function complete(call: ApiCall): JsonObject {
  const { args, world } = call;
  const entries = jsonList(args, 'files', 'invalid_arguments') ?? [];
  if (entries.length === 0) throw new SlackRefusal('invalid_arguments');
  const channelName = optional(args, 'channel_id') === undefined ? 'channels' : 'channel_id';
  const channel = optional(args, channelName) === undefined ? null : postableChannel(call, channelName);
  const threadTs = optional(args, 'thread_ts') ?? null;
  if (channel && threadTs !== null && !world.findMessage(channel.id, threadTs))
    throw new SlackRefusal('thread_not_found');
  const blocks = jsonList(args, 'blocks', 'invalid_blocks_format');
  if (blocks) refuseProblems(validateMessage({ text: ' ', blocks }));
  const files = entries.map((entry) => uploaded(call, entry));
  for (const file of files) {
    file.completed = true;
    file.channels = channel ? [channel.id] : [];
  }
  if (channel) {
    const message = world.addMessage({
      channel: channel.id,
      user: world.app.botUserId,
      botId: world.app.botId,
      subtype: null,
      text: optional(args, 'initial_comment') ?? '',
      blocks: (blocks ?? []) as readonly AnyBlock[],
      files: files.map((file) => file.id),
      threadTs,
    });
    announceMessage(call, message, { subtype: 'file_share' });
  }
  return { files: files.map((file) => wireFile(world, file, call.baseUrl)) };
}

function info(call: ApiCall): JsonObject {
  const file = call.world.files.get(required(call.args, 'file'));
  if (!file?.completed) throw new SlackRefusal('file_not_found');
  return { file: wireFile(call.world, file, call.baseUrl) };
}

const write = { scopes: ['files:write'], token: 'bot' } as const;

export const fileMethods = {
  'files.getUploadURLExternal': { ...write, run: getUploadUrl },
  'files.completeUploadExternal': { ...write, run: complete },
  'files.info': { scopes: ['files:read'], token: 'bot', run: info },
} satisfies Record<string, ApiMethod>;
