import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { isRecording } from '../domain/bundle/manifest.ts';
import { RecordedRow } from '../domain/bundle/recording.ts';
import { openRecording, type Recording } from '../domain/bundle/replay.ts';
import type { BundleVerdict } from '../platform/bundle/read.ts';
import { type Bundles, type CheckedBundle, exitCodes } from './context.ts';
import { UsageFault } from './faults.ts';

/** Files that `collect` made, on this machine. */
export function openBundles(signal: AbortSignal): Bundles {
  return {
    async write(path, folder) {
      if (existsSync(path)) throw new UsageFault('cli.fault.bundle-exists', { path });
      const { writeBundle } = await import('../platform/bundle/write.ts');
      const { collectEarly } = await import('../platform/process/heap.ts');
      collectEarly();
      return writeBundle(path, folder, () => new Date()).catch((error: NodeJS.ErrnoException) => {
        const facts = { path, code: error.code ?? 'unknown' };
        throw new UsageFault('cli.fault.bundle-unwritable', facts, exitCodes.couldNotLook);
      });
    },
    async verify(path) {
      const { verifyBundle } = await import('../platform/bundle/read.ts');
      return checked(path, signal, () => verifyBundle(path, { signal }));
    },
    async open(path, folder) {
      if (existsSync(folder)) throw new UsageFault('cli.fault.bundle-folder', { path: folder });
      const { openBundle } = await import('../platform/bundle/read.ts');
      return checked(path, signal, () => openBundle(path, folder, { signal }));
    },
  };
}

async function checked(
  path: string,
  signal: AbortSignal,
  read: () => Promise<BundleVerdict>,
): Promise<CheckedBundle> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(path, { signal })) hash.update(chunk as Uint8Array);
  } catch (error) {
    signal.throwIfAborted();
    const facts = { path, code: (error as NodeJS.ErrnoException).code ?? 'unknown' };
    throw new UsageFault('cli.fault.bundle-unreadable', facts, exitCodes.couldNotLook);
  }
  return { ...(await read()), sha256: hash.digest('hex') };
}

/** The recording in a bundle. UsageFault for one that is not whole, or that has no recording. */
export async function recordingIn(path: string, signal: AbortSignal): Promise<Recording> {
  const { readBundle } = await import('../platform/bundle/read.ts');
  const rows: RecordedRow[] = [];
  const take = (_path: string, text: string): void => {
    for (const line of text.split('\n'))
      if (line !== '') rows.push(RecordedRow.parse(JSON.parse(line)) as unknown as RecordedRow);
  };
  const { findings } = await checked(path, signal, () => readBundle(path, { signal }, isRecording, take));
  const recording = findings.length === 0 ? openRecording(rows) : undefined;
  if (recording === undefined)
    throw new UsageFault('cli.fault.bundle-broken', { path }, exitCodes.couldNotLook);
  return recording;
}
