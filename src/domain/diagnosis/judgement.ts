import type { Stage } from '../kernel/errors.ts';
import { depth } from '../platform/dependencies.ts';
import type { Finding, Severity } from '../probe/finding.ts';
import { type FindingCode, traitsOf } from '../probe/findings.ts';
import { isLeftOpen, isThereAnyway } from '../probe/open.ts';
import type { ProbeOutcome } from '../probe/probe.ts';
import { type Condition, codesOf, type Diagnosis, type DiagnosisCause, type Remedy } from './diagnosis.ts';

/** Kleene's third value is `undefined`: it could not be seen. */
export type Truth = true | false | undefined;

export const verdicts = ['confirmed', 'possible', 'ruled-out'] as const;
export type Verdict = (typeof verdicts)[number];

export interface CauseJudgement {
  readonly cause: DiagnosisCause;
  readonly verdict: Verdict;
  /**
   * Ruled out as the cause of this symptom, while something that it speaks of was seen: it may well be there, and is not
   * what people complain of.
   */
  readonly seenBesides?: true;
  /** Findings that speak for it. */
  readonly for: readonly Finding[];
  /** Probes that looked and did not find what it would take. */
  readonly against: readonly ProbeOutcome[];
  /** Probes that could not check; with them the verdict could be another. */
  readonly missing: readonly ProbeOutcome[];
  /** Those of the cause that what was seen does not make useless, in their order. */
  readonly remedies: readonly Remedy[];
}

export interface DiagnosisJudgement {
  readonly diagnosis: Diagnosis;
  /** Confirmed before possible before ruled out; roots before consequences. */
  readonly causes: readonly CauseJudgement[];
  readonly handOver: readonly string[];
  /** `unknown`: no cause is confirmed and at least one could not be ruled out. */
  readonly overall: 'cause-found' | 'unknown' | 'no-cause';
}

/** Which probe may make which findings: the registry's `emits`, by probe id. */
export type Emitters = ReadonlyMap<string, readonly FindingCode[]>;

interface Seen {
  readonly truth: Truth;
  readonly for: readonly Finding[];
  readonly against: readonly ProbeOutcome[];
  readonly missing: readonly ProbeOutcome[];
}

/**
 * A probe that does not apply to this environment (the other runtime's) has no say. All other reasons
 * for not looking leave the fact unknown.
 */
function hasNoSay(outcome: ProbeOutcome): boolean {
  return outcome.status === 'skipped' && outcome.reason === 'not-applicable';
}

/** Stages at which something spoke to us: what it refused was us. */
const answeredAt: ReadonlySet<string> = new Set<Stage>([
  ...(['auth', 'not-admitted', 'forbidden', 'limit', 'protocol', 'rejected', 'unknown-error'] as const),
  ...(['starting', 'busy', 'read-only', 'full', 'fault'] as const),
]);

/** One that could not check because the part refused us has seen that the part answers. */
function sawAnswer({ status, cause }: ProbeOutcome, code: FindingCode): boolean {
  const { attempt } = traitsOf(code);
  const noAnswer = attempt === 'refused' || attempt === 'hung' || attempt === 'closed';
  return status === 'inconclusive' && noAnswer && cause !== undefined && answeredAt.has(cause.code);
}

function lookFor(
  code: FindingCode,
  part: string | undefined,
  outcomes: readonly ProbeOutcome[],
  emitters: Emitters,
  fact?: string,
): Seen {
  const speakers = outcomes.filter(
    (outcome) => emitters.get(outcome.probe)?.includes(code) === true && !hasNoSay(outcome),
  );
  const about = speakers.filter(
    // A probe of the runtime speaks of every part.
    (outcome) =>
      part === undefined ||
      outcome.part === part ||
      outcome.part === 'runtime' ||
      outcome.findings.some((f) => f.part === part),
  );
  const hits = about.flatMap((outcome) =>
    outcome.findings.filter(
      (finding) =>
        finding.code === code &&
        (part === undefined || finding.part === part) &&
        (fact === undefined || (finding.facts[fact] ?? null) !== null),
    ),
  );
  // What a look could not have seen, it does not rule out by not finding it.
  const unseen = (outcome: ProbeOutcome) =>
    outcome.status === 'skipped' ||
    (outcome.status === 'inconclusive' && !sawAnswer(outcome, code)) ||
    isLeftOpen(outcome.facts, code);
  const missing = about.filter(unseen);
  const against = about.filter(
    (outcome) => !unseen(outcome) && !outcome.findings.some((f) => f.code === code),
  );
  if (hits.length > 0) return { truth: true, for: hits, against: [], missing: [] };
  return { truth: missing.length > 0 ? undefined : false, for: [], against, missing };
}

/** What was found about subjects of which nothing in `from` was said. */
function lookApart(
  code: FindingCode,
  from: readonly FindingCode[],
  outcomes: readonly ProbeOutcome[],
  emitters: Emitters,
): Seen {
  const seen = lookFor(code, undefined, outcomes, emitters);
  if (seen.truth !== true) return seen;
  const others = from.map((other) => lookFor(other, undefined, outcomes, emitters));
  const taken = new Set(others.flatMap((other) => other.for.map(({ subject }) => subject)));
  const left = seen.for.filter(({ subject }) => !taken.has(subject));
  if (left.length > 0) {
    const missing = others.flatMap((other) => other.missing);
    return { truth: missing.length > 0 ? undefined : true, for: left, against: [], missing };
  }
  const explained = new Set(seen.for.map(({ subject }) => subject));
  const against = outcomes.filter((outcome) =>
    outcome.findings.some((finding) => from.includes(finding.code) && explained.has(finding.subject)),
  );
  return { truth: false, for: seen.for, against, missing: [] };
}

function combineAll(parts: readonly Seen[]): Seen {
  const falseOnes = parts.filter((part) => part.truth === false);
  if (falseOnes.length > 0) {
    return {
      truth: false,
      for: parts.flatMap((p) => p.for),
      against: falseOnes.flatMap((p) => p.against),
      missing: [],
    };
  }
  const truth = parts.some((part) => part.truth === undefined) ? undefined : true;
  return { truth, for: parts.flatMap((p) => p.for), against: [], missing: parts.flatMap((p) => p.missing) };
}

function combineAny(parts: readonly Seen[]): Seen {
  const trueOnes = parts.filter((part) => part.truth === true);
  if (trueOnes.length > 0)
    return { truth: true, for: trueOnes.flatMap((p) => p.for), against: [], missing: [] };
  const truth = parts.some((part) => part.truth === undefined) ? undefined : false;
  return {
    truth,
    for: parts.flatMap((p) => p.for),
    against: parts.flatMap((p) => p.against),
    missing: parts.flatMap((p) => p.missing),
  };
}

/** Its part has answered, well or not: nothing that it found is that our own attempt came to nothing. */
function gotAnswer({ status, findings }: ProbeOutcome): boolean {
  return (
    status === 'healthy' ||
    (status === 'unhealthy' && findings.every(({ code }) => traitsOf(code).ownAttempt !== true))
  );
}

/** Kleene's strong logic over what the probes saw. */
export function evaluate(condition: Condition, outcomes: readonly ProbeOutcome[], emitters: Emitters): Seen {
  switch (condition.op) {
    case 'found':
      return lookFor(condition.code, condition.part, outcomes, emitters, condition.fact);
    case 'found-apart':
      return lookApart(condition.code, condition.from, outcomes, emitters);
    case 'hint': {
      const inner = evaluate(condition.of, outcomes, emitters);
      return inner.truth === true ? { ...inner, truth: undefined } : inner;
    }
    case 'unless-found': {
      const inner = evaluate(condition.of, outcomes, emitters);
      const against = outcomes.filter(({ findings }) =>
        findings.some(({ code }) => condition.codes.includes(code)),
      );
      return against.length === 0 ? inner : { truth: false, for: inner.for, against, missing: [] };
    }
    case 'unless-answered': {
      const inner = evaluate(condition.of, outcomes, emitters);
      if (inner.truth !== undefined) return inner;
      const answered = outcomes.filter(
        (outcome) => condition.probes.includes(outcome.probe) && gotAnswer(outcome),
      );
      return answered.length === 0 ? inner : { truth: false, for: [], against: answered, missing: [] };
    }
    case 'all':
      return combineAll(condition.of.map((inner) => evaluate(inner, outcomes, emitters)));
    case 'any':
      return combineAny(condition.of.map((inner) => evaluate(inner, outcomes, emitters)));
    case 'not': {
      const inner = evaluate(condition.of, outcomes, emitters);
      return {
        truth: inner.truth === undefined ? undefined : !inner.truth,
        for: [],
        against:
          inner.truth === true ? outcomes.filter((o) => o.findings.some((f) => inner.for.includes(f))) : [],
        missing: inner.missing,
      };
    }
  }
}

/** A cause is there when its condition holds and what it explains is observed. */
function explained({ when, symptom }: DiagnosisCause, see: (condition: Condition) => Seen): Seen {
  const [cause, complaint] = [see(when), see(symptom)];
  // What has no complaint explains nothing, and its evidence speaks for nothing.
  if (cause.truth !== false && complaint.truth === false)
    return { truth: false, for: [], against: complaint.against, missing: [] };
  if (cause.truth === false) return cause;
  const truth = cause.truth === true && complaint.truth === true ? true : undefined;
  const missing = truth === true ? [] : [...cause.missing, ...complaint.missing];
  // What speaks for the cause may be the complaint itself: then others like it are not its evidence.
  const told = complaint.for.some((finding) => cause.for.includes(finding));
  return { truth, for: told ? cause.for : [...cause.for, ...complaint.for], against: [], missing };
}

/** Something of what the cause is was found, besides what is only the complaint; or it is there to no extent that counts. */
function isSeenBesides(
  { when, symptom }: DiagnosisCause,
  outcomes: readonly ProbeOutcome[],
  see: (condition: Condition) => Seen,
): boolean {
  const complaint = new Set(see(symptom).for);
  const codes = codesOf(when).map(({ code }) => code);
  if (outcomes.some(({ facts }) => codes.some((code) => isThereAnyway(facts, code)))) return true;
  return see(when).for.some((finding) => !complaint.has(finding)) || see(when).truth === true;
}

const verdictOf = (truth: Truth): Verdict =>
  truth === true ? 'confirmed' : truth === false ? 'ruled-out' : 'possible';
const verdictRank: Readonly<Record<Verdict, number>> = { confirmed: 0, possible: 1, 'ruled-out': 2 };
const severityRank: Readonly<Record<Severity, number>> = { critical: 0, warning: 1, info: 2 };

function canHelp({ where, unless }: Remedy, see: (condition: Condition) => Seen): boolean {
  return (
    (where === undefined || see(where).truth === true) && (unless === undefined || see(unless).truth !== true)
  );
}

function unique<T>(items: readonly T[]): readonly T[] {
  return [...new Set(items)];
}

/** Lowest is most severe; a cause without findings of its own ranks last. */
function worst(findings: readonly Finding[]): number {
  return findings.length === 0 ? 3 : Math.min(...findings.map((finding) => severityRank[finding.severity]));
}

/** How much evidence for a cause was seen: a possible cause with more of it ranks first. */
function support(judgement: CauseJudgement): number {
  return -judgement.for.length;
}

/** Evaluates each condition once: causes share their complaint, and a verdict asks for its parts again. */
function seenOnce(evaluated: (condition: Condition) => Seen): (condition: Condition) => Seen {
  const known = new Map<Condition, Seen>();
  return (condition) => {
    const seen = known.get(condition) ?? evaluated(condition);
    known.set(condition, seen);
    return seen;
  };
}

/**
 * Judges every cause of a diagnosis. Pure: the same outcomes give the same answer.
 * Order: confirmed, possible, ruled out; then depth in the dependency graph (roots first), severity, support, catalogue order.
 */
export function judge(
  diagnosis: Diagnosis,
  outcomes: readonly ProbeOutcome[],
  emitters: Emitters,
): DiagnosisJudgement {
  const see = seenOnce((condition) => evaluate(condition, outcomes, emitters));
  const judged = diagnosis.causes.map((cause): CauseJudgement => {
    const seen = explained(cause, see);
    const besides = seen.truth === false && isSeenBesides(cause, outcomes, see);
    const why = seen.truth === true && cause.why !== undefined ? see(cause.why).for : [];
    return {
      cause,
      verdict: verdictOf(seen.truth),
      ...(besides ? { seenBesides: true as const } : {}),
      remedies: cause.remedies.filter((remedy) => canHelp(remedy, see)),
      for: unique([...seen.for, ...why]),
      against: unique(seen.against),
      missing: unique(seen.missing),
    };
  });
  // Those that are alike stay in the order of the catalogue.
  const causes = judged.toSorted(
    (a, b) =>
      verdictRank[a.verdict] - verdictRank[b.verdict] ||
      depth(a.cause.part) - depth(b.cause.part) ||
      worst(a.for) - worst(b.for) ||
      support(a) - support(b),
  );
  const handOver = diagnosis.handOver
    .filter((entry) => see(entry.when).truth === true)
    .map((entry) => entry.to);
  const top = causes[0]?.verdict;
  return {
    diagnosis,
    causes,
    handOver: unique(handOver),
    overall: top === 'confirmed' ? 'cause-found' : top === 'possible' ? 'unknown' : 'no-cause',
  };
}

export interface Registries {
  readonly emitters: Emitters;
  readonly remediations: ReadonlySet<string>;
  readonly diagnoses: ReadonlySet<string>;
}

/** Faults of a diagnosis against the registries; empty when it is sound. Checked at start and in the contract suite. */
export function faultsOf(diagnosis: Diagnosis, registries: Registries): readonly string[] {
  const faults: string[] = [];
  const emitted = new Set<string>();
  for (const call of [...diagnosis.evidence, ...(diagnosis.afterwards ?? [])]) {
    const codes = registries.emitters.get(call.probe);
    if (codes === undefined) faults.push(`${diagnosis.id}: no probe ${call.probe}`);
    for (const code of codes ?? []) emitted.add(code);
  }
  const conditions = [
    ...diagnosis.causes.flatMap(({ id, when, symptom, why, remedies }) =>
      [when, symptom, why, ...remedies.flatMap((remedy) => [remedy.where, remedy.unless])].flatMap((one) =>
        one === undefined ? [] : [{ at: id, when: one }],
      ),
    ),
    ...diagnosis.handOver.map((entry) => ({ at: `${diagnosis.id} → ${entry.to}`, when: entry.when })),
  ];
  for (const { at, when } of conditions) {
    for (const { code } of codesOf(when)) {
      const fault = `${at}: no listed probe emits ${code}`;
      if (!emitted.has(code) && !faults.includes(fault)) faults.push(fault);
    }
  }
  for (const cause of diagnosis.causes) {
    if (!cause.id.startsWith(`${diagnosis.id}.`))
      faults.push(`${cause.id} is not a cause of ${diagnosis.id}`);
    if (cause.remedies.length === 0) faults.push(`${cause.id}: no remedy`);
    for (const remedy of cause.remedies) {
      if ('remediation' in remedy && !registries.remediations.has(remedy.remediation)) {
        faults.push(`${cause.id}: no remediation ${remedy.remediation}`);
      }
    }
  }
  for (const entry of diagnosis.handOver) {
    if (!registries.diagnoses.has(entry.to))
      faults.push(`${diagnosis.id}: hands over to unknown ${entry.to}`);
  }
  return faults;
}
