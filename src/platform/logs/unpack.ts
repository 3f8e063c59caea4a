import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';

/** Bytes as they come, unpacked where they begin as gzip does. What reads slowly holds the source back. */
export async function* unpacked(source: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
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
  yield* packed.pipe(gunzip);
}
