import { describe, expect, it } from 'vitest';
import { pgSlow } from '../../../src/diagnoses/pg-slow.diagnosis.ts';
import { verdictOn } from '../../support/diagnosis.ts';

describe('W17: a missing index', () => {
  const verdict = verdictOn(pgSlow, 'D2.a');

  it('is a cause where a statement is slow', () => {
    expect(verdict(['PG_INDEX_MISSING', 'PG_SLOW_STATEMENTS'])).toBe('confirmed');
  });

  it('is none where no statement is slow', () => {
    expect(verdict(['PG_INDEX_MISSING'])).toBe('ruled-out');
    expect(verdict(['PG_SLOW_STATEMENTS'])).toBe('ruled-out');
  });

  it('is possible where nobody counts statements', () => {
    expect(verdict(['PG_INDEX_MISSING'], ['postgres.slow-statements'])).toBe('possible');
    expect(verdict(['PG_INDEX_MISSING'], [], ['postgres.slow-statements'])).toBe('possible');
  });
});
