import { againFacts, type LookedAgain, uncheckedFacts } from '../../../domain/fix/looked-again.ts';
import type { PlanStep } from '../../../domain/fix/remediation.ts';
import type { RemediationRow } from '../../../domain/fix/rows.ts';
import { sha256 } from '../../../domain/kernel/canonical.ts';
import type { Facts } from '../../../domain/kernel/facts.ts';
import { present } from '../../../domain/kernel/present.ts';
import type { ProbeCall, ProbeOutcome } from '../../../domain/probe/probe.ts';
import { type ExecutorDeps, onTargets } from './executor-deps.ts';
import { observeOrNothing, release } from './executor-step.service.ts';
import type { Hold } from './hold.ts';

export type Verdict =
  | { readonly verdict: 'good' | 'not-good'; readonly facts: Facts; readonly digest: string }
  | { readonly verdict: 'released' };

interface Round {
  readonly good: boolean;
  /** What must stay the same from one good round to the next. */
  readonly mark?: string;
  readonly facts: Facts;
  readonly digest: string;
}

/** How long what led to a fix is asked again until it is gone, once all else is well; milliseconds. */
const patienceMs = 30_000;
/** What is over with one answer: more of them would say nothing else. */
const settling: ReadonlySet<LookedAgain['again']> = new Set(['gone', 'not-due', 'measured', 'no-news']);

/**
 * R-X12: asks the probes again and again until they have all been healthy, the steps in place, and the target at rest
 * and the same, for as long as the plan says, or its time is over. Only healthy counts: what could not be checked is
 * not well. What is well by another hand's doing is not proof of this fix.
 */
export async function verify(hold: Hold, direction: 'apply' | 'undo', signal: AbortSignal): Promise<Verdict> {
  const { deps } = hold;
  let goodSince: number | undefined;
  let patient: number | undefined;
  let mark: string | undefined;
  for (;;) {
    const { row, over } = await hold.write(async (own) => {
      await own.extend();
      const until = own.row.verifyUntil?.getTime() ?? 0;
      return { row: own.row, over: (await own.tx.now()).getTime() >= until };
    });
    await deps.atKillPoint?.('R-K5');
    if (signal.aborted) {
      await release(hold);
      return { verdict: 'released' };
    }
    const began = deps.monotonic();
    const round = direction === 'apply' ? await look(hold, row) : await lookAtUndone(hold, row);
    const moved = mark !== undefined && round.mark !== mark;
    if (moved) goodSince = undefined;
    mark = round.mark;
    goodSince = round.good ? (goodSince ?? began) : undefined;
    const { facts, digest } = round;
    const stableForMs = Math.min(row.plan.stableForMs, deps.stableAtMostMs ?? Infinity);
    if (goodSince !== undefined && deps.monotonic() - goodSince >= stableForMs) {
      const looked = direction === 'apply' ? await lookAgain(hold, row, signal) : undefined;
      patient ??= deps.monotonic() + Math.min(patienceMs, deps.stableAtMostMs ?? patienceMs);
      if (looked === undefined || settling.has(looked.again) || over || deps.monotonic() >= patient)
        return { verdict: 'good', facts: { ...facts, ...(looked && againFacts(looked)) }, digest };
    }
    if (over && moved) return { verdict: 'not-good', facts: { ...facts, restless: true }, digest };
    if (over && goodSince === undefined) return { verdict: 'not-good', facts, digest };
    // Healthy in the last moment: it may still show that it lasts, since that time is bounded as well.
    await pause(deps, stableForMs, signal);
  }
}

/** Often enough to see it last, seldom enough not to be a load. */
async function pause(deps: ExecutorDeps, stableForMs: number, signal: AbortSignal): Promise<void> {
  const ms = Math.min(3_000, Math.max(100, Math.ceil(stableForMs / 4)));
  await deps.clock.sleep(ms, signal).catch(() => undefined);
}

/**
 * R-X12: what the question that led to the fix says now. It changes no verdict, for which the plan has signs of its own;
 * people read it beside. An undo brings the old state back, and was led to by nothing.
 */
async function lookAgain(
  { deps, remediation }: Hold,
  row: RemediationRow,
  signal: AbortSignal,
): Promise<LookedAgain | undefined> {
  if (row.undoOf !== undefined) return undefined;
  const own = AbortSignal.any([signal, AbortSignal.timeout(30_000)]);
  try {
    return await onTargets(deps, row, own, async (context) => {
      const due = await remediation.due?.(row.plan, context);
      if (due !== undefined) return { again: 'not-due', before: [], after: [], due };
      return deps.askAgain(row, { targets: context.deps, signal: own });
    });
  } catch (err) {
    deps.logger.warn({ err, remediation: row.id }, 'what led to a fix cannot be asked again');
    return { again: 'unseen', before: [], after: [] };
  }
}

async function look(hold: Hold, row: RemediationRow): Promise<Round> {
  const asked = await ask(hold.deps, row, row.plan.verifyWith);
  const place = await inPlace(hold, row, row.plan.steps);
  // An undo brings the symptom back, so that the old state is in place is all that can be seen of it.
  const rest = row.undoOf === undefined ? await atRest(hold, row) : { settled: place === 'yes' };
  const good = asked.good && rest.settled && place === 'yes';
  const facts = {
    ...asked.facts,
    ...asked.unwell,
    settled: rest.settled,
    ...(place === 'yes' ? {} : { inPlace: place }),
  };
  return {
    good,
    facts,
    digest: sha256({ ...asked.seen, settled: rest.settled, place }),
    ...present({ mark: rest.mark }),
  };
}

/** After a rollback: every undo step is in place, and what must be well then is well. */
async function lookAtUndone(hold: Hold, row: RemediationRow): Promise<Round> {
  const undone = (await inPlace(hold, row, row.plan.undo ?? [])) === 'yes';
  const asked = await ask(hold.deps, row, row.plan.undoVerifyWith ?? []);
  return {
    good: undone && asked.good,
    facts: { ...asked.facts, ...asked.unwell, inPlace: undone },
    digest: sha256({ ...asked.seen, inPlace: undone }),
  };
}

/**
 * Whether the object is as the steps left it. `changed`: it answers, and somebody has set something else since;
 * `unseen`: it cannot be told now.
 */
async function inPlace(
  { deps, remediation }: Hold,
  row: RemediationRow,
  steps: readonly PlanStep[],
): Promise<'yes' | 'changed' | 'unseen'> {
  let all: 'yes' | 'unseen' = 'yes';
  for (const step of steps) {
    const seen = await observeOrNothing(deps, remediation, row, step);
    if (seen === 'done') continue;
    // An event, such as the restart of a container, has happened and does not go away.
    if (seen !== undefined && step.safety === 'idempotent') return 'changed';
    all = 'unseen';
  }
  return all;
}

async function ask(deps: ExecutorDeps, row: RemediationRow, calls: readonly ProbeCall[]) {
  if (calls.length === 0) return { good: true, facts: {} as Facts, seen: {}, unwell: {} as Facts };
  const signal = AbortSignal.timeout(30_000);
  const facts: Record<string, string> = {};
  let outcomes: readonly ProbeOutcome[];
  try {
    outcomes = await onTargets(deps, row, signal, ({ deps: targets }) =>
      deps.probes.run(calls, { targets, signal, answer: row.runId ?? row.id }),
    );
  } catch (err) {
    // Such as a probe that this version does not have any more: that is not a sign of health either.
    deps.logger.error({ err, remediation: row.id }, 'a fix cannot be verified');
    return { good: false, facts: { probes: 'cannot-look' } as Facts, seen: {}, unwell: {} as Facts };
  }
  for (const outcome of outcomes) facts[outcome.key] = inWords(outcome);
  const good = outcomes.length === calls.length && outcomes.every((outcome) => outcome.status === 'healthy');
  return { good, facts: facts as Facts, seen: facts, unwell: uncheckedFacts(outcomes) };
}

function inWords(outcome: ProbeOutcome): string {
  if (outcome.findings.length > 0) return outcome.findings.map((finding) => finding.code).join(' ');
  return outcome.cause === undefined ? outcome.status : `${outcome.status} ${outcome.cause.code}`;
}

async function atRest(
  { deps, remediation }: Hold,
  row: RemediationRow,
): Promise<{ readonly settled: boolean; readonly mark?: string }> {
  try {
    return await onTargets(deps, row, AbortSignal.timeout(30_000), async (context) => {
      const settled = (await remediation.settled?.(row.plan, context)) ?? true;
      return { settled, ...present({ mark: await remediation.mark?.(row.plan, context) }) };
    });
  } catch (err) {
    deps.logger.warn({ err, remediation: row.id }, 'the target cannot be observed');
    return { settled: false };
  }
}
