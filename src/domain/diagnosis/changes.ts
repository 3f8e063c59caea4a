import type { Finding } from '../probe/finding.ts';
import type { ProbeCall, ProbeOutcome } from '../probe/probe.ts';

/** Whether this probe says what changed shortly before: information beside an answer, evidence for no cause. */
const readsChanges = (probe: string): boolean =>
  probe === 'kubernetes.changes' || probe === 'compose.changes';

/** Requests to the Kubernetes API that a whole diagnosis may cost, pages of long lists not counted. */
export const mostRequests = 12;
/** Lists that `kubernetes.changes` can read. */
export const changeLists = 6;

/** What to read of what changed shortly before, after evidence that has cost so many requests already. */
export function changeCalls(requestsSoFar: number): readonly ProbeCall[] {
  const lists = Math.max(0, Math.min(changeLists, mostRequests - requestsSoFar));
  return [{ probe: 'kubernetes.changes', with: { lists } }, { probe: 'compose.changes' }];
}

/** Findings about what changed shortly before, the newest first. */
export function changesOf(outcomes: readonly ProbeOutcome[]): readonly Finding[] {
  return outcomes
    .filter(({ probe }) => readsChanges(probe))
    .flatMap(({ findings }) => findings)
    .toSorted((a, b) => (b.since ?? '').localeCompare(a.since ?? ''));
}
