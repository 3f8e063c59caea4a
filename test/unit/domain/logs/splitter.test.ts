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

  it('are the same where characters go over the edge of what is read at a time', () => {
    const lines = Array.from({ length: 9_000 }, (_, at) =>
      at % 7 === 0 ? `日志 ${at}` : `plain line ${at}`,
    );
    const whole = new TextEncoder().encode(lines.join('\n'));

    for (const size of [65_535, 65_536, 65_537, 200_000]) {
      const count = Math.ceil(whole.length / size);
      const pieces = Array.from({ length: count }, (_, at) => whole.subarray(at * size, (at + 1) * size));

      expect(split(pieces)).toEqual(lines);
    }
  });

  it('show what is no UTF-8 where it stands, and begin without a mark of byte order', () => {
    const line = (...codes: number[]) => Uint8Array.from([...codes, 10]);

    // A character that the end of its line cuts off, the rest of it in the line behind.
    expect(split([line(0x61, 0xe6, 0x97), line(0x62), Uint8Array.from([0xe6]), line(0x97, 0xa5)])).toEqual([
      'a\uFFFD',
      'b',
      '日',
    ]);
    expect(split([Uint8Array.from([0xef, 0xbb]), line(0xbf, 0x61), line(0xef, 0xbb, 0xbf, 0x62)])).toEqual([
      'a',
      '\uFEFFb',
    ]);
  });

  it('may be pushed in memory that is used again', () => {
    const page = new Uint8Array(4);
    const lines: string[] = [];
    const splitter = new LineSplitter((text) => lines.push(text));
    for (const piece of ['ab\nc', 'd\ne\n'])
      splitter.push(page.subarray(0, new TextEncoder().encodeInto(piece, page).written));
    splitter.end();

    expect(lines).toEqual(['ab\n', 'cd\n', 'e\n']);
  });

  it('are cut when they have no end, and what follows is whole', () => {
    const long = new TextEncoder().encode('x'.repeat(50_000));
    const lines = split([long, long, long, new TextEncoder().encode('\nnext\n')]);

    expect(lines.map((line) => line.length)).toEqual([65_536, 4]);
  });
});
