import type { Finding } from '../look/finding.ts';
import type { ProbeOutcome } from '../look/probe.ts';
import { depth, foundations, type PartId, partIds } from '../platform/part.ts';
import type { PartRow } from './health.ts';

const endpoint = ['ENDPOINT_REFUSED', 'ENDPOINT_CLOSED', 'ENDPOINT_HUNG', 'NATS_MONITOR_UNREACHABLE'];
const notReady = [
  'WORKLOAD_NOT_READY',
  'POD_NOT_READY',
  'CONTAINER_UNHEALTHY',
  'SERVICE_WITHOUT_ENDPOINTS',
  'SERVICE_WITHOUT_PODS',
];
const silent = ['AGENTS_NONE_REGISTERED', 'AGENT_HEARTBEAT_STALE'];

/** One cause is one finding: a code on the left, when found, says all that those on the right would. */
const explains: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(
    [
      'POD_OOM_KILLED',
      'POD_IMAGE_UNAVAILABLE',
      'POD_CONFIG_MISSING',
      'POD_CRASH_LOOPING',
      'POD_UNSCHEDULABLE',
      'POD_FAILED',
    ].map((code) => [code, [...endpoint, ...notReady, ...silent, 'POD_RESTARTING', 'SERVICE_UNHEALTHY']]),
  ),
  ...Object.fromEntries(
    [
      'WORKLOAD_MISSING',
      'WORKLOAD_SCALED_TO_ZERO',
      'CONTAINER_MISSING',
      'CONTAINER_EXITED',
      'CONTAINER_OOM_KILLED',
      'CONTAINER_PAUSED',
      'CONTAINER_RESTARTING',
    ].map((code) => [code, [...endpoint, ...silent, 'SERVICE_WITHOUT_ENDPOINTS', 'SERVICE_WITHOUT_PODS']]),
  ),
  ENDPOINT_HUNG: [...notReady, 'NATS_MONITOR_UNREACHABLE'],
  SERVICE_UNHEALTHY: notReady,
  SERVICE_HEALTH_STALLED: notReady,
  POD_NOT_READY: [
    'WORKLOAD_NOT_READY',
    'SERVICE_WITHOUT_ENDPOINTS',
    'SERVICE_WITHOUT_PODS',
    'ENDPOINT_REFUSED',
    'ENDPOINT_CLOSED',
    ...silent,
  ],
  WORKLOAD_NOT_READY: [
    'SERVICE_WITHOUT_ENDPOINTS',
    'SERVICE_WITHOUT_PODS',
    'ENDPOINT_REFUSED',
    'ENDPOINT_CLOSED',
    ...silent,
  ],
  CONTAINER_UNHEALTHY: ['ENDPOINT_REFUSED', 'ENDPOINT_CLOSED'],
  SERVICE_WITHOUT_ENDPOINTS: ['ENDPOINT_REFUSED', 'ENDPOINT_CLOSED'],
  SERVICE_WITHOUT_PODS: ['ENDPOINT_REFUSED', 'ENDPOINT_CLOSED'],
  ENDPOINT_REFUSED: ['NATS_MONITOR_UNREACHABLE'],
  ENDPOINT_CLOSED: ['NATS_MONITOR_UNREACHABLE'],
  REDIS_POLICY_NOEVICTION: ['REDIS_MEMORY_AT_LIMIT'],
  PG_TOO_MANY_CONNECTIONS: ['PG_CONNECTIONS_NEAR_LIMIT'],
};

/** Findings of one part without those that another of them explains. */
export function withoutExplained(findings: readonly Finding[]): readonly Finding[] {
  const explained = new Set(findings.flatMap((finding) => explains[finding.code] ?? []));
  // Two that explain each other would both go: the one that explains stays.
  const kept = findings.filter((finding) => !explained.has(finding.code));
  return kept.length > 0 ? kept : findings.slice(0, 1);
}

/** Ways to be bad that something underneath can cause. Stopped, unscheduled or refused is a cause of its own. */
const explainable = new Set([
  'SERVICE_UNHEALTHY',
  'SERVICE_HEALTH_STALLED',
  'SERVICE_SLOW',
  'POD_CRASH_LOOPING',
  'POD_NOT_READY',
  'POD_RESTARTING',
  'WORKLOAD_NOT_READY',
  'CONTAINER_RESTARTING',
  'CONTAINER_UNHEALTHY',
  'SERVICE_WITHOUT_ENDPOINTS',
  'SERVICE_WITHOUT_PODS',
  ...silent,
]);
/** Ended by somebody (0, SIGINT, SIGKILL, SIGTERM), not by an error of its own. */
const orderedExits = new Set([0, 130, 137, 143]);

function isExplainable(finding: Finding): boolean {
  if (finding.code === 'CONTAINER_EXITED') return !orderedExits.has(Number(finding.facts['exitCode']));
  return explainable.has(finding.code);
}

/** Bad enough to pull others down: unusable, or slow. */
function pullsDown(row: PartRow | undefined): boolean {
  if (row === undefined) return false;
  if (row.state === 'down') return true;
  return (
    row.state === 'degraded' &&
    row.findings.some((finding) => finding.severity === 'critical' || finding.code.endsWith('_SLOW'))
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
  const outcome = outcomes.find((one) => one.part === part && one.probe === 'http.service-health');
  return partIds.filter((id) => outcome?.facts[`dependency.${id}`] === 'down');
}
