import { describe, expect, it } from 'vitest';
import { faultById, faults } from '../../../../lab/faults/index.ts';
import { expectationOf } from '../../../../scripts/campaign/expectation.ts';
import { pairs } from '../../../../scripts/campaign/pairs.ts';

const causesOf = (all: typeof faults) => new Set(all.map((fault) => expectationOf(fault).cause));

describe('the pairs of the campaign', () => {
  it('have every cause that can be planted beside another one', () => {
    const paired = causesOf(pairs.flat().map(({ fault }) => faultById(fault)));

    expect([...causesOf(faults)].filter((cause) => !paired.has(cause))).toEqual([]);
  });

  it.each(
    pairs.map((pair) => [pair.map(({ fault, variant }) => `${fault} ${variant}`).join(' + '), pair] as const),
  )('%s: exist, have a platform in common, and are two causes or two questions', (_title, pair) => {
    const [one, other] = pair.map(({ fault }) => faultById(fault));

    for (const { fault, variant } of pair) expect(faultById(fault).variants).toContain(variant);
    expect(one?.runtimes.some((runtime) => other?.runtimes.includes(runtime))).toBe(true);
    expect(one && expectationOf(one)).not.toEqual(other && expectationOf(other));
  });
});
