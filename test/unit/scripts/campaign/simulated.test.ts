import { describe, expect, it } from 'vitest';
import type { Expectation } from '../../../../scripts/campaign/expectation.ts';
import {
  type Evidence,
  judgeSimulated,
  type RecordedFault,
  type Said,
  together,
  whyApart,
} from '../../../../scripts/campaign/simulated.ts';
import { redisMemory } from '../../../../src/diagnoses/redis-memory.diagnosis.ts';
import { unreachable } from '../../../../src/diagnoses/unreachable.diagnosis.ts';
import { judge } from '../../../../src/domain/diagnosis/judgement.ts';
import type { PartId } from '../../../../src/domain/platform/part.ts';
import type { FindingCode } from '../../../../src/domain/probe/findings.ts';
import type { ProbeOutcome } from '../../../../src/domain/probe/probe.ts';
import { emitters, outcomesOf, type Seen } from '../../../support/diagnosis.ts';

const outcome = (more: Partial<ProbeOutcome>): ProbeOutcome => ({
  ...{ key: 'redis.memory', probe: 'redis.memory', part: 'redis', status: 'healthy', findings: [] },
  ...{ facts: {}, startedAt: '2026-03-01T10:00:00.000Z', durationMs: 1 },
  ...more,
});
const well = outcome({});
const bad = (...codes: readonly FindingCode[]) =>
  outcome({
    status: 'unhealthy',
    findings: codes.map((code) => ({ code, severity: 'warning', part: 'redis', subject: 'x', facts: {} })),
  });
const unseen = (code: string) => outcome({ status: 'inconclusive', cause: { code, detail: '', facts: {} } });
const skipped = outcome({ status: 'skipped', reason: 'no-data' });

const short = ({ status, cause, reason, findings }: ProbeOutcome): string =>
  [status, cause?.code ?? reason, ...findings.map(({ code }) => code)].filter(Boolean).join(' ');
/** By each reading, in both orders of the two: `hides`, `stands`. */
function said(one: ProbeOutcome, other: ProbeOutcome, healthy = well): readonly string[] {
  const by = (a: ProbeOutcome, b: ProbeOutcome) =>
    (['hides', 'stands'] as const).map((reading) => short(together(a, b, healthy, reading).outcome));
  const there = by(one, other);
  expect(by(other, one).map((text) => text.split(' ').toSorted())).toEqual(
    there.map((text) => text.split(' ').toSorted()),
  );
  expect(together(one, other, healthy, 'hides').isOpen).toBe(there[0] !== there[1]);
  return there;
}
const both = (text: string) => [text, text];

describe('what a probe says where two faults are', () => {
  it('is what the other one says, where one is as on the healthy platform', () => {
    expect(said(well, bad('REDIS_SLOW'))).toEqual(both('unhealthy REDIS_SLOW'));
    expect(said(well, unseen('no-answer'))).toEqual(both('inconclusive no-answer'));
    // A finding of the healthy platform is no evidence of a fault, and one that lacks it is.
    expect(said(bad('REDIS_SLOW'), well, bad('REDIS_SLOW'))).toEqual(both('healthy'));
  });

  it('is the findings of both, the same one once', () => {
    expect(said(bad('REDIS_SLOW'), bad('REDIS_SLOW', 'REDIS_NO_LIMIT'))).toEqual(
      both('unhealthy REDIS_SLOW REDIS_NO_LIMIT'),
    );
  });

  it('takes what a recording lacks as on the healthy platform, and as not looked at where that lacks it', () => {
    const lacks = unseen('not-recorded');

    expect(said(lacks, bad('REDIS_SLOW'))).toEqual(both('unhealthy REDIS_SLOW'));
    expect(said(lacks, lacks)).toEqual(both('healthy'));
    expect(said(lacks, bad('REDIS_SLOW'), lacks)).toEqual(both('unhealthy REDIS_SLOW'));
    expect(said(lacks, lacks, lacks)).toEqual(both('inconclusive not-recorded'));
  });

  it('is nothing else where an attempt came to nothing, or nobody was heard', () => {
    expect(said(bad('ENDPOINT_REFUSED'), bad('REDIS_SLOW'))).toEqual(both('unhealthy ENDPOINT_REFUSED'));
    expect(said(bad('NOBODY_PUBLISHES'), bad('AGENT_SUBJECTS_DIFFER'))).toEqual(
      both('unhealthy NOBODY_PUBLISHES'),
    );
    expect(together(bad('ENDPOINT_REFUSED'), bad('ENDPOINT_HUNG'), well, 'stands')).toMatchObject({
      isOpen: true,
      outcome: { findings: [{ code: 'ENDPOINT_HUNG' }] },
    });
  });

  it('is hidden where the target shuts us out, and read both ways where only our look failed', () => {
    expect(said(unseen('limit'), bad('REDIS_SLOW'))).toEqual(both('inconclusive limit'));
    expect(said(unseen('timed-out'), bad('REDIS_SLOW'))).toEqual([
      'inconclusive timed-out',
      'unhealthy REDIS_SLOW',
    ]);
    expect(said(skipped, bad('REDIS_SLOW'))).toEqual(['skipped no-data', 'unhealthy REDIS_SLOW']);
    expect(said(unseen('limit'), unseen('timed-out'))).toEqual(both('inconclusive limit'));
  });

  it('keeps a fact that either has changed, and what either calls down', () => {
    const facts = (more: ProbeOutcome['facts']) => outcome({ facts: { version: '1', ...more } });
    const seen = together(
      facts({ 'dependency.redis': 'down', keys: 3 }),
      facts({ 'dependency.redis': 'up', version: '2' }),
      facts({ 'dependency.redis': 'up', keys: 1 }),
      'hides',
    );

    expect(seen.outcome.facts).toEqual({ 'dependency.redis': 'down', keys: 3, version: '2' });
  });
});

const nowhere: Evidence = {
  recording: undefined as unknown as Evidence['recording'],
  outcomeOf: () => Promise.reject(new Error('nobody asks')),
};
const fault = (
  id: string,
  symptom: string,
  more: Partial<RecordedFault & Pick<Expectation, 'also'>> = {},
): RecordedFault => ({
  ...{ id, expected: { symptom, cause: id, also: more.also ?? [] }, evidence: nowhere },
  ...{ isConfirmedAlone: true, states: new Map<PartId, string>() },
  ...more,
});

describe('two faults that cannot be there at once', () => {
  const states = (state: string) => ({ states: new Map<PartId, string>([['redis', state]]) });

  it('put one part in two states', () => {
    expect(whyApart(fault('S1.a', 'S1', states('ends')), fault('S1.b', 'S1', states('runs')))).toContain(
      'redis',
    );
    expect(
      whyApart(fault('S1.a', 'S1', states('ends')), fault('S1.b', 'S1', states('ends'))),
    ).toBeUndefined();
    expect(whyApart(fault('S1.a', 'S1', states('ends')), fault('D3.a', 'D3'))).toBeUndefined();
  });
});

describe('an answer to a simulated pair', () => {
  const judged = (found: readonly Seen[], blind: readonly string[] = []): Said => {
    const outcomes = outcomesOf(redisMemory, found, blind);
    return { judgements: [judge(redisMemory, outcomes, emitters)], outcomes, isOpen: false };
  };
  const full = { code: 'REDIS_MEMORY_AT_LIMIT', probe: 'redis.memory' };
  const keeps = { code: 'REDIS_POLICY_NOEVICTION', probe: 'redis.eviction-policy' };
  const unlimited = { code: 'REDIS_NO_LIMIT', probe: 'redis.memory-limit' };
  const problemsOf = (answer: Said, pair: readonly [RecordedFault, RecordedFault]) =>
    judgeSimulated(
      { healthy: nowhere, ask: () => Promise.resolve(answer) },
      pair,
      new Set<PartId>(['redis']),
    );
  const pair = [fault('D3.a', 'D3'), fault('D3.b', 'D3')] as const;

  it('is right where both are confirmed', async () => {
    expect(await problemsOf(judged([full, keeps, unlimited]), pair)).toEqual([]);
  });

  it('is wrong where a planted cause is ruled out, or one is confirmed that is not planted', async () => {
    expect((await problemsOf(judged([full, unlimited]), pair)).join()).toContain('D3.a is ruled out');
    const other = [fault('D3.a', 'D3'), fault('D3.c', 'D3')] as const;
    const problems = await problemsOf(judged([full, keeps, unlimited]), other);
    expect(problems.join()).toContain('not planted: D3.b');
  });

  it('is wrong where nothing is confirmed, but for what its own recording leaves open', async () => {
    const blind = judged(
      [],
      ['redis.memory', 'redis.memory-limit', 'redis.eviction-policy', 'redis.key-space'],
    );
    expect((await problemsOf(blind, pair)).join()).toContain('nothing that is planted is confirmed');
    const open = { isConfirmedAlone: false };
    expect(await problemsOf(blind, [fault('D3.a', 'D3', open), fault('D3.b', 'D3', open)])).toEqual([]);
  });

  it('is wrong where it finds the way to a part broken that neither breaks', async () => {
    const way = unreachable('nats');
    const outcomes = outcomesOf(way, [{ code: 'PART_NOT_RUNNING', probe: 'runtime.running' }]);
    const both = judged([full, keeps, unlimited]);
    const answer = { ...both, judgements: [...both.judgements, judge(way, outcomes, emitters)] };
    const allowed = [
      fault('D3.a', 'D3', { expected: { ...pair[0].expected, also: ['H2.a'] } }),
      pair[1],
    ] as const;

    expect((await problemsOf(answer, allowed)).join()).toContain('nats is not broken');
  });
});
