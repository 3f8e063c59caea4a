import { describe, expect, it } from 'vitest';
import { judgeCombination } from '../../../../scripts/campaign/combination-trial.ts';
import type { Expectation } from '../../../../scripts/campaign/expectation.ts';
import type { Judged } from '../../../../scripts/campaign/trial.ts';

const expected = (symptom: string, cause: string, more: Partial<Expectation> = {}): Expectation => ({
  symptom,
  cause,
  also: [],
  ...more,
});
const answer = (causes: Readonly<Record<string, 'confirmed' | 'possible' | 'ruled-out'>>): Judged => ({
  title: '',
  causes: Object.entries(causes).map(([id, verdict]) => ({ id, verdict })),
});
const both = [expected('D3', 'D3.a'), expected('S7', 'S7.b')];

describe('an answer to several faults', () => {
  it('is right when one is confirmed and the other at least possible', () => {
    const said = judgeCombination(
      both,
      new Map([
        ['D3', answer({ 'D3.a': 'confirmed' })],
        ['S7', answer({ 'S7.b': 'possible', 'S7.c': 'ruled-out' })],
      ]),
    );
    expect(said).toEqual({ verdicts: ['confirmed', 'possible'], falseCauses: [], problems: [] });
  });

  it('is wrong when it confirms what is not there, or rules out what is', () => {
    const said = judgeCombination(
      both,
      new Map([
        ['D3', answer({ 'D3.a': 'ruled-out', 'D3.b': 'confirmed' })],
        ['S7', answer({ 'S7.b': 'confirmed' })],
      ]),
    );
    expect(said.problems).toEqual(['not planted: D3.b', 'D3.a is ruled out']);
    expect(said.falseCauses).toEqual(['D3.b']);
  });

  it('is wrong when it names no root', () => {
    const answers = new Map([
      ['D3', answer({ 'D3.a': 'possible' })],
      ['S7', answer({ 'S7.b': 'possible' })],
    ]);
    expect(judgeCombination(both, answers).problems).toEqual(['nothing that is planted is confirmed']);
    // Where each shuts the bot itself out, nobody could tell.
    const hidden = both.map((one) => ({ ...one, mayHide: true as const }));
    expect(judgeCombination(hidden, answers).problems).toEqual([]);
  });

  it('takes another name of the same thing for it', () => {
    const [first] = both;
    const neo4j = expected('H2 neo4j', 'H2.a', { also: ['S7.c'] });
    const answers = new Map([
      ['D3', answer({ 'D3.a': 'confirmed' })],
      ['H2 neo4j', answer({ 'H2.a': 'ruled-out', 'S7.c': 'confirmed' })],
    ]);
    expect(judgeCombination([first ?? neo4j, neo4j], answers)).toMatchObject({
      verdicts: ['confirmed', 'confirmed'],
      problems: [],
    });
  });
});
