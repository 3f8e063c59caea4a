import { describe, expect, it } from 'vitest';
import { createBounded, unwrittenFacts } from '../../../../src/domain/audit/bounded.ts';

describe('rows that strangers cause', () => {
  it('are bounded for each minute, and the next one says how many were left out', () => {
    const rows = createBounded(2);

    const taken = [0, 1, 2, 3, 59_999, 60_000, 60_001, 60_002, 180_000].map(
      (now) => rows.take(now)?.unwritten,
    );

    expect(taken).toEqual([0, 0, undefined, undefined, undefined, 3, 0, undefined, 1]);
    expect(unwrittenFacts({ unwritten: 3 })).toEqual({ unwritten: 3 });
    expect(unwrittenFacts({ unwritten: 0 })).toEqual({});
  });
});
