import { describe, expect, it } from 'vitest';
import type { Expectation } from '../../../../scripts/campaign/expectation.ts';
import {
  type Evidence,
  judgeSimulated,
  type RecordedFault,
  recordedFault,
  type Said,
  together,
  whyApart,
} from '../../../../scripts/campaign/simulated.ts';
import { eventLatency } from '../../../../src/diagnoses/event-latency.diagnosis.ts';
import { pgSlow } from '../../../../src/diagnoses/pg-slow.diagnosis.ts';
import { redisMemory } from '../../../../src/diagnoses/redis-memory.diagnosis.ts';
import { unreachable } from '../../../../src/diagnoses/unreachable.diagnosis.ts';
import { judge } from '../../../../src/domain/diagnosis/judgement.ts';
import type { PartId } from '../../../../src/domain/platform/part.ts';
import type { Finding } from '../../../../src/domain/probe/finding.ts';
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
/** Each order of some. */
const orders = <T>(list: readonly T[]): readonly (readonly T[])[] =>
  list.length < 2
    ? [list]
    : list.flatMap((one, at) => orders(list.toSpliced(at, 1)).map((rest) => [one, ...rest]));
/** All that a probe may say, the least seen first; the same in whatever order the faults come. */
function said(outcomes: readonly ProbeOutcome[], healthy = well): readonly string[] {
  const [first = [], ...others] = orders(outcomes).map((each) => together(each, healthy));
  for (const other of others) expect(other).toEqual(first);
  return first.map(short);
}

describe('what a probe says where several faults are', () => {
  it('is what the others say, where one is as on the healthy platform', () => {
    expect(said([well, bad('REDIS_SLOW')])).toEqual(['unhealthy REDIS_SLOW']);
    expect(said([well, unseen('no-answer'), well])).toEqual(['inconclusive no-answer']);
    // A finding of the healthy platform is no evidence of a fault, and one that lacks it is.
    expect(said([bad('REDIS_SLOW'), well], bad('REDIS_SLOW'))).toEqual(['healthy']);
  });

  it('is the findings of all, the same one once', () => {
    expect(said([bad('REDIS_SLOW'), bad('REDIS_NO_LIMIT', 'REDIS_SLOW')])).toEqual([
      'unhealthy REDIS_NO_LIMIT REDIS_SLOW',
    ]);
    expect(said([bad('REDIS_SLOW'), bad('REDIS_NO_LIMIT'), bad('REDIS_MEMORY_AT_LIMIT')])).toEqual([
      'unhealthy REDIS_MEMORY_AT_LIMIT REDIS_NO_LIMIT REDIS_SLOW',
    ]);
  });

  it('takes what a recording lacks as on the healthy platform, and as not looked at where that lacks it', () => {
    const lacks = unseen('not-recorded');

    expect(said([lacks, bad('REDIS_SLOW')])).toEqual(['unhealthy REDIS_SLOW']);
    expect(said([lacks, lacks])).toEqual(['healthy']);
    expect(said([lacks, bad('REDIS_SLOW')], lacks)).toEqual(['unhealthy REDIS_SLOW']);
    expect(said([lacks, lacks], lacks)).toEqual(['inconclusive not-recorded']);
  });

  it('is nothing else where an attempt came to nothing, or nobody was heard', () => {
    const refused = bad('ENDPOINT_REFUSED');

    expect(said([refused, bad('REDIS_SLOW')])).toEqual(['unhealthy ENDPOINT_REFUSED']);
    expect(said([bad('NOBODY_PUBLISHES'), bad('AGENT_SUBJECTS_DIFFER')])).toEqual([
      'unhealthy NOBODY_PUBLISHES',
    ]);
    expect(said([bad('REDIS_SLOW'), refused, bad('ENDPOINT_HUNG')])).toEqual([
      'unhealthy ENDPOINT_HUNG',
      'unhealthy ENDPOINT_REFUSED',
    ]);
  });

  it('is hidden where the target shuts us out, and may be seen where only our look failed', () => {
    expect(said([unseen('limit'), bad('REDIS_SLOW')])).toEqual(['inconclusive limit']);
    expect(said([unseen('timed-out'), bad('REDIS_SLOW')])).toEqual([
      'inconclusive timed-out',
      'unhealthy REDIS_SLOW',
    ]);
    expect(said([skipped, bad('REDIS_SLOW')])).toEqual(['skipped no-data', 'unhealthy REDIS_SLOW']);
    expect(said([unseen('limit'), unseen('timed-out')])).toEqual(['inconclusive limit']);
  });

  it('may be any of what several could not see', () => {
    expect(said([unseen('refused'), bad('REDIS_SLOW'), unseen('limit')])).toEqual([
      'inconclusive limit',
      'inconclusive refused',
    ]);
    expect(said([skipped, bad('REDIS_SLOW'), unseen('timed-out')])).toEqual([
      'inconclusive timed-out',
      'skipped no-data',
      'unhealthy REDIS_SLOW',
    ]);
    expect(said([skipped, skipped, skipped])).toEqual(['skipped no-data']);
  });

  const facts = (more: ProbeOutcome['facts'], outcome = well) => ({ ...outcome, facts: more });

  it('keeps a fact that any has changed, and what any calls down', () => {
    const three = [
      facts({ version: '1', 'dependency.redis': 'down', keys: 3 }),
      facts({ version: '2', 'dependency.redis': 'up', keys: 1 }),
      facts({ version: '1', 'dependency.redis': 'unknown', keys: 1 }),
    ];
    const healthy = facts({ version: '1', 'dependency.redis': 'up', keys: 1 });
    for (const order of orders(three))
      expect(together(order, healthy).map((one) => one.facts)).toEqual([
        { version: '2', 'dependency.redis': 'down', keys: 3 },
      ]);
  });

  it('has no fact of an answer that nobody got', () => {
    const told = facts({ 'dependency.neo4j': 'down' });
    const healthy = facts({ 'dependency.neo4j': 'up' });

    expect(together([told, bad('ENDPOINT_REFUSED')], healthy)).toEqual([bad('ENDPOINT_REFUSED')]);
    expect(together([told, unseen('limit')], healthy)).toEqual([unseen('limit')]);
    expect(together([told, bad('REDIS_SLOW')], healthy)).toEqual([facts(told.facts, bad('REDIS_SLOW'))]);
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

describe('faults that cannot be there at once', () => {
  const states = (state: string) => ({ states: new Map<PartId, string>([['redis', state]]) });

  it('put one part in two states', () => {
    const ends = fault('S1.a', 'S1', states('ends'));
    const other = fault('D3.a', 'D3');

    expect(whyApart([ends, fault('S1.b', 'S1', states('runs'))])).toContain('redis');
    expect(whyApart([ends, fault('S1.b', 'S1', states('ends'))])).toBeUndefined();
    expect(whyApart([ends, other])).toBeUndefined();
    for (const three of orders([ends, other, fault('S1.b', 'S1', states('runs'))]))
      expect(whyApart(three)).toContain('redis');
  });

  it('say so by what their recordings have of a part that their own symptom does not ask for', async () => {
    const gone = { ...bad('PART_MISSING').findings[0], part: 'orchestrator-service' as const };
    const outcomeOf: Evidence['outcomeOf'] = ({ with: asked }) =>
      Promise.resolve(
        asked?.part === gone.part ? { ...well, findings: [gone as Finding] } : unseen('not-recorded'),
      );
    const { id, expected } = fault('D4.b', 'D4');
    const ask = () => Promise.resolve({ judgements: [], outcomes: [], readings: 1 });
    const recorded = await recordedFault(
      { healthy: nowhere, ask },
      { id, expected, evidence: { ...nowhere, outcomeOf } },
    );

    expect([...recorded.states]).toEqual([['orchestrator-service', 'is not there']]);
    const paused = { states: new Map<PartId, string>([['orchestrator-service', 'runs']]) };
    expect(whyApart([recorded, fault('H2.b', 'H2 orchestrator-service', paused)])).toBeDefined();
  });
});

describe('an answer to several simulated faults', () => {
  const judged = (found: readonly Seen[], blind: readonly string[] = []): Said => {
    const outcomes = outcomesOf(redisMemory, found, blind);
    return { judgements: [judge(redisMemory, outcomes, emitters)], outcomes, readings: 1 };
  };
  const full = { code: 'REDIS_MEMORY_AT_LIMIT', probe: 'redis.memory' };
  const keeps = { code: 'REDIS_POLICY_NOEVICTION', probe: 'redis.eviction-policy' };
  const unlimited = { code: 'REDIS_NO_LIMIT', probe: 'redis.memory-limit' };
  const problemsOf = (answer: Said, planted: readonly RecordedFault[]) =>
    judgeSimulated(
      { healthy: nowhere, ask: () => Promise.resolve(answer) },
      planted,
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

  it('is judged for three as for two', async () => {
    const answer = judged([full, keeps, unlimited]);

    expect(await problemsOf(answer, [...pair, fault('S7.b', 'S7')])).toEqual([]);
    expect((await problemsOf(judged([full, unlimited]), [fault('S7.b', 'S7'), ...pair])).join()).toContain(
      'D3.a is ruled out',
    );
  });

  it('is judged by each reading of what could not be seen', async () => {
    const right = judged([full, keeps, unlimited]);
    const wrong = judged([full, unlimited]);
    const ask = (_evidence: readonly Evidence[], reading: number) =>
      Promise.resolve({ ...(reading === 2 ? wrong : right), readings: reading === 0 ? 3 : 1 });
    const problems = await judgeSimulated({ healthy: nowhere, ask }, pair, new Set<PartId>(['redis']));

    expect(problems).toContain('certain and wrong: D3.a is ruled out (reading 3 of 3)');
    expect(problems.filter((problem) => !problem.endsWith('(reading 3 of 3)'))).toEqual([]);
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

  it('is wrong where a root comes late, but for one that was told before under another name', async () => {
    const [late, saturated, slow] = ['LATENCY_HIGH', 'WORKERS_SATURATED', 'WRITES_SLOW'].map((code) => ({
      ...{ code: `EVENT_${code}`, probe: 'services.event-pipeline' },
    })) as [Seen, Seen, Seen];
    const pipeline = outcomesOf(eventLatency, [late, saturated, slow]);
    const database = outcomesOf(pgSlow, [
      { code: 'PG_SLOW_STATEMENTS', probe: 'postgres.slow-statements' },
      { code: 'PG_INDEX_MISSING', probe: 'postgres.missing-indexes' },
    ]);
    const judgements = [judge(eventLatency, pipeline, emitters), judge(pgSlow, database, emitters)];
    const answer = { judgements, outcomes: [...pipeline, ...database], readings: 1 };
    const planted = (also: readonly string[]) => [
      fault('S3.a', 'S3'),
      fault('S3.c', 'S3', { expected: { symptom: 'S3', cause: 'S3.c', also } }),
      fault('D2.a', 'S3'),
    ];

    expect((await problemsOf(answer, planted([]))).join()).toContain('S3.a stands before D2.a, its root');
    // The slow database is why events are late, and comes first as that.
    expect(await problemsOf(answer, planted(['D2.a']))).toEqual([]);
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
