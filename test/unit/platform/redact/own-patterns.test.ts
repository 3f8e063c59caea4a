import { createRedactor } from '@aetherius/redact';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../../../src/domain/kernel/errors.ts';
import { ownPatterns } from '../../../../src/platform/redact/own-patterns.ts';

describe('patterns of an operator', () => {
  it('hide what they match, or their group', () => {
    const redactor = createRedactor({
      finders: [
        ownPatterns([
          { name: 'badge', pattern: '\\bEMP-\\d{4}\\b' },
          { name: 'room', pattern: 'room (?P<secret>[A-Z]\\d+)' },
        ]),
      ],
    });

    expect(redactor.text('EMP-1234 is in room B17, not EMP-12345')).toBe(
      '[secret] is in room [secret], not EMP-12345',
    );
    expect(redactor.counts()).toEqual({ badge: 1, room: 1 });
  });

  it('take no more time for text that makes others backtrack', () => {
    const find = ownPatterns([{ name: 'slow', pattern: '(a+)+$' }]);
    const begun = process.cpuUsage();

    expect([...find(`${'a'.repeat(5000)}!`)]).toEqual([]);
    expect(process.cpuUsage(begun).user / 1000).toBeLessThan(5000);
  });

  it.each([
    ['look-ahead', 'a(?=b)'],
    ['back-reference', '(a)\\1'],
    ['an open bracket', '(a'],
    ['empty text', 'a*'],
  ])('are refused with their fault when they are none: %s', (_what, pattern) => {
    expect(() => ownPatterns([{ name: 'mine', pattern }])).toThrow(AppError);
    expect(() => ownPatterns([{ name: 'mine', pattern }])).toThrow(/pattern mine/);
  });

  it('need a kind that can be counted by', () => {
    expect(() => ownPatterns([{ name: 'a b', pattern: 'x' }])).toThrow(/no kind/);
  });
});
