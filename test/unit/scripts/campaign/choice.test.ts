import { describe, expect, it } from 'vitest';
import { chosenFaults, chosenVariants, ciChoices } from '../../../../scripts/campaign/choice.ts';
import { variantsToFix } from '../../../../scripts/campaign/ci-fixes.ts';
import { expectationOf } from '../../../../scripts/campaign/expectation.ts';

const names = (choice: Parameters<typeof chosenFaults>[0]) =>
  chosenFaults(choice).flatMap((fault) =>
    chosenVariants(choice, fault).map((variant) => `${fault.id} ${variant}`),
  );
const causes = (choice: Parameters<typeof chosenFaults>[0]) =>
  new Set(chosenFaults(choice).map((fault) => expectationOf(fault).cause));

it.each([ciChoices.compose, ciChoices.kubernetes])(
  '$runtime: a sample has each cause and each fix',
  (own) => {
    const every = { ...own, each: true, mend: true };
    const sample = { ...own, sampled: 21, mend: true };

    expect(causes(sample)).toEqual(causes(every));
    const fixes = chosenFaults(every).flatMap((fault) =>
      variantsToFix(fault, own.runtime).map((variant) => `${fault.id} ${variant}`),
    );
    expect(fixes.length).toBeGreaterThan(10);
    expect(names(sample)).toEqual(expect.arrayContaining(fixes));
    expect(new Set(names(every))).toEqual(new Set([...names(every), ...names(sample)]));
  },
);

it('a sample leaves faults out, and another seed draws others', () => {
  const sample = (sampled: number) => names({ ...ciChoices.compose, sampled });

  expect(sample(21).length).toBeLessThan(names({ ...ciChoices.compose, each: true }).length * 0.75);
  expect(sample(21)).toEqual(sample(21));
  expect(sample(22)).not.toEqual(sample(21));
});

it('each has every fault once, once has every cause once', () => {
  const once = { ...ciChoices.compose, once: true };

  expect(names(once)).toHaveLength(causes(once).size);
  expect(names({ ...ciChoices.compose, each: true })).toHaveLength(chosenFaults(ciChoices.compose).length);
});

describe('what is drawn', () => {
  const choice = { ...ciChoices.compose, mend: true };
  const seeds = Array.from({ length: 60 }, (_none, at) => 77 + at);

  it('is less than half of a sample, the same for a number, and in the end every cause and every fix', () => {
    const all = names({ ...choice, sampled: 21 });
    for (const drawn of seeds) expect(names({ ...choice, drawn }).length).toBeLessThan(all.length / 2);
    expect(names({ ...choice, drawn: 77 })).toEqual(names({ ...choice, drawn: 77 }));

    const causesOfAll = new Set(seeds.flatMap((drawn) => [...causes({ ...choice, drawn })]));
    expect(causesOfAll).toEqual(causes({ ...choice, sampled: 21 }));
    const planted = new Set(seeds.flatMap((drawn) => names({ ...choice, drawn })));
    for (const fault of chosenFaults(choice))
      for (const variant of variantsToFix(fault, 'compose'))
        expect(planted).toContain(`${fault.id} ${variant}`);
  });

  it('has the causes of what was touched as well', () => {
    const also = ['D3', 'T1.b'];
    const wanted = [...causes({ ...choice, sampled: 21 })].filter((cause) =>
      also.some((prefix) => cause?.startsWith(prefix)),
    );

    expect(wanted.length).toBeGreaterThan(2);
    for (const drawn of seeds)
      expect([...causes({ ...choice, drawn, also })]).toEqual(expect.arrayContaining(wanted));
  });
});
