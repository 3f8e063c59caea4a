import { foundations } from '../platform/dependencies.ts';
import type { Finding } from '../probe/finding.ts';
import { traitsOf } from '../probe/findings.ts';
import type { ProbeOutcome } from '../probe/probe.ts';
import type { DiagnosisJudgement } from './judgement.ts';

const asSaid = ({ code, excerpts }: Finding): string => JSON.stringify([code, excerpts]);

/**
 * What parts said of themselves that no confirmed cause explains, each once, to be shown word for word: a line that
 * has no known meaning beats a wrong cause. A cause explains what is said about its part, and by parts that need it,
 * unless it leaves open why (`leavesWhyOpen`). What speaks for a confirmed cause is shown with that cause.
 */
export function unexplained(
  judgements: readonly DiagnosisJudgement[],
  outcomes: readonly ProbeOutcome[],
): readonly Finding[] {
  const confirmed = judgements.flatMap(({ causes }) =>
    causes.filter(({ verdict }) => verdict === 'confirmed'),
  );
  // Two questions may have been given the same answer.
  const shown = new Set(confirmed.flatMap(({ for: evidence }) => evidence.map(asSaid)));
  const explains = (finding: Finding) => [finding.part, ...foundations(finding.part)];
  const said = outcomes
    .flatMap(({ findings }) => findings)
    .filter(
      (finding) =>
        traitsOf(finding.code).verbatim === true &&
        (finding.excerpts ?? []).some(({ lines }) => lines.length > 0) &&
        !shown.has(asSaid(finding)) &&
        !confirmed.some(
          ({ cause }) =>
            // What a part needs explains it in any case; the part itself only where the cause says why.
            explains(finding).includes(cause.part) &&
            (cause.part !== finding.part || cause.leavesWhyOpen !== true),
        ),
    );
  return [...new Map(said.map((finding) => [JSON.stringify(finding.excerpts), finding])).values()];
}
