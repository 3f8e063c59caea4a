import { describe, expect, it } from 'vitest';
import { saidOfTrials, trialsIn } from '../../../../scripts/test/platforms.ts';

const report = (certain: number, ...wrong: readonly string[]) =>
  JSON.stringify({ right: 12, wrong, certain, notFound: wrong.length - certain });

describe('the line of a campaign', () => {
  it('says how many of the wrong ones were certain, over all of its tables', () => {
    const tables = [
      trialsIn(report(0), 'compose'),
      trialsIn(report(1, '| D3.a | certain and wrong: not planted: D3.b |', '| D3.b | late |'), 'compose'),
    ];

    expect(saidOfTrials(tables)).toBe('24 right, 2 wrong (1 certain and wrong)');
    expect(saidOfTrials([trialsIn(report(0), 'compose')])).toBe('12 right, 0 wrong (0 certain and wrong)');
  });

  it('fails by each wrong row, in whose words certain and wrong stands', () => {
    expect(trialsIn(report(1, '| D3.a | certain and wrong: not planted: D3.b |'), 'compose').wrong).toEqual([
      'campaign on compose: | D3.a | certain and wrong: not planted: D3.b |',
    ]);
  });
});
