import { createReadStream } from 'node:fs';
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
