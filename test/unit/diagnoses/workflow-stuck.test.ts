import { describe, expect, it } from 'vitest';
import { workflowStuck } from '../../../src/diagnoses/workflow-stuck.diagnosis.ts';
import { verdictOn } from '../../support/diagnosis.ts';

describe('S4.b', () => {
  const verdictWith = verdictOn(workflowStuck, 'S4.b');

  it('is confirmed by a broken file, or a faulty one whose executions wait while the executor has room', () => {
    expect(verdictWith(['WORKFLOW_FILE_BROKEN'])).toBe('confirmed');
    expect(verdictWith(['WORKFLOW_FILE_FAULTY'])).toBe('confirmed');
    expect(verdictWith(['WORKFLOW_FILE_FAULTY'], ['services.executor-queue'])).toBe('possible');
  });

  it('is not confirmed behind a starved executor, nor by a form nobody waits for', () => {
    expect(verdictWith(['WORKFLOW_FILE_FAULTY', 'EXECUTOR_STARVED', 'EXECUTIONS_PENDING'])).toBe('possible');
    expect(verdictWith(['WORKFLOW_FILE_UNUSUAL', 'EXECUTIONS_PENDING'])).toBe('ruled-out');
  });
});
