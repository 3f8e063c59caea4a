import type { Diagnosis } from './diagnosis.ts';
import type { Finding } from './finding.ts';
import type { ProbeCall, ProbeOutcome } from './probe.ts';

/** Whether this probe says what changed shortly before: information beside an answer, evidence for no cause. */
const readsChanges = (probe: string): boolean =>
  probe === 'kubernetes.changes' || probe === 'compose.changes';

/** What changed shortly before is read with the evidence of every diagnosis. */
export function changeCalls(diagnoses: readonly Diagnosis[]): readonly ProbeCall[] {
  const narrow = diagnoses.some(({ narrowChanges }) => narrowChanges === true);
  return [
    { probe: 'kubernetes.changes', ...(narrow ? { with: { wide: false } } : {}) },
    { probe: 'compose.changes' },
  ];
}

/** Findings about what changed shortly before, the newest first. */
export function changesOf(outcomes: readonly ProbeOutcome[]): readonly Finding[] {
  return outcomes
    .filter(({ probe }) => readsChanges(probe))
    .flatMap(({ findings }) => findings)
    .toSorted((a, b) => (b.since ?? '').localeCompare(a.since ?? ''));
}
