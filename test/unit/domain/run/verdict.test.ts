import { describe, expect, it } from 'vitest';
import type { Run } from '../../../../src/domain/run/run.ts';
import { verdictOf } from '../../../../src/domain/run/verdict.ts';
import { verdictText } from '../../../../src/text/verdict.ts';
import { wordsIn } from '../../../../src/text/words.ts';

const run = (kind: Run['kind'], summary: unknown, state: Run['state'] = 'complete') => ({
  ...{ kind, state, summary },
});

describe('what a run came to', () => {
  it.each([
    ['health', { overall: 'healthy', roots: [] }, 'nothing is wrong'],
    ['health', { overall: 'findings', roots: ['redis', 'nats'] }, 'broken: Redis, NATS'],
    ['digest', { overall: 'findings', roots: [] }, 'something was found'],
    ['health', { overall: 'unknown', roots: [] }, 'could not check everything'],
    [
      'diagnose',
      {
        overall: 'cause-found',
        causes: [
          { id: 'D3.a', verdict: 'confirmed' },
          { id: 'D3.b', verdict: 'possible' },
        ],
      },
      'cause found: D3.a',
    ],
    ['diagnose', { overall: 'no-cause', causes: [] }, 'no cause found'],
    ['logs', { groups: 1, lines: 9 }, '1 kind of entry'],
    ['collect', { files: 12, bytes: 3, gaps: 0 }, '12 files'],
    ['propose', { remediation: 'x', offer: 'id' }, 'a fix was offered'],
    ['propose', { remediation: 'x', refused: { reason: 'y', facts: {} } }, 'no fix was offered'],
    // Of a version before, or of one after.
    ['health', { something: 'else' }, 'complete'],
    ['diagnose', null, 'complete'],
  ] as const)('%s %j: %s', (kind, summary, said) => {
    expect(verdictText(run(kind, summary), wordsIn('en'))).toBe(said);
  });

  it('is nothing while it runs, and where it failed', () => {
    const summary = { overall: 'healthy', roots: [] };

    expect(verdictOf(run('health', summary, 'running'))).toBeUndefined();
    expect(verdictText(run('health', { code: 'TIMED_OUT' }, 'failed'), wordsIn('en'))).toBe('failed');
    expect(verdictText(run('health', summary), wordsIn('zh-CN'))).toBe('没有问题');
  });
});
