/** A sample of `npm run search`. */
import { afterAll, describe, expect, it } from 'vitest';
import { drawOf, inWords } from '../../../scripts/search/draw.ts';
import { tryDraw } from '../../../scripts/search/search.ts';
import { Keeper } from '../../../scripts/search/world.ts';

const keeper = new Keeper();
afterAll(() => keeper.stop());

/** One of those that once failed, and two others; none waits for what is said on the bus. */
const sample = [1028, 10, 20];

describe('a platform that is drawn, and what is broken in it', () => {
  it.each(sample)('of seed %i is told of without a statement that is certain and wrong', async (seed) => {
    const draw = drawOf(seed);
    const { wrong, problem, judged, answers } = await tryDraw(keeper, draw);

    expect(problem, inWords(draw)).toBeUndefined();
    expect(wrong).toEqual([]);
    expect(answers).toBeGreaterThan(20);
    expect(judged).toBeGreaterThan(0);
  });
});
