import { describe, expect, it } from 'vitest';
import { workflowStuck } from '../../../src/diagnoses/workflow-stuck.diagnosis.ts';
import { judge } from '../../../src/domain/diagnosis/judgement.ts';
import type { FindingCode } from '../../../src/domain/probe/findings.ts';
import type { ProbeOutcome } from '../../../src/domain/probe/probe.ts';
import { emitters, everyCall, partOf } from '../../support/diagnosis.ts';

describe('S4.b', () => {
  const verdictWith = (codes: readonly FindingCode[], unseen: readonly string[] = []) => {
    const outcomes = everyCall(workflowStuck).map((call): ProbeOutcome => {
      const part = partOf(call);
      const findings = codes
        .filter((code) => emitters.get(call.probe)?.includes(code) === true)
        .map((code) => ({ code, severity: 'warning' as const, part, subject: 'x', facts: {} }));
      return {
        key: call.probe,
        probe: call.probe,
        part,
        status: unseen.includes(call.probe) ? 'inconclusive' : findings.length > 0 ? 'unhealthy' : 'healthy',
        findings,
        facts: {},
        startedAt: '2026-03-01T10:05:00Z',
        durationMs: 1,
      };
    });
    return judge(workflowStuck, outcomes, emitters).causes.find(({ cause }) => cause.id === 'S4.b')?.verdict;
  };

  it('is confirmed by a broken file, or a faulty one whose executions wait while the executor has room', () => {
    expect(verdictWith(['WORKFLOW_FILE_BROKEN'])).toBe('confirmed');
    expect(verdictWith(['WORKFLOW_FILE_FAULTY'])).toBe('confirmed');
    expect(verdictWith(['WORKFLOW_FILE_FAULTY'], ['services.executor-queue'])).toBe('possible');
  });

  it('is not confirmed behind a starved executor, nor by a form nobody waits for', () => {
    expect(verdictWith(['WORKFLOW_FILE_FAULTY', 'EXECUTOR_STARVED', 'EXECUTIONS_PENDING'])).toBe('ruled-out');
    expect(verdictWith(['WORKFLOW_FILE_UNUSUAL', 'EXECUTIONS_PENDING'])).toBe('ruled-out');
  });
});
