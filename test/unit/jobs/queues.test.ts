import { expect, test } from 'vitest';
import { queueKinds, queueName } from '../../../src/domain/run/jobs.ts';
import { executeJobId, queues, runJobId } from '../../../src/jobs/queues.ts';
import { indexLimits, mostBytes } from '../../../src/remediations/postgres/index-work.ts';

const uuid = '01901234-5678-7abc-8def-0123456789ab';

test('every kind has a queue, named after kind and environment', () => {
  expect(Object.keys(queues).toSorted()).toEqual([...queueKinds].toSorted());
  expect(queueName('run', 'prod')).toBe('run-prod');
});

test('R-X7: executions are tried once and never taken for stalled', () => {
  expect(queues.execute).toMatchObject({ attempts: 1, maxStalledCount: 0, abortOnLostLock: true });
  // R-X16: nor cut off while it gets on; five indexes of the largest table are the longest that has an end of its own.
  expect(queues.execute.timeoutMs).toBeGreaterThan(5 * indexLimits(mostBytes).timeoutMs);
});

test('job ids hold no colon and are no number, as BullMQ demands', () => {
  for (const id of [runJobId(uuid, 1), executeJobId(uuid, 2)]) {
    expect(id).not.toContain(':');
    expect(Number.isNaN(Number(id))).toBe(true);
  }
});

test('payloads carry ids only and refuse anything else', () => {
  expect(queues.run.payload.safeParse({ runId: uuid }).success).toBe(true);
  expect(queues.run.payload.safeParse({ runId: uuid, token: 'xoxb-1' }).success).toBe(false);
  expect(queues.execute.payload.safeParse({ remediationId: uuid, attempt: 1 }).success).toBe(true);
  expect(queues.execute.payload.safeParse({ remediationId: 'x', attempt: 1 }).success).toBe(false);
});
