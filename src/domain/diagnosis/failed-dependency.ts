import type { Stage } from '../kernel/errors.ts';
import { depth, foundations } from '../platform/dependencies.ts';
import { type PartId, partIds } from '../platform/part.ts';
import { traitsOf } from '../probe/findings.ts';
import type { ProbeOutcome } from '../probe/probe.ts';
import { isWay } from './diagnosis.ts';
import type { DiagnosisJudgement } from './judgement.ts';

/**
 * Stages at which our own attempt ended that say of the part: it fails. A Service drops what is sent to a part of which
 * no Pod is ready. Refused credentials may be ours alone.
 */
const failedAt: ReadonlySet<string> = new Set<Stage>(['refused', 'connect-timeout', 'no-answer', 'closed']);

/** Parts that an outcome says do not serve: by its own look, or as a service says of what it depends on. */
function unservedOf({ findings, cause, part, facts }: ProbeOutcome): readonly PartId[] {
  const seen = findings.flatMap((finding) =>
    traitsOf(finding.code).partFails === true ? [finding.part] : [],
  );
  const tried = cause !== undefined && failedAt.has(cause.code) ? [part] : [];
  return [...seen, ...tried, ...missedIn({ facts })];
}

/** What a service says that it misses. */
const missedIn = ({ facts }: Pick<ProbeOutcome, 'facts'>): readonly PartId[] =>
  partIds.filter((id) => facts[`dependency.${id}`] === 'down');

const confirmedOf = (judgements: readonly DiagnosisJudgement[]) =>
  judgements.flatMap(({ diagnosis, causes }) =>
    causes.flatMap(({ verdict, cause }) =>
      verdict === 'confirmed' ? [{ cause, part: diagnosis.part }] : [],
    ),
  );

/** Evidence that was taken away from us, and not by the part's being down. */
const withheld = new Set(['forbidden', 'log-empty']);

/** A cause of it is open because something was withheld: that is the answer, not that its part does not serve. */
const isOpenItself = ({ causes }: DiagnosisJudgement): boolean =>
  causes.some(
    ({ verdict, missing }) =>
      verdict === 'possible' && missing.some(({ cause }) => cause !== undefined && withheld.has(cause.code)),
  );

/**
 * The part to ask about next when the evidence of a symptom ran into one that does not serve, and no cause explains it:
 * the one nearest to the root of the dependency graph, and of those the one that a service misses, for what only we do
 * not reach may be our own matter. Undefined: a cause is confirmed, or every part serves.
 */
export function failedDependencyOf(
  judgements: readonly DiagnosisJudgement[],
  outcomes: readonly ProbeOutcome[],
): PartId | undefined {
  if (
    confirmedOf(judgements).some(({ cause, part }) => !(cause.maybeConsequence === true && depth(part) > 0))
  )
    return undefined;
  const settled = judgements.filter((judgement) => isWay(judgement.diagnosis) || isOpenItself(judgement));
  const asked = new Set(settled.map(({ diagnosis }) => diagnosis.part));
  const missed = new Set(outcomes.flatMap(missedIn));
  return outcomes
    .flatMap(unservedOf)
    .filter((part) => part !== 'runtime' && !asked.has(part))
    .toSorted(
      (a, b) =>
        depth(a) - depth(b) ||
        Number(missed.has(b)) - Number(missed.has(a)) ||
        partIds.indexOf(a) - partIds.indexOf(b),
    )[0];
}

/**
 * What to look at before a service is called unwell: the stores that it stands on. One that waits for a store may be too
 * busy waiting to say so.
 */
export function storesBelow(
  judgements: readonly DiagnosisJudgement[],
  dependency: PartId | undefined,
): readonly PartId[] {
  const unwell = confirmedOf(judgements).flatMap(({ cause, part }) =>
    cause.maybeConsequence === true ? [part] : [],
  );
  const below = [...unwell, ...(dependency === undefined ? [] : [dependency])].flatMap(foundations);
  return [...new Set(below)].filter((part) => depth(part) === 0);
}

/**
 * Whether what the way to that part found out is an answer to the symptom: it does not run, or is not well. That it is not
 * there, closes connections, or is not reached by the network may be true of our own configuration alone, unless a
 * service misses the part too.
 */
export function explains(
  { diagnosis, causes }: DiagnosisJudgement,
  outcomes: readonly ProbeOutcome[],
): boolean {
  const missed = outcomes.some((outcome) => missedIn(outcome).includes(diagnosis.part));
  return causes.some(({ verdict, cause: { answersBelow }, for: evidence }) => {
    if (verdict !== 'confirmed' || answersBelow === undefined) return false;
    if (missed) return true;
    switch (answersBelow) {
      case 'seen-stopped':
        return evidence.some(({ code }) => traitsOf(code).partStopped === true);
      case 'not-ours-alone':
        return evidence.some(({ code }) => traitsOf(code).maybeOurs !== true);
      case 'missed':
        return false;
    }
  });
}
