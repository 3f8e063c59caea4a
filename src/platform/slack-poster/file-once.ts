import type { WebClient } from '@slack/web-api';
import { present } from '../../domain/kernel/present.ts';
import { shortened } from '../../domain/kernel/text.ts';
import type { OutboxItem } from '../../domain/message/outbox.ts';
import { failureOf } from '../slack/failure.ts';
import { directChannel, type Sent } from './send.ts';

export type Upload = Extract<OutboxItem, { kind: 'upload' }>;

/** Where the bytes of a file come from, how they leave, and what is kept of it meanwhile. */
export interface FileWay {
  /** Slack's id of the file, where its bytes were given to Slack before. */
  readonly fileId: string | undefined;
  /** SendRefused where there is nothing to send. */
  bytes(signal: AbortSignal): Promise<Uint8Array>;
  /** Through the gate. */
  give(url: string, bytes: Uint8Array, signal: AbortSignal): Promise<Response>;
  /** Stored before people can see it. */
  given(fileId: string): Promise<void>;
  /** Slack shows it. */
  done(): Promise<void>;
  /** What an image shows, for a reader who cannot see it. */
  readonly alt?: string;
  /** Who gets it where the channel does not take a file, and what they are told then. */
  readonly instead?: { readonly user: string; readonly text?: string };
}

/** docs.slack.dev/reference/methods/files.getUploadURLExternal: characters of `alt_txt`. */
const MOST_ALT = 1_000;
/** Longest time for the bytes. */
const UPLOAD_MS = 5 * 60_000;
/** Tries in which a file that Slack has may still be on its way into its channel. */
const PATIENT_TRIES = 3;

/**
 * Gives a file to Slack once: its bytes first, which people do not see, then its place, in which they do. Slack's id of
 * the file is stored in between, so the process that continues after a crash asks Slack about it before anything is done again.
 */
export async function sendOnce(
  client: WebClient,
  item: Upload,
  way: FileWay,
  lost: AbortSignal,
): Promise<Sent> {
  const before = way.fileId === undefined ? 'none' : await stateOf(client, way.fileId);
  if (before === 'shown') {
    await way.done();
    return {};
  }
  if (before === 'hidden' && item.attempts <= PATIENT_TRIES)
    throw new Error('a file may still be on its way into its channel');
  const signal = AbortSignal.any([lost, AbortSignal.timeout(UPLOAD_MS)]);
  if (way.fileId !== undefined && (await shown(client, item, way, way.fileId))) {
    await way.done();
    return {};
  }
  const fileId = await give(client, item, way, signal);
  await way.given(fileId);
  signal.throwIfAborted();
  if (!(await shown(client, item, way, fileId)))
    throw new Error('Slack does not know the file that it has just taken');
  await way.done();
  return {};
}

/** The bytes; people cannot see them yet. */
async function give(
  client: WebClient,
  { payload: { filename } }: Upload,
  way: FileWay,
  signal: AbortSignal,
): Promise<string> {
  const bytes = await way.bytes(signal);
  const alt = way.alt === undefined ? undefined : shortened(way.alt, MOST_ALT);
  const asked = { filename, length: bytes.length, ...present({ alt_txt: alt }) };
  const { upload_url: url, file_id: fileId } = await client.files.getUploadURLExternal(asked);
  if (url === undefined || fileId === undefined) throw new Error('Slack gave no place for a file');
  const answer = await way.give(url, bytes, signal);
  await answer.body?.cancel();
  if (!answer.ok) throw new Error(`Slack did not take the bytes of a file: http-${answer.status}`);
  return fileId;
}

/** `hidden`: Slack has it, and it stands nowhere (yet). */
async function stateOf(client: WebClient, fileId: string): Promise<'none' | 'hidden' | 'shown'> {
  try {
    const { file } = await client.files.info({ file: fileId });
    const { channels = [], groups = [], ims = [], shares } = file ?? {};
    const places = [...channels, ...groups, ...ims].length + Object.keys(shares ?? {}).length;
    return places > 0 ? 'shown' : 'hidden';
  } catch (error) {
    if (codeOf(error) === 'file_not_found') return 'none';
    throw error;
  }
}

/** Puts it under its card, or to the person where the channel takes no file. False: Slack has no such file. */
async function shown(client: WebClient, item: Upload, way: FileWay, fileId: string): Promise<boolean> {
  const { message, payload } = item;
  const place = message?.channel ?? payload.channel;
  const channel = /^[UW]/.test(place) ? await directChannel(client, place) : place;
  const threadTs = message?.threadTs ?? message?.ts ?? payload.threadTs;
  const complete = (at: string, more: object): Promise<unknown> =>
    client.files.completeUploadExternal({
      files: [{ id: fileId, title: payload.title }],
      channel_id: at,
      ...more,
    } as Parameters<WebClient['files']['completeUploadExternal']>[0]);
  try {
    await complete(channel, present({ thread_ts: threadTs }));
    return true;
  } catch (error) {
    if (codeOf(error) === 'file_not_found') return false;
    const { kind } = failureOf(error);
    if ((kind !== 'lost' && kind !== 'gone') || way.instead === undefined || channel.startsWith('D'))
      throw error;
    await complete(
      await directChannel(client, way.instead.user),
      present({ initial_comment: way.instead.text }),
    );
    return true;
  }
}

function codeOf(error: unknown): string | undefined {
  const { code } = failureOf(error) as { readonly code?: string };
  return code;
}
