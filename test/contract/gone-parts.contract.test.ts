import { expect, it } from 'vitest';
import type { FindingCode } from '../../src/domain/probe/findings.ts';
import { remediations } from '../../src/remediations/index.ts';

/** A part that is gone has one of two codes, as its name is known or not (ADR 0029): what mends one mends the other. */
it('a fix for a part without any instance helps by either of its codes', () => {
  const codes = remediations.map(({ id, helpsCause }) => ({ id, codes: new Set<FindingCode>(helpsCause) }));
  const mend = codes.filter(({ codes: all }) => all.has('PART_ABSENT') || all.has('PART_MISSING'));

  expect(mend.map(({ id }) => id)).toContain('kubernetes.start-workload');
  expect(mend.filter(({ codes: all }) => !all.has('PART_ABSENT') || !all.has('PART_MISSING'))).toEqual([]);
});
