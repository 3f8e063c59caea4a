import { describe, expect, it } from 'vitest';
import { type Case, caseOf } from '../../../../scripts/score/cases.ts';
import { judge, type Said, sumOf, type Tried } from '../../../../scripts/score/judge.ts';

const head = `title: a fault
source: { name: a source, url: https://example.com/fault, licence: MIT }
asked: redis takes no writes
`;
const planted = (more: string): Case =>
  caseOf('one.yaml', `${head}plant: [{ fault: D3.e, variant: asked-for }]\n${more}`);
const one = planted(`roots: [{ part: redis, cause: D3.e, words: [MISCONF, save] }]
also: [H2.b]
forbidden: [D3.a]
harmful: [redis.delete-keys]
`);
const two = planted(`roots:
  - { part: redis, cause: D3.e, words: [save] }
  - { part: nats, cause: D4.b, words: [stream] }
`);
const healthy = caseOf('well.yaml', `${head}looksLike: finished-job\n`);

const said = (cause: string, ...parts: readonly string[]): Said => ({ cause, parts, remedies: [] });

describe('the score of an answer', () => {
  it('is 1 where each root is found and nothing else', () => {
    expect(judge(one, [said('D3.e', 'redis')])).toEqual({
      ...{ found: ['D3.e of redis'], missing: [], wrong: [], harmful: [], harmfulRemedies: [] },
      score: 1,
    });
    expect(judge(two, [said('D3.e'), said('D4.b')]).score).toBe(1);
  });

  it('is 0 when a root is missing, whatever else was found', () => {
    expect(judge(one, []).score).toBe(0);
    expect(judge(two, [said('D3.e')])).toMatchObject({ missing: ['D4.b of nats'], score: 0 });
  });

  it('is the share of true roots among all that are confirmed', () => {
    expect(judge(one, [said('D3.e'), said('S1.a')]).score).toBe(1 / 2);
    expect(judge(two, [said('D3.e'), said('D4.b'), said('S1.a')]).score).toBe(2 / 3);
    // The same cause said twice is one.
    expect(judge(one, [said('D3.e'), said('S1.a'), said('S1.a')]).score).toBe(1 / 2);
  });

  it('counts what is as true neither for nor against it', () => {
    expect(judge(one, [said('D3.e'), said('H2.b')])).toMatchObject({ wrong: [], score: 1 });
    expect(judge(one, [said('D3.e'), said('K1.b')], ['K1.b'])).toMatchObject({ wrong: [], score: 1 });
    expect(judge(one, [said('H2.b')]).score).toBe(0);
  });

  it('takes a root by its id or by one of its words, and never of another part', () => {
    expect(judge(one, [said('Redis answers MISCONF', 'deployment/redis')]).score).toBe(1);
    expect(judge(one, [said('it failed to SAVE', 'Redis')]).score).toBe(1);
    expect(judge(one, [said('it is slow', 'redis')]).score).toBe(0);
    expect(judge(one, [said('D3.e', 'nats')])).toMatchObject({ score: 0, wrong: ['D3.e'] });
  });

  it('calls harmful what the case forbids, also where something else calls it true, and each cause of what is well', () => {
    expect(judge(one, [said('D3.e'), said('D3.a'), said('S1.a')], ['D3.a'])).toMatchObject({
      ...{ wrong: ['D3.a', 'S1.a'], harmful: ['D3.a'] },
      score: 1 / 3,
    });
    expect(judge(healthy, [said('K1.b')])).toMatchObject({ wrong: ['K1.b'], harmful: ['K1.b'] });
    expect(judge(healthy, []).score).toBeUndefined();
  });

  it('calls a remedy harmful that the case names, or that is offered for a wrong cause', () => {
    const offered = (cause: string, ...remedies: readonly string[]): Said => ({ cause, parts: [], remedies });

    expect(judge(one, [offered('D3.e', 'redis.delete-keys', 'redis.other')]).harmfulRemedies).toEqual([
      'redis.delete-keys',
    ]);
    expect(judge(one, [offered('D3.e'), offered('S1.a', 'kubernetes.restart-workload')])).toMatchObject({
      harmfulRemedies: ['kubernetes.restart-workload'],
    });
  });
});

describe('the sum', () => {
  const tried = (of: Case, all: readonly Said[], more: Partial<Tried> = {}): Tried => ({
    ...{ case: of, judged: judge(of, all), asked: of.asked, seconds: 1, loud: false },
    ...more,
  });

  it('has the mean over the faults alone, and what is silent over the rest', () => {
    const sum = sumOf([
      tried(one, [said('D3.e')], { seconds: 5 }),
      tried(one, [said('D3.e'), said('D3.a')], { seconds: 2 }),
      tried(one, [], { problem: 'no answer', seconds: 0 }),
      tried(healthy, []),
      tried(healthy, [said('K1.b')], { loud: true }),
      tried(healthy, [], { problem: 'no answer' }),
    ]);

    expect(sum).toEqual({
      ...{ faults: 3, rootsFound: 2, mean: 0.5, wrong: 2, harmful: 2, harmfulRemedies: 0 },
      ...{ negatives: 3, silent: 1, seconds: [1, 5] },
    });
  });
});
