import { describe, expect, it } from 'vitest';
import { queueOfRun } from '../../../../src/domain/run/jobs.ts';
import { runKinds } from '../../../../src/domain/run/run.ts';
import { readRunHint, runHint } from '../../../../src/services/run/run.service.ts';

const runId = '0190a7b0-0000-7000-8000-000000000001';

describe('a hint of a run that Redis did not take', () => {
  it.each(['prod', 'a name: with blanks'])(
    'names its queue, its id and its environment: %s',
    (environment) => {
      for (const kind of ['run', 'collect'] as const)
        expect(readRunHint(runHint({ runId, kind, environment }))).toEqual({ runId, kind, environment });
    },
  );

  it('is that of before for a run that answers at once, so that an older worker reads it', () => {
    expect(runHint({ runId, kind: 'run', environment: 'prod' })).toBe(`${runId} prod`);
  });

  it('is none without a run', () => {
    expect(readRunHint('')).toBeUndefined();
  });
});

it('only a bundle waits in a queue of its own', () => {
  expect(runKinds.filter((kind) => queueOfRun(kind) === 'collect')).toEqual(['collect']);
});
