import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { faults } from '../../../../../lab/faults/index.ts';
import { asIsVariant, isAsIs, notAsIs, notAsIsOn } from '../../../../../lab/platform/as-is/faults.ts';

describe('faults of the platform as it is', () => {
  it('are those of the catalogue but for a list with reasons, which the guide has too', () => {
    const guide = readFileSync('docs/guides/lab.md', 'utf8').split('\n');
    const all = { ...notAsIs, ...notAsIsOn.kubernetes, ...notAsIsOn.compose };
    const missing = Object.entries(all).filter(
      ([id, reason]) => !guide.some((line) => line.includes(`\`${id}\``) && line.endsWith(`: ${reason}`)),
    );

    expect(missing).toEqual([]);
    expect(Object.keys(all).filter((id) => !faults.some((fault) => fault.id === id))).toEqual([]);
    expect(faults.filter((fault) => isAsIs(fault, 'compose')).length).toBeGreaterThan(35);
    expect(faults.filter((fault) => isAsIs(fault, 'kubernetes')).length).toBeGreaterThan(45);
    const paused = faults.filter(({ id }) => id === 'part.orchestrator-service.paused');
    expect(paused.map((fault) => [isAsIs(fault, 'compose'), isAsIs(fault, 'kubernetes')])).toEqual([
      [true, false],
    ]);
  });

  it('are planted in a variant that they have', () => {
    for (const fault of faults) expect(fault.variants).toContain(asIsVariant(fault));
    expect(asIsVariant({ id: 'D1.c', variants: ['exports', 'reporting-client'] })).toBe('reporting-client');
  });
});
