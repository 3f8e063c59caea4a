import { changeCalls, mostRequests } from '../../domain/diagnosis/changes.ts';
import { type Diagnosis, isWay } from '../../domain/diagnosis/diagnosis.ts';
import { explains, failedDependencyOf, storesBelow } from '../../domain/diagnosis/failed-dependency.ts';
import { type DiagnosisJudgement, type Emitters, evaluate, judge } from '../../domain/diagnosis/judgement.ts';
import type { UnreachablePath } from '../../domain/diagnosis/render-diagnosis.ts';
import { uncheckable } from '../../domain/diagnosis/uncheckable.ts';
import { present } from '../../domain/kernel/present.ts';
import type { PartId } from '../../domain/platform/part.ts';
import { callKey, type ProbeCall, type ProbeOutcome } from '../../domain/probe/probe.ts';
import type { ProbeRunner } from '../../domain/probe/probe-runner.ts';
import type { Targets, TargetsFactory } from '../../domain/probe/targets/targets.ts';

/** How many diagnoses one request may be handed on to, and one about what another part stands on. */
const MOST_HOPS = 2;
const MOST_HOPS_BELOW = 1;

/** What gathering needs: no store, no Slack. */
export interface GatherOptions {
  readonly targets: TargetsFactory;
  readonly probes: ProbeRunner;
  readonly emitters: Emitters;
  readonly diagnoses: readonly Diagnosis[];
  /** H2 for one part. */
  readonly unreachable: (part: PartId) => Diagnosis;
  /** What asks a part itself, as its clients do. */
  readonly ownProbes: (part: PartId) => readonly ProbeCall[];
  readonly pathSteps: (
    part: PartId,
  ) => Readonly<Record<'running' | 'health' | 'network', Parameters<typeof evaluate>[0]>>;
}

/** What was found out, before anybody says it. */
export interface DiagnosisResult {
  readonly judgements: readonly DiagnosisJudgement[];
  readonly outcomes: readonly ProbeOutcome[];
  readonly path?: UnreachablePath;
  readonly asked: number;
  readonly apiRequests?: number;
}

/**
 * Gathers the evidence of some diagnoses, judges them, and follows their hand-overs while no cause is confirmed or
 * the judgement itself hands over. Where nothing is confirmed and the evidence ran into a part that does not serve, that
 * part is asked about. Every probe runs once, however many diagnoses ask for it.
 */
export async function diagnose(
  options: GatherOptions,
  input: {
    readonly diagnoses: readonly Diagnosis[];
    readonly environment: string;
    readonly part?: PartId;
    readonly targets: Targets;
    readonly signal: AbortSignal;
    /** See `ProbeRunner.run`. */
    readonly answer?: string;
    readonly onProgress?: (outcomes: readonly ProbeOutcome[], asked: number, fresh?: ProbeOutcome) => void;
  },
): Promise<DiagnosisResult> {
  const outcomes = new Map<string, ProbeOutcome>();
  const used = [input.targets];
  let asked = 0;
  input.targets.kubernetes?.limit(mostRequests);

  const gather = async (calls: readonly ProbeCall[], targets: Targets) => {
    const fresh = calls.filter((call) => !outcomes.has(callKey(call)));
    if (fresh.length === 0) return;
    asked += fresh.length;
    input.onProgress?.([...outcomes.values()], asked);
    await options.probes.run(fresh, {
      targets,
      signal: input.signal,
      ...present({ answer: input.answer }),
      onOutcome: (outcome) => {
        outcomes.set(outcome.key, outcome);
        input.onProgress?.([...outcomes.values()], asked, outcome);
      },
    });
  };

  /** Judges some diagnoses and those they hand over to, except those judged before. */
  const follow = async (
    first: readonly Diagnosis[],
    hops: number,
    earlier: readonly DiagnosisJudgement[] = [],
  ) => {
    const judgements: DiagnosisJudgement[] = [];
    let next = first;
    for (let hop = 0; next.length > 0 && hop <= hops; hop += 1) {
      await gather(
        next.flatMap((diagnosis) => diagnosis.evidence),
        input.targets,
      );
      const late = next.flatMap((diagnosis) => diagnosis.afterwards ?? []);
      if (late.length > 0) {
        const fresh = await options.targets.forRun(input.environment);
        fresh.kubernetes?.limit(Math.max(0, mostRequests - firstRequests(used)));
        used.push(fresh);
        await gather(late, fresh);
      }
      const seen = [...outcomes.values()];
      const judged = next.map((diagnosis) =>
        judge(diagnosis, ownOutcomes(diagnosis, seen), options.emitters),
      );
      // What another one hands over to, and nothing here can check, says nothing: K1 where there are no Pods.
      judgements.push(...judged.filter((judgement) => hop === 0 || !uncheckable(judgement, seen)));
      const wanted = judged.flatMap((judgement) => judgement.handOver);
      const done = new Set([...earlier, ...judgements].map((judgement) => judgement.diagnosis.id));
      next = [...new Set(wanted)]
        .filter((id) => !done.has(id))
        .flatMap((id) => options.diagnoses.filter((d) => d.id === id));
    }
    return judgements;
  };

  let judgements = await follow(input.diagnoses, MOST_HOPS);
  const below = storesBelow(judgements, failedDependencyOf(judgements, [...outcomes.values()]));
  await gather(below.flatMap(options.ownProbes), input.targets);
  const dependency = failedDependencyOf(judgements, [...outcomes.values()]);
  if (dependency !== undefined) {
    // The way to one part is asked for once: what it stands on explains why that one does not serve.
    const others = judgements.filter(({ diagnosis }) => !isWay(diagnosis));
    const way = await follow([options.unreachable(dependency)], MOST_HOPS_BELOW, others);
    const [first] = way;
    // One that stays open is told as open: a part that nobody reached is named, whoever is to blame for it.
    const open =
      first?.overall === 'unknown' && others.length === judgements.length && confirmedNothing(judgements);
    if (first !== undefined && (open || explains(first, [...outcomes.values()])))
      judgements = [...others, ...way];
  }
  // Only where something is or may be wrong: a healthy answer needs no history.
  if (judgements.some(({ causes }) => causes.some(({ verdict }) => verdict !== 'ruled-out')))
    await gather(changeCalls(firstRequests(used)), input.targets);
  const seen = [...outcomes.values()];
  const walked = judgements.find((judgement) => isWay(judgement.diagnosis));
  const path = walked && walk(options, walked.diagnosis, seen);
  return {
    judgements,
    outcomes: seen,
    asked,
    ...apiRequestsOf(used),
    ...present({ path }),
  };
}

const confirmedNothing = (judgements: readonly DiagnosisJudgement[]): boolean =>
  judgements.every(({ overall }) => overall !== 'cause-found');

/** Requests to the Kubernetes API but for further pages, whose number the size of the cluster decides. */
function firstRequests(used: readonly Targets[]): number {
  return used
    .flatMap(({ kubernetes }) => kubernetes ?? [])
    .reduce((sum, cluster) => sum + cluster.requests() - cluster.pages(), 0);
}

function apiRequestsOf(used: readonly Targets[]): Pick<DiagnosisResult, 'apiRequests'> {
  const clusters = used.flatMap(({ kubernetes }) => kubernetes ?? []);
  if (clusters.length === 0) return {};
  return { apiRequests: clusters.reduce((sum, cluster) => sum + cluster.requests(), 0) };
}

/** A diagnosis is judged by the evidence it lists, not by what another one of the same run happened to see. */
function ownOutcomes(diagnosis: Diagnosis, outcomes: readonly ProbeOutcome[]): readonly ProbeOutcome[] {
  const keys = new Set([...diagnosis.evidence, ...(diagnosis.afterwards ?? [])].map(callKey));
  return outcomes.filter((outcome) => keys.has(outcome.key));
}

/** The guide's questions in order; after the first "no" nothing further is asked. */
function walk(
  options: Pick<GatherOptions, 'pathSteps' | 'emitters'>,
  diagnosis: Diagnosis,
  outcomes: readonly ProbeOutcome[],
): UnreachablePath {
  const conditions = options.pathSteps(diagnosis.part);
  const own = ownOutcomes(diagnosis, outcomes);
  const steps: {
    key: UnreachablePath['steps'][number]['key'];
    ok: UnreachablePath['steps'][number]['ok'];
  }[] = [];
  for (const key of ['running', 'health', 'network'] as const) {
    const broken = evaluate(conditions[key], own, options.emitters).truth;
    steps.push({ key, ok: broken === undefined ? undefined : !broken });
    if (broken === true) return { part: diagnosis.part, steps };
  }
  return { part: diagnosis.part, steps: [...steps, { key: 'application', ok: undefined }] };
}
