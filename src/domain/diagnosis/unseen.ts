import { callKey, type ProbeOutcome } from '../probe/probe.ts';
import type { DiagnosisJudgement } from './judgement.ts';

/**
 * Evidence of a diagnosis that could not be had and that no cause is open for: it would only have said more. It is told
 * all the same: what was passed over in silence looks like what was checked.
 */
export function unseenBesides(
  { diagnosis, causes }: DiagnosisJudgement,
  outcomes: readonly ProbeOutcome[],
): readonly ProbeOutcome[] {
  const asked = new Set([...diagnosis.evidence, ...(diagnosis.afterwards ?? [])].map(callKey));
  const told = new Set(causes.flatMap(({ missing }) => missing.map(({ key }) => key)));
  return outcomes.filter(
    ({ key, status, cause }) =>
      asked.has(key) && !told.has(key) && status === 'inconclusive' && cause?.code === 'column-missing',
  );
}
