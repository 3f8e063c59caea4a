import { createReadStream, readdirSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { LogTallyOptions } from '../domain/logs/analysis.ts';
import type { LogCounter } from '../domain/ports/log-files.ts';
import { logThreads } from '../platform/logs/log-threads.ts';
import { createSideBySide } from '../platform/logs/side-by-side.ts';
import { mostUnpacked, unpacked } from '../platform/logs/unpack.ts';
import { exitCodes } from './context.ts';
import { UsageFault } from './faults.ts';

/** The file itself, or the `.json` files of a folder in the order of their names. UsageFault for a folder without one. */
export function caseFilesIn(path: string): readonly string[] {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) return [path];
  const files = readdirSync(path)
    .filter((name) => name.endsWith('.json'))
    .toSorted()
    .map((name) => join(path, name));
  if (files.length === 0) throw new UsageFault('cli.fault.case-none', { path }, exitCodes.couldNotLook);
  return files;
}

/**
 * Bytes of a file, or of standard input for `-`, unpacked where they begin as gzip does. What reads slowly holds the
 * source back. Errors are those of the file system and of zlib, and AppError INVALID_INPUT after `most` unpacked bytes.
 */
export function readBytes(
  path: string,
  stdin: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
  most = mostUnpacked,
): AsyncIterable<Uint8Array> {
  const source = path === '-' ? stdin : createReadStream(path, { signal, highWaterMark: 256 * 1024 });
  return unpacked(source as AsyncIterable<Uint8Array>, most);
}

/**
 * The same of a file that grows, from its beginning on; one that is renamed or emptied is followed by the next of its
 * name. Ends with `signal`, standard input with its own end.
 */
export async function* followBytes(
  path: string,
  stdin: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): AsyncIterable<Uint8Array> {
  if (path === '-') return yield* untilStopped(stdin, signal);
  const { default: TailFile } = await import('@logdna/tail-file');
  const tail = new TailFile(path, {
    ...{ startPos: 0, pollFileIntervalMs: 250 },
    // Between a file and the next of its name there may be no file.
    ...{ pollFailureRetryMs: 1_000, maxPollFailures: 60 },
  });
  let left: Promise<void> | undefined;
  const quit = (): Promise<void> => (left ??= tail.quit());
  const stop = (): void => void quit();
  await tail.start();
  signal.addEventListener('abort', stop, { once: true });
  try {
    if (!signal.aborted) yield* tail as AsyncIterable<Uint8Array>;
  } finally {
    signal.removeEventListener('abort', stop);
    await quit();
  }
}

/** Standard input has no signal of its own. */
async function* untilStopped(
  source: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): AsyncIterable<Uint8Array> {
  const stopped = new Promise<undefined>((resolve) => {
    if (signal.aborted) resolve(undefined);
    signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
  const iterator = source[Symbol.asyncIterator]();
  for (;;) {
    const next = await Promise.race([iterator.next(), stopped]);
    if (next === undefined || next.done === true) return;
    yield next.value;
  }
}

/** More threads than this wait for one that reads the file. */
const MOST_THREADS = 4;

/** Counts logs in this process, on the cores that it may use. */
export function countSideBySide(options: LogTallyOptions, signal: AbortSignal): LogCounter {
  const cores = availableParallelism();
  return createSideBySide(options, {
    ...{ threads: logThreads, count: Math.min(MOST_THREADS, cores), signal },
    ...(cores > 1 ? {} : { aloneBytes: Number.POSITIVE_INFINITY }),
  });
}
