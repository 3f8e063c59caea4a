import { describe, expect, it } from 'vitest';
import { scalarIn, withScalar } from '../../../../src/remediations/values/string-in-yaml.ts';

const key = 'a.b';

describe('a text of a YAML file', () => {
  it.each([
    ['plain, with a comment', 'a:\r\n  b:   old\t# was new\r\n', 'a:\r\n  b:   new\t# was new\r\n'],
    ['in double quotes', 'a: { b: "old", c: 1 }\n', 'a: { b: "new", c: 1 }\n'],
    ['in single quotes', "a:\n  c: old\n  b: 'old'", "a:\n  c: old\n  b: 'new'"],
    [
      'beside a merge',
      'x: &x { c: 1 }\na:\n  <<: *x\n  b: old\n',
      'x: &x { c: 1 }\na:\n  <<: *x\n  b: new\n',
    ],
    ['with a quoted key', '"a":\n  "b": old\n', '"a":\n  "b": new\n'],
  ])('is another one and nothing else: %s', (_what, text, wanted) => {
    expect(scalarIn(text, key)).toBe('old');
    expect(withScalar(text, key, 'new')).toBe(wanted);
    expect(withScalar(wanted, key, 'old')).toBe(text);
  });

  it.each([
    ['a: { b: old }', 'x.{id}.y', 'a: { b: "x.{id}.y" }'],
    ['a:\n  b: old', '{id}.y', 'a:\n  b: "{id}.y"'],
    ['a:\n  b: old', '12', 'a:\n  b: "12"'],
    ['a:\n  b: old', 'true', 'a:\n  b: "true"'],
    ['a:\n  b: old', '>', 'a:\n  b: ">"'],
    ['a:\n  b: old', 'x.{id}.y', 'a:\n  b: x.{id}.y'],
  ])('gets quotes where it needs them: %j with %s', (text, value, wanted) => {
    expect(withScalar(text, key, value)).toBe(wanted);
    expect(scalarIn(wanted, key)).toBe(value);
  });

  it.each([
    ['setting-not-a-text', 'a:\n  b: |\n    old\n'],
    ['setting-not-a-text', 'a:\n  b: >-\n    old\n'],
    ['setting-not-a-text', 'a:\n  b: old\n    and older\n'],
    ['setting-not-a-text', 'a:\n  b: "ol\\u0064"\n'],
    ['setting-not-a-text', "a:\n  b: 'o''ld'\n"],
    ['setting-not-a-text', 'a:\n  b: !!str old\n'],
    ['setting-not-a-text', 'a:\n  b: &old old\nc: *old\n'],
    ['setting-not-a-text', 'a:\n  b: 12\n'],
    ['setting-not-a-text', 'a:\n  b: [old]\n'],
    ['setting-not-a-text', 'a:\n  b:\n'],
    ['setting-used-twice', 'c: &c old\na:\n  b: *c\n'],
    ['setting-used-twice', 'a: &a\n  b: old\nc: *a\n'],
    ['setting-used-twice', 'c: &c { b: old }\na: *c\n'],
    ['setting-not-in-file', 'a:\n  c: old\n'],
    ['setting-not-in-file', 'c: &c { b: old }\na:\n  <<: *c\n'],
    ['config-not-one-document', 'a: { b: old }\n---\na: { b: old }\n'],
    ['config-unreadable', 'a: { b: old\n'],
  ])('is refused: %s in %j', (reason, text) => {
    expect(() => withScalar(text, key, 'new')).toThrow(
      expect.objectContaining({ code: 'CONFLICT', facts: expect.objectContaining({ reason }) as object }),
    );
  });
});
