import type { PartId } from '../platform/part.ts';
import { callKey, type ProbeOutcome } from '../probe/probe.ts';
import type { DiagnosisJudgement } from './judgement.ts';

/**
 * Whether nothing of a diagnosis can be checked in this environment: all its evidence needs what is not configured, or is
 * of another runtime. Its causes are then no candidates, and one line says so.
 */
export function uncheckable(
  { diagnosis, causes }: DiagnosisJudgement,
  outcomes: readonly ProbeOutcome[],
): boolean {
  const keys = new Set([...diagnosis.evidence, ...(diagnosis.afterwards ?? [])].map(callKey));
  const own = outcomes.filter(({ key }) => keys.has(key));
  return (
    own.length > 0 &&
    causes.every(({ verdict }) => verdict !== 'confirmed') &&
    own.every(
      ({ status, reason }) =>
        status === 'skipped' && (reason === 'not-configured' || reason === 'not-applicable'),
    )
  );
}

/**
 * The part that a diagnosis is about where this platform has none of it (`facts.notHere` of its evidence), so that there
 * is nothing to check.
 */
export function partNotHere(
  { diagnosis }: Pick<DiagnosisJudgement, 'diagnosis'>,
  outcomes: readonly ProbeOutcome[],
): PartId | undefined {
  const keys = new Set([...diagnosis.evidence, ...(diagnosis.afterwards ?? [])].map(callKey));
  return outcomes.find(({ key, facts }) => keys.has(key) && facts.notHere !== undefined)?.part;
}

/** Whether a diagnosis is a question here at all: one of another runtime, or about files that this installation lacks, is not. */
export function applies(
  { diagnosis }: Pick<DiagnosisJudgement, 'diagnosis'>,
  outcomes: readonly ProbeOutcome[],
): boolean {
  const keys = new Set([...diagnosis.evidence, ...(diagnosis.afterwards ?? [])].map(callKey));
  const own = outcomes.filter(({ key }) => keys.has(key));
  return own.length === 0 || own.some(({ reason }) => reason !== 'not-applicable');
}
