import { describe, expect, it } from 'vitest';
import { cutToBytes, cutToUnits, shortened, wellFormed } from '../../../../src/domain/kernel/text.ts';

describe('text that can be stored and sent', () => {
  it.each([
    ['plain', 'plain'],
    ['a\u0000b', 'a\ufffdb'],
    ['\ud83d', '\ufffd'],
    ['x\udd11y', 'x\ufffdy'],
    ['🔑', '🔑'],
    ['tab\tline\n\u001b[0m', 'tab\tline\n\u001b[0m'],
  ])('%j becomes %j', (text, stored) => {
    expect(wellFormed(text)).toBe(stored);
    expect(wellFormed(text).isWellFormed()).toBe(true);
  });
});

describe('shortening', () => {
  it.each([
    ['short', 10, 'short'],
    ['exactly ten', 11, 'exactly ten'],
    ['too long by one', 14, 'too long by o…'],
    ['blank before the cut', 6, 'blank…'],
    ['🔑🔑🔑🔑', 3, '🔑🔑…'],
    ['👩‍💻👩‍💻👩‍💻', 2, '👩‍💻…'],
    ['e\u0301e\u0301e\u0301', 2, 'e\u0301…'],
    ['密码错误', 3, '密码…'],
    ['abc', 1, '…'],
    ['a\u0000bc', 3, 'a\ufffd…'],
  ])('%j to %i characters', (text, most, shown) => {
    expect(shortened(text, most)).toBe(shown);
  });

  it('never splits a character, wherever it is cut', () => {
    const text = 'a👩‍💻é🔑密\ud83dx'.repeat(10);
    for (let most = 1; most < 80; most += 1) {
      const shown = shortened(text, most);

      expect(shown.isWellFormed()).toBe(true);
      expect([...new Intl.Segmenter('en').segment(shown)].length).toBeLessThanOrEqual(most);
    }
  });

  it('takes as long for a megabyte as for a page', () => {
    expect(shortened('x'.repeat(1_000_000), 3)).toBe('xx…');
    // One base with a million accents is one character, and no text that fits anywhere.
    expect(shortened(`e${'\u0301'.repeat(1_000_000)}`, 5).length).toBeLessThan(500);
  });

  it('refuses a length that holds nothing', () => {
    expect(() => shortened('x', 0)).toThrow(RangeError);
    expect(() => shortened('x', 1.5)).toThrow(RangeError);
  });
});

describe('limits of machines', () => {
  it.each([
    ['abc', 2, 'ab'],
    ['a🔑', 2, 'a'],
    ['a🔑', 3, 'a🔑'],
    ['\u0000\u0000', 1, '\ufffd'],
  ])('%j to %i units', (text, units, cut) => {
    expect(cutToUnits(text, units)).toBe(cut);
  });

  it.each([
    ['äöü', 3, 'ä'],
    ['äöü', 4, 'äö'],
    ['🔑x', 3, ''],
    ['🔑x', 5, '🔑x'],
    ['abc', 2, 'ab'],
    ['abc', 3, 'abc'],
  ])('%j to %i bytes', (text, bytes, cut) => {
    expect(cutToBytes(text, bytes)).toBe(cut);
    expect(Buffer.byteLength(cutToBytes(text, bytes))).toBeLessThanOrEqual(bytes);
  });
});
