import { expect, expectTypeOf, it } from 'vitest';
import { present } from '../../../../src/domain/kernel/present.ts';

it('what is undefined is left out, and everything else stays in its order', () => {
  const fields = present({ a: 1, b: undefined, c: null, d: '', e: 0, f: false });

  expect(Object.entries(fields)).toEqual([
    ['a', 1],
    ['c', null],
    ['d', ''],
    ['e', 0],
    ['f', false],
  ]);
  expect('b' in fields).toBe(false);
});

it('the type says what may be absent, and fits an exact optional field', () => {
  interface Wanted {
    readonly id: string;
    readonly note?: string;
    readonly state?: 'open' | 'closed';
    readonly more?: unknown;
  }
  const note: string | undefined = ['x'].at(1);
  const state = (): 'open' | undefined => undefined;
  const wanted: Wanted = { id: 'a', ...present({ note, state: state(), more: note as unknown }) };

  expect(wanted).toEqual({ id: 'a' });
  expectTypeOf(present({ id: 'a' as string, note })).toEqualTypeOf<
    { readonly id: string } & { readonly note?: string }
  >();
});
