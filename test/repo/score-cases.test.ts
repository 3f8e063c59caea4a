/** The cases of the score: what they plant and name is there. */
import { describe, expect, it } from 'vitest';
import { faultById } from '../../lab/faults/index.ts';
import { readCases } from '../../scripts/score/cases.ts';
import { alsoTrueOf, lookAlikeOf, runsOn } from '../../scripts/score/trial.ts';
import { diagnoses } from '../../src/diagnoses/index.ts';
import { remediations } from '../../src/remediations/index.ts';

const cases = readCases();
const planted = cases.filter(({ looksLike }) => looksLike === undefined);
const healthy = cases.filter(({ looksLike }) => looksLike !== undefined);
const causes: ReadonlySet<string> = new Set(diagnoses.flatMap((one) => one.causes.map(({ id }) => id)));
const fixes: ReadonlySet<string> = new Set(remediations.map(({ id }) => id));

describe('the cases of the score', () => {
  it('are many, of several sources, and some of them healthy', () => {
    expect(planted.length).toBeGreaterThanOrEqual(20);
    expect(healthy.length).toBeGreaterThanOrEqual(5);
    expect(new Set(cases.map(({ source }) => source.name)).size).toBeGreaterThanOrEqual(6);
    expect(new Set(cases.map(({ title }) => title)).size).toBe(cases.length);
  });

  it.each(planted.map((one) => [one.id, one] as const))(
    '%s plants faults of the lab whose cause it names',
    (_id, one) => {
      for (const { fault, variant } of one.plant) expect(faultById(fault).variants).toContain(variant);
      const expected = new Set(alsoTrueOf(one));
      expect(one.roots.filter(({ cause }) => !expected.has(cause))).toEqual([]);
      expect(one.forbidden.filter((id) => expected.has(id))).toEqual([]);
      expect(runsOn(one, 'kubernetes') || runsOn(one, 'compose')).toBe(true);
    },
  );

  it.each(healthy.map((one) => [one.id, one] as const))('%s names a look-alike of the lab', (_id, one) => {
    expect(lookAlikeOf(one.looksLike ?? '').runtimes.length).toBeGreaterThan(0);
  });

  it('name causes and remediations that the product knows', () => {
    const unknown = cases.flatMap(({ id, roots, also, forbidden, harmful }) => [
      ...[...roots.map(({ cause }) => cause), ...also, ...forbidden]
        .filter((cause) => !causes.has(cause))
        .map((cause) => `${id}: ${cause}`),
      ...harmful.filter((fix) => !fixes.has(fix)).map((fix) => `${id}: ${fix}`),
    ]);

    expect(unknown).toEqual([]);
  });
});
