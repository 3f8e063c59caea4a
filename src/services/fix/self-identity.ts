import { identityClaims } from '../../domain/fix/execution.ts';
import type { Plan, Remediation, RemediationContext } from '../../domain/fix/remediation.ts';
import { AppError } from '../../domain/kernel/errors.ts';
import type { Targets } from '../../domain/probe/targets/targets.ts';

/**
 * Who we are and what we stand on, as `key=value`: `system_identifier` of our PostgreSQL, `run_id` of our Redis, the
 * `address` of each as it sees itself, `uid` of our Pods and their owners, `container_id` of our container, and the
 * `release` or `compose_project` that we are part of. Read when asked, since it may fail over.
 */
export type SelfIdentity = () => Promise<ReadonlySet<string>>;

/**
 * R-X14: what of the plan, and of the object behind it as it is now, is ours. AppError CONFLICT `self-target-unknown`
 * when the object cannot be told from ours. Throws what `self` throws: who does not know who he is plans nothing.
 */
export async function ownClaims(
  plan: Plan,
  remediation: Pick<Remediation, 'object'>,
  context: RemediationContext<Targets>,
  self: SelfIdentity,
): Promise<readonly string[]> {
  const own = await self();
  const { claims, comparable } = await remediation.object(plan, context);
  const ours = [...new Set([...identityClaims(plan.identity), ...claims])].filter((claim) => own.has(claim));
  if (ours.length === 0 && !comparable)
    throw new AppError('CONFLICT', 'the target cannot be told from what this bot stands on', {
      facts: { reason: 'self-target-unknown', part: plan.part },
    });
  return ours;
}
