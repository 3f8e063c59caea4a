import { expect, it } from 'vitest';
import { Redaction } from '../../../../src/domain/settings/redaction.ts';

const named = (name: string, pattern = 'x') => ({ patterns: [{ name, pattern }] });
const passes = (value: unknown): boolean => Redaction.safeParse(value).success;

it('secrets alone are removed where nothing else is asked for', () => {
  expect(Redaction.parse({})).toEqual({ emails: false, addresses: false, patterns: [] });
});

it('takes names that metrics can count, and patterns of a length that can be read', () => {
  for (const name of ['a', 'Z-9_x', 'n'.repeat(40)])
    expect([name, passes(named(name))]).toEqual([name, true]);
  for (const name of ['', 'n'.repeat(41), 'a b', '-é', ' a', 'a.'])
    expect([name, passes(named(name))]).toEqual([name, false]);
  expect([1, 1000].map((length) => passes(named('a', 'x'.repeat(length))))).toEqual([true, true]);
  expect([0, 1001].map((length) => passes(named('a', 'x'.repeat(length))))).toEqual([false, false]);
  expect(Redaction.safeParse(named('a b')).error?.issues[0]?.message).toBe(
    'must be letters, digits, - and _, at most 40',
  );
});

it('takes 50 patterns and no more, and no field that it does not know', () => {
  const many = (count: number) => ({
    patterns: Array.from({ length: count }, (_, at) => ({ name: `p${at}`, pattern: 'x' })),
  });

  expect([50, 51].map((count) => passes(many(count)))).toEqual([true, false]);
  expect(passes({ phones: true })).toBe(false);
  expect(passes({ patterns: [{ name: 'a', pattern: 'x', flags: 'i' }] })).toBe(false);
});
