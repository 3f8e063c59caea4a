import { openStates } from '../../domain/fix/approval.ts';
import type { Policy } from '../../domain/fix/policy.ts';
import type { Plan } from '../../domain/fix/remediation.ts';
import type { RemediationRow } from '../../domain/fix/rows.ts';
import type { Facts } from '../../domain/kernel/facts.ts';
import type { TxOf } from '../../domain/ports/store.ts';

const hourMs = 3_600_000;

/** R-X9: the same action on the same target too often in an hour, by the database clock. */
export async function limitReached(
  tx: TxOf<'remediations'>,
  policy: Policy,
  plan: Pick<Plan, 'actionId' | 'identity'>,
): Promise<{ readonly reason: string; readonly facts: Facts } | undefined> {
  const since = (await tx.now()).getTime() - hourMs;
  const { actionId } = plan;
  const rows = await tx.remediations.list({ identity: plan.identity, limit: 200 });
  const runs = rows.filter(
    (row) =>
      row.actionId === actionId &&
      row.attempt > 0 &&
      row.undoOf === undefined &&
      (row.approvedAt?.getTime() ?? 0) > since,
  );
  const most = policy.limits.perTargetPerHour;
  return runs.length < most
    ? undefined
    : { reason: 'limit-reached', facts: { runs: runs.length, perHour: most } };
}

/** R-X9: tier-3 executions in the whole fleet. Two claims at once wait for each other here. */
export async function tier3Busy(
  tx: TxOf<'remediations'>,
  policy: Policy,
  row: RemediationRow,
): Promise<boolean> {
  if (row.tier < 3) return false;
  await tx.remediations.lockTarget({ tier: 3 });
  const running = openStates.filter((state) => state !== 'approved');
  const rows = await tx.remediations.list({ states: running, limit: 1000 });
  return rows.filter((other) => other.tier === 3 && other.id !== row.id).length >= policy.limits.tier3AtOnce;
}
