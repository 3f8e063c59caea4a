import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { AppError } from '../../domain/kernel/errors.ts';

/** A few megabytes can be made to unpack to hundreds of gigabytes; a log that is longer than this is unpacked by people. */
export const mostUnpacked = 4 * 2 ** 30;

/**
 * Bytes as they come, unpacked where they begin as gzip does. What reads slowly holds the source back. AppError
 * INVALID_INPUT `log-file-unpacked` after `most` unpacked bytes.
 */
export async function* unpacked(
  source: AsyncIterable<Uint8Array>,
  most = mostUnpacked,
): AsyncIterable<Uint8Array> {
  const parts = source[Symbol.asyncIterator]();
  const first = await parts.next();
  if (first.done === true) return;
  async function* whole(): AsyncIterable<Uint8Array> {
    yield first.value as Uint8Array;
    yield* { [Symbol.asyncIterator]: () => parts };
  }
  if (first.value[0] !== 0x1f || first.value[1] !== 0x8b) {
    yield* whole();
    return;
  }
  const packed = Readable.from(whole());
  const gunzip = createGunzip({ chunkSize: 256 * 1024 });
  packed.once('error', (error) => gunzip.destroy(error));
  let left = most;
  for await (const bytes of packed.pipe(gunzip) as AsyncIterable<Uint8Array>) {
    if (bytes.length > left) {
      yield bytes.subarray(0, left);
      throw new AppError('INVALID_INPUT', 'too much comes out of it', {
        facts: { reason: 'log-file-unpacked', most },
      });
    }
    left -= bytes.length;
    yield bytes;
  }
}
