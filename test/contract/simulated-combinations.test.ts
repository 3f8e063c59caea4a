/**
 * Faults of the recordings at once, simulated: the evidence of each alone, put together by the rules of
 * `scripts/campaign/simulated.ts` and judged by the same rules as faults that are planted together in a lab. Each related
 * pair, and drawn ones of the other pairs and of three faults. No platform had them at once.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { faultById, faults } from '../../lab/faults/index.ts';
import { ciChoices } from '../../scripts/campaign/choice.ts';
import { type Combination, drawn, pairsOf, touchOf, triplesOf } from '../../scripts/campaign/combinations.ts';
import { expectationOf } from '../../scripts/campaign/expectation.ts';
import {
  evidenceOf,
  judgeSimulated,
  openSimulation,
  type RecordedFault,
  recordedFault,
  type Simulation,
  whyApart,
} from '../../scripts/campaign/simulated.ts';
import { plantedOn, rowsOf } from '../support/recordings.ts';

/** What is drawn stays, so that a run says the same as the one before. */
const seed = 1;
const countOf = { others: 150, triples: 60 } as const;

describe.each(Object.values(ciChoices))('simulated on $runtime', ({ runtime }) => {
  const planted = plantedOn(runtime);
  const recorded = planted.map(({ id }) => faultById(id));
  const pairs = pairsOf(recorded, true);
  const all = pairsOf(
    faults.filter(({ runtimes }) => runtimes.includes(runtime)),
    true,
  );
  let simulation: Simulation;
  const known = new Map<string, RecordedFault>();

  beforeAll(async () => {
    simulation = openSimulation(await evidenceOf(rowsOf([runtime, 'healthy'])));
    for (const { id, variant } of planted) {
      const evidence = await evidenceOf(rowsOf([runtime, id, variant]));
      const expected = expectationOf(faultById(id), variant);
      known.set(id, await recordedFault(simulation, { id, expected, evidence }));
    }
  }, 60_000);

  const recordedOf = (combination: Combination): readonly RecordedFault[] =>
    combination.map(({ id }) => {
      const one = known.get(id);
      if (one === undefined) throw new Error(`no recording of ${id}`);
      return one;
    });

  /** What is wrong with the answers to these; undefined: they cannot be there at once. */
  async function problemsOf(combination: Combination): Promise<readonly string[] | undefined> {
    const each = recordedOf(combination);
    if (whyApart(each) !== undefined) return undefined;
    const touched = new Set(combination.flatMap((fault) => [...touchOf(fault).parts]));
    const wrong = await judgeSimulated(simulation, each, touched);
    return wrong.map((problem) => `${each.map(({ id }) => id).join(' + ')}: ${problem}`);
  }

  const first = recorded.flatMap((fault) => {
    const beside = pairs.filter(([one]) => one === fault);
    return beside.length === 0 ? [] : [{ id: fault.id, count: beside.length, beside }];
  });

  it.each(first)(
    '$id beside each of $count related faults',
    async ({ beside }) => {
      const problems: string[] = [];
      for (const pair of beside) {
        problems.push(...((await problemsOf(pair)) ?? []));
      }
      expect(problems).toEqual([]);
    },
    // Against a hang: it takes a second or two, and ten times as long on a machine that does much else.
    120_000,
  );

  it(`is each of the ${pairs.length} related pairs that are recorded, of ${all.length} that can be planted`, () => {
    expect(first.reduce((sum, { count }) => sum + count, 0)).toBe(pairs.length);
    // What cannot be there at once is the exception.
    const apart = pairs.filter((pair) => whyApart(recordedOf(pair)) !== undefined);
    expect(apart.length).toBeLessThan(pairs.length / 5);
    expect(pairs.length).toBeLessThanOrEqual(all.length);
  });

  const others = pairsOf(recorded, false);

  it.each([
    [countOf.others, 'pairs that are not related', drawn(others, others.length, seed)],
    // So many more are drawn that those which cannot be there at once are replaced.
    [countOf.triples, 'sets of three', triplesOf(recorded, 2 * countOf.triples, seed)],
  ] as const)(
    'is %i drawn %s',
    async (count, _kind, list) => {
      const problems: string[] = [];
      let number = 0;
      for (const combination of list) {
        if (number === count) break;
        const wrong = await problemsOf(combination);
        if (wrong !== undefined) number += 1;
        problems.push(...(wrong ?? []));
      }
      expect(problems).toEqual([]);
      expect(number, 'so many were judged').toBe(count);
    },
    120_000,
  );
});
