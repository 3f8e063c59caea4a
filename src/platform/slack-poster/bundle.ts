import type { WebClient } from '@slack/web-api';
import { present } from '../../domain/kernel/present.ts';
import type { FileOfRun } from '../../domain/message/outbox.ts';
import type { StoredBundle } from '../../domain/ports/bundles.ts';
import { SendRefused } from '../slack/failure.ts';
import type { SlackGate } from '../slack/gate.ts';
import { sendOnce, type Upload } from './file-once.ts';
import type { Sent } from './send.ts';

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

/**
 * Gives a bundle to Slack, once. SendRefused `bundle-gone` for one that is not kept any more, `bundle-size`;
 * BundleRefused by the gate.
 */
export async function sendBundle(
  client: WebClient,
  item: Upload,
  { bundle: runId, user, instead: text }: FileOfRun,
  way: Way,
  lost: AbortSignal,
): Promise<Sent> {
  const stored = await way.get(runId);
  if (stored === undefined) throw new SendRefused('bundle-gone');
  return sendOnce(
    client,
    item,
    {
      fileId: stored.fileId,
      bytes: (signal) => read(runId, stored, way, signal),
      give: (url, bytes, signal) => way.gate.bundle(url, { bytes, runId, sha256: stored.sha256 }, signal),
      given: (fileId) => way.given(runId, fileId),
      done: () => way.forget(runId),
      ...(user === undefined ? {} : { instead: { user, ...present({ text }) } }),
    },
    lost,
  );
}

async function read(
  runId: string,
  { bytes: length }: StoredBundle,
  way: Way,
  signal: AbortSignal,
): Promise<Uint8Array> {
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
  return bytes;
}
