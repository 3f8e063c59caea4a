import { openStates } from '../../../domain/fix/approval.ts';
import type { PlanStep } from '../../../domain/fix/remediation.ts';
import type { RemediationRow } from '../../../domain/fix/rows.ts';
import { canonicalJson } from '../../../domain/kernel/canonical.ts';
import type { TxOf } from '../../../domain/ports/store.ts';

type Fix = Pick<RemediationRow, 'id' | 'actionId' | 'plan'>;

const most = 50;

/** Pure. The same action with the same parameters: two indexes of one server, or two keys of one service, are two changes. */
export const isSameChange = (one: Fix, other: Fix): boolean =>
  other.actionId === one.actionId && canonicalJson(other.plan.params) === canonicalJson(one.plan.params);

/**
 * Pure. Whether what was done has changed what the other plan starts from: a step of it wants the very state that a step
 * of the first one has ended. Asked for, it would be refused as stale.
 */
export const isOvertaken = (done: Fix, other: Fix): boolean =>
  other.plan.steps.some((step) => done.plan.steps.some((ended) => startOf(ended) === startOf(step)));

/** What a step wants to be there; not what it makes of it. */
function startOf({ kind, target, from, precondition }: PlanStep): string {
  const now = Object.entries(precondition).filter(([key]) => !key.startsWith('wanted.'));
  return canonicalJson({ kind, target, from, precondition: Object.fromEntries(now) });
}

/**
 * The same action on one of the same objects that is asked for or under way, wherever that was: people see one fix, in
 * however many places it is offered, and one of two changes at a time (`isSameChange`). Two that are asked for at once meet
 * in a unique index.
 */
export async function sameFix(tx: TxOf<'remediations'>, row: Fix): Promise<RemediationRow | undefined> {
  const rows = await tx.remediations.list({
    identity: row.plan.identity,
    states: ['requested', ...openStates],
    limit: most,
  });
  const others = rows.filter((other) => other.id !== row.id && other.actionId === row.actionId);
  return others.find((other) => isSameChange(row, other)) ?? others[0];
}

/** Offers of the same action on one of the same objects, which nobody has asked for. */
export async function offersBeside(tx: TxOf<'remediations'>, row: Fix): Promise<readonly RemediationRow[]> {
  const { identity } = row.plan;
  const rows = await tx.remediations.list({ identity, states: ['proposed'], limit: most });
  return rows.filter((other) => other.id !== row.id && other.actionId === row.actionId);
}
