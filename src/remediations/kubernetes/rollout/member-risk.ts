import type { Plan } from '../../../domain/fix/remediation.ts';
import { isMember, quorumRisk } from '../../shared/quorum.ts';
import { refused } from '../../shared/stale.ts';
import type { Context, Named, Place, Seen } from '../object/workload.ts';
import { budgetRisk } from './budgets.ts';

/**
 * R-P8: a rollout is not limited by budgets, and takes the next Pod also while another one is away. Undefined for what is
 * no member of anything, and for what does not run.
 */
export async function memberRisk(
  part: Named['part'],
  place: Place,
  seen: Seen,
  { deps, signal }: Context,
): Promise<Plan['raised']> {
  if (!isMember(part) || seen.ready === 0) return undefined;
  const facts = { part, ready: seen.ready, pods: seen.desired };
  if (seen.desired > 1 && seen.ready < seen.desired) throw refused('member-away', facts);
  if (seen.desired > 1 && seen.strategy === 'Recreate') throw refused('all-at-once', facts);
  const quorum = await quorumRisk(part, deps, signal);
  return quorum ?? (await budgetRisk(place.namespace, seen.object, deps.kubernetes, signal));
}
