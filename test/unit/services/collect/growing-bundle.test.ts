import { createRedactor } from '@aetherius/redact';
import { describe, expect, it } from 'vitest';
import type { BundleWriter } from '../../../../src/domain/bundle/writer.ts';
import type { Clock } from '../../../../src/domain/kernel/clock.ts';
import { targetError } from '../../../../src/platform/targets/failure.ts';
import { Bundle } from '../../../../src/services/collect/growing-bundle.ts';

const MIB = 2 ** 20;
const clock = { now: () => new Date(0) } as Clock;

/** A bundle of an archive that makes everything so much smaller. */
function growing(mostBytes: number, by = 1) {
  let bytes = 0;
  const writer = {
    add(_path: string, content: string) {
      bytes += content.length / by;
      return Promise.resolve({ bytes: content.length, sha256: 'f' });
    },
    bytesAtMost: () => bytes,
    packed: (content: string) => Promise.resolve(content.length / by),
  } as unknown as BundleWriter;
  const { signal } = new AbortController();
  const bundle = new Bundle(writer, createRedactor(), clock, signal, undefined, mostBytes);
  return { bundle, bytes: () => bytes };
}

describe('a bundle that may not have any size', () => {
  it('leaves out what does not fit, names it, and keeps room for what sums it up', async () => {
    const { bundle, bytes } = growing(16 * MIB);
    for (const name of ['a', 'b', 'c', 'd']) await bundle.text(`logs/redis/${name}.log`, 'x'.repeat(5 * MIB));
    await bundle.text('logs/redis/small.log', 'x'.repeat(MIB));
    await bundle.text('index.html', 'x'.repeat(2 * MIB));

    const left = bundle.entries().filter(({ leftOut }) => leftOut !== undefined);
    expect(left.map(({ path }) => path)).toEqual(['logs/redis/c.log', 'logs/redis/d.log']);
    expect(left[0]?.leftOut).toEqual({
      why: 'size',
      detail: `the bundle may have at most ${16 * MIB} bytes`,
    });
    expect(left[0]?.sha256).toBeUndefined();
    expect(bytes()).toBe(13 * MIB);
  });

  it('takes what fits once it is packed, up to where it does not', async () => {
    const { bundle, bytes } = growing(17 * MIB, 2);
    for (let n = 0; n < 6; n += 1) await bundle.text(`logs/redis/${n}.log`, 'x'.repeat(6 * MIB));

    const left = bundle.entries().filter(({ leftOut }) => leftOut !== undefined);
    expect(left.map(({ path }) => path)).toEqual(['logs/redis/4.log', 'logs/redis/5.log']);
    expect(bytes()).toBe(12 * MIB);
  });
});

describe('a source that gives nothing', () => {
  it('is an entry with what the target said, where that is no answer the bot knows', async () => {
    const { bundle } = growing(MIB);
    const failing = (stage: 'protocol' | 'refused', detail: string) => () =>
      Promise.reject(targetError(stage, { what: 'A', host: 'b', port: 1 }, { cause: new Error(detail) }));
    await bundle.json('a.json', 1_000, failing('protocol', 'database "gone" does not exist'));
    await bundle.json('b.json', 1_000, failing('refused', 'connect ECONNREFUSED'));

    expect(bundle.entries().map(({ error }) => error)).toEqual([
      { code: 'protocol', detail: 'A at b:1: unexpected answer: database "gone" does not exist' },
      { code: 'refused', detail: 'A at b:1: connection refused' },
    ]);
  });
});
