import { describe, expect, it } from 'vitest';
import { canonicalJson, sha256 } from '../../../../src/domain/kernel/canonical.ts';
import { AppError } from '../../../../src/domain/kernel/errors.ts';
import { wholeJson } from '../../../../src/domain/kernel/text.ts';
import { hostile, hostileValue } from '../../../support/hostile-text.ts';

/** Gaps that nobody filled. */
const withGap: unknown[] = [1];
withGap[2] = 3;
const ownJson = { toJSON: () => 'something else' };
const itself: { inner?: unknown } = {};
itself.inner = itself;

describe('canonical JSON', () => {
  it.each([
    [{ b: 1, a: [true, null, 'x'] }, '{"a":[true,null,"x"],"b":1}'],
    [{ a: undefined, b: {} }, '{"b":{}}'],
    [{ é: 1, e: 2, '\ud83d\udd11': 3, '\uffff': 4 }, '{"e":2,"é":1,"🔑":3,"\uffff":4}'],
    [[-0, 1e21, 1e-7, 0.1], '[0,1e+21,1e-7,0.1]'],
    ['\u0001\u202e"\\', '"\\u0001\u202e\\"\\\\"'],
    [Object.assign(Object.create(null), { a: 1 }) as unknown, '{"a":1}'],
  ])('of %j is %s', (value, text) => {
    expect(canonicalJson(value)).toBe(text);
  });

  it.each([
    ['a date', new Date(0)],
    ['a date inside', { at: [{ on: new Date(0) }] }],
    ['half a character', 'x\ud83d'],
    ['half a character in a name', { '\udd11': 1 }],
    ['NUL', 'x\u0000'],
    ['NUL in a name', { 'x\u0000': 1 }],
    ['undefined', undefined],
    ['undefined in a list', [1, undefined]],
    ['a gap in a list', withGap],
    ['NaN', NaN],
    ['infinity', [-Infinity]],
    ['a bigint', 1n],
    ['a function', { f: () => 1 }],
    ['a symbol', Symbol('x')],
    ['an object with a JSON of its own', ownJson],
    ['a list with a JSON of its own', Object.assign([1], ownJson)],
    ['a map', new Map([[1, 2]])],
    ['a set', new Set([1])],
    ['bytes', Buffer.from('x')],
    ['a boxed text', Object('x')],
    ['an instance of a class', new (class Thing {})()],
    ['what holds itself', itself],
  ])('refuses %s', (_what, value) => {
    expect(() => canonicalJson(value)).toThrow(AppError);
    expect(() => canonicalJson(value)).toThrow(expect.objectContaining({ code: 'BUG' }));
  });

  it.each(hostile)('takes $name once it is well formed, and is what is stored', ({ text }) => {
    const whole = wholeJson(hostileValue(text));

    expect(JSON.parse(canonicalJson(whole))).toEqual(JSON.parse(JSON.stringify(whole)));
    expect(sha256(JSON.parse(JSON.stringify(whole)))).toBe(sha256(whole));
  });
});

describe('a digest', () => {
  it('is that of the text, or of the canonical form', () => {
    expect(sha256('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    expect(sha256({ b: 1, a: 2 })).toBe(sha256('{"a":2,"b":1}'));
  });

  it('refuses half a character, which would have the digest of another text', () => {
    expect(() => sha256('\ud83d')).toThrow(AppError);
  });
});
