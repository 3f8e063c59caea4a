import { describe, expect, it } from 'vitest';
import { createPace } from '../../../../src/domain/access/pace.ts';

const many = (
  pace: ReturnType<typeof createPace>,
  keys: readonly (readonly [string, number])[],
  times: readonly number[],
) => times.map((now) => pace.take(keys, now));

describe('the starts of a minute', () => {
  it('are as many as are allowed; then it says how long to wait, to the second', () => {
    const keys = [['person a', 3]] as const;
    const pace = createPace();

    expect(many(pace, keys, [0, 10_000, 20_000])).toEqual([undefined, undefined, undefined]);
    expect(many(pace, keys, [20_001, 59_999])).toEqual([40, 1]);
    expect(many(pace, keys, [60_000, 60_001])).toEqual([undefined, 10]);
  });

  it('that are refused do not count, for no key', () => {
    const pace = createPace();
    expect(
      many(
        pace,
        [
          ['channel c', 1],
          ['person a', 5],
        ],
        [0, 1, 2],
      ),
    ).toEqual([undefined, 60, 60]);
    // The four that are left to the person were not used up in that channel.
    expect(many(pace, [['person a', 5]], [3, 4, 5, 6, 7])).toEqual([...Array(4).fill(undefined), 60]);
  });

  it('of one person take nothing from another', () => {
    const pace = createPace();
    many(pace, [['person a', 2]], [0, 1, 2, 3]);
    expect(pace.take([['person b', 2]], 4)).toBeUndefined();
  });
});
