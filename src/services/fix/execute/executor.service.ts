import type { RemediationState } from '../../../domain/fix/approval.ts';
import { goesBack, stepsDone } from '../../../domain/fix/execution.ts';
import type { Executor } from '../../../domain/fix/executor.ts';
import { auditedOf } from '../../../domain/fix/looked-again.ts';
import type { RemediationRow } from '../../../domain/fix/rows.ts';
import type { Facts } from '../../../domain/kernel/facts.ts';
import { present } from '../../../domain/kernel/present.ts';
import type { RemediationChange } from '../../../domain/ports/remediations.ts';
import { claim } from './executor-claim.service.ts';
import type { ExecutorDeps } from './executor-deps.ts';
import { otherHand, runSteps, type StepsEnd } from './executor-step.service.ts';
import { verify } from './executor-verify.service.ts';
import { FenceLost, type Hold } from './hold.ts';
import { takeOver } from './recovery.service.ts';

/**
 * Carries out one remediation as far as it goes. Whatever the job says, the state in PostgreSQL decides: a
 * redelivered job finds nothing to do, a lost one is found again, and an attempt that a crash cut off is taken
 * over by observation (R-X1, R-X5, R-X7).
 */
export function createExecutor(deps: ExecutorDeps): Executor {
  return {
    async execute({ remediationId, signal }) {
      const row = await deps.store.tx((tx) => tx.remediations.get(remediationId));
      if (row === undefined) return;
      await deps.atKillPoint?.('R-K1');
      const logger = deps.logger.child({ remediation: row.id });
      try {
        const hold =
          row.state === 'approved' ? await claim(deps, row, signal) : await takeOver(deps, row, logger);
        if (hold === undefined) return;
        await deps.atKillPoint?.('R-K2');
        await drive(hold, signal);
      } catch (err) {
        // Whoever holds the newer fence goes on; we have touched nothing since.
        if (!(err instanceof FenceLost)) throw err;
        logger.warn({ attempt: err.attempt, fence: err.fence }, 'the fence was lost, this attempt stops');
      }
    },
  };
}

/** Moves on from the stored state until somebody else must act or it is over. */
async function drive(hold: Hold, signal: AbortSignal): Promise<void> {
  for (;;) {
    const { row } = await hold.read();
    switch (row.state) {
      case 'executing':
        if (!(await apply(hold, signal))) return;
        break;
      case 'verifying':
        if (!(await judge(hold, signal))) return;
        break;
      case 'rolling_back':
        if (!(await rollBack(hold, signal))) return;
        break;
      default:
        await hold.deps.atKillPoint?.('R-K7');
        return;
    }
  }
}

/** False: this worker has nothing more to do. */
async function apply(hold: Hold, signal: AbortSignal): Promise<boolean> {
  const end = await runSteps(hold, 'apply', signal);
  if (end.end === 'released') return false;
  const by = end.end === 'stale' ? await whose(hold) : {};
  await hold.write(async (own) => {
    const { tx, row } = own;
    const done = stepsDone(await tx.remediations.steps(row.id));
    const { to, facts: told } = afterSteps(row, end, done);
    const facts = { ...told, ...by };
    const now = (await tx.now()).getTime();
    await own.move(to, { facts, change: changeFor(row, to, facts, now) });
  });
  return true;
}

/** Where an execution goes when its steps end so; pure. */
export function afterSteps(
  row: Pick<RemediationRow, 'plan'>,
  end: Exclude<StepsEnd, { end: 'released' }>,
  done: number,
): { readonly to: RemediationState; readonly facts: Facts } {
  if (end.end === 'complete') return { to: 'verifying', facts: { steps: done } };
  if (end.end === 'unknown') return { to: 'indeterminate', facts: { ...end.facts, steps: done } };
  const reason = reasonOf(end);
  const facts = { ...end.facts, reason, steps: done };
  // R-A16: nobody has approved the way back either.
  if (reason === 'decision-forged') return { to: done > 0 ? 'failed' : 'stale', facts };
  // R-X13: what was done is taken back when the way back was approved with it.
  if (done > 0) return { to: goesBack(row) ? 'rolling_back' : 'failed', facts };
  if (end.end === 'stale' || reason === 'approval-expired') return { to: 'stale', facts };
  return { to: 'failed', facts };
}

/** R-X16: what was stopped midway says how far it came, and whether that is left; what the target gave up says why. */
function reasonOf(end: Extract<StepsEnd, { facts: Facts }>): string {
  if (end.end === 'failed' && typeof end.facts.gaveUp === 'string') return end.facts.gaveUp;
  if (end.end === 'stale' && end.facts.differing === 'plan' && typeof end.facts.reason === 'string')
    return end.facts.reason;
  if (end.end !== 'refused') return end.end;
  if (end.why !== 'stopped' || typeof end.facts.done !== 'number') return end.why;
  return end.facts.whole === true ? 'stopped-whole' : 'stopped-midway';
}

function changeFor(row: RemediationRow, to: RemediationState, facts: Facts, now: number): RemediationChange {
  const deadline = new Date(now + row.plan.verifyWithinMs);
  if (to === 'verifying') return { verifyUntil: deadline };
  if (to === 'rolling_back') return { verifyUntil: deadline, outcome: facts };
  // Another worker may look again soon; this one is done with it.
  if (to === 'indeterminate') return { outcome: facts, leaseUntil: new Date(now) };
  return { outcome: facts };
}

async function judge(hold: Hold, signal: AbortSignal): Promise<boolean> {
  const result = await verify(hold, 'apply', signal);
  if (result.verdict === 'released') return false;
  const good = result.verdict === 'good';
  // What somebody else has set since is not ours to take back.
  const changed = !good && result.facts.inPlace === 'changed';
  const by = changed ? await whose(hold) : {};
  await hold.write(async (own) => {
    const { row } = own;
    const now = (await own.tx.now()).getTime();
    const bad = changed || !goesBack(row) ? 'failed' : 'rolling_back';
    const to = good ? 'succeeded' : bad;
    const reason = changed ? 'changed-meanwhile' : 'not-verified';
    const facts = good ? result.facts : { ...result.facts, ...by, reason };
    await own.move(to, {
      facts: auditedOf(facts),
      change: { ...changeFor(row, to, facts, now), outcome: facts, evidenceDigest: result.digest },
    });
  });
  return true;
}

/** Whose hand has changed what is not as it was left. */
const whose = async (hold: Hold): Promise<Facts> =>
  otherHand(hold.deps, hold.remediation, (await hold.read()).row);

async function rollBack(hold: Hold, signal: AbortSignal): Promise<boolean> {
  const end = await runSteps(hold, 'undo', signal);
  if (end.end === 'released') return false;
  if (end.end === 'complete') {
    const result = await verify(hold, 'undo', signal);
    if (result.verdict === 'released') return false;
    await conclude(
      hold,
      result.verdict === 'good' ? 'rolled_back' : 'rollback_failed',
      result.facts,
      result.digest,
    );
    return true;
  }
  await conclude(hold, end.end === 'unknown' ? 'indeterminate' : 'rollback_failed', {
    ...end.facts,
    reason: end.end === 'refused' ? end.why : end.end,
  });
  return true;
}

function conclude(
  hold: Hold,
  to: 'rolled_back' | 'rollback_failed' | 'indeterminate',
  facts: Facts,
  digest?: string,
): Promise<void> {
  return hold.write(async (own) => {
    const { row } = own;
    const merged = { ...row.outcome, ...facts };
    const now = (await own.tx.now()).getTime();
    await own.move(to, {
      facts: auditedOf(merged),
      change: {
        ...changeFor(row, to, merged, now),
        ...present({ evidenceDigest: digest }),
      },
    });
  });
}
