import { describe, expect, it } from 'vitest';
import { contractDrift, driftCodes } from '../../../src/diagnoses/contract-drift.diagnosis.ts';
import { outcomesOf, type Seen, verdictsOf } from '../../support/diagnosis.ts';

const judged = (code: string) =>
  verdictsOf(contractDrift, outcomesOf(contractDrift, [{ code, probe: 'kubernetes.selectors' }]))['M1.e'];

describe('a Service that selects no Pod', () => {
  it.each([
    ['SERVICE_SELECTS_NOTHING', 'confirmed'],
    // Seen in an installation whose names nobody knew: M1.e was ruled out while the Service led nowhere.
    ['SERVICE_POD_UNCLEAR', 'possible'],
    ['PORT_NOT_LISTENED', 'ruled-out'],
  ])('with %s: does not fit its Pod is %s', (code, verdict) => {
    expect(judged(code)).toBe(verdict);
  });
});

const unheard = { code: 'SUBJECT_UNHEARD', probe: 'nats.subjects' };
const verdict = (seen: readonly Seen[], blind: readonly string[] = []) =>
  verdictsOf(contractDrift, outcomesOf(contractDrift, seen, blind))['M1.b'];

describe('messages that nobody listens to', () => {
  it('are a drift where every program runs', () => {
    expect(verdict([unheard])).toBe('confirmed');
    expect(verdict([])).toBe('ruled-out');
  });

  it.each(['PART_NOT_RUNNING', 'PART_PAUSED', 'PART_MISSING'])(
    'may be meant for a program that is away: %s',
    (code) => {
      expect(verdict([unheard, { code, probe: 'runtime.running' }])).toBe('possible');
      expect(verdict([{ code, probe: 'runtime.running' }])).toBe('ruled-out');
    },
  );

  it('may be meant for one of which nobody knows whether it runs', () => {
    expect(verdict([unheard], ['runtime.running'])).toBe('possible');
  });

  it('are news of a digest, and a program that is away is none of its drifts', () => {
    expect(driftCodes.has('SUBJECT_UNHEARD')).toBe(true);
    expect([...driftCodes].filter((code) => code.startsWith('PART_'))).toEqual([]);
  });
});
