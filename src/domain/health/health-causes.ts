import { depth, foundations } from '../platform/dependencies.ts';
import { type PartId, partIds } from '../platform/part.ts';
import type { Finding } from '../probe/finding.ts';
import { traitsOf } from '../probe/findings.ts';
import type { ProbeOutcome } from '../probe/probe.ts';
import type { PartRow } from './health.ts';
import { healthRole } from './health-calls.ts';

/** Findings of one part without those that another of them explains. */
export function withoutExplained(findings: readonly Finding[]): readonly Finding[] {
  // One cause is one finding: what another finding of the part explains is left out.
  const explained = new Set(findings.flatMap((finding) => traitsOf(finding.code).explains ?? []));
  // Two that explain each other would both go: the one that explains stays.
  const kept = findings.filter((finding) => !explained.has(finding.code));
  return kept.length > 0 ? kept : findings.slice(0, 1);
}

/** Ended by somebody (0, SIGINT, SIGKILL, SIGTERM), not by an error of its own. */
const orderedExits = new Set([0, 130, 137, 143]);

/** Stopped, unscheduled or refused is a cause of its own; what is only unwell may be so for something underneath. */
function isExplainable(finding: Finding): boolean {
  const { explainable } = traitsOf(finding.code);
  if (explainable === 'unless-ordered') return !orderedExits.has(Number(finding.facts['exitCode']));
  return explainable === true;
}

/** Bad enough to pull others down: unusable, or slow. */
function pullsDown(row: PartRow | undefined): boolean {
  if (row === undefined) return false;
  if (row.state === 'down') return true;
  return (
    row.state === 'degraded' &&
    row.findings.some((finding) => finding.severity === 'critical' || traitsOf(finding.code).slow === true)
  );
}

/** Marks the rows that are bad, or cannot be seen, only because something they stand on is bad. */
export function consequences(
  rows: readonly PartRow[],
  outcomes: readonly ProbeOutcome[],
): readonly PartRow[] {
  const done = new Map<PartId, PartRow>(rows.map((row) => [row.part, row]));
  for (const part of [...partIds].sort((a, b) => depth(a) - depth(b))) {
    const row = done.get(part);
    if (row === undefined) continue;
    const root = rootOf(row, done, outcomes);
    if (root !== undefined) done.set(part, { ...row, consequenceOf: root });
  }
  return rows.map((row) => done.get(row.part) ?? row);
}

function rootOf(
  row: PartRow,
  rows: ReadonlyMap<PartId, PartRow>,
  outcomes: readonly ProbeOutcome[],
): PartId | undefined {
  const bad = row.state === 'down' || row.state === 'degraded';
  if (bad && (row.findings.length === 0 || !row.findings.every(isExplainable))) return undefined;
  // What cannot be seen is behind a root only when the way to see it leads over that root.
  if (!bad && !(row.state === 'unknown' && row.part === 'collect-agent' && row.pending === 0))
    return undefined;
  const below = foundations(row.part);
  const named = namedDown(row.part, outcomes);
  const candidates = named.length === 0 ? below : [...named, ...named.flatMap((part) => foundations(part))];
  const cause = candidates.find((part) => below.includes(part) && pullsDown(rows.get(part)));
  if (cause === undefined) return undefined;
  return rows.get(cause)?.consequenceOf ?? cause;
}

/** The parts that the service's own health calls down. */
function namedDown(part: PartId, outcomes: readonly ProbeOutcome[]): readonly PartId[] {
  const outcome = outcomes.find(
    (one) => one.part === part && healthRole(one.probe).tellsDependencies === true,
  );
  return partIds.filter((id) => outcome?.facts[`dependency.${id}`] === 'down');
}
