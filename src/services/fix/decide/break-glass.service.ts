import { glassReasonLength } from '../../../domain/fix/policy.ts';
import type { ApprovalRow, RemediationRow } from '../../../domain/fix/rows.ts';
import { AppError } from '../../../domain/kernel/errors.ts';
import { countPoints } from '../../../domain/kernel/text.ts';
import type { TxOf } from '../../../domain/ports/store.ts';
import type { Decided, DecisionInput } from '../contract.ts';
import { alarmForged, decisionFault } from './decision-proof.service.ts';
import { neededReason } from './reason.ts';
import {
  type Decider,
  decide,
  forbiddenNow,
  type Judged,
  judge,
  type Outcome,
  placeClosed,
} from './remediation-decide.service.ts';
import type { DecisionDeps, DecisionRepository } from './remediation-deps.ts';
import { auditFollowUp, changeRemediation } from './remediation-move.service.ts';
import { approveInTx, unknownHolder } from './remediation-request.service.ts';

type Reasoned = DecisionInput & { readonly reason: string };

/** R-A9: those who broke the glass of this very plan; a person counts once. */
export function countedGlass(
  row: Pick<RemediationRow, 'planHash'>,
  votes: readonly ApprovalRow[],
): readonly ApprovalRow[] {
  return votes.filter(({ decision, planHash }) => decision === 'break-glass' && planHash === row.planHash);
}

/**
 * R-A9: requested → approved without the quorum, by people who are named for it. What else holds for an approval holds
 * here: the lock, the record, switches, freezes, hours, the plan, and at the claim every precondition. It is told in a
 * second channel, and leaves a follow-up.
 */
export function breakGlass(deps: DecisionDeps, given: Reasoned): Promise<Decided> {
  const input = neededReason(given);
  const has = countPoints(input.reason);
  if (has < glassReasonLength)
    throw new AppError('INVALID_INPUT', `a reason of at least ${glassReasonLength} characters is needed`, {
      facts: { reason: 'glass-reason', least: glassReasonLength, has },
    });
  return decide(
    deps,
    input,
    'break-glass',
    async (row) => judgeGlass(deps, input, row),
    (tx, row, who) => breakInTx(tx, deps, row, who, input),
  );
}

async function judgeGlass(deps: DecisionDeps, input: Reasoned, row: RemediationRow): Promise<Judged> {
  const glass = deps.policy.glass(row.tier);
  if (glass === undefined) return { ok: false, why: 'no-glass', facts: { tier: row.tier } };
  const judged = await judge(deps, input, glass.by);
  if (!judged.ok) return judged;
  const second = await deps.directory.channel(glass.notify);
  // What nobody else would hear of is not done.
  if ('unavailable' in second || second.known.externallyShared || second.known.archived)
    return { ok: false, why: 'glass-channel', facts: { channel: glass.notify } };
  return (await placeClosed(deps, row)) ?? judged;
}

async function breakInTx(
  tx: TxOf<DecisionRepository>,
  deps: DecisionDeps,
  row: RemediationRow,
  who: Decider,
  input: Reasoned,
): Promise<Outcome> {
  const before = countedGlass(row, await tx.remediations.approvals(row.id));
  if (before.some(({ personId }) => personId === who.personId))
    return { moved: false, note: 'already-recorded' };
  if (row.state !== 'requested') return { moved: false, note: 'too-late' };
  const forged = await decisionFault(tx, deps, row);
  if (forged !== undefined) {
    if (forged !== 'not-begun') await alarmForged(tx, deps, row, forged);
    return { refused: 'decision-forged', facts: { why: forged } };
  }
  const glass = deps.policy.glass(row.tier);
  if (glass === undefined) return { refused: 'no-glass', facts: { tier: row.tier } };
  const forbidden = await forbiddenNow(tx, deps, row);
  if (forbidden !== undefined) return forbidden;
  const last = before.length + 1 >= glass.people;
  const other = last ? await tx.remediations.ahead(row) : undefined;
  if (other?.state === 'indeterminate') return unknownHolder(other);
  await tx.remediations.saveApproval(row.id, {
    ...{ personId: who.personId, person: input.by, decision: 'break-glass', planHash: row.planHash },
    ...{ policyVersion: deps.policy.version, payloadDigest: input.payloadDigest, reason: input.reason },
  });
  // Counted again from the rows, under the lock of this transaction (R-A1).
  const counted = countedGlass(row, await tx.remediations.approvals(row.id));
  const complete = counted.length >= glass.people;
  const facts = { people: counted.length, needed: glass.people };
  const changed = await changeRemediation(
    tx,
    deps,
    row,
    'remediation.break-glass',
    {},
    {
      ...{ ...who.cause, facts },
      event: complete ? 'break-glass' : 'break-glass-first',
    },
  );
  await deps.messages.tellSecond(tx, changed, glass.notify, {
    ...{
      kind: complete ? 'break-glass-told' : 'break-glass-first',
      by: input.by,
      reason: input.reason,
      facts,
    },
  });
  if (!complete) return { moved: true, note: 'recorded' };
  const people = new Set([...counted.map(({ personId }) => personId), row.requesterId ?? who.personId]);
  await tx.remediations.openFollowUp(row.id, [...people].sort());
  return approveInTx(tx, deps, changed, who, { glass: true, other });
}

/** R-A9: somebody else, who may decide about such a fix, has looked at what was done and says so. */
export function closeFollowUp(deps: DecisionDeps, given: Reasoned): Promise<Decided> {
  const input = neededReason(given);
  return decide(
    deps,
    input,
    'follow-up',
    (row) =>
      judge(deps, input, [
        ...(deps.policy.rule(row.tier)?.by ?? []),
        ...(deps.policy.glass(row.tier)?.by ?? []),
      ]),
    async (tx, row, who): Promise<Outcome> => {
      const open = await tx.remediations.followUp(row.id);
      if (open === undefined) return { refused: 'no-follow-up' };
      if (open.closedAt !== undefined) return { moved: false, note: 'already-closed' };
      if (open.people.includes(who.personId)) return { refused: 'own-follow-up' };
      const closed = { by: input.by, personId: who.personId, note: input.reason };
      if (!(await tx.remediations.closeFollowUp(row.id, closed)))
        return { moved: false, note: 'already-closed' };
      await auditFollowUp(tx, row, who.cause, deps.policy.version);
      const event = { kind: 'follow-up-closed', by: input.by, reason: input.reason } as const;
      await deps.messages.event(tx, row, event);
      const channel = deps.policy.glass(row.tier)?.notify;
      if (channel !== undefined) await deps.messages.tellSecond(tx, row, channel, event);
      return { moved: true, note: 'recorded' };
    },
  );
}
