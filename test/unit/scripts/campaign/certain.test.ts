import { describe, expect, it } from 'vitest';
import {
  asked,
  certain,
  kindOf,
  kindsOf,
  missed,
  notFound,
  notPlanted,
} from '../../../../scripts/campaign/certain.ts';

describe('what is certain and wrong', () => {
  it('is a cause that is not planted, and a planted one that is ruled out', () => {
    expect(notPlanted([])).toEqual([]);
    expect(notPlanted(['D3.b', 'K1.f']).map(kindOf)).toEqual(['certain']);
    expect(kindOf(missed('D3.a', 'ruled-out'))).toBe('certain');
  });

  it('is not a planted cause that stays open, or is not asked for: that is not found', () => {
    expect(['possible', 'not asked for'].map((verdict) => kindOf(missed('D3.a', verdict)))).toEqual([
      'notFound',
      'notFound',
    ]);
    expect(kindOf('clear D3.a: the platform did not come back')).toBeUndefined();
  });

  it('stays what it is when it is said of one question among others', () => {
    expect(asked('asked for S3', certain('D3.a is ruled out'))).toBe(
      'certain and wrong: asked for S3: D3.a is ruled out',
    );
    expect(kindOf(asked('offline: S3', notFound('D3.a is possible')))).toBe('notFound');
    expect(asked('S3', 'late')).toBe('S3: late');
  });

  it('counts a trial once, and one that has both as certain and wrong alone', () => {
    const both = [
      notFound('D3.a is possible'),
      certain('not planted: D3.b'),
      certain('control: K1.f confirmed'),
    ];

    expect(kindsOf([[], ['late'], both, [notFound('D3.a is possible')]])).toEqual({
      certain: 1,
      notFound: 1,
    });
  });
});
