import { describe, expect, it } from 'vitest';
import { drawOf, inWords } from '../../../../scripts/search/draw.ts';
import { breakables } from '../../../../scripts/search/faults.ts';

const many = Array.from({ length: 3_000 }, (_, index) => drawOf(index + 1));

describe('a draw', () => {
  it('is the same for the same seed, and another for another', () => {
    expect(drawOf(40)).toEqual(drawOf(40));
    expect(drawOf(41)).not.toEqual({ ...drawOf(40), seed: 41 });
    expect(inWords(drawOf(40))).toContain('redis.wants-replicas');
  });

  it('breaks each thing that can be broken, healthy platforms and several at once among them', () => {
    const broken = new Set(many.flatMap(({ faults }) => faults.map(({ id }) => id)));

    expect(breakables.map(({ id }) => id).filter((id) => !broken.has(id))).toEqual([]);
    expect(new Set(many.map(({ faults }) => faults.length))).toEqual(new Set([0, 1, 2, 3]));
  });

  it('breaks a part once: what stands in the way of another fault is not there to be found', () => {
    const twice = many.filter(({ faults }) => {
      const parts = faults.map(({ id }) => id.split('.')[0]);
      return new Set(parts).size < parts.length;
    });

    expect(twice).toEqual([]);
    expect(new Set(breakables.map(({ id }) => id)).size).toBe(breakables.length);
  });

  it('tells the bot of a part at least', () => {
    expect(many.filter(({ configured }) => configured.length === 0)).toEqual([]);
  });
});
