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
    expect(said.problems).toEqual([
      'certain and wrong: not planted: D3.b',
      'certain and wrong: D3.a is ruled out',
    ]);
    expect(said.falseCauses).toEqual(['D3.b']);
  });

  it('says nothing of a part by what is ruled out on the way to another one', () => {
    const down = { id: 'H2.a', part: 'nats', verdict: 'confirmed' } as const;
    const hangs = (part: 'nats' | 'orchestrator-service') =>
      judgeCombination(
        [expected('H2 nats', 'H2.a'), expected('H2 orchestrator-service', 'H2.b')],
        new Map([
          ['H2 nats', { title: '', causes: [down] }],
          [
            'H2 orchestrator-service',
            { title: '', causes: [down, { id: 'H2.b', part, verdict: 'ruled-out' }] },
          ],
        ]),
      );

    expect(hangs('nats')).toMatchObject({ verdicts: ['confirmed', 'not asked for'], problems: [] });
    expect(hangs('orchestrator-service').problems).toEqual(['certain and wrong: H2.b is ruled out']);
  });

  it('is wrong when it names no root', () => {
    const answers = new Map([
      ['D3', answer({ 'D3.a': 'possible' })],
      ['S7', answer({ 'S7.b': 'possible' })],
    ]);
    expect(judgeCombination(both, answers).problems).toEqual([
      'not found: nothing that is planted is confirmed',
    ]);
    // Where each shuts the bot itself out, nobody could tell.
    const hidden = both.map((one) => ({ ...one, mayHide: true as const }));
    expect(judgeCombination(hidden, answers).problems).toEqual([]);
  });

  describe('where one of them shuts the bot out', () => {
    const [full] = both;
    const connections = expected('D1', 'D1.b');
    const hiding = { mayHide: true } as const;
    const refuses = (part: string) => expected(`H2 ${part}`, 'H2.b', hiding);
    /** Neither is confirmed; `unseen`: what could not be looked at for the first one. */
    const problemsOf = (one: Expectation, other: Expectation, unseen: string | undefined) =>
      judgeCombination(
        [one, other],
        new Map(
          [one, other].map(({ symptom, cause }) => [
            symptom,
            {
              ...answer({ [cause]: 'possible', [one.cause]: 'possible' }),
              evidence: unseen === undefined ? [] : [{ key: unseen, status: 'inconclusive' }],
            },
          ]),
        ),
      ).problems;

    it.each([
      [
        'a full pool of connections, and who holds them',
        connections,
        expected('D1', 'D1.a', hiding),
        'postgres.session-shares',
      ],
      [
        'a store that refuses the login, and what fills it',
        full ?? connections,
        refuses('redis'),
        'redis.memory',
      ],
      [
        'a NATS that refuses the login, and what only agent-manager shows, which is not ready without it',
        expected('S5', 'S5.a'),
        refuses('nats'),
        'services.command-capacity',
      ],
    ])('nobody can tell %s', (_what, one, other, unseen) => {
      expect(problemsOf(one, other, unseen)).toEqual([]);
      // It could be looked at, and so has to be found.
      expect(problemsOf(one, other, undefined)).toEqual(['not found: nothing that is planted is confirmed']);
    });

    it('whatever is of another part has to be found', () => {
      expect(problemsOf(full ?? connections, refuses('neo4j'), 'redis.memory')).toEqual([
        'not found: nothing that is planted is confirmed',
      ]);
    });

    it('what does no harm has nothing that could be found', () => {
      const harmless = expected('H2 collect-agent', 'H2.d', { harmless: true });

      expect(problemsOf(harmless, refuses('redis'), undefined)).toEqual([]);
      expect(problemsOf(harmless, full ?? connections, undefined)).toHaveLength(1);
    });
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
