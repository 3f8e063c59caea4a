import type { WebClient } from '@slack/web-api';
import { present } from '../../domain/kernel/present.ts';
import type { FileOfRun, OutboxItem } from '../../domain/message/outbox.ts';
import type { StoredBundle } from '../../domain/ports/bundles.ts';
import { failureOf, SendRefused } from '../slack/failure.ts';
import type { SlackGate } from '../slack/gate.ts';
import { directChannel, type Sent } from './send.ts';

/** Bundles in PostgreSQL, as `domain/ports/bundles` has them, each call a transaction of its own. */
export interface BundlesOnTheWay {
  get(runId: string): Promise<StoredBundle | undefined>;
  piece(runId: string, at: number): Promise<Uint8Array | undefined>;
  given(runId: string, fileId: string | undefined): Promise<void>;
  forget(runId: string): Promise<void>;
  /** Bytes of the largest one that is sent. */
  readonly mostBytes: number;
}

interface Way extends BundlesOnTheWay {
  readonly gate: SlackGate;
}

type Upload = Extract<OutboxItem, { kind: 'upload' }>;
type Payload = Upload['payload'] & FileOfRun;

/** Longest time for the bytes. */
const UPLOAD_MS = 5 * 60_000;
/** Tries in which a file that Slack has may still be on its way into its channel. */
const PATIENT_TRIES = 3;

/**
 * Gives a bundle to Slack: its bytes first, which people do not see, then its place, in which they do. Slack's id of the
 * file is stored in between, so whoever comes after a crash asks Slack about it before anything is done again.
 * SendRefused `bundle-gone` for one that is not kept any more, `bundle-size`; BundleRefused by the gate.
 */
export async function sendBundle(
  client: WebClient,
  item: Upload,
  payload: Payload,
  way: Way,
  lost: AbortSignal,
): Promise<Sent> {
  const runId = payload.bundle;
  const stored = await way.get(runId);
  if (stored === undefined) throw new SendRefused('bundle-gone');
  const before = stored.fileId === undefined ? 'none' : await stateOf(client, stored.fileId);
  if (before === 'shown') {
    await way.forget(runId);
    return {};
  }
  if (before === 'hidden' && item.attempts <= PATIENT_TRIES)
    throw new Error('a file may still be on its way into its channel');
  const signal = AbortSignal.any([lost, AbortSignal.timeout(UPLOAD_MS)]);
  let { fileId } = stored;
  if (fileId !== undefined && (await shown(client, item, payload, fileId))) {
    await way.forget(runId);
    return {};
  }
  fileId = await give(client, payload, stored, way, signal);
  await way.given(runId, fileId);
  signal.throwIfAborted();
  if (!(await shown(client, item, payload, fileId)))
    throw new Error('Slack does not know the file that it has just taken');
  await way.forget(runId);
  return {};
}

/** The bytes; people cannot see them yet. */
async function give(
  client: WebClient,
  { bundle: runId, filename }: Payload,
  { bytes: length, sha256 }: StoredBundle,
  way: Way,
  signal: AbortSignal,
): Promise<string> {
  if (length > way.mostBytes) throw new SendRefused('bundle-size');
  const bytes = new Uint8Array(length);
  let filled = 0;
  for (let at = 0; filled < length; at += 1) {
    signal.throwIfAborted();
    const piece = await way.piece(runId, at);
    if (piece === undefined) throw new SendRefused('bundle-gone');
    if (piece.length === 0 || filled + piece.length > length) throw new SendRefused('bundle-altered');
    bytes.set(piece, filled);
    filled += piece.length;
  }
  const { upload_url: url, file_id: fileId } = await client.files.getUploadURLExternal({ filename, length });
  if (url === undefined || fileId === undefined) throw new Error('Slack gave no place for a file');
  const answer = await way.gate.bundle(url, { bytes, runId, sha256 }, signal);
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
async function shown(client: WebClient, item: Upload, payload: Payload, fileId: string): Promise<boolean> {
  const { message } = item;
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
    if ((kind !== 'lost' && kind !== 'gone') || payload.user === undefined || channel.startsWith('D'))
      throw error;
    await complete(await directChannel(client, payload.user), present({ initial_comment: payload.instead }));
    return true;
  }
}

function codeOf(error: unknown): string | undefined {
  const { code } = failureOf(error) as { readonly code?: string };
  return code;
}
