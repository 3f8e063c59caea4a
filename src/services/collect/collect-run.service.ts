import type { Redactor } from '@aetherius/redact';
import type { BundleContent } from '../../domain/bundle/content.ts';
import { bundleFolder, isRecording } from '../../domain/bundle/manifest.ts';
import type { BundleWriter } from '../../domain/bundle/writer.ts';
import type { Clock } from '../../domain/kernel/clock.ts';
import { AppError } from '../../domain/kernel/errors.ts';
import { present } from '../../domain/kernel/present.ts';
import { readWish } from '../../domain/logs/query.ts';
import type { CollectGap, CollectRenderer, CollectView } from '../../domain/message/collect-view.ts';
import type { RunHandler, RunLease } from '../../domain/ports/lease.ts';
import type { TxOf } from '../../domain/ports/store.ts';
import type { Language, Run } from '../../domain/run/run.ts';
import { rootPurpose } from '../run/run.service.ts';
import { createRunWriter } from '../run/run-writer.ts';
import type { CollectHere } from './contract.ts';

/** How far back logs are read, where nobody says: as on the command line. */
const USUAL_MS = 60 * 60_000;
const DAY_MS = 24 * 60 * 60_000;

export interface CollectRunOptions {
  readonly collect: CollectHere;
  readonly renderer: CollectRenderer;
  /** The index page, in the language of the place where it was asked for. */
  readonly page: (content: BundleContent, language: Language) => string;
  /** Of an archive that is given away in pieces, one after the other. */
  readonly pieces: (folder: string, take: (piece: Uint8Array) => Promise<void>) => BundleWriter;
  readonly redactorOf: (answer: string | undefined) => Redactor;
  /** Bytes of a bundle. */
  readonly mostBytes: number;
  /** Milliseconds for which it is kept on its way. */
  readonly keptMs: number;
  readonly clock: Clock;
}

/** What a finished run leaves in `runs.summary`. */
export interface CollectSummary {
  readonly files: number;
  readonly bytes: number;
  readonly gaps: number;
}

/**
 * `/aetherius collect …`: gathers a bundle and leaves it in pieces in PostgreSQL, because a worker has no token of
 * Slack; a bot takes it from there (ADR 0035). One transaction ends the run, the bundle and the card, and orders the
 * file; so whoever is killed before it, and takes over, begins anew, and after it there is one order.
 */
export function createCollectRun(options: CollectRunOptions): RunHandler<'bundles' | 'messages' | 'runs'> {
  const { collect, renderer, clock, mostBytes } = options;
  return {
    async handle(lease) {
      const { run, signal } = lease;
      const language = run.surface?.language ?? 'en';
      const startedAt = clock.now();
      const since = sinceOf(run, startedAt.getTime());
      const folder = bundleFolder(run.environment, startedAt);
      let seen: Pick<CollectView, 'progress' | 'gaps'> = { gaps: [] };
      const progress = createRunWriter(clock, lease, async (tx) => {
        await edit(tx, run, 'progress', () => renderer.collect({ run, ...seen }, language));
      });
      try {
        await lease.save((tx) => tx.bundles.begin(run.id));
        const { manifest, archive } = await collect.collect({
          ...{ id: run.id, environment: run.environment, since, mostBytes, signal },
          redactor: options.redactorOf(run.id),
          writer: options.pieces(folder, taker(lease, mostBytes)),
          page: (content) => options.page(content, language),
          onProgress: ({ done, of, gaps }) => {
            seen = { progress: { done, of }, gaps: gaps.map(gapOf) };
            progress.changed();
          },
        });
        await progress.rest();
        const files = manifest.entries.filter(
          ({ sha256, path }) => sha256 !== undefined && !isRecording(path),
        ).length;
        const gaps = manifest.entries.filter(({ error, leftOut }) => error ?? leftOut).map(gapOf);
        const summary: CollectSummary = { files, bytes: archive.bytes, gaps: gaps.length };
        await lease.finish(summary, async (tx) => {
          await tx.bundles.finish(run.id, archive);
          const ended: Run = { ...run, state: 'complete', finishedAt: await tx.now() };
          const days = Math.floor(options.keptMs / DAY_MS);
          const whole = { ...archive, files, since: manifest.since, days };
          const parentId = await edit(tx, run, 'answer', () =>
            renderer.collect({ run: ended, gaps, whole }, language),
          );
          if (parentId === undefined || run.surface === undefined) return;
          await tx.messages.upload({
            ...{ channel: run.surface.channel, parentId, runId: run.id, bundle: run.id },
            ...{ filename: `${folder}.tar.gz`, title: `${folder}.tar.gz` },
            ...{ instead: renderer.instead(language), ...present({ user: run.requestedBy?.userId }) },
          });
        });
      } finally {
        await progress.rest().catch(() => undefined);
      }
    },
  };
}

function sinceOf({ params }: Run, now: number): number {
  const since = params.since;
  const wish = readWish(typeof since === 'string' ? { since } : {}, now);
  if (!wish.ok) throw new AppError('INVALID_INPUT', `cannot read ${wish.value}`);
  return wish.query.since ?? now - USUAL_MS;
}

/** Each piece is written under the claim of the run: whoever lost it leaves nothing in the bundle of another. */
function taker(
  { run, save }: RunLease<'bundles' | 'messages' | 'runs'>,
  mostBytes: number,
): (piece: Uint8Array) => Promise<void> {
  let next = 0;
  let bytes = 0;
  return async (piece) => {
    bytes += piece.length;
    if (bytes > mostBytes)
      throw new AppError('INVALID_INPUT', 'a bundle is larger than it may be', {
        facts: { reason: 'bundle-too-large', most: mostBytes },
      });
    const at = next;
    next += 1;
    await save((tx) => tx.bundles.add(run.id, at, piece));
  };
}

const gapOf = ({ path, error, leftOut }: CollectGap): CollectGap => ({
  path,
  ...present({ error, leftOut }),
});

/** Undefined: the run has no message. */
async function edit(
  tx: TxOf<'messages'>,
  run: Run,
  urgency: 'progress' | 'answer',
  render: () => ReturnType<CollectRenderer['collect']>,
): Promise<string | undefined> {
  const [root] = await tx.messages.find({ runId: run.id, purpose: rootPurpose });
  if (root !== undefined) await tx.messages.update(root.id, render(), urgency);
  return root?.id;
}
