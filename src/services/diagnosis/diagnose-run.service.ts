import type { CauseJudgement, DiagnosisJudgement, Emitters } from '../../domain/diagnosis/judgement.ts';
import {
  findingOf,
  type InstructionLines,
  instructionsOf,
  type Place,
  remediesHere,
} from '../../domain/diagnosis/place.ts';
import type {
  DiagnosisRenderer,
  DiagnosisView,
  UnreachablePath,
} from '../../domain/diagnosis/render-diagnosis.ts';
import { rootsFirst } from '../../domain/diagnosis/roots-first.ts';
import type { Matcher } from '../../domain/diagnosis/symptom.ts';
import { turningLook } from '../../domain/diagnosis/turning-look.ts';
import { unexplained } from '../../domain/diagnosis/unexplained.ts';
import { inDependencyOrder } from '../../domain/fix/remedies.ts';
import type { Clock, Ids } from '../../domain/kernel/clock.ts';
import { present } from '../../domain/kernel/present.ts';
import { redactText } from '../../domain/kernel/redact.ts';
import {
  ofFindings,
  type Quieted,
  quietCause,
  quietedOf,
  signsOf,
  type ToldCause,
} from '../../domain/mute/mute.ts';
import type { StageDifference } from '../../domain/platform/inventory.ts';
import type { PartId } from '../../domain/platform/part.ts';
import type { RunHandler, RunLease } from '../../domain/ports/lease.ts';
import type { OfferRepository, SavedOffers } from '../../domain/ports/offers.ts';
import type { TxOf } from '../../domain/ports/store.ts';
import { type Finding, findingKey } from '../../domain/probe/finding.ts';
import { traitsOf } from '../../domain/probe/findings.ts';
import type { ProbeOutcome } from '../../domain/probe/probe.ts';
import type { Targets } from '../../domain/probe/targets/targets.ts';
import type { Run } from '../../domain/run/run.ts';
import type { RemediationMessages } from '../fix/decide/remediation-messages.service.ts';
import {
  type Prepared,
  type ProposeService,
  partsMended,
  plansInOrder,
} from '../fix/propose/propose.service.ts';
import { type Mending, showMended } from '../mended/mended.service.ts';
import { muteCauseButton, type QuietOptions, quietingAfter, shownMutes } from '../mute/quiet.ts';
import { rootPurpose } from '../run/run.service.ts';
import { collectButton, detailsPurpose, readLogButton, reportPurpose, runButton } from '../run/run-button.ts';
import { createRunWriter } from '../run/run-writer.ts';
import { type DiagnosisResult, diagnose, type GatherOptions } from './diagnose.service.ts';
import { choicesOf, diagnosisById, symptomAsked } from './diagnose-here.service.ts';

export interface DiagnoseRunOptions extends GatherOptions {
  readonly matcher: Matcher;
  readonly instructionLines: InstructionLines;
  readonly proposals: ProposeService;
  readonly messages: RemediationMessages;
  readonly renderer: DiagnosisRenderer;
  /** The diagnosis that tells what runs elsewhere instead, and what that is; default: none does. */
  readonly stages?: {
    readonly diagnosis: string;
    readonly of: (tx: TxOf<'inventories'>, run: Run) => Promise<readonly StageDifference[]>;
  };
  /** What the configuration accepts for good. */
  readonly known: QuietOptions['known'];
  readonly mending: Mending;
  readonly clock: Clock;
  readonly ids: Ids;
}

const CHOICE_TTL_MS = 24 * 60 * 60 * 1000;
/** Evidence longer than this goes into a file under the answer. */
const LONG_EVIDENCE = 1_500;
export const diagnosePurpose = 'diagnose';

/** What a finished diagnosis leaves in `runs.summary`. */
export interface DiagnosisSummary {
  readonly diagnoses: readonly string[];
  readonly causes: readonly {
    readonly id: string;
    readonly part: PartId;
    readonly verdict: CauseJudgement['verdict'];
    /** `findingKey` of the findings that speak for it. */
    readonly for?: readonly string[];
    /** Keys of the probes without which it stays open. */
    readonly missing?: readonly string[];
    /** The probe whose other reading would change the verdict; `alone`: nothing else would have to. */
    readonly turns?: { readonly key: string; readonly alone: boolean };
  }[];
  readonly overall: DiagnosisJudgement['overall'];
  /** The way that H2 walked. */
  readonly path?: UnreachablePath;
  /** Requests to the Kubernetes API that the evidence cost; absent on other runtimes. */
  readonly apiRequests?: number;
  /** Nobody was told by itself, because all that it found is muted: by these, `configured` for the configuration. */
  readonly muted?: readonly string[];
}

/** `/aetherius diagnose …`: gathers evidence, judges causes, follows hand-overs, offers what can be done. */
export function createDiagnoseRun(
  options: DiagnoseRunOptions,
): RunHandler<OfferRepository | 'inventories' | 'mutes'> {
  return {
    async handle(lease) {
      const text = String(lease.run.params.symptom ?? '');
      const targets = await options.targets.forRun(lease.run.environment);
      const symptom = symptomAsked(text, options.diagnoses, options.matcher, targets.platform);
      if (symptom.kind === 'choose') return askWhich(lease, options, text, symptom);

      const first = symptom.ids.flatMap((id) => diagnosisById(options, id, symptom.part) ?? []);
      let seen: readonly ProbeOutcome[] = [];
      let asked = 0;
      const writer = createRunWriter(options.clock, lease, (tx) =>
        showProgress(tx, lease.run, options, seen, asked),
      );
      try {
        const result = await diagnose(options, {
          diagnoses: first,
          environment: lease.run.environment,
          targets,
          signal: lease.signal,
          answer: lease.run.id,
          ...present({ part: symptom.part }),
          onProgress: (outcomes, total, outcome) => {
            seen = outcomes;
            asked = total;
            if (outcome !== undefined) writer.add(outcome);
          },
        });
        const plans = await planRemedies(options, lease, result);
        lease.signal.throwIfAborted();
        await finish(lease, options, { result, plans, targets, unsaved: await writer.rest() });
      } catch (error) {
        // Whatever becomes of it, what was seen is written down.
        await writer.flush();
        throw error;
      }
    },
  };
}

const confirmed = (result: DiagnosisResult): readonly CauseJudgement[] =>
  rootsFirst(result.judgements).flatMap(({ causes }) =>
    causes.filter(({ verdict }) => verdict === 'confirmed'),
  );

/** What may be offered for a confirmed cause, the recommended fix first. */
interface Planned {
  readonly cause: CauseJudgement;
  readonly plans: readonly Prepared[];
}

/**
 * Plans are made with targets of their own: the evidence may have used up all requests that it may send, and a plan reads
 * what is there now.
 */
async function planRemedies(
  { proposals, targets: factory }: DiagnoseRunOptions,
  lease: Pick<RunLease<never>, 'run' | 'signal'>,
  result: DiagnosisResult,
): Promise<readonly Planned[]> {
  const { run, signal } = lease;
  if (confirmed(result).length === 0) return [];
  const targets = await factory.forRun(run.environment, signal);
  const known = new Set<string>();
  const causes: Planned[] = [];
  for (const cause of confirmed(result)) {
    const wanted = remediesHere(cause, placeOf(targets)).flatMap((remedy) =>
      'remediation' in remedy ? [remedy] : [],
    );
    const plans: Prepared[] = [];
    for (const { call, finding } of proposals.fixes(cause.for, targets, wanted)) {
      const key = JSON.stringify(call);
      if (known.has(key)) continue;
      known.add(key);
      plans.push(await proposals.plan({ call, environment: run.environment, targets, signal, run, finding }));
    }
    causes.push({ cause, plans: plansInOrder(plans) });
  }
  // Causes of several diagnoses meet here: each of these knows its own order alone.
  return inDependencyOrder(causes, ({ plans }) => partsMended(plans));
}

/** What people are told to do by hand, by the same decision that offers the button. */
function linesFor(
  result: DiagnosisResult,
  planned: readonly Planned[],
  targets: Targets,
  instructionLines: InstructionLines,
): DiagnosisView['instructions'] {
  return confirmed(result).flatMap((cause) => {
    const plans = planned.find((one) => one.cause === cause)?.plans ?? [];
    const recommended = plans.find((plan) => plan.planned)?.call.remediation;
    return instructionsOf(remediesHere(cause, placeOf(targets)), recommended).map((remedy) => {
      const finding = findingOf(remedy, cause);
      const key = remedy.instruction;
      const commands = instructionLines(key, placeOf(targets), finding, targets.platform);
      return { cause: cause.cause.id, key, commands, ...present({ finding }) };
    });
  });
}

function placeOf({ kubernetes, compose }: Targets): Place {
  if (kubernetes !== undefined) {
    const { namespace, agentNamespace } = kubernetes;
    return { kind: 'kubernetes', namespace, agentNamespace };
  }
  return compose === undefined ? { kind: 'none' } : { kind: 'compose', project: compose.project };
}

export function summaryOf(result: DiagnosisResult, emitters: Emitters = new Map()): DiagnosisSummary {
  const causes = rootsFirst(result.judgements).flatMap((judgement) =>
    judgement.causes.map((cause) => ({
      id: cause.cause.id,
      part: cause.cause.part,
      verdict: cause.verdict,
      for: cause.for.map(findingKey),
      missing: cause.missing.map(({ key }) => key),
      ...present({ turns: turnsOf(judgement.diagnosis, cause, result.outcomes, emitters) }),
    })),
  );
  const overall = causes.some((cause) => cause.verdict === 'confirmed')
    ? 'cause-found'
    : causes.some((cause) => cause.verdict === 'possible')
      ? 'unknown'
      : 'no-cause';
  return {
    diagnoses: result.judgements.map((judgement) => judgement.diagnosis.id),
    causes,
    overall,
    ...present({ path: result.path, apiRequests: result.apiRequests }),
  };
}

function turnsOf(...given: Parameters<typeof turningLook>): DiagnosisSummary['causes'][number]['turns'] {
  const turning = turningLook(...given);
  return turning && { key: turning.look.key, alone: turning.alone };
}

async function showProgress(
  tx: TxOf<'messages'>,
  run: Run,
  { renderer, clock }: DiagnoseRunOptions,
  outcomes: readonly ProbeOutcome[],
  asked: number,
): Promise<void> {
  const [root] = await tx.messages.find({ runId: run.id, purpose: rootPurpose });
  if (root === undefined) return;
  const view = {
    run,
    judgements: [],
    instructions: [],
    outcomes,
    seen: outcomes.length,
    asked,
    complete: false,
    now: clock.now(),
  };
  await tx.messages.update(root.id, renderer.diagnosis(view, run.surface?.language ?? 'en'), 'progress');
}

interface Answer {
  readonly result: DiagnosisResult;
  readonly plans: readonly Planned[];
  readonly targets: Targets;
  /** Outcomes that no write of the run's has stored yet. */
  readonly unsaved: readonly ProbeOutcome[];
}

/** Evidence, answer, proposals and state in one transaction. */
async function finish(
  lease: RunLease<OfferRepository | 'inventories' | 'mutes'>,
  options: DiagnoseRunOptions,
  { result, plans, targets, unsaved }: Answer,
): Promise<void> {
  const { run } = lease;
  const { renderer, clock, ids, messages } = options;
  const language = run.surface?.language ?? 'en';
  await lease.finishWith(async (tx) => {
    await tx.runs.saveOutcomes(run.id, unsaved);
    const quiet = await quietIn(tx, options, run, result);
    const [root] = await tx.messages.find({ runId: run.id, purpose: rootPurpose });
    // Whoever asked is told; what came by itself and is muted is not.
    if (run.source === 'webhook' && quiet.whole && (await withheld(tx, root?.id)))
      return { ...summaryOf(result, options.emitters), muted: mutedBy(quiet.quieted) };
    const saved: SavedOffers[] = [];
    for (const one of plans) saved.push(await options.proposals.save(tx, one.plans));
    const view: DiagnosisView = {
      run: { ...run, state: 'complete', finishedAt: await tx.now() },
      judgements: result.judgements,
      instructions: linesFor(result, plans, targets, options.instructionLines),
      refused: saved.flatMap(({ refused }) => refused),
      fixes: saved.flatMap(({ offers }) => offers),
      fixed: plans.flatMap(({ cause }, index) =>
        (saved[index]?.offers.length ?? 0) > 0 ? [cause.cause.id] : [],
      ),
      outcomes: result.outcomes,
      seen: result.outcomes.length,
      asked: result.asked,
      complete: true,
      now: clock.now(),
      stages: await stagesOf(tx, run, result, options.stages),
      ...present({ path: result.path }),
    };
    if (root !== undefined) {
      const detailsButton = await runButton(tx, ids, run.id, detailsPurpose);
      const reportButton = await runButton(tx, ids, run.id, reportPurpose);
      const logs = targets.runtime === undefined ? [] : logsToRead(result);
      const logButtons: { part: PartId; button: string }[] = [];
      for (const finding of logs)
        logButtons.push({ part: finding.part, button: await readLogButton(tx, ids, run, finding) });
      const broke = confirmed(result).flatMap((cause) => cause.for.map(({ since }) => since));
      const collect = await collectButton(tx, ids, run, broke);
      const mutes = await shownMutes(tx, ids, quiet.quieted);
      const [loud] = quiet.loud;
      const mute = loud && (await muteCauseButton(tx, ids, run, toldOf(loud)));
      const shown = renderer.diagnosis(
        {
          ...{ ...view, detailsButton, reportButton, logButtons, collectButton: collect, mutes },
          ...present({ muteButton: mute }),
        },
        language,
      );
      await tx.messages.update(root.id, shown, 'answer');
    }
    for (const { offers, others } of saved) {
      for (const offer of offers) await messages.card(tx, offer);
      await messages.others(tx, run, others);
    }
    if (root !== undefined)
      await attachEvidence(
        tx,
        run,
        root.id,
        renderer.evidenceFile(view, language),
        (view.fixed ?? []).length > 0,
      );
    const summary = summaryOf(result, options.emitters);
    const { outcomes } = result;
    const began = run.startedAt ?? run.createdAt;
    await showMended(tx, run.environment, { outcomes, causes: summary.causes, began }, options.mending);
    return summary;
  });
}

/** What is muted of the causes that were confirmed; `whole`: there is nothing else to tell. */
async function quietIn(
  tx: TxOf<'audit' | 'mutes'>,
  { known, emitters }: DiagnoseRunOptions,
  { environment }: Run,
  { judgements, outcomes }: DiagnosisResult,
): Promise<{
  readonly whole: boolean;
  readonly quieted: readonly Quieted[];
  /** Causes that were confirmed and are not muted. */
  readonly loud: readonly CauseJudgement[];
}> {
  const findings = outcomes.flatMap((outcome) => outcome.findings);
  const quieting = await quietingAfter(tx, { known, emitters }, environment, { findings, outcomes });
  const now = await tx.now();
  const all = judgements.flatMap(({ causes }) => causes);
  const sure = all.filter(({ verdict }) => verdict === 'confirmed');
  const quiet = sure.map((cause) => quietCause(toldOf(cause), quieting, now));
  const quieted = sure.flatMap(
    (cause, index) => quiet[index] ?? quietedOf(cause.for, ofFindings(quieting), now),
  );
  const covered = new Set(quieted.map(({ finding }) => finding));
  // What stays possible by nothing but what is muted is no news.
  const isOpen = ({ verdict, for: evidence }: CauseJudgement): boolean =>
    verdict === 'possible' &&
    evidence.length > 0 &&
    !(signsOf(evidence) && evidence.every((finding) => finding.severity === 'info' || covered.has(finding)));
  return {
    whole:
      sure.length > 0 &&
      quiet.every((one) => one !== undefined) &&
      !all.some(isOpen) &&
      unexplained(judgements, outcomes).length === 0,
    quieted,
    loud: sure.filter((_, index) => quiet[index] === undefined),
  };
}

const toldOf = ({ cause: { id, part }, for: evidence }: CauseJudgement): ToldCause => ({
  ...{ id, part, evidence },
});

/** False: it stands in Slack already, so it is answered there. */
const withheld = async (tx: TxOf<'messages'>, messageId: string | undefined): Promise<boolean> =>
  messageId !== undefined && (await tx.messages.withhold(messageId));

const mutedBy = (quieted: readonly Quieted[]): readonly string[] => [
  ...new Set(quieted.map(({ by }) => (by.kind === 'configured' ? by.kind : by.id))),
];

async function stagesOf(
  tx: TxOf<'inventories'>,
  run: Run,
  { judgements }: DiagnosisResult,
  stages: DiagnoseRunOptions['stages'],
): Promise<readonly StageDifference[]> {
  if (stages === undefined || judgements.every(({ diagnosis }) => diagnosis.id !== stages.diagnosis))
    return [];
  return stages.of(tx, run);
}

/** Of each part whose log tells more about a confirmed cause, or about what stays open, one finding; two parts at most. */
function logsToRead(result: DiagnosisResult): readonly Finding[] {
  const ofCauses = (verdict: CauseJudgement['verdict']) =>
    result.judgements.flatMap(({ causes }) =>
      causes.filter((cause) => cause.verdict === verdict).flatMap((cause) => cause.for),
    );
  const seen = result.outcomes.flatMap((outcome) => ('findings' in outcome ? outcome.findings : []));
  const telling = [...ofCauses('confirmed'), ...ofCauses('possible'), ...seen].filter(
    ({ code }) => traitsOf(code).readLog === true,
  );
  return [...new Map(telling.toReversed().map((finding) => [finding.part, finding])).values()]
    .toReversed()
    .slice(0, 2);
}

async function attachEvidence(
  tx: TxOf<'messages'>,
  run: Run,
  rootId: string,
  content: string,
  /** It says what the message leaves out, however short it is. */
  whole: boolean,
): Promise<void> {
  if ((content.length < LONG_EVIDENCE && !whole) || run.surface === undefined) return;
  const { channel, threadTs } = run.surface;
  const name = `diagnosis-${run.id.slice(-8)}.md`;
  await tx.messages.upload({
    channel,
    runId: run.id,
    filename: name,
    title: name,
    content,
    encoding: 'utf8',
    ...(threadTs === undefined ? { parentId: rootId } : { threadTs }),
  });
}

async function askWhich(
  lease: RunLease<'buttons' | 'messages'>,
  { renderer, ids, diagnoses }: DiagnoseRunOptions,
  text: string,
  symptom: { readonly ids: readonly string[]; readonly part?: PartId },
): Promise<void> {
  const { run } = lease;
  await lease.finish(
    { diagnoses: symptom.ids, causes: [], overall: 'unknown' } satisfies DiagnosisSummary,
    async (tx) => {
      const [root] = await tx.messages.find({ runId: run.id, purpose: rootPurpose });
      if (root === undefined) return;
      const buttons = choicesOf(symptom, diagnoses).map((choice) => ({ ...choice, button: ids.token() }));
      for (const { typed, button } of buttons) {
        await tx.buttons.create({
          id: button,
          purpose: diagnosePurpose,
          runId: run.id,
          data: { symptom: typed, environment: run.environment },
          ttlMs: CHOICE_TTL_MS,
        });
      }
      await tx.messages.update(
        root.id,
        // The channel reads what only one person has typed, or pasted with a password in it.
        renderer.chooseSymptom(
          { run, text: redactText(text), choices: buttons },
          run.surface?.language ?? 'en',
        ),
        'answer',
      );
    },
  );
}
