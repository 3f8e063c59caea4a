import { type Finding, findingKey } from '../probe/finding.ts';
import type { ProbeOutcome } from '../probe/probe.ts';
import type { HealthReport, PartRow } from './health.ts';

/** Whether a row of a report is an alarm, of its own or as a consequence. */
export function isBad(row: PartRow): boolean {
  return row.state === 'down' || row.state === 'degraded' || row.findings.length > 0;
}

/** Rows of their own that are still wrong once these parts are repaired. */
export function stillOpen(
  report: Pick<HealthReport, 'rows'>,
  repaired: ReadonlySet<string>,
): readonly PartRow[] {
  return report.rows.filter(
    (row) => isBad(row) && row.consequenceOf === undefined && !repaired.has(row.part),
  );
}

/** What one look of an environment has seen. */
export interface Look {
  /** Absent: it was no health check. */
  readonly report?: HealthReport;
  readonly outcomes: readonly ProbeOutcome[];
  /** Verdicts of a diagnosis. */
  readonly causes?: readonly JudgedCause[];
}

/** A cause as a diagnosis has stored it. */
export interface JudgedCause {
  readonly id: string;
  readonly part: string;
  readonly verdict: string;
  /** `findingKey` of what spoke for it. */
  readonly for?: readonly string[];
}

/** It answers, and nothing that matters was found. What only informs, such as a restart a moment ago, breaks nothing. */
const isWell = (row: PartRow | undefined): boolean =>
  row?.state === 'up' && row.findings.every(({ severity }) => severity === 'info');

const rowOf = (report: HealthReport | undefined, part: string): PartRow | undefined =>
  report?.complete === true ? report.rows.find((row) => row.part === part) : undefined;

const keysOf = (findings: readonly Finding[]): readonly string[] => findings.map(findingKey);

/**
 * Whether a newer look saw each part well that this report called wrong, those that only followed from another one, too,
 * and each probe that had found something answered again. What could not be checked is not well.
 */
export function isReportMended(
  report: HealthReport,
  outcomes: readonly ProbeOutcome[],
  { report: newer, outcomes: later }: Look,
): boolean {
  const bad = report.rows.filter(isBad);
  return (
    bad.length > 0 &&
    bad.every((row) => {
      const now = rowOf(newer, row.part);
      const before = keysOf(row.findings);
      return (
        isWell(now) &&
        !keysOf(now?.findings ?? []).some((key) => before.includes(key)) &&
        before.every((key) => isAnsweredWithout(key, outcomes, later))
      );
    })
  );
}

/**
 * Whether a newer look speaks against each cause that a diagnosis has confirmed: it ruled the cause out, or it asked all that
 * had spoken for it, found none of that, and saw the parts well.
 */
export function areCausesMended(
  {
    causes,
    outcomes,
  }: { readonly causes: readonly JudgedCause[]; readonly outcomes: readonly ProbeOutcome[] },
  look: Look,
): boolean {
  const confirmed = causes.filter(({ verdict }) => verdict === 'confirmed');
  return (
    confirmed.length > 0 &&
    confirmed.every(
      ({ id, part, for: evidence = [] }) =>
        look.causes?.some((one) => one.id === id && one.part === part && one.verdict === 'ruled-out') ===
          true ||
        (evidence.length > 0 && evidence.every((key) => isGone(key, outcomes, look))),
    )
  );
}

const findersOf = (key: string, outcomes: readonly ProbeOutcome[]): readonly ProbeOutcome[] =>
  outcomes.filter(({ findings }) => keysOf(findings).includes(key));

/** Each probe that had found it was asked again, could look, and did not find it. */
function isAnsweredWithout(
  key: string,
  outcomes: readonly ProbeOutcome[],
  newer: readonly ProbeOutcome[],
): boolean {
  const finders = findersOf(key, outcomes);
  return (
    finders.length > 0 &&
    finders.every((before) =>
      newer.some(
        (now) =>
          now.key === before.key &&
          (now.status === 'healthy' || now.status === 'unhealthy') &&
          !keysOf(now.findings).includes(key),
      ),
    )
  );
}

function isGone(key: string, outcomes: readonly ProbeOutcome[], { report, outcomes: newer }: Look): boolean {
  return (
    isAnsweredWithout(key, outcomes, newer) &&
    findersOf(key, outcomes)
      .flatMap(({ findings }) => findings.filter((finding) => findingKey(finding) === key))
      .every(({ part }) => isWell(rowOf(report, part)))
  );
}
