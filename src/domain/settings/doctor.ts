import type { Facts } from '../kernel/facts.ts';

/** `failed`: it will not work; `warning`: it works and should not stay so; `unknown`: could not check. */
export const checkStates = ['failed', 'unknown', 'warning', 'ok', 'skipped'] as const;
export type CheckState = (typeof checkStates)[number];

/** Parts of an installation that `doctor` looks at, in the order in which it tells them. */
export const checkAreas = [
  'configuration',
  'slack',
  'postgres',
  'redis',
  'kubernetes',
  'clock',
  'audit',
  'environment',
] as const;
export type CheckArea = (typeof checkAreas)[number];

/** One thing about our own installation. Its words stand in the catalogue under `doctor.<key>`. */
export interface Check {
  readonly area: CheckArea;
  readonly key: string;
  readonly state: CheckState;
  readonly facts: Facts;
  /** Host and port of what was asked, where a connection was tried. */
  readonly at?: string;
  /** What to add or run, ready to be copied. */
  readonly remedy?: string;
}

/** What the command answers to the shell. */
export function worst(checks: readonly Check[]): CheckState {
  return checkStates.find((state) => checks.some((check) => check.state === state)) ?? 'ok';
}
