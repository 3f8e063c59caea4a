import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { unpacked } from '../../../../src/platform/logs/unpack.ts';

async function* pieces(...all: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* all;
}
async function sizeOf(source: AsyncIterable<Uint8Array>, seen: { bytes: number }): Promise<void> {
  for await (const bytes of source) seen.bytes += bytes.length;
}

describe('what is unpacked on the way', () => {
  it('is as long as it was before it was packed, and plain bytes pass', async () => {
    const text = Buffer.from('a line of a log\n'.repeat(10_000));
    const [packed, plain] = [{ bytes: 0 }, { bytes: 0 }];
    await sizeOf(unpacked(pieces(gzipSync(text))), packed);
    await sizeOf(unpacked(pieces(text), 10), plain);

    expect([packed.bytes, plain.bytes]).toEqual([text.length, text.length]);
  });

  it('ends where it has become too much: a bomb costs no more than what is asked for', async () => {
    const mebibyte = 2 ** 20;
    // 4 KiB that become 64 MiB, as ten of them would become a disk.
    const bomb = Buffer.concat(
      Array.from({ length: 16 }, () => gzipSync(Buffer.alloc(4 * mebibyte), { level: 9 })),
    );
    const seen = { bytes: 0 };

    await expect(sizeOf(unpacked(pieces(bomb), 3 * mebibyte), seen)).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      facts: { reason: 'log-file-unpacked', most: 3 * mebibyte },
    });
    expect(bomb.length).toBeLessThan(mebibyte / 4);
    expect(seen.bytes).toBe(3 * mebibyte);
  });
});
