import { expect, it } from 'vitest';
import { ExecuteJob, queueKinds, RunJob } from '../../../../src/domain/run/jobs.ts';

const id = '01890a5d-ac96-774b-bcce-b302099a8057';

it('a job carries ids and nothing else (R-X7)', () => {
  expect(RunJob.parse({ runId: id })).toEqual({ runId: id });
  expect(ExecuteJob.parse({ remediationId: id, attempt: 1 })).toEqual({ remediationId: id, attempt: 1 });

  const bad = [{}, { runId: 'x' }, { runId: id, environment: 'prod' }];
  expect(bad.filter((job) => RunJob.safeParse(job).success)).toEqual([]);
  const badExecutions = [
    { remediationId: id },
    { remediationId: id, attempt: 0 },
    { remediationId: id, attempt: 1.5 },
    { remediationId: 'x', attempt: 1 },
    { remediationId: id, attempt: 1, plan: {} },
  ];
  expect(badExecutions.filter((job) => ExecuteJob.safeParse(job).success)).toEqual([]);
});

it('queues have names that BullMQ allows', () => {
  expect(queueKinds).toEqual(['run', 'collect', 'execute']);
});
