import { describe, expect, it } from 'vitest';
import type { Finding } from '../../../../src/domain/probe/finding.ts';
import type { With } from '../../../../src/domain/probe/targets/targets.ts';
import { deleteOldRows } from '../../../../src/remediations/postgres/delete-old-rows.remediation.ts';
import { fixtures } from '../../../support/remediation-fixtures.ts';

const fresh = () => {
  const fixture = fixtures['postgres.delete-old-rows']();
  const context = {
    deps: fixture.targets as With<'postgres'>,
    signal: new AbortController().signal,
    now: () => new Date('2026-03-31T12:00:00Z'),
  };
  return { fixture, context };
};
const finding = (databaseId: string): Finding => ({
  ...{ code: 'PG_OLD_ROWS', severity: 'warning', part: 'postgres', subject: 'events' },
  facts: { databaseId },
});

describe('postgres.delete-old-rows', () => {
  it('deletes events that are old, not critical and not high, without a way back', async () => {
    const { fixture, context } = fresh();
    const plan = await deleteOldRows.plan({}, context);

    expect(plan).toMatchObject({ tier: 3, params: { before: '2026-03-01' }, blast: { facts: { rows: 40 } } });
    expect(plan.undo).toBeUndefined();
    expect(await deleteOldRows.applyStep(plan.steps[0], plan, context)).toEqual({ rows: 40 });
    const batch = fixture.log.find((sql) => sql.includes('DELETE FROM')) ?? '';
    expect(batch).toContain('"timestamp" < $3::timestamptz AND "severity" <> ALL($4::text[])');
    expect(batch).toContain('FOR UPDATE SKIP LOCKED');
    expect(batch).not.toContain('INSERT');
  });

  it('is for events alone: executions are archived', () => {
    expect(deleteOldRows.paramsFor(finding('agentManager'))).toEqual({});
    expect(deleteOldRows.paramsFor(finding('orchestrator'))).toBeUndefined();
  });
});
