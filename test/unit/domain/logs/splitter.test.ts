import { describe, expect, it } from 'vitest';
import { LineSplitter } from '../../../../src/domain/logs/splitter.ts';

function split(pieces: readonly Uint8Array[]): readonly string[] {
  const lines: string[] = [];
  const splitter = new LineSplitter((text) => lines.push(...text.replace(/\n$/, '').split('\n')));
  for (const piece of pieces) splitter.push(piece);
  splitter.end();
  return lines;
}

const text = 'first\n日志 ünd\n\nlast';
const bytes = new TextEncoder().encode(text);

describe('lines of bytes', () => {
  it.each([1, 2, 3, 7, 100])('are the same in pieces of %i bytes', (size) => {
    const count = Math.ceil(bytes.length / size);
    const pieces = Array.from({ length: count }, (_, at) => bytes.subarray(at * size, (at + 1) * size));

    expect(split(pieces)).toEqual(text.split('\n'));
  });

  it('are cut when they have no end, and what follows is whole', () => {
    const long = new TextEncoder().encode('x'.repeat(50_000));
    const lines = split([long, long, long, new TextEncoder().encode('\nnext\n')]);

    expect(lines.map((line) => line.length)).toEqual([65_536, 4]);
  });
});
