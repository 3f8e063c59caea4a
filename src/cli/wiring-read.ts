import { createReadStream } from 'node:fs';
import { availableParallelism } from 'node:os';
import type { LogTallyOptions } from '../domain/logs/analysis.ts';
import type { LogCounter } from '../domain/ports/log-files.ts';
import { logThreads } from '../platform/logs/log-threads.ts';
import { createSideBySide } from '../platform/logs/side-by-side.ts';
import { unpacked } from '../platform/logs/unpack.ts';

/**
 * Bytes of a file, or of standard input for `-`, unpacked where they begin as gzip does. What reads slowly holds the
 * source back. Errors are those of the file system and of zlib.
 */
export function readBytes(
  path: string,
  stdin: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): AsyncIterable<Uint8Array> {
  const source = path === '-' ? stdin : createReadStream(path, { signal, highWaterMark: 256 * 1024 });
  return unpacked(source as AsyncIterable<Uint8Array>);
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
