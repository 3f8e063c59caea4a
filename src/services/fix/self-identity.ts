import { identityClaims } from '../../domain/fix/execution.ts';
import type { Plan } from '../../domain/fix/remediation.ts';

/**
 * Who we are and what we stand on, as `key=value`: `system_identifier` of our PostgreSQL, `run_id` of our Redis,
 * `uid` of our Pods and their owners, `container_id` of our container. Read when asked, since it may fail over.
 */
export type SelfIdentity = () => Promise<ReadonlySet<string>>;

/** R-X14: what of the plan is ours. Throws what `self` throws: who does not know who he is plans nothing. */
export async function ownClaims(plan: Plan, self: SelfIdentity): Promise<readonly string[]> {
  const own = await self();
  return identityClaims(plan.identity).filter((claim) => own.has(claim));
}
