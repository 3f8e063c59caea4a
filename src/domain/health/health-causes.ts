import { knownLines } from '../logs/known-lines.ts';
import { dependencies, depth, foundations } from '../platform/dependencies.ts';
import { type PartId, partIds } from '../platform/part.ts';
import { asInGuide } from '../platform/platform.ts';
import type { Finding } from '../probe/finding.ts';
import { traitsOf } from '../probe/findings.ts';
import type { ProbeOutcome } from '../probe/probe.ts';
import type { PartRow } from './health.ts';
import { ownWord } from './health-witness.ts';

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
  if (explainable === 'unless-ordered') return !orderedExits.has(Number(finding.facts.exitCode));
  return explainable === true;
}

/** It does not do its work, for every caller: seen to fail, unhealthy by its own word, or slow. */
const serves = ({ findings }: PartRow): boolean =>
  !findings.some(({ code }) => {
    const { partFails, saysUnhealthy, slow } = traitsOf(code);
    return partFails === true || saysUnhealthy === true || slow === true;
  });

/** What a part itself complains of. Silence is no complaint, and a health check of the runtime may fail for itself. */
const complains = ({ findings }: PartRow): boolean =>
  findings.some(({ code }) => {
    const { attempt, runtime } = traitsOf(code);
    return runtime !== 'not-ready' && attempt !== 'silent' && attempt !== 'silent-when-critical';
  });

/**
 * Whether a row can be the consequence of what is wrong with a part below it (R-PLAT26). One that does not serve pulls
 * down everything above. One that serves, with something critical about it, is the reason only for a part that uses it
 * and complains itself.
 */
function pullsDown(below: PartRow | undefined, row: PartRow, named: readonly PartId[]): boolean {
  if (below === undefined) return false;
  if (below.state === 'down') return true;
  if (below.state !== 'degraded') return false;
  if (!serves(below) || named.includes(below.part)) return true;
  const critical = below.findings.some((finding) => finding.severity === 'critical');
  return critical && dependencies[row.part].includes(below.part) && complains(row);
}

/**
 * Marks the rows that are bad, or cannot be seen, because something they stand on is bad. For certain only where what the
 * part says names that one; by an edge of the table alone it may be so (`consequenceLikely`).
 */
export function consequences(
  rows: readonly PartRow[],
  outcomes: readonly ProbeOutcome[],
): readonly PartRow[] {
  const done = new Map<PartId, PartRow>(rows.map((row) => [row.part, row]));
  for (const part of [...partIds].sort((a, b) => depth(a) - depth(b))) {
    const row = done.get(part);
    if (row === undefined) continue;
    const root = rootOf(row, done, outcomes);
    if (root === undefined) continue;
    const { part: consequenceOf, likely } = root;
    done.set(part, { ...row, consequenceOf, ...(likely ? { consequenceLikely: true as const } : {}) });
  }
  return rows.map((row) => done.get(row.part) ?? row);
}

function rootOf(
  row: PartRow,
  rows: ReadonlyMap<PartId, PartRow>,
  outcomes: readonly ProbeOutcome[],
): { readonly part: PartId; readonly likely: boolean } | undefined {
  const bad = row.state === 'down' || row.state === 'degraded';
  if (bad && (row.findings.length === 0 || !row.findings.every(isExplainable))) return undefined;
  // What cannot be seen is behind a root only when the way to see it leads over that root.
  if (!bad && !(row.state === 'unknown' && row.part === 'collect-agent' && row.pending === 0))
    return undefined;
  const below = foundations(row.part);
  const said = saidIn(row);
  // It says itself why it ends, and that lies with it alone.
  if (said.own && said.parts.length === 0) return undefined;
  const named = [...new Set([...namedDown(row.part, outcomes), ...said.parts])];
  const asked = bad ? [] : askedOf(row.part, outcomes);
  const closed = (part: PartId) => asked.includes(part) && rows.get(part)?.state === 'down';
  const first = bad ? named : asked.filter(closed);
  const others = bad && named.length > 0 ? named.flatMap((part) => foundations(part)) : below;
  const candidates = [...first, ...others];
  const cause = candidates.find((part) => below.includes(part) && pullsDown(rows.get(part), row, named));
  if (cause === undefined) return undefined;
  const above = rows.get(cause);
  const root = above?.consequenceOf ?? cause;
  if (closed(root)) return { part: root, likely: false };
  // Who answers has not kept us from seeing it, whatever it misses itself.
  const isNamed = bad ? named.includes(cause) : closed(cause);
  return { part: root, likely: !isNamed || above?.consequenceLikely === true };
}

/** Whom we asked about a part in vain; without a word of it agent-manager, whose list of agents is the usual way. */
function askedOf(part: PartId, outcomes: readonly ProbeOutcome[]): readonly PartId[] {
  const look = outcomes.find((one) => one.part === part && one.status === 'inconclusive');
  const asked = partIds.filter((id) => look?.facts[`asked.${id}`] === true);
  return asked.length > 0 ? asked : ['agent-manager'];
}

const lines = knownLines(asInGuide);

/** What the last words of a part name, as its findings quote them: parts that it misses, or a matter of its own. */
function saidIn({ part, findings }: PartRow): { readonly parts: readonly PartId[]; readonly own: boolean } {
  const words = findings.flatMap(({ excerpts = [] }) => excerpts.flatMap((excerpt) => excerpt.lines));
  const known = words.flatMap((text) => lines.find(({ pattern }) => pattern.test(text)) ?? []);
  const parts = known.flatMap((line) => (line.part === undefined || line.part === part ? [] : [line.part]));
  return {
    parts,
    own: known.some(({ part: about, atStart }) => about === undefined && atStart !== undefined),
  };
}

/** The parts that the service's own health calls down. */
function namedDown(part: PartId, outcomes: readonly ProbeOutcome[]): readonly PartId[] {
  const outcome = ownWord(part, outcomes);
  return partIds.filter((id) => outcome?.facts[`dependency.${id}`] === 'down');
}
