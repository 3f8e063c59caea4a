import { expect, it } from 'vitest';
import { type Check, type CheckState, worst } from '../../../../src/domain/settings/doctor.ts';

const checks = (...states: readonly CheckState[]): readonly Check[] =>
  states.map((state) => ({ area: 'slack', key: 'token', state, facts: {} }));

it.each<[expected: CheckState, states: readonly CheckState[]]>([
  ['ok', []],
  ['ok', ['skipped', 'ok']],
  ['skipped', ['skipped']],
  ['warning', ['ok', 'warning', 'skipped']],
  // "Could not check" is worse than a warning, and never fine.
  ['unknown', ['warning', 'unknown', 'ok']],
  ['failed', ['unknown', 'failed', 'warning']],
])('doctor answers %s to the shell for %j', (expected, states) => {
  expect(worst(checks(...states))).toBe(expected);
});
