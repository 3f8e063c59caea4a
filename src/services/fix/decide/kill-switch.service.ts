import { personId, type RemediationState } from '../../../domain/fix/approval.ts';
import type { AllowList } from '../../../domain/fix/eligibility.ts';
import type { Policy } from '../../../domain/fix/policy.ts';
import { AppError } from '../../../domain/kernel/errors.ts';
import { proofOf } from '../../../domain/kernel/person.ts';
import { present } from '../../../domain/kernel/present.ts';
import { cardPurpose } from '../../../domain/message/cards.ts';
import type { KillSwitchService, SwitchInput } from '../contract.ts';
import { confirmRecord } from './confirm-record.service.ts';
import { neededReason } from './reason.ts';
import { judge } from './remediation-decide.service.ts';
import { type DecisionDeps, decisionTimeoutMs } from './remediation-deps.ts';

export interface KillSwitchDeps extends DecisionDeps {
  /** Ids of the registered remediations: a switch for another one would stop nothing. */
  readonly actions: readonly { readonly id: string }[];
}

/** Approved, or with a worker. */
const underWay: readonly RemediationState[] = ['approved', 'executing', 'verifying', 'rolling_back'];
/** Cards on which a switch keeps a button from working. */
const waiting: readonly RemediationState[] = ['proposed', 'requested', 'approved'];
/** More than wait at a time. */
const most = 100;

/**
 * R-X10: whoever may decide anything may stop; only those of the highest tier let it go on. A switch and its audit row
 * are one transaction; a refused attempt is written down too.
 */
export function createKillSwitchService(deps: KillSwitchDeps): KillSwitchService {
  return {
    list: () => deps.store.tx((tx) => tx.killSwitches.list()),
    underWay: () => deps.store.tx((tx) => tx.remediations.list({ states: underWay, limit: most })),
    stop: (input) => change(deps, input, 'stop', deps.policy.everyList),
    release: (input) => change(deps, input, 'release', leads(deps.policy)),
    record: () => deps.record.check(),
    confirmRecord: (input) => confirmRecord(deps, input, leads(deps.policy)),
  };
}

/** Who decides about the highest tier that the policy has. */
export function leads(policy: Policy): readonly AllowList[] {
  return (policy.rule(3) ?? policy.rule(2) ?? policy.rule(1))?.by ?? [];
}

async function change(
  deps: KillSwitchDeps,
  given: SwitchInput,
  what: 'stop' | 'release',
  lists: readonly AllowList[],
): Promise<void> {
  const input = neededReason(given);
  const { scope, by, reason, forMs, requestId, payloadDigest } = input;
  if (scope !== '*' && !deps.actions.some(({ id }) => id === scope))
    throw new AppError('NOT_FOUND', 'no such remediation', { facts: { reason: 'no-action', id: scope } });
  const judged = await judge(deps, { ...input, id: scope }, lists);
  await deps.store.tx(
    async (tx) => {
      if (judged.ok)
        await tx.killSwitches.set(scope, { active: what === 'stop', by, reason, ...present({ forMs }) });
      await tx.audit.append({
        actor: judged.ok ? judged.personId : personId(by),
        actorTeam: by.teamId,
        action: judged.ok ? `kill-switch.${what}` : 'kill-switch.refused',
        policyVersion: deps.policy.version,
        reason,
        requestIds: [requestId],
        payloadDigest,
        facts: {
          scope,
          ...proofOf(by),
          ...present({ forMs }),
          ...(judged.ok ? {} : { refused: judged.why, decision: what }),
        },
      });
    },
    { statementTimeoutMs: decisionTimeoutMs },
  );
  if (!judged.ok)
    throw new AppError('NOT_ALLOWED', `refused: ${judged.why}`, {
      facts: { ...judged.facts, reason: judged.why },
    });
  await showOnCards(deps, scope);
}

/** Cards that wait say that fixes are off, or say it no more. Each by itself: the switch counts already. */
async function showOnCards({ store, messages }: KillSwitchDeps, scope: string): Promise<void> {
  const rows = await store.tx((tx) => tx.remediations.list({ states: waiting, limit: most }));
  for (const { id, actionId } of rows)
    if (scope === '*' || scope === actionId)
      await store.tx(async (tx) => {
        const row = await tx.remediations.lock(id);
        if (row === undefined || !waiting.includes(row.state)) return;
        const shown = await tx.messages.find({ remediationId: id, purpose: cardPurpose });
        if (shown.length > 0) await messages.card(tx, row, 'progress');
      });
}
