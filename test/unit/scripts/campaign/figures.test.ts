import { describe, expect, it } from 'vitest';
import { figuresOf } from '../../../../scripts/campaign/figures.ts';
import type { InstallationTrial } from '../../../../scripts/campaign/planted.ts';
import { installationRow } from '../../../../scripts/campaign/table.ts';

const row = (trial: Partial<InstallationTrial>) =>
  installationRow({
    ...{ seed: 3, runtime: 'compose', state: 'D3.a one', asked: ['D3'], topCause: '–' },
    ...{ verdict: 'confirmed', falseCauses: [], contradicted: [], seconds: 1, problems: [] },
    ...trial,
  });

describe('the figures of other platforms', () => {
  it('tell a false answer from an open one, and both from none', () => {
    const rows = [
      row({}),
      row({ state: 'healthy', verdict: '–' }),
      row({ state: 'healthy', verdict: '–', problems: ['S2 ends with 2'] }),
      row({ state: 'healthy', verdict: '–', falseCauses: ['N1.b'], problems: ['N1 ends with 1'] }),
      // It does no harm: then it is right that nothing is said.
      row({ verdict: 'ruled-out' }),
      row({ verdict: 'possible', open: 'D3.a possible (redis.memory: it could not be asked)' }),
      row({ verdict: 'ruled-out', problems: ['D3.a is ruled-out | by nothing'] }),
      row({ falseCauses: ['D3.b'], problems: ['not planted: D3.b'] }),
      row({ verdict: '–', problems: ['no answer'] }),
    ];

    expect(figuresOf(rows)).toBe('; 1 possible, 3 false, 1 not found');
    expect(figuresOf([])).toBe('; 0 possible, 0 false, 0 not found');
  });
});
