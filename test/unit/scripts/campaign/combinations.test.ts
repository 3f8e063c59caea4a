import { describe, expect, it } from 'vitest';
import { faultById, faults } from '../../../../lab/faults/index.ts';
import {
  areRelated,
  combinationsOf,
  drawn,
  pairsOf,
  touchOf,
  triplesOf,
} from '../../../../scripts/campaign/combinations.ts';

const onCompose = faults.filter(({ runtimes }) => runtimes.includes('compose'));
const related = (one: string, other: string) =>
  areRelated(touchOf(faultById(one)), touchOf(faultById(other)));
const namesOf = (list: readonly (readonly { readonly id: string }[])[]) =>
  list.map((combination) => combination.map(({ id }) => id).join(' + '));

describe('faults that are planted together', () => {
  it('are known by what they break, for every fault of the lab', () => {
    for (const fault of faults) expect(touchOf(fault).parts.size, fault.id).toBeGreaterThan(0);
    expect([...touchOf(faultById('part.redis.slow')).parts]).toEqual(['redis']);
  });

  it.each([
    ['share a part', 'part.redis.slow', 'D3.a', true],
    ['share a probe', 'S4.a', 'S4.b', true],
    ['have an edge between them', 'part.neo4j.stopped', 'S6.b', true],
    ['have it the other way round', 'S6.b', 'part.neo4j.stopped', true],
    ['have nothing in common', 'D3.a', 'S7.b', false],
  ])('%s: %s and %s', (_, one, other, expected) => {
    expect(related(one, other)).toBe(expected);
  });

  it('are either related or not, each two once, and never two states of one part', () => {
    const all = [...pairsOf(onCompose, true), ...pairsOf(onCompose, false)];
    const names = namesOf(all);
    expect(new Set(names).size).toBe(names.length);
    const states = onCompose.filter(({ id }) => id.startsWith('part.redis.')).length;
    expect(names.filter((name) => /part\.redis\.\w+ \+ part\.redis\./.test(name))).toEqual([]);
    expect(states).toBeGreaterThan(2);
    expect(pairsOf(onCompose, false).length).toBeGreaterThan(150);
  });

  it('are drawn by the seed alone', () => {
    const list = Array.from({ length: 100 }, (_, at) => at);
    expect(drawn(list, 5, 7)).toEqual(drawn(list, 5, 7));
    expect(drawn(list, 5, 7)).not.toEqual(drawn(list, 5, 8));
    expect(drawn([1, 2], 5, 7).toSorted()).toEqual([1, 2]);
    const three = triplesOf(onCompose, 60, 7);
    expect(new Set(namesOf(three)).size).toBe(60);
    expect(three.every((combination) => combination.length === 3)).toBe(true);
    expect(namesOf(triplesOf(onCompose, 60, 7))).toEqual(namesOf(three));
    expect(combinationsOf('others', onCompose, { count: 6, seed: 1 })).toHaveLength(6);
  });
});
