import { inDependencyOrder } from '../../domain/fix/remedies.ts';
import type { HealthReport } from '../../domain/health/health.ts';
import type { HealthRules, SecondLook } from '../../domain/health/rules.ts';
import type { Clock, Ids } from '../../domain/kernel/clock.ts';
import type { Facts } from '../../domain/kernel/facts.ts';
import { present } from '../../domain/kernel/present.ts';
import type { HealthView } from '../../domain/message/health-view.ts';
import type { Renderer } from '../../domain/message/renderer.ts';
import { type Quieted, quietedOf } from '../../domain/mute/mute.ts';
import type { RunHandler, RunLease } from '../../domain/ports/lease.ts';
import type { FixOffers, OfferRepository, SavedOffers } from '../../domain/ports/offers.ts';
import type { TxOf } from '../../domain/ports/store.ts';
import { type Finding, findingKey, severities } from '../../domain/probe/finding.ts';
import { traitsOf } from '../../domain/probe/findings.ts';
import type { ProbeCall, ProbeOutcome } from '../../domain/probe/probe.ts';
import type { ProbeRunner } from '../../domain/probe/probe-runner.ts';
import type { Targets, TargetsFactory } from '../../domain/probe/targets/targets.ts';
import type { Run } from '../../domain/run/run.ts';
import { diagnosePurpose } from '../diagnosis/diagnose-run.service.ts';
import { type Mending, showMended } from '../mended/mended.service.ts';
import { muteButton, type QuietOptions, quietingAfter, shownMutes } from '../mute/quiet.ts';
import { rootPurpose } from '../run/run.service.ts';
import {
  detailsPurpose,
  readLogButton as logButton,
  reportPurpose,
  runButton,
  runButtonTtlMs,
} from '../run/run-button.ts';
import { createRunWriter } from '../run/run-writer.ts';

export interface HealthRunOptions {
  readonly targets: TargetsFactory;
  readonly probes: ProbeRunner;
  readonly rules: HealthRules;
  /** Default: nothing is asked twice. */
  readonly again?: SecondLook;
  readonly offers: FixOffers;
  /** The diagnosis that asks for the cause of a finding, when there is one. */
  readonly diagnosisOf?: (finding: Finding) => string | undefined;
  /** Why nothing is decided now, where the record is the reason; default: it never is. */
  readonly held?: (tx: TxOf<'audit'>) => Promise<Facts | undefined>;
  readonly quiet: QuietOptions;
  readonly mending: Mending;
  readonly renderer: Renderer;
  readonly clock: Clock;
  readonly ids: Ids;
}

/** Findings with a message of their own; the rest stands in the table and in the details. */
const maxFindingMessages = 12;
export const findingPurpose = 'finding';

/** `/aetherius health`: one message that fills in, then one for each finding under it. */
export function createHealthRun(options: HealthRunOptions): RunHandler<OfferRepository | 'mutes'> {
  return {
    async handle(lease) {
      const targets = await options.targets.forRun(lease.run.environment);
      const calls = options.rules.calls(lease.run.environment);
      const { report, outcomes } = await observe(options, lease, targets, calls, showProgress(options));
      const findings = worstFirst(report).slice(0, maxFindingMessages);
      const prepared = await options.offers.prepare({
        run: lease.run,
        findings,
        targets,
        signal: lease.signal,
      });
      await lease.finish(report, async (tx) => {
        const offered: Offered[] = [];
        for (const offer of inDependencyOrder(prepared, ({ parts }) => parts))
          offered.push({ finding: offer.finding, ...(await offer.save(tx)) });
        const quieted = await quietedIn(tx, options, lease.run, report, outcomes);
        const root = await showComplete(tx, options, lease.run, report, offered, quieted);
        const hasLogs = targets.runtime !== undefined;
        if (root !== undefined)
          await postFindings(tx, options, lease.run, { root, report, offered, hasLogs, quieted });
        const look = { report, outcomes, began: beganAt(lease.run) };
        await showMended(tx, lease.run.environment, look, options.mending);
      });
    },
  };
}

/** An answer that was over by then is older than what this run sees. */
export const beganAt = ({ startedAt, createdAt }: Pick<Run, 'createdAt' | 'startedAt'>): Date =>
  startedAt ?? createdAt;

/** Writes an intermediate state of the answer. */
export type Progress = (tx: TxOf<'messages'>, run: Run, report: HealthReport) => Promise<void>;

/**
 * Runs all probes of the check, saves each outcome as it comes and shows progress at most once a second.
 * The report is complete: a probe that did not end is `inconclusive`. Throws the signal's reason when aborted.
 */
export async function observe(
  options: Pick<HealthRunOptions, 'again' | 'probes' | 'rules' | 'clock'>,
  lease: RunLease<'messages' | 'runs'>,
  targets: Targets,
  calls: readonly ProbeCall[],
  progress: Progress,
): Promise<{ readonly report: HealthReport; readonly outcomes: readonly ProbeOutcome[] }> {
  const { environment } = lease.run;
  const seen: ProbeOutcome[] = [];
  const judge = () => options.rules.judge({ environment, calls, outcomes: seen });
  const writer = createRunWriter(options.clock, lease, (tx) => progress(tx, lease.run, judge()));
  const onOutcome = (outcome: ProbeOutcome) => {
    seen.push(outcome);
    writer.add(outcome);
  };
  try {
    await options.probes.run(calls, {
      targets,
      signal: lease.signal,
      answer: lease.run.id,
      onOutcome,
    });
    const asked = { environment, calls, outcomes: [...seen], targets };
    const later = (await options.again?.({ ...asked, signal: lease.signal, answer: lease.run.id })) ?? [];
    for (const outcome of later) onOutcome(outcome);
  } finally {
    await writer.flush();
  }
  lease.signal.throwIfAborted();
  return { report: judge(), outcomes: seen };
}

function showProgress(options: HealthRunOptions): Progress {
  return async (tx, run, report) => {
    const [root] = await tx.messages.find({ runId: run.id, purpose: rootPurpose });
    if (root === undefined) return;
    await tx.messages.update(root.id, render(options, run, report), 'progress');
  };
}

function render(
  { renderer, clock }: Pick<HealthRunOptions, 'renderer' | 'clock'>,
  run: Run,
  report: HealthReport,
  more: Partial<HealthView> = {},
) {
  const view: HealthView = { run, report, repaired: [], now: clock.now(), ...more };
  return renderer.health(view, run.surface?.language ?? 'en');
}

/** A finding with what is offered for it. */
interface Offered extends SavedOffers {
  readonly finding: Finding;
}

/** What people have muted of it; it is told all the same to whoever asks. */
async function quietedIn(
  tx: TxOf<'audit' | 'mutes'>,
  { quiet }: HealthRunOptions,
  { environment }: Run,
  report: HealthReport,
  outcomes: readonly ProbeOutcome[],
): Promise<readonly Quieted[]> {
  const findings = [
    ...report.rows.flatMap((row) => row.findings),
    ...outcomes.flatMap((outcome) => outcome.findings),
  ];
  const quieting = await quietingAfter(tx, quiet, environment, { findings, outcomes });
  return quietedOf(worstFirst(report), quieting, await tx.now());
}

/** The whole answer; returns the message it stands in. */
async function showComplete(
  tx: TxOf<'audit' | 'buttons' | 'messages'>,
  options: HealthRunOptions,
  run: Run,
  report: HealthReport,
  offered: readonly Offered[],
  quieted: readonly Quieted[],
): Promise<string | undefined> {
  const [root] = await tx.messages.find({ runId: run.id, purpose: rootPurpose });
  if (root === undefined) return undefined;
  const fixes = offered.flatMap(({ offers }) => offers);
  // Where a fix is offered, that is what to do; else the cause is asked for.
  const [worst] = fixes.length > 0 ? [] : worstFirst(report);
  const diagnoseButton = worst && (await diagnosisButton(tx, options, run, worst));
  const off = offered.flatMap(({ refused }) => refused).find(({ reason }) => reason === 'kill-switch')?.facts;
  const detailsButton = await runButton(tx, options.ids, run.id, detailsPurpose);
  const reportButton = await runButton(tx, options.ids, run.id, reportPurpose);
  const ended: Run = { ...run, state: 'complete', finishedAt: await tx.now() };
  const rendered = render(options, ended, report, {
    ...{ fixes, detailsButton, reportButton, muted: quieted.map(({ by }) => by) },
    ...present({ diagnoseButton, off, held: await options.held?.(tx) }),
  });
  await tx.messages.update(root.id, rendered, 'answer');
  return root.id;
}

async function postFindings(
  tx: TxOf<OfferRepository>,
  options: HealthRunOptions,
  run: Run,
  {
    root,
    report,
    offered,
    hasLogs,
    quieted,
  }: {
    readonly root: string;
    readonly report: HealthReport;
    readonly offered: readonly Offered[];
    readonly hasLogs: boolean;
    readonly quieted: readonly Quieted[];
  },
): Promise<void> {
  const { renderer, ids } = options;
  const { surface } = run;
  if (surface === undefined) return;
  for (const { finding, offers, refused, others } of offered) {
    const diagnoseButton = await diagnosisButton(tx, options, run, finding);
    const state = report.rows.find(({ part }) => part === finding.part)?.state;
    const readLogButton =
      hasLogs && traitsOf(finding.code).readLog === true ? await logButton(tx, ids, run, finding) : undefined;
    const [mute] = await shownMutes(
      tx,
      ids,
      quieted.filter((one) => one.finding === finding),
    );
    const muteId = mute === undefined ? await muteButton(tx, ids, run, finding) : undefined;
    await tx.messages.post({
      id: ids.uuid(),
      purpose: findingPurpose,
      channel: surface.channel,
      runId: run.id,
      rendered: renderer.finding(
        {
          ...{ run, finding, refused },
          ...present({ state, diagnoseButton, readLogButton, mute, muteButton: muteId }),
        },
        surface.language,
      ),
      urgency: 'answer',
      ...(surface.threadTs === undefined ? { parentId: root } : { threadTs: surface.threadTs }),
    });
    for (const row of offers) await options.offers.show(tx, row);
    await options.offers.showOthers(tx, run, others);
  }
}

/** The button that asks for the cause; it stays as long as the details do. */
async function diagnosisButton(
  tx: TxOf<'buttons'>,
  { ids, diagnosisOf }: HealthRunOptions,
  run: Run,
  finding: Finding,
): Promise<string | undefined> {
  const symptom = diagnosisOf?.(finding);
  if (symptom === undefined) return undefined;
  const id = ids.token();
  await tx.buttons.create({
    id,
    purpose: diagnosePurpose,
    runId: run.id,
    data: { symptom, environment: run.environment },
    ttlMs: runButtonTtlMs,
  });
  return id;
}

/** Findings that are alarms of their own, worst first; what only follows from a root is not one. */
export function worstFirst(report: HealthReport): readonly Finding[] {
  const all = report.rows.filter((row) => row.consequenceOf === undefined).flatMap((row) => row.findings);
  const unique = [...new Map(all.map((finding) => [findingKey(finding), finding])).values()];
  return unique.toSorted((a, b) => severities.indexOf(b.severity) - severities.indexOf(a.severity));
}
