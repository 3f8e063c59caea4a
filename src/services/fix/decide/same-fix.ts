import { openStates } from '../../../domain/fix/approval.ts';
import type { RemediationRow } from '../../../domain/fix/rows.ts';
import type { TxOf } from '../../../domain/ports/store.ts';

type Fix = Pick<RemediationRow, 'id' | 'actionId' | 'plan'>;

const most = 50;

/**
 * The same action on one of the same objects that is asked for or under way, wherever that was: people see one fix, in
 * however many places it is offered. Two that are asked for at once meet in a unique index.
 */
export async function sameFix(tx: TxOf<'remediations'>, row: Fix): Promise<RemediationRow | undefined> {
  const rows = await tx.remediations.list({
    identity: row.plan.identity,
    states: ['requested', ...openStates],
    limit: most,
  });
  return rows.find((other) => other.id !== row.id && other.actionId === row.actionId);
}

/** Offers of the same change in other places, which nobody has asked for. */
export async function sameOffers(tx: TxOf<'remediations'>, row: Fix): Promise<readonly RemediationRow[]> {
  const { identity } = row.plan;
  const rows = await tx.remediations.list({ identity, states: ['proposed'], limit: most });
  return rows.filter((other) => other.id !== row.id && other.actionId === row.actionId);
}
