import { describe, expect, it } from 'vitest';
import {
  countPoints,
  cutToBytes,
  cutToPoints,
  cutToUnits,
  hasWord,
  headAndTail,
  oneLine,
  shortened,
  visible,
  visibleInJson,
  visibleJson,
  wellFormed,
  wholeJson,
  wholeJsonText,
} from '../../../../src/domain/kernel/text.ts';
import { hostile, hostileValue } from '../../../support/hostile-text.ts';

describe('one line', () => {
  it.each([
    ['  it  works\n\n again\t', 'it works again'],
    ['a\r\nb', 'a b'],
    ['approved \u202e evil', 'approved evil'],
    ['\u2066\u200b\ufeffok\u2069\u00ad', 'ok'],
    ['bell\u0007 \u001b[31mred', 'bell [31mred'],
    ['क्\u200dष', 'क्\u200dष'],
    ['已检查 🔑', '已检查 🔑'],
    ['\u3164\u115f', ''],
    ['\ud83d', '\ufffd'],
  ])('of %j is %j', (text, line) => {
    expect(oneLine(text)).toBe(line);
    expect(oneLine(line)).toBe(line);
  });

  it.each([
    ['x', true],
    ['7', true],
    ['好', true],
    ['...', false],
    ['🔑', false],
    ['', false],
  ])('%j has a word: %s', (text, expected) => {
    expect(hasWord(text)).toBe(expected);
  });
});

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

describe('values that can be stored and sent', () => {
  it('mends every text and name, however deep, and leaves the rest', () => {
    expect(
      wholeJson({ 'a\u0000': ['\ud83d', { b: 'x\udd11', n: -1.5, t: true, o: null, u: undefined }] }),
    ).toEqual({
      'a\ufffd': ['\ufffd', { b: 'x\ufffd', n: -1.5, t: true, o: null, u: undefined }],
    });
  });

  it('loses no member whose name becomes that of another', () => {
    const mended = wholeJson({ 'a\u0000': 1, 'a\ufffd': 2, 'a\ud800': 3, a: 4 });

    expect(Object.values(mended).toSorted()).toEqual([1, 2, 3, 4]);
    expect(mended).toMatchObject({ 'a\ufffd': 2, a: 4 });
  });

  it('leaves bytes and dates what they are', () => {
    const bytes = Buffer.from([0, 0xd8]);
    const day = new Date(0);

    expect(wholeJson({ bytes, day })).toEqual({ bytes, day });
    expect(wholeJson([bytes])[0]).toBe(bytes);
  });

  it('takes a name that means something to JavaScript as any other', () => {
    const value: unknown = JSON.parse('{"__proto__": {"x": "\\u0000"}, "toString": "\\ud800"}');

    expect(JSON.stringify(wholeJson(value))).toBe('{"__proto__":{"x":"\ufffd"},"toString":"\ufffd"}');
  });

  it.each(hostile)('mends $name once and for all', ({ text }) => {
    const mended = wholeJson(hostileValue(text));

    expect(JSON.stringify(mended)).not.toMatch(/(?<!\\)\\u(?:0000|d[89a-f])/);
    expect(JSON.stringify(wholeJson(mended))).toBe(JSON.stringify(mended));
    expect(wholeJsonText(hostileValue(text))).toBe(JSON.stringify(mended));
    expect(wellFormed(text).length).toBe(text.length);
  });

  it('writes JSON as JSON.stringify does where nothing has to be mended', () => {
    const value = { at: new Date(0), text: '\\u0000 \\ud800', list: [1, undefined, '🔑'], gone: undefined };

    expect(wholeJsonText(value)).toBe(JSON.stringify(value));
  });
});

describe('text that shows what it holds', () => {
  it.each([
    ['a\u001b[2Jb\u0007', 'a·[2Jb·'],
    ['a\u0000\u007f\u0085\u009b', 'a····'],
    ['tab\tline\nline\r\nlast\r', 'tab\tline\nline\r\nlast·'],
    ['user\u202etxt.exe\u202c', 'user·txt.exe·'],
    ['\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069', '·········'],
    ['\ud83d', '\ufffd'],
    ['שלום 密码 🔑 👩‍💻', 'שלום 密码 🔑 👩‍💻'],
    ['zero\u200bwidth\u2060\ufeff', 'zero·width··'],
    ['soft\u00adhyphen \u200e\u200f\u061c', 'soft·hyphen ···'],
    ['no\u200djoiner\u200c and no\ufe0fvariant', 'no·joiner· and no·variant'],
    ['\u200d\ufe0f', '··'],
    ['é\u200b\u200d\u200c', 'é···'],
    ['a\ufe0f\u200d', 'a··'],
    ['🔑\ufe0f\ufe0e\u{e0101}', '🔑\ufe0f··'],
    ['tags\u{e0041}\u{e0042} filler\u3164\u115f', 'tags·· filler··'],
    [
      '1️⃣ ⚠️ ❤️‍🔥 👩🏽‍💻 葛\u{e0100} क्\u200dष نمی\u200cخواهم',
      '1️⃣ ⚠️ ❤️‍🔥 👩🏽‍💻 葛\u{e0100} क्\u200dष نمی\u200cخواهم',
    ],
  ])('%j is shown as %j', (text, shown) => {
    expect(visible(text)).toBe(shown);
    expect(visible(shown)).toBe(shown);
  });

  it('shows every text and name of a value so', () => {
    expect(visibleJson({ 'a\u202e': ['b\u0007', 1] })).toEqual({ a·: ['b·', 1] });
  });

  it('keeps what JSON says', () => {
    const value = { 'a\u202e': 'b\u009b\u2066\u0007\t密码 \u200b \u{e0041} \u200d' };
    const shown = visibleInJson(JSON.stringify(value, null, 2));

    expect(JSON.parse(shown)).toEqual(value);
    expect(visible(shown)).toBe(shown);
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

describe('the beginning and the end', () => {
  it.each([
    ['short', 20, 'short'],
    ['0123456789abcdefghij', 13, '01234\n…\nfghij'],
    ['🙂🙂🙂🙂🙂🙂🙂🙂', 10, '🙂\n…\n🙂🙂'],
  ])('of %j in %i units', (text, units, cut) => {
    expect(headAndTail(text, units)).toBe(cut);
    expect(headAndTail(text, units).length).toBeLessThanOrEqual(units);
  });
});

describe('limits of machines', () => {
  it.each([
    ['abc', 5, 'abc'],
    ['abc', 2, 'ab'],
    ['abc', 0, ''],
    ['🔑🔑🔑', 2, '🔑🔑'],
    ['a👩‍💻b', 3, 'a'],
    ['a👩‍💻b', 4, 'a👩‍💻'],
    ['e\u0301e\u0301', 3, 'e\u0301'],
    ['a\u0000\ud83dx', 3, 'a\ufffd\ufffd'],
  ])('%j to %i code points', (text, points, cut) => {
    expect(cutToPoints(text, points)).toBe(cut);
    expect(countPoints(cut)).toBeLessThanOrEqual(points);
  });

  it('is cut inside of what no person typed, and as fast for a megabyte', () => {
    const endless = `e${'\u0301'.repeat(1_000_000)}`;

    expect(cutToPoints(endless, 100)).toBe(`e${'\u0301'.repeat(99)}`);
    expect(cutToPoints(`${'密🔑'.repeat(500_000)}`, 3)).toBe('密🔑密');
  });

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
