import { describe, expect, it } from 'vitest';
import { kindsDrawn, saidOfTrials, trialsIn } from '../../../../scripts/test/platforms.ts';

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

describe('combinations of faults in CI', () => {
  const of = (seed: string) => kindsDrawn('drawn', { seed, touched: new Set() });

  it('are of one kind, another one for another commit', () => {
    expect(of('00000000')).toHaveLength(1);
    expect(new Set(['00000000', '00000001', '00000002'].flatMap(of)).size).toBe(3);
  });

  it('are of every kind where nothing is drawn', () => {
    expect(kindsDrawn('each', undefined)).toHaveLength(3);
  });
});
