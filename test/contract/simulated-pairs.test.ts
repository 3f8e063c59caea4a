/**
 * Every two related faults of the recordings at once, simulated: the evidence of each alone, put together by the rules of
 * `scripts/campaign/simulated.ts` and judged by the same rules as two that are planted in a lab. No platform had both.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { faultById, faults } from '../../lab/faults/index.ts';
import { ciChoices } from '../../scripts/campaign/choice.ts';
import { pairsOf, touchOf } from '../../scripts/campaign/combinations.ts';
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
  let judged = 0;
  let apart = 0;

  beforeAll(async () => {
    simulation = openSimulation(await evidenceOf(rowsOf([runtime, 'healthy'])));
    for (const { id, variant } of planted) {
      const evidence = await evidenceOf(rowsOf([runtime, id, variant]));
      const expected = expectationOf(faultById(id), variant);
      known.set(id, await recordedFault(simulation, { id, expected, evidence }));
    }
  }, 60_000);

  const first = recorded.flatMap((fault) => {
    const beside = pairs.filter(([one]) => one === fault).flatMap(([, other]) => other ?? []);
    return beside.length === 0 ? [] : [{ id: fault.id, count: beside.length, fault, beside }];
  });

  it.each(first)(
    '$id beside each of $count related faults',
    async ({ fault, beside }) => {
      const problems: string[] = [];
      for (const other of beside) {
        const pair = [known.get(fault.id), known.get(other.id)] as const;
        if (pair[0] === undefined || pair[1] === undefined) throw new Error(`no recording of ${other.id}`);
        if (whyApart(pair[0], pair[1]) !== undefined) {
          apart += 1;
          continue;
        }
        const touched = new Set([...touchOf(fault).parts, ...touchOf(other).parts]);
        const wrong = await judgeSimulated(simulation, [pair[0], pair[1]], touched);
        problems.push(...wrong.map((problem) => `${fault.id} + ${other.id}: ${problem}`));
        judged += 1;
      }
      expect(problems).toEqual([]);
    },
    20_000,
  );

  it(`is each of the ${pairs.length} related pairs that are recorded, of ${all.length} that can be planted`, () => {
    expect(judged + apart).toBe(pairs.length);
    // What cannot be there at once is the exception.
    expect(apart).toBeLessThan(pairs.length / 5);
    expect(pairs.length).toBeLessThanOrEqual(all.length);
  });
});
