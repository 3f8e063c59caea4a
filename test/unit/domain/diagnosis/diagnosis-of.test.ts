import { describe, expect, it } from 'vitest';
import { diagnoses } from '../../../../src/diagnoses/index.ts';
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
