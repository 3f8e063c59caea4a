import { describe, expect, it } from 'vitest';
import { certain, missed, notPlanted } from '../../../../scripts/campaign/certain.ts';
import { figuresOf } from '../../../../scripts/campaign/figures.ts';
import type { InstallationTrial } from '../../../../scripts/campaign/planted.ts';
import {
  combinationRow,
  deprivedRow,
  fixRow,
  healthRow,
  installationRow,
  pairRow,
  trialRow,
} from '../../../../scripts/campaign/table.ts';

const row = (trial: Partial<InstallationTrial>) =>
  installationRow({
    ...{ seed: 3, runtime: 'compose', state: 'D3.a one', asked: ['D3'], topCause: '–' },
    ...{ verdict: 'confirmed', falseCauses: [], contradicted: [], seconds: 1, problems: [] },
    ...trial,
  });

describe('the figures of a table', () => {
  it('tell what is certain and wrong from what is not found, and both from what may be', () => {
    const rows = [
      row({}),
      row({ state: 'healthy', verdict: '–' }),
      row({ state: 'healthy', verdict: '–', problems: ['S2 ends with 2'] }),
      row({ state: 'healthy', verdict: '–', problems: [...notPlanted(['N1.b']), 'N1 ends with 1'] }),
      // It does no harm: then it is right that nothing is said.
      row({ verdict: 'ruled-out' }),
      row({ verdict: 'possible', open: 'D3.a possible (redis.memory: it could not be asked)' }),
      row({ verdict: 'ruled-out', problems: ['late', `${missed('D3.a', 'ruled-out')} | by nothing`] }),
      row({ problems: notPlanted(['D3.b']) }),
      row({ verdict: 'possible', problems: [missed('D3.a', 'possible'), ...notPlanted(['D3.b'])] }),
      row({ verdict: '–', problems: [missed('D3.a', 'not asked for')] }),
      row({ verdict: '–', problems: ['no answer'] }),
    ];

    expect(figuresOf(rows)).toBe('; 1 possible, 4 certain and wrong, 1 not found');
    expect(figuresOf([])).toBe('; 0 certain and wrong, 0 not found');
  });

  it('are the same of every kind of table', () => {
    const words = { contradicted: [], falseCauses: [], seconds: 1 };
    const head = { fault: 'D3.a', variant: 'one', runtime: 'compose' } as const;
    const phases = { runtime: 'compose', id: 'D3.a', variant: 'one' } as const;
    const rowsWith = (problems: readonly string[]) => [
      trialRow({ ...words, ...head, asked: 'D3', topCause: '–', total: 1, phases, problems }),
      trialRow({ ...words, ...head, asked: 'D3', topCause: '–', total: 1, phases, problems }, true),
      deprivedRow({ ...words, ...head, without: 'without-logs', verdict: '–', problems }),
      pairRow({ ...words, planted: 'D3.a one', runtime: 'compose', found: '–', problems }),
      combinationRow({ ...words, planted: 'D3.a one', runtime: 'compose', verdicts: [], problems }),
      healthRow({ ...head, said: '', others: '', seconds: 1, problems }),
      installationRow({
        ...words,
        ...{
          seed: 3,
          runtime: 'compose',
          state: 'D3.a one',
          asked: [],
          topCause: '–',
          verdict: '–',
          problems,
        },
      }),
      fixRow({
        ...{ ...head, cause: '–', how: '–', state: '–', effects: [], offered: [], refused: [], seconds: 1 },
        problems,
      }),
    ];

    expect(figuresOf(rowsWith(['late', certain('redis is called up')]))).toBe(
      '; 8 certain and wrong, 0 not found',
    );
    expect(figuresOf(rowsWith([missed('D3.a', 'possible'), 'late']))).toBe(
      '; 0 certain and wrong, 8 not found',
    );
  });
});
