import { describe, expect, it } from 'vitest';
import { cpuHigh } from '../../../src/diagnoses/cpu-high.diagnosis.ts';
import { outcomesOf, type Seen, verdictsOf } from '../../support/diagnosis.ts';

const limit = (code: string): Seen => ({ code, probe: 'runtime.cpu-limit' });
const hot: Seen = { code: 'HOT_FUNCTION', probe: 'services.cpu-profile' };
const judged = (findings: readonly Seen[], blind: readonly string[] = []) =>
  verdictsOf(cpuHigh, outcomesOf(cpuHigh, findings, blind));

describe('why CPU is high', () => {
  it('is the hot function, and leaves open whether the limit that it runs into is too low (R-PLAT28)', () => {
    for (const code of ['CPU_AT_LIMIT', 'CPU_THROTTLED'])
      expect(judged([limit(code), hot])).toEqual({ 'P1.a': 'confirmed', 'P1.b': 'possible' });
  });

  it('is the limit where no function stands out', () => {
    for (const code of ['CPU_AT_LIMIT', 'CPU_THROTTLED'])
      expect(judged([limit(code)])).toEqual({ 'P1.a': 'ruled-out', 'P1.b': 'confirmed' });
  });

  it('is not told at a limit when the profile cannot tell', () => {
    expect(judged([limit('CPU_THROTTLED')], ['services.cpu-profile'])).toEqual({
      'P1.a': 'possible',
      'P1.b': 'possible',
    });
  });

  it('is a limit that is too small for any profile to tell, whoever takes the CPU', () => {
    expect(judged([limit('CPU_AT_LIMIT'), limit('CPU_LIMIT_TINY')], ['services.cpu-profile'])).toEqual({
      'P1.a': 'possible',
      'P1.b': 'confirmed',
    });
  });

  it('is no question of an idle service whose profile holds too little to tell', () => {
    expect(judged([], ['services.cpu-profile'])).toEqual({ 'P1.a': 'ruled-out', 'P1.b': 'ruled-out' });
  });

  it('is possible where nobody knows whether the limit is reached', () => {
    expect(judged([hot], ['runtime.cpu-limit'])).toEqual({ 'P1.a': 'possible', 'P1.b': 'possible' });
  });

  it('is possible where a busy machine may be why nothing is called busy, and confirmed where it is not', () => {
    const heldBack: Seen = { code: 'HOT_FUNCTION_HELD_BACK', probe: 'services.cpu-profile' };

    expect(judged([heldBack])).toEqual({ 'P1.a': 'possible', 'P1.b': 'ruled-out' });
    expect(judged([hot, heldBack])).toEqual({ 'P1.a': 'possible', 'P1.b': 'ruled-out' });
    expect(judged([hot])).toEqual({ 'P1.a': 'ruled-out', 'P1.b': 'ruled-out' });
    expect(judged([hot, heldBack, limit('CPU_AT_LIMIT')])).toEqual({
      'P1.a': 'confirmed',
      'P1.b': 'possible',
    });
  });
});
