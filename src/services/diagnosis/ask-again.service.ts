import { type Diagnosis, isWay } from '../../domain/diagnosis/diagnosis.ts';
import { type CauseJudgement, type Emitters, judge } from '../../domain/diagnosis/judgement.ts';
import { type LookedAgain, measuresOf } from '../../domain/fix/looked-again.ts';
import type { Remediation, RemedyCall } from '../../domain/fix/remediation.ts';
import type { RemediationRow } from '../../domain/fix/rows.ts';
import { canonicalJson } from '../../domain/kernel/canonical.ts';
import type { PartId } from '../../domain/platform/part.ts';
import type { StoreOf } from '../../domain/ports/store.ts';
import { type Finding, findingKey } from '../../domain/probe/finding.ts';
import { type FindingCode, traitsOf } from '../../domain/probe/findings.ts';
import { callKey, type ProbeCall, type ProbeOutcome } from '../../domain/probe/probe.ts';
import type { ProbeRunner } from '../../domain/probe/probe-runner.ts';
import type { Targets } from '../../domain/probe/targets/targets.ts';
import type { RunWithOutcomes } from '../../domain/run/run.ts';

export interface AskAgainOptions {
  readonly store: StoreOf<'runs'>;
  readonly probes: ProbeRunner;
  readonly emitters: Emitters;
  readonly diagnoses: readonly Diagnosis[];
  /** H2 for one part. */
  readonly unreachable: (part: PartId) => Diagnosis;
  /** What a health check asks in an environment. */
  readonly healthCalls: (environment: string) => readonly ProbeCall[];
  readonly remediations: readonly Pick<Remediation, 'id' | 'helpsWith' | 'helpsCause'>[];
  /** Probes that give a part work to do: nothing is measured by them that nobody has asked for. */
  readonly givesWork: ReadonlySet<string>;
}

type Fix = Pick<RemediationRow, 'id' | 'runId' | 'findingKey' | 'actionId' | 'environment' | 'plan'>;

interface Look {
  readonly targets: Targets;
  readonly signal: AbortSignal;
}

export interface AsksAgain {
  /** The question that led to a fix, once more, after its steps. Nothing that a target does makes it reject. */
  readonly again: (fix: Fix, look: Look) => Promise<LookedAgain>;
  /** What a fix that somebody asks for by name is measured by: what its diagnoses would ask about its part. */
  readonly measure: (
    call: RemedyCall,
    part: PartId,
    look: Look & { readonly answer: string },
  ) => Promise<readonly ProbeOutcome[]>;
}

/**
 * A fix and what led to it know each other by the run alone: its outcomes have the finding, and the summary of a diagnosis
 * the cause that the finding spoke for.
 */
export function createAskAgain(options: AskAgainOptions): AsksAgain {
  const { store, probes, emitters } = options;
  const ask = async (calls: readonly ProbeCall[], { targets, signal }: Look, answer: string) =>
    calls.length === 0 ? [] : await probes.run(calls, { targets, signal, answer });

  return {
    async again(fix, look) {
      const { runId, findingKey: key } = fix;
      const answer = runId ?? fix.id;
      const run = runId === undefined ? undefined : await store.tx((tx) => tx.runs.get(runId));
      const found = findingsIn(run?.outcomes ?? []).find((finding) => findingKey(finding) === key);
      if (run === undefined || found === undefined) {
        const named = measuringCalls(options, fix.actionId, fix.plan.part, fix.plan.params);
        const after = await ask(named.length === 0 ? fix.plan.verifyWith : named, look, answer);
        return measured(run?.outcomes ?? [], after, codesOf(options, fix.actionId));
      }
      const cause = causeOf(run, fix);
      const diagnosis = cause === undefined ? undefined : askedIn(options, cause);
      if (cause === undefined || diagnosis === undefined)
        return ofFinding(run, found, await ask(callsOf(options, fix, run, found), look, answer));
      const first = await ask(diagnosis.evidence, look, answer);
      const outcomes = [...first, ...(await ask(diagnosis.afterwards ?? [], look, answer))];
      const judged = judge(diagnosis, outcomes, emitters).causes.find(({ cause: { id } }) => id === cause.id);
      return ofCause(run, found, { outcomes, judged, emitters });
    },
    measure: (call, part, { answer, ...look }) =>
      ask(measuringCalls(options, call.remediation, part, call.with), look, answer),
  };
}

const findingsIn = (outcomes: readonly ProbeOutcome[]) => outcomes.flatMap(({ findings }) => findings);

/** A Pod that is made anew has another name: the same of the same part is the same, whatever its subject. */
const isAlike = (one: Finding, other: Finding) => one.code === other.code && one.part === other.part;

interface AskedCause {
  readonly id: string;
  readonly part: PartId;
}

/** The confirmed cause that the finding of a fix spoke for; undefined where no diagnosis has led to it. */
function causeOf({ kind, summary }: RunWithOutcomes, { findingKey: key }: Fix): AskedCause | undefined {
  if (kind !== 'diagnose' || typeof summary !== 'object' || summary === null || key === undefined)
    return undefined;
  const causes: unknown = 'causes' in summary ? summary.causes : undefined;
  if (!Array.isArray(causes)) return undefined;
  return (causes as (AskedCause & { readonly verdict: string; readonly for?: readonly string[] })[]).find(
    (cause) => cause.verdict === 'confirmed' && cause.for?.includes(key) === true,
  );
}

/** The diagnosis of a cause: `D1` of `D1.a`. */
function askedIn({ diagnoses, unreachable }: AskAgainOptions, { id, part }: AskedCause) {
  const known = diagnoses.find((diagnosis) => diagnosis.causes.some((cause) => cause.id === id));
  return known !== undefined && isWay(known) ? unreachable(part) : known;
}

/** The calls of a run that made this finding. Only their keys are stored. */
function callsOf(
  { diagnoses, healthCalls }: AskAgainOptions,
  { environment }: Fix,
  { outcomes }: RunWithOutcomes,
  found: Finding,
): readonly ProbeCall[] {
  const keys = new Set(
    outcomes.filter(({ findings }) => findings.some((one) => isAlike(one, found))).map(({ key }) => key),
  );
  const known = [...healthCalls(environment), ...diagnoses.flatMap(({ evidence }) => evidence)];
  return [
    ...new Map(known.filter((call) => keys.has(callKey(call))).map((one) => [callKey(one), one])).values(),
  ];
}

const codesOf = ({ remediations }: AskAgainOptions, id: string): readonly FindingCode[] =>
  remediations
    .filter((one) => one.id === id)
    .flatMap(({ helpsWith, helpsCause = [] }) => [...helpsWith, ...helpsCause]);

/** What the diagnoses that name a remediation ask to find what it helps with, about this part and this database. */
function measuringCalls(
  options: AskAgainOptions,
  remediation: string,
  part: PartId,
  params: RemedyCall['with'] | Fix['plan']['params'],
): readonly ProbeCall[] {
  const codes = codesOf(options, remediation);
  const naming = options.diagnoses
    .map((diagnosis) => (isWay(diagnosis) ? options.unreachable(part) : diagnosis))
    .filter(({ causes }) =>
      causes.some(({ remedies }) =>
        remedies.some((remedy) => 'remediation' in remedy && remedy.remediation === remediation),
      ),
    );
  const fits = ({ probe, with: own = {} }: ProbeCall) =>
    !options.givesWork.has(probe) &&
    options.emitters.get(probe)?.some((code) => codes.includes(code)) === true &&
    [own.part, own.service].every((one) => one === undefined || one === part) &&
    [own.database, params.database ?? own.database].every((one) => one === own.database);
  const calls = naming.flatMap(({ evidence }) => evidence.filter(fits));
  return [...new Map(calls.map((call) => [callKey(call), call])).values()];
}

const looked = ({ status }: ProbeOutcome) => status === 'healthy' || status === 'unhealthy';

/** The outcomes with those of their findings alone; of others nothing is told. */
function withOnly(outcomes: readonly ProbeOutcome[], wanted: (finding: Finding) => boolean) {
  return outcomes.flatMap((outcome) => {
    const findings = outcome.findings.filter(wanted);
    return findings.length === 0 ? [] : [{ ...outcome, findings }];
  });
}

/** What happened before the fix and is still told is no sign that it happens again. */
function isOld(now: Finding, before: readonly Finding[]): boolean {
  if (traitsOf(now.code).past !== true) return false;
  return before.some((one) => {
    if (findingKey(one) !== findingKey(now)) return false;
    if (one.since !== undefined && now.since !== undefined) return one.since === now.since;
    return canonicalJson(one.facts) === canonicalJson(now.facts);
  });
}

function answerOf(
  now: readonly Finding[],
  before: readonly Finding[],
  lookers: readonly ProbeOutcome[],
): LookedAgain['again'] {
  if (now.length > 0) return now.every((one) => isOld(one, before)) ? 'no-news' : 'still';
  return lookers.length > 0 && lookers.every(looked) ? 'gone' : 'unseen';
}

/** Pure. Of a fix that a finding alone has led to, as in a health check. */
export function ofFinding(
  run: Pick<RunWithOutcomes, 'outcomes'>,
  found: Finding,
  after: readonly ProbeOutcome[],
): LookedAgain {
  const alike = (one: Finding) => isAlike(one, found);
  const now = withOnly(after, alike);
  return {
    again: answerOf(findingsIn(now), findingsIn(run.outcomes), after),
    before: measuresOf(withOnly(run.outcomes, alike)),
    after: measuresOf(now.length > 0 ? now : after),
  };
}

/** Pure. Of a fix that a diagnosis has led to: the same cause, judged anew. */
export function ofCause(
  run: Pick<RunWithOutcomes, 'outcomes'>,
  found: Finding,
  seen: {
    readonly outcomes: readonly ProbeOutcome[];
    readonly judged: CauseJudgement | undefined;
    readonly emitters: Emitters;
  },
): LookedAgain {
  const { outcomes, judged, emitters } = seen;
  const before = findingsIn(run.outcomes);
  const told = measuresOf(withOnly(run.outcomes, (one) => isAlike(one, found)));
  if (judged === undefined) return { again: 'unseen', before: told, after: [] };
  const { verdict, missing, cause } = judged;
  // What speaks for the cause at another part is for another fix.
  const own = judged.for.filter((one) => one.part === found.part);
  const there = verdict === 'confirmed' ? own : own.filter((one) => isAlike(one, found));
  const about = { cause: cause.id, before: told };
  if (verdict !== 'ruled-out' && there.length > 0) {
    const again = answerOf(there, before, []);
    return { ...about, again, after: measuresOf(withOnly(outcomes, (one) => there.includes(one))) };
  }
  if (verdict === 'possible') return { ...about, again: 'unseen', after: measuresOf(missing) };
  const lookers = outcomes.filter(({ probe }) => emitters.get(probe)?.includes(found.code) === true);
  return { ...about, again: 'gone', after: measuresOf(withoutFindings(lookers.filter(looked))) };
}

const withoutFindings = (outcomes: readonly ProbeOutcome[]) =>
  outcomes.map((outcome) => ({ ...outcome, findings: [] }));

/** Pure. Of a fix that was asked for by name: what was measured before it, and the same after it. */
export function measured(
  before: readonly ProbeOutcome[],
  after: readonly ProbeOutcome[],
  codes: readonly FindingCode[],
): LookedAgain {
  const helps = ({ code }: Finding) => codes.includes(code);
  const [was, is] = [withOnly(before, helps), withOnly(after, helps)];
  const asked = new Set(was.map(({ key }) => key));
  const lookers = after.filter(({ key }) => asked.has(key));
  const again = was.length === 0 ? 'measured' : answerOf(findingsIn(is), findingsIn(was), lookers);
  // What is not configured tells nothing of before or after.
  const told = (outcomes: readonly ProbeOutcome[]) =>
    measuresOf(outcomes.filter(({ status }) => status !== 'skipped'));
  return { again, before: told(before), after: told(after) };
}
