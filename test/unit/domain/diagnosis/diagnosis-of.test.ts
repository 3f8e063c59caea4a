import { describe, expect, it } from 'vitest';
import { diagnoses } from '../../../../src/diagnoses/index.ts';
import { defineDiagnosis, found } from '../../../../src/domain/diagnosis/diagnosis.ts';
import { diagnosisOf } from '../../../../src/domain/diagnosis/diagnosis-of.ts';
import type { PartId } from '../../../../src/domain/platform/part.ts';
import type { FindingCode } from '../../../../src/domain/probe/findings.ts';

const ask = (code: string, part: PartId) =>
  diagnosisOf({ code: code as FindingCode, part, severity: 'critical', subject: 's', facts: {} }, diagnoses);

describe('the diagnosis behind a finding', () => {
  it.each<[string, PartId, string | undefined]>([
    ['REDIS_POLICY_NOEVICTION', 'redis', 'D3'],
    ['PG_IDLE_IN_TRANSACTION_LEAKED', 'postgres', 'D1'],
    ['POD_CRASH_LOOPING', 'postgres', 'K1'],
    ['POD_OLDER_THAN_CONFIG', 'agent-manager', 'C1'],
    ['ENDPOINT_HUNG', 'nats', 'H2 nats'],
    ['SOMETHING_ELSE', 'runtime', undefined],
  ])('of %s at %s is %s', (code, part, expected) => {
    expect(ask(code, part)).toBe(expected);
  });
});

describe('of several diagnoses that would confirm a finding', () => {
  const one = (id: string, about: PartId, when = found('PG_SLOW')) =>
    defineDiagnosis({
      ...{ id, slug: id, part: about, evidence: [], handOver: [] },
      causes: [{ id: `${id}.a`, part: about, symptom: when, when, remedies: [] }],
    });
  const way = defineDiagnosis({ ...one('H2', 'runtime'), kind: 'way' });
  const of = (part: PartId, ...all: Parameters<typeof diagnosisOf>[1]) =>
    diagnosisOf({ code: 'PG_SLOW', part, severity: 'warning', subject: 's', facts: {} }, all);

  it('is the one about its own part, else the first', () => {
    expect(of('postgres', one('A1', 'redis'), one('A2', 'postgres'), one('A3', 'postgres'))).toBe('A2');
    expect(of('nats', one('A1', 'redis'), one('A2', 'postgres'))).toBe('A1');
  });

  it('is none whose cause asks for the finding about another part, or for another finding', () => {
    expect(of('nats', one('A1', 'nats', found('PG_SLOW', 'redis')), way)).toBe('H2 nats');
    expect(of('nats', one('A1', 'nats', found('REDIS_SLOW')), way)).toBe('H2 nats');
    expect(of('redis', one('A1', 'nats', found('PG_SLOW', 'redis')), way)).toBe('A1');
  });

  it('is the way to a part only where there is one, and never to what carries everything', () => {
    expect(of('redis', way)).toBe('H2 redis');
    expect(of('redis')).toBeUndefined();
    expect(of('runtime', way)).toBeUndefined();
    expect(of('elsewhere' as PartId, way)).toBeUndefined();
  });
});
