import { z } from 'zod';
import { verdicts } from '../diagnosis/judgement.ts';
import { type UnreachablePath, unreachableSteps } from '../diagnosis/render-diagnosis.ts';
import type { RemediationRow } from '../fix/rows.ts';
import { partStates } from '../health/health.ts';
import type { Facts } from '../kernel/facts.ts';
import { present } from '../kernel/present.ts';
import { redactLines, redactText, redactValue } from '../kernel/redact.ts';
import { type PartId, partIds } from '../platform/part.ts';
import { type Finding, findingKey, severities } from '../probe/finding.ts';
import type { Cause, ProbeOutcome } from '../probe/probe.ts';
import type { Language, RunKind, RunState, RunWithOutcomes } from '../run/run.ts';
import { type Deployment, type PartVersion, versionsOf } from './issue-environment.ts';

/** Kinds of run that leave something to report. */
export const reportKinds = ['health', 'diagnose', 'digest'] as const satisfies readonly RunKind[];

/**
 * X1: the form at the end of the guide (problem, steps, errors, environment, results), filled in from a stored run.
 * Everything in it is redacted. What the run does not tell is absent or undefined, and said as "not known" where
 * it is put into words; nothing is guessed.
 */
export interface IssueReport {
  readonly run: {
    readonly id: string;
    readonly kind: RunKind;
    readonly environment: string;
    readonly state: RunState;
    /** ISO time at which it was asked for. */
    readonly time: string;
    readonly endedAt?: string;
    /** Code of the error with which it ended without an answer. */
    readonly failure?: string;
  };
  readonly problem: {
    /** The words that somebody typed or pasted. */
    readonly asked?: string;
    /** Diagnoses in the order they were walked. */
    readonly symptoms: readonly string[];
    readonly overall: Overall;
    /** Those that speak for the causes first, then the worst. */
    readonly findings: readonly Finding[];
    /** ISO time of the oldest finding that knows since when it is so. */
    readonly since?: string;
  };
  /** Words after `/aetherius` that look at the same things again. */
  readonly command?: string;
  readonly errors: readonly LogExcerpt[];
  readonly deployment?: Deployment;
  /** Every part that is configured or was looked at. */
  readonly versions: readonly PartVersion[];
  readonly results: {
    readonly causes: readonly ReportedCause[];
    readonly path?: UnreachablePath;
    /** State of each part, for a health check. */
    readonly parts: readonly ReportedPart[];
    readonly checks: Readonly<Record<ProbeOutcome['status'], number>>;
    readonly unseen: readonly Unseen[];
    readonly fixes: readonly ReportedFix[];
  };
  /** Version of the bot that wrote the report. */
  readonly bot: string;
  /** ISO time. */
  readonly madeAt: string;
}

export const overalls = ['cause-found', 'no-cause', 'healthy', 'findings', 'unknown'] as const;
export type Overall = (typeof overalls)[number];

export interface LogExcerpt {
  readonly source: string;
  readonly lines: readonly string[];
  /** Lines that were kept with the run but are too many for a report. */
  readonly left: number;
}

export interface ReportedCause {
  readonly id: string;
  /** Where it lies; runs that were stored before it was do not tell. */
  readonly part?: PartId;
  readonly verdict: (typeof verdicts)[number];
  /** Probes without which it stays open. */
  readonly missing: readonly string[];
}

export interface ReportedPart {
  readonly part: PartId;
  readonly state: (typeof partStates)[number];
  readonly consequenceOf?: PartId;
  readonly consequenceLikely?: true;
}

/** A probe that could not check; `cause` says why, or `reason` when it did not even try. */
export interface Unseen {
  readonly probe: string;
  readonly part: PartId;
  readonly cause?: Cause;
  readonly reason?: string;
}

export interface ReportedFix {
  readonly handle: string;
  readonly action: string;
  readonly params: Facts;
  readonly target: string;
  readonly state: RemediationRow['state'];
}

/** How a report is put into words; implemented by `bot/views/report-form.view.ts`. */
export interface ReportWriter {
  /** The filled-in form as Markdown, ready to be pasted into an issue. */
  form(report: IssueReport, language: Language): string;
}

const mostFindings = 40;
const linesOfExcerpt = 60;
const linesOfReport = 240;

export interface ReportSource {
  readonly run: RunWithOutcomes;
  /** An earlier health check of the same environment: it may know versions that this run did not look at. */
  readonly earlier?: RunWithOutcomes;
  readonly fixes: readonly RemediationRow[];
  readonly deployment?: Deployment;
  readonly bot: string;
  readonly madeAt: Date;
}

export function issueReport(source: ReportSource): IssueReport {
  const { run } = source;
  const outcomes = run.outcomes.map(withoutSecrets);
  const diagnosis = StoredDiagnosis.safeParse(run.summary).data;
  const health = StoredHealth.safeParse(run.summary).data;
  const failure = StoredFailure.safeParse(run.summary).data?.code;
  const findings = ranked(outcomes, new Set(diagnosis?.causes.flatMap((cause) => cause.for)));
  const symptoms = diagnosis?.diagnoses ?? [];
  const typed = run.params.symptom;
  const asked = typeof typed === 'string' && typed.trim() !== '' ? redactText(typed.trim()) : undefined;
  const since = findings.flatMap((finding) => finding.since ?? []).toSorted()[0];
  const command = commandOf(run, symptoms, asked);
  const path = diagnosis?.path;
  return {
    run: {
      id: run.id,
      kind: run.kind,
      environment: run.environment,
      state: run.state,
      time: run.createdAt.toISOString(),
      ...present({ endedAt: run.finishedAt?.toISOString() }),
      ...(failure === undefined || run.state !== 'failed' ? {} : { failure }),
    },
    problem: {
      symptoms,
      overall: diagnosis?.overall ?? health?.overall ?? (findings.length > 0 ? 'findings' : 'unknown'),
      findings: findings.slice(0, mostFindings).map(({ excerpts: _lines, ...finding }) => finding),
      ...present({ asked, since }),
    },
    ...present({ command }),
    errors: excerptsOf(findings),
    ...present({ deployment: source.deployment }),
    versions: versionsOf({
      outcomes,
      ...present({
        configured: source.deployment?.parts,
        earlier:
          source.earlier === undefined
            ? undefined
            : {
                outcomes: source.earlier.outcomes.map(withoutSecrets),
                time: source.earlier.createdAt.toISOString(),
              },
      }),
    }),
    results: {
      causes: (diagnosis?.causes ?? []).map(({ id, verdict, missing, part }) => ({
        ...{ id, verdict, missing },
        ...present({ part }),
      })),
      ...present({ path }),
      parts: (health?.rows ?? []).filter((row) => row.state !== 'not-configured'),
      checks: countOf(outcomes),
      unseen: outcomes.flatMap(unseenOf),
      fixes: source.fixes.filter(({ state }) => state !== 'proposed' && state !== 'superseded').map(fixOf),
    },
    bot: source.bot,
    madeAt: source.madeAt.toISOString(),
  };
}

/** Secrets were taken out before the outcome was stored; what is handed to strangers is looked at once more. */
function withoutSecrets(outcome: ProbeOutcome): ProbeOutcome {
  const clean = redactValue(outcome) as ProbeOutcome;
  return {
    ...clean,
    findings: clean.findings.map((finding, index) => {
      const excerpts = outcome.findings[index]?.excerpts;
      if (excerpts === undefined) return finding;
      // Together: a key spans several lines.
      const read = excerpts.map(({ source, lines }) => ({
        source: redactText(source),
        lines: redactLines(lines),
      }));
      return { ...finding, excerpts: read };
    }),
  };
}

function ranked(outcomes: readonly ProbeOutcome[], telling: ReadonlySet<string>): readonly Finding[] {
  const all = outcomes.flatMap((outcome) => outcome.findings);
  const unique = [...new Map(all.map((finding) => [findingKey(finding), finding])).values()];
  const rank = (finding: Finding) => (telling.has(findingKey(finding)) ? 0 : 1);
  return unique.toSorted(
    (a, b) => rank(a) - rank(b) || severities.indexOf(b.severity) - severities.indexOf(a.severity),
  );
}

function excerptsOf(findings: readonly Finding[]): readonly LogExcerpt[] {
  const all = findings.flatMap((finding) => finding.excerpts ?? []);
  const unique = new Map(all.map((excerpt) => [JSON.stringify(excerpt), excerpt]));
  let room = linesOfReport;
  return [...unique.values()].map(({ source, lines }) => {
    const shown = lines.slice(0, Math.min(linesOfExcerpt, room));
    room -= shown.length;
    return { source, lines: shown, left: lines.length - shown.length };
  });
}

function countOf(outcomes: readonly ProbeOutcome[]): IssueReport['results']['checks'] {
  const count = (status: ProbeOutcome['status']) => outcomes.filter((one) => one.status === status).length;
  return {
    healthy: count('healthy'),
    unhealthy: count('unhealthy'),
    skipped: count('skipped'),
    inconclusive: count('inconclusive'),
  };
}

/** A probe that has no say here (the other runtime's) leaves nothing open. */
function unseenOf(outcome: ProbeOutcome): readonly Unseen[] {
  const { key: probe, part, cause, reason } = outcome;
  if (outcome.status === 'inconclusive') return [{ probe, part, ...present({ cause }) }];
  if (outcome.status !== 'skipped' || reason === 'not-applicable') return [];
  return [{ probe, part, ...present({ reason }) }];
}

function fixOf({ handle, actionId, plan, target, state }: RemediationRow): ReportedFix {
  const params = redactValue(plan.params) as Facts;
  return { handle, action: actionId, params, target: redactText(target), state };
}

function commandOf(
  { kind, environment }: RunWithOutcomes,
  symptoms: readonly string[],
  asked: string | undefined,
): string | undefined {
  if (kind !== 'diagnose') return `health ${environment}`;
  const words = asked?.toLowerCase() ?? '';
  const alone = partIds.find((part) => part === words);
  if (alone !== undefined) return `diagnose ${alone} ${environment}`;
  const [first] = symptoms;
  if (first === undefined) return undefined;
  const part = partIds.find((id) => id !== 'runtime' && words.includes(id));
  return `diagnose ${first}${part === undefined ? '' : ` ${part}`} ${environment}`;
}

const StoredDiagnosis = z.object({
  diagnoses: z.array(z.string()),
  causes: z.array(
    z.object({
      id: z.string(),
      part: z.enum(partIds).optional(),
      verdict: z.enum(verdicts),
      for: z.array(z.string()).default([]),
      missing: z.array(z.string()).default([]),
    }),
  ),
  overall: z.enum(['cause-found', 'unknown', 'no-cause']),
  path: z
    .object({
      part: z.enum(partIds),
      steps: z.array(
        z
          .object({ key: z.enum(unreachableSteps), ok: z.boolean().optional() })
          .transform(({ key, ok }) => ({ key, ok })),
      ),
    })
    .optional(),
});

const StoredHealth = z.object({
  overall: z.enum(['healthy', 'findings', 'unknown']),
  rows: z.array(
    z.object({
      part: z.enum(partIds),
      state: z.enum(partStates),
      consequenceOf: z.enum(partIds).exactOptional(),
      consequenceLikely: z.literal(true).exactOptional(),
    }),
  ),
});

const StoredFailure = z.object({ code: z.string() });
