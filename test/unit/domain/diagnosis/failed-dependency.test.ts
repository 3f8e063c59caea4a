import { describe, expect, it } from 'vitest';
import { serviceUnreachable, unreachable } from '../../../../src/diagnoses/unreachable.diagnosis.ts';
import { type DiagnosisCause, defineDiagnosis, found } from '../../../../src/domain/diagnosis/diagnosis.ts';
import {
  explains,
  failedDependencyOf,
  storesBelow,
} from '../../../../src/domain/diagnosis/failed-dependency.ts';
import {
  type CauseJudgement,
  type DiagnosisJudgement,
  judge,
} from '../../../../src/domain/diagnosis/judgement.ts';
import type { PartId } from '../../../../src/domain/platform/part.ts';
import type { FindingCode } from '../../../../src/domain/probe/findings.ts';
import type { ProbeOutcome } from '../../../../src/domain/probe/probe.ts';
import { emitters } from '../../../support/diagnosis.ts';

function outcome(probe: string, part: PartId, more: Partial<ProbeOutcome>): ProbeOutcome {
  return {
    ...{ key: probe, probe, part, status: 'healthy', findings: [], facts: {} },
    ...{ startedAt: '2026-03-01T00:00:00Z', durationMs: 1 },
    ...more,
  };
}

const finding = (code: string, part: PartId, facts = {}) => ({
  ...{ code: code as FindingCode, part, facts, subject: part, severity: 'critical' as const },
});
const unhealthy = (probe: string, part: PartId, code: string): ProbeOutcome =>
  outcome(probe, part, { status: 'unhealthy', findings: [finding(code, part)] });
const unseen = (probe: string, part: PartId, code: string): ProbeOutcome =>
  outcome(probe, part, { status: 'inconclusive', cause: { code, detail: '', facts: {} } });

const redisFull = defineDiagnosis({
  ...{ id: 'D3', slug: 'redis-memory', part: 'redis', evidence: [{ probe: 'redis.memory' }], handOver: [] },
  causes: [
    {
      ...{ id: 'D3.a', part: 'redis', remedies: [] },
      symptom: found('REDIS_MEMORY_AT_LIMIT'),
      when: found('REDIS_MEMORY_AT_LIMIT'),
    },
  ],
});
const failedDependencyOfD3 = (...seen: readonly ProbeOutcome[]) =>
  failedDependencyOf([judge(redisFull, seen, emitters)], seen);

describe('what a symptom stands on', () => {
  it('is nothing to ask about while every part serves', () => {
    expect(failedDependencyOfD3(outcome('redis.memory', 'redis', {}))).toBeUndefined();
  });

  it.each(['refused', 'connect-timeout', 'no-answer', 'closed'])(
    'is a part that a probe could not use: %s',
    (code) => {
      expect(failedDependencyOfD3(unseen('redis.memory', 'redis', code))).toBe('redis');
    },
  );

  it.each(['limit', 'auth', 'forbidden', 'dns', 'tls', 'aborted', 'bug'])(
    'is no part that a probe could not check at for another reason: %s',
    (code) => {
      expect(failedDependencyOfD3(unseen('redis.memory', 'redis', code))).toBeUndefined();
    },
  );

  it.each(['ENDPOINT_REFUSED', 'ENDPOINT_HUNG', 'PART_NOT_RUNNING', 'PART_PAUSED'])(
    'is a part of which a probe found %s',
    (code) => {
      expect(failedDependencyOfD3(unhealthy('runtime.running', 'nats', code))).toBe('nats');
    },
  );

  it('is what a service says that it misses, though the service calls itself healthy', () => {
    const facts = { 'dependency.redis': 'down', 'dependency.postgres': 'up' };

    expect(failedDependencyOfD3(outcome('http.service-health', 'agent-manager', { facts }))).toBe('redis');
  });

  it('is the part nearest to the root, of several', () => {
    const service = unhealthy('http.service-health', 'orchestrator-service', 'ENDPOINT_REFUSED');

    expect(failedDependencyOfD3(service, unseen('postgres.lock-waits', 'postgres', 'refused'))).toBe(
      'postgres',
    );
  });

  it('is the one that a service misses, of several that are as near', () => {
    const lost = unseen('redis.connection', 'redis', 'connect-timeout');
    const health = (facts: ProbeOutcome['facts']) => outcome('http.own-health', 'agent-manager', { facts });

    expect(failedDependencyOfD3(lost, health({ 'dependency.nats': 'down' }))).toBe('nats');
    expect(failedDependencyOfD3(lost, unseen('nats.server', 'nats', 'connect-timeout'))).toBe('redis');
    // What that one stands on comes first all the same.
    expect(failedDependencyOfD3(lost, health({ 'dependency.reasoning-service': 'down' }))).toBe('redis');
  });

  it('is not the part of a symptom of which a cause is open for another reason', () => {
    const crashes = unhealthy('runtime.running', 'redis', 'PART_NOT_RUNNING');

    expect(failedDependencyOfD3(crashes, unseen('redis.memory', 'redis', 'forbidden'))).toBeUndefined();
    expect(failedDependencyOfD3(crashes, unseen('redis.memory', 'redis', 'refused'))).toBe('redis');
    expect(
      failedDependencyOfD3(
        unhealthy('runtime.running', 'nats', 'PART_NOT_RUNNING'),
        unseen('redis.memory', 'redis', 'forbidden'),
      ),
    ).toBe('nats');
  });

  it('is not asked about where a cause is confirmed', () => {
    const full = unhealthy('redis.memory', 'redis', 'REDIS_MEMORY_AT_LIMIT');

    expect(failedDependencyOfD3(full, unseen('postgres.lock-waits', 'postgres', 'refused'))).toBeUndefined();
  });

  describe('when the way to a part was asked for', () => {
    const health = (facts: ProbeOutcome['facts']) =>
      outcome('http.service-health', 'agent-manager', {
        ...{ status: 'unhealthy', facts },
        findings: [finding('SERVICE_UNHEALTHY', 'agent-manager')],
      });

    it('is what explains that a service is unwell', () => {
      const seen = [health({ 'dependency.postgres': 'down' })];
      const judged = judge(serviceUnreachable, seen, emitters);

      expect(judged.causes[0]).toMatchObject({ verdict: 'confirmed', cause: { id: 'H2.b' } });
      expect(failedDependencyOf([judged], seen)).toBe('postgres');
    });

    it('is not what explains that a service does not run', () => {
      const seen = [
        unhealthy('runtime.running', 'agent-manager', 'PART_NOT_RUNNING'),
        unseen('postgres.lock-waits', 'postgres', 'refused'),
      ];

      expect(failedDependencyOf([judge(serviceUnreachable, seen, emitters)], seen)).toBeUndefined();
    });

    it('is not that part itself', () => {
      const seen = [unseen('postgres.connection', 'postgres', 'refused')];

      expect(failedDependencyOf([judge(unreachable('postgres'), seen, emitters)], seen)).toBeUndefined();
    });

    it('is nothing below a store that is unwell', () => {
      const seen = [
        unhealthy('postgres.connection', 'postgres', 'ENDPOINT_HUNG'),
        unseen('redis.memory', 'redis', 'refused'),
      ];

      expect(failedDependencyOf([judge(unreachable('postgres'), seen, emitters)], seen)).toBeUndefined();
    });
  });
});

/** A judgement of a symptom of `part` with one cause. */
function judgement(
  part: PartId,
  verdict: CauseJudgement['verdict'],
  traits: Partial<DiagnosisCause>,
  codes: readonly string[] = [],
): DiagnosisJudgement {
  const slow = found('PG_SLOW');
  const cause: DiagnosisCause = { id: 'X1.a', part, symptom: slow, when: slow, remedies: [], ...traits };
  const evidence = codes.map((code) => finding(code, part));
  return {
    diagnosis: defineDiagnosis({ id: 'X1', slug: 'x', part, evidence: [], causes: [cause], handOver: [] }),
    causes: [{ cause, verdict, for: evidence, against: [], missing: [], remedies: [] }],
    handOver: [],
    overall: 'unknown',
  };
}

describe('the stores to look at before a service is called unwell', () => {
  const unwell = (part: PartId, verdict: CauseJudgement['verdict'] = 'confirmed') =>
    judgement(part, verdict, { maybeConsequence: true });

  it('are those that it stands on, directly or not, each once', () => {
    expect(storesBelow([unwell('reasoning-service')], undefined)).toEqual(['neo4j']);
    expect(storesBelow([unwell('orchestrator-service')], undefined)).toEqual([
      'postgres',
      'redis',
      'nats',
      'neo4j',
    ]);
    expect(storesBelow([unwell('agent-manager'), unwell('agent-manager')], 'collect-agent')).toHaveLength(3);
  });

  it('are those of the part that failed, too', () => {
    expect(storesBelow([], 'reasoning-service')).toEqual(['neo4j']);
  });

  it('are none below a store, or where no cause that may be a consequence is confirmed', () => {
    expect(storesBelow([], undefined)).toEqual([]);
    expect(storesBelow([unwell('postgres')], 'redis')).toEqual([]);
    expect(storesBelow([unwell('agent-manager', 'possible')], undefined)).toEqual([]);
    expect(storesBelow([judgement('agent-manager', 'confirmed', {})], undefined)).toEqual([]);
  });
});

describe('what the way to a part found out', () => {
  const answers = (
    answersBelow: DiagnosisCause['answersBelow'],
    codes: readonly string[],
    verdict: CauseJudgement['verdict'] = 'confirmed',
    outcomes: readonly ProbeOutcome[] = [],
  ) =>
    explains(
      judgement('redis', verdict, answersBelow === undefined ? {} : { answersBelow }, codes),
      outcomes,
    );
  const misses = (part: PartId, state = 'down') =>
    outcome('http.service-health', 'agent-manager', { facts: { [`dependency.${part}`]: state } });

  it('answers when the runtime itself says that the part does not run', () => {
    expect(answers('seen-stopped', ['PART_NOT_RUNNING'])).toBe(true);
    expect(answers('seen-stopped', ['ENDPOINT_REFUSED', 'PART_PAUSED'])).toBe(true);
    expect(answers('seen-stopped', ['ENDPOINT_REFUSED'])).toBe(false);
    expect(answers('seen-stopped', [])).toBe(false);
  });

  it('answers when it cannot be our own configuration alone', () => {
    expect(answers('not-ours-alone', ['ENDPOINT_HUNG'])).toBe(true);
    expect(answers('not-ours-alone', ['ENDPOINT_CLOSED', 'ENDPOINT_HUNG'])).toBe(true);
    expect(answers('not-ours-alone', ['ENDPOINT_CLOSED'])).toBe(false);
  });

  it.each(['seen-stopped', 'not-ours-alone', 'missed'] as const)(
    'answers when a service misses the part: %s',
    (trait) => {
      expect(answers(trait, [], 'confirmed', [misses('redis')])).toBe(true);
      expect(answers(trait, [], 'confirmed', [misses('nats')])).toBe(false);
      expect(answers(trait, [], 'confirmed', [misses('redis', 'up')])).toBe(false);
    },
  );

  it('is no answer by a cause that is not confirmed, or is no answer to anything above', () => {
    expect(answers('seen-stopped', ['PART_NOT_RUNNING'], 'possible')).toBe(false);
    expect(answers('missed', [], 'ruled-out', [misses('redis')])).toBe(false);
    expect(answers(undefined, ['PART_NOT_RUNNING'], 'confirmed', [misses('redis')])).toBe(false);
    expect(answers('missed', ['PART_NOT_RUNNING'])).toBe(false);
  });
});

describe('parts of one distance from the root', () => {
  it('are asked about in the order of the table of parts', () => {
    const seen = ['nats', 'postgres', 'redis'].map((part) =>
      unhealthy('runtime.running', part as PartId, 'PART_NOT_RUNNING'),
    );

    expect(failedDependencyOfD3(...seen)).toBe('postgres');
  });

  it('do not count the runtime itself', () => {
    expect(failedDependencyOfD3(unhealthy('runtime.running', 'runtime', 'PART_NOT_RUNNING'))).toBeUndefined();
  });

  it('are not what a service reaches', () => {
    const facts = { 'dependency.redis': 'up' };

    expect(failedDependencyOfD3(outcome('http.service-health', 'agent-manager', { facts }))).toBeUndefined();
  });
});
