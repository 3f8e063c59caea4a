import { describe, expect, it } from 'vitest';
import { similarTo } from '../../../../src/domain/kernel/similar.ts';

describe('the name that was meant', () => {
  it.each([
    // Two edits are always near, and four tenths of a long name.
    ['ab', 'abcd', true],
    ['ab', 'abcde', false],
    ['abcde', 'abcdexy', true],
    ['abcde', 'abcdexyz', false],
    ['abcdefghij', 'abcdefghijklmn', true],
    ['abcdefghij', 'abcdefghijklmno', false],
    ['abcdefghi', 'abcdefghijkl', true],
    ['abcdefghi', 'abcdefghijklm', false],
  ])('of %s may be %s: %s', (wanted, candidate, near) => {
    expect(similarTo(wanted, [candidate])).toEqual(near ? { similar: candidate } : {});
  });

  it('has the fewest edits, the first of them where several have', () => {
    expect(similarTo('password', ['passwort', 'pasword', 'user'])).toEqual({ similar: 'passwort' });
    expect(similarTo('password', ['pxsswxrd', 'pasword'])).toEqual({ similar: 'pasword' });
    expect(similarTo('abc', ['bac', 'abd'])).toEqual({ similar: 'abd' });
    expect(similarTo('a', [])).toEqual({});
  });
});
