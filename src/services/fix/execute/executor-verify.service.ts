import type { PlanStep } from '../../../domain/fix/remediation.ts';
import type { RemediationRow } from '../../../domain/fix/rows.ts';
import { sha256 } from '../../../domain/kernel/canonical.ts';
import type { Facts } from '../../../domain/kernel/facts.ts';
import type { ProbeCall, ProbeOutcome } from '../../../domain/probe/probe.ts';
import { contextOf, type ExecutorDeps } from './executor-deps.ts';
import { observe, release } from './executor-step.service.ts';
import type { Hold } from './hold.ts';

export type Verdict =
  | { readonly verdict: 'good' | 'not-good'; readonly facts: Facts; readonly digest: string }
  | { readonly verdict: 'released' };

interface Round {
  readonly good: boolean;
  readonly facts: Facts;
  readonly digest: string;
}

/**
 * R-X12: asks the probes again and again until they have all been healthy, and the target at rest, for as long as
 * the plan says, or its time is over. Only healthy counts: what could not be checked is not well.
 */
export async function verify(hold: Hold, direction: 'apply' | 'undo', signal: AbortSignal): Promise<Verdict> {
  const { deps } = hold;
  let goodSince: number | undefined;
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
    goodSince = round.good ? (goodSince ?? began) : undefined;
    const { facts, digest } = round;
    if (goodSince !== undefined && deps.monotonic() - goodSince >= row.plan.stableForMs)
      return { verdict: 'good', facts, digest };
    if (over && goodSince === undefined) return { verdict: 'not-good', facts, digest };
    // Healthy in the last moment: it may still show that it lasts, since that time is bounded as well.
    await pause(deps, row.plan.stableForMs, signal);
  }
}

/** Often enough to see it last, seldom enough not to be a load. */
async function pause(deps: ExecutorDeps, stableForMs: number, signal: AbortSignal): Promise<void> {
  const ms = Math.min(3_000, Math.max(100, Math.ceil(stableForMs / 4)));
  await deps.clock.sleep(ms, signal).catch(() => undefined);
}

async function look(hold: Hold, row: RemediationRow): Promise<Round> {
  const asked = await ask(hold.deps, row, row.plan.verifyWith);
  // An undo brings the symptom back, so that the old state is in place is all that can be seen of it.
  const settled =
    row.undoOf === undefined ? await hasSettled(hold, row) : await inPlace(hold, row, row.plan.steps);
  const good = asked.good && settled;
  return { good, facts: { ...asked.facts, settled }, digest: sha256({ ...asked.seen, settled }) };
}

/** After a rollback: every undo step is in place, and what must be well then is well. */
async function lookAtUndone(hold: Hold, row: RemediationRow): Promise<Round> {
  const undone = await inPlace(hold, row, row.plan.undo ?? []);
  const asked = await ask(hold.deps, row, row.plan.undoVerifyWith ?? []);
  return {
    good: undone && asked.good,
    facts: { ...asked.facts, inPlace: undone },
    digest: sha256({ ...asked.seen, inPlace: undone }),
  };
}

async function inPlace(
  { deps, remediation }: Hold,
  row: RemediationRow,
  steps: readonly PlanStep[],
): Promise<boolean> {
  for (const step of steps) if ((await observe(deps, remediation, row, step)) !== 'done') return false;
  return true;
}

async function ask(deps: ExecutorDeps, row: RemediationRow, calls: readonly ProbeCall[]) {
  if (calls.length === 0) return { good: true, facts: {} as Facts, seen: {} };
  const signal = AbortSignal.timeout(30_000);
  const facts: Record<string, string> = {};
  let outcomes: readonly ProbeOutcome[];
  try {
    const { deps: targets } = await contextOf(deps, row.environment, signal);
    outcomes = await deps.probes.run(calls, { targets, signal, answer: row.runId ?? row.id });
  } catch (err) {
    // Such as a probe that this version does not have any more: that is not a sign of health either.
    deps.logger.error({ err, remediation: row.id }, 'a fix cannot be verified');
    return { good: false, facts: { probes: 'cannot-look' } as Facts, seen: {} };
  }
  for (const outcome of outcomes) facts[outcome.key] = inWords(outcome);
  const good = outcomes.length === calls.length && outcomes.every((outcome) => outcome.status === 'healthy');
  return { good, facts: facts as Facts, seen: facts };
}

function inWords(outcome: ProbeOutcome): string {
  if (outcome.findings.length > 0) return outcome.findings.map((finding) => finding.code).join(' ');
  return outcome.cause === undefined ? outcome.status : `${outcome.status} ${outcome.cause.code}`;
}

async function hasSettled({ deps, remediation }: Hold, row: RemediationRow): Promise<boolean> {
  if (remediation.settled === undefined) return true;
  try {
    const context = await contextOf(deps, row.environment, AbortSignal.timeout(30_000));
    return await remediation.settled(row.plan, context);
  } catch (err) {
    deps.logger.warn({ err, remediation: row.id }, 'the target cannot be observed');
    return false;
  }
}
