import { describe, expect, it } from 'vitest';
import { callsOf } from '../../../scripts/calls.ts';

describe('what `test:node` and `test:clock` are asked to run', () => {
  it('is a project for each plain word, and one call for the files and folders of each kind of test', () => {
    const paths = ['test/e2e/logs.test.ts', 'test/integration/store', 'test/e2e/fix.test.ts'];
    const calls = callsOf(['unit', ...paths, 'contract']);

    expect(calls.map(({ command }) => command.join(' '))).toEqual([
      'npx vitest run --project unit',
      'npx vitest run --project contract',
      'npx vitest run test/e2e/logs.test.ts test/e2e/fix.test.ts',
      'npx vitest run test/integration/store',
    ]);
  });

  it('is nothing where nothing is asked', () => {
    expect(callsOf([])).toEqual([]);
  });
});
