import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';

/**
 * Bytes of a file, or of standard input for `-`, unpacked where they begin as gzip does. What reads slowly holds the
 * source back. Errors are those of the file system and of zlib.
 */
export async function* readBytes(
  path: string,
  stdin: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): AsyncIterable<Uint8Array> {
  const source: AsyncIterable<Uint8Array> =
    path === '-' ? stdin : createReadStream(path, { signal, highWaterMark: 256 * 1024 });
  const parts = source[Symbol.asyncIterator]();
  const first = await parts.next();
  if (first.done === true) return;
  const rest = { [Symbol.asyncIterator]: () => parts };
  async function* whole(): AsyncIterable<Uint8Array> {
    yield first.value as Uint8Array;
    yield* rest;
  }
  if (first.value[0] !== 0x1f || first.value[1] !== 0x8b) {
    yield* whole();
    return;
  }
  const packed = Readable.from(whole());
  const gunzip = createGunzip({ chunkSize: 256 * 1024 });
  packed.once('error', (error) => gunzip.destroy(error));
  yield* packed.pipe(gunzip);
}
