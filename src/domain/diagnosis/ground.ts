import type { ProbeOutcome } from '../look/probe.ts';
import { depth, foundations, type PartId, partIds } from '../platform/part.ts';
import type { DiagnosisJudgement } from './judgement.ts';

/** Findings and causes of not having seen anything that say of a part: it does not serve. (At its limit it does.) */
const unserved = {
  codes: new Set(['ENDPOINT_REFUSED', 'ENDPOINT_HUNG', 'ENDPOINT_CLOSED', 'PART_NOT_RUNNING', 'PART_PAUSED']),
  // A Service drops what is sent to a part of which no Pod is ready. Refused credentials may be ours alone.
  stages: new Set(['refused', 'connect-timeout', 'no-answer', 'closed']),
} as const;

/** Parts that an outcome says do not serve: by its own look, or as a service says of what it depends on. */
function unservedOf({ findings, cause, part, facts }: ProbeOutcome): readonly PartId[] {
  const seen = findings.flatMap((finding) => (unserved.codes.has(finding.code) ? [finding.part] : []));
  const tried = cause !== undefined && unserved.stages.has(cause.code) ? [part] : [];
  const said = partIds.filter((id) => facts[`dependency.${id}`] === 'down');
  return [...seen, ...tried, ...said];
}

/** A consequence: a service whose health check fails because of what it stands on, or that is slow for it. */
const followsFromGround = new Set(['H2.b', 'H2.d']);

const confirmedOf = (judgements: readonly DiagnosisJudgement[]) =>
  judgements.flatMap(({ diagnosis, causes }) =>
    causes.flatMap(({ verdict, cause }) =>
      verdict === 'confirmed' ? [{ id: cause.id, part: diagnosis.part }] : [],
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
 * the one nearest to the root of the dependency graph. Undefined: a cause is confirmed, or every part serves.
 */
export function groundOf(
  judgements: readonly DiagnosisJudgement[],
  outcomes: readonly ProbeOutcome[],
): PartId | undefined {
  if (confirmedOf(judgements).some(({ id, part }) => !(followsFromGround.has(id) && depth(part) > 0)))
    return undefined;
  const settled = judgements.filter(
    (judgement) => judgement.diagnosis.id === 'H2' || isOpenItself(judgement),
  );
  const asked = new Set(settled.map(({ diagnosis }) => diagnosis.part));
  return outcomes
    .flatMap(unservedOf)
    .filter((part) => part !== 'runtime' && !asked.has(part))
    .toSorted((a, b) => depth(a) - depth(b) || partIds.indexOf(a) - partIds.indexOf(b))[0];
}

/**
 * What to look at before a service is called unwell: the stores that it stands on. One that waits for a store may be too
 * busy waiting to say so.
 */
export function storesBelow(
  judgements: readonly DiagnosisJudgement[],
  ground: PartId | undefined,
): readonly PartId[] {
  const unwell = confirmedOf(judgements).flatMap(({ id, part }) => (followsFromGround.has(id) ? [part] : []));
  const below = [...unwell, ...(ground === undefined ? [] : [ground])].flatMap(foundations);
  return [...new Set(below)].filter((part) => depth(part) === 0);
}

/** The runtime's own word that a part which belongs here does not run. */
const seenDown = new Set([
  'PART_NOT_RUNNING',
  'PART_PAUSED',
  'SERVICE_EXITS_AT_START',
  'SERVICE_WITHOUT_PODS',
]);

/** What a wrong address, a missing TLS setting or a wrong password of ours would look like as well. */
const maybeOurs = new Set(['ENDPOINT_CLOSED', 'CREDENTIALS_REFUSED']);

/**
 * Whether what H2 found out about that part is an answer to the symptom: it does not run, or is not well. That it is not
 * there, closes connections, or is not reached by the network may be true of our own configuration alone, unless a
 * service misses the part too.
 */
export function explains(
  { diagnosis, causes }: DiagnosisJudgement,
  outcomes: readonly ProbeOutcome[],
): boolean {
  const missed = outcomes.some(({ facts }) => facts[`dependency.${diagnosis.part}`] === 'down');
  return causes.some(({ verdict, cause: { id }, for: evidence }) => {
    if (verdict !== 'confirmed') return false;
    if (id === 'H2.a') return missed || evidence.some(({ code }) => seenDown.has(code));
    if (id === 'H2.b') return missed || evidence.some(({ code }) => !maybeOurs.has(code));
    return id === 'H2.c' && missed;
  });
}
