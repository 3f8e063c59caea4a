import type { Diagnosis } from '../../src/domain/diagnosis/diagnosis.ts';
import { judge, type Verdict } from '../../src/domain/diagnosis/judgement.ts';
import type { PartId } from '../../src/domain/platform/part.ts';
import type { FindingCode } from '../../src/domain/probe/findings.ts';
import { callKey, type ProbeCall, type ProbeOutcome } from '../../src/domain/probe/probe.ts';
import { probes } from '../../src/probes/index.ts';

/** Which probe may make which findings. */
export const emitters = new Map(probes.map(({ id, emits }) => [id, emits]));

/** The part an outcome of this call speaks about, by its probe and parameters. */
export function partOf(call: ProbeCall): PartId {
  const probe = probes.find(({ id }) => id === call.probe);
  if (probe === undefined) throw new Error(`no probe ${call.probe}`);
  if (typeof probe.part !== 'function') return probe.part;
  return probe.part(probe.params.parse(call.with ?? {}));
}

export const everyCall = ({ evidence, afterwards = [] }: Diagnosis): readonly ProbeCall[] => [
  ...evidence,
  ...afterwards,
];

export interface Seen {
  readonly code: string;
  readonly probe: string;
}

/** The evidence of a diagnosis with these findings about its part; `blind` names probes that could not check. */
export function outcomesOf(
  diagnosis: Diagnosis,
  findings: readonly Seen[],
  blind: readonly string[] = [],
): readonly ProbeOutcome[] {
  return everyCall(diagnosis).map((call): ProbeOutcome => {
    const part = partOf(call);
    const about = part === 'runtime' ? diagnosis.part : part;
    const own = findings
      .filter(({ probe }) => probe === call.probe)
      .map(({ code }) => ({
        code: code as FindingCode,
        severity: 'critical' as const,
        part: about,
        subject: about,
        facts: {},
      }));
    const status = blind.includes(call.probe) ? 'inconclusive' : own.length > 0 ? 'unhealthy' : 'healthy';
    return {
      key: callKey(call),
      probe: call.probe,
      part,
      status,
      findings: own,
      facts: {},
      startedAt: '2026-03-01T10:00:00.000Z',
      durationMs: 1,
    };
  });
}

/** The verdict of each cause, by its id. */
export function verdictsOf(
  diagnosis: Diagnosis,
  outcomes: readonly ProbeOutcome[],
): Readonly<Record<string, Verdict>> {
  const { causes } = judge(diagnosis, outcomes, emitters);
  return Object.fromEntries(causes.map(({ cause, verdict }) => [cause.id, verdict]));
}

/** The verdict on one cause when probes find these codes, some could not check, and some were skipped. */
export function verdictOn(diagnosis: Diagnosis, cause: string) {
  return (codes: readonly FindingCode[], unseen: readonly string[] = [], skipped: readonly string[] = []) => {
    const outcomes = everyCall(diagnosis).map((call): ProbeOutcome => {
      const part = partOf(call);
      const findings = codes
        .filter((code) => emitters.get(call.probe)?.includes(code) === true)
        .map((code) => ({ code, severity: 'warning' as const, part, subject: 'x', facts: {} }));
      const head = { key: call.probe, probe: call.probe, part, facts: {}, durationMs: 1 };
      const base = { ...head, startedAt: '2026-03-01T10:05:00Z' };
      if (skipped.includes(call.probe))
        return { ...base, status: 'skipped', reason: 'not-installed', findings: [] };
      if (unseen.includes(call.probe)) return { ...base, status: 'inconclusive', findings };
      return { ...base, status: findings.length > 0 ? 'unhealthy' : 'healthy', findings };
    });
    return judge(diagnosis, outcomes, emitters).causes.find((one) => one.cause.id === cause)?.verdict;
  };
}
