import { everybodyOn } from '../../../domain/fix/eligibility.ts';
import type { Tier } from '../../../domain/fix/remediation.ts';
import type { ApprovalRow, RemediationRow } from '../../../domain/fix/rows.ts';
import { AppError } from '../../../domain/kernel/errors.ts';
import type { Facts } from '../../../domain/kernel/facts.ts';
import { present } from '../../../domain/kernel/present.ts';
import type { TxOf } from '../../../domain/ports/store.ts';
import type { Decided, DecisionInput, Explanation, RemediationService } from '../contract.ts';
import { breakGlass, closeFollowUp } from './break-glass.service.ts';
import { alarmForged, decisionFault } from './decision-proof.service.ts';
import { givenReason, neededReason } from './reason.ts';
import {
  type Decider,
  decide,
  forbiddenNow,
  judge,
  judgeStopper,
  type Outcome,
  placeClosed,
} from './remediation-decide.service.ts';
import type { DecisionDeps } from './remediation-deps.ts';
import { changeRemediation, moveRemediation } from './remediation-move.service.ts';
import { approveInTx, judgeRequester, requestInTx, unknownHolder } from './remediation-request.service.ts';
import { undoRemediation } from './remediation-undo.service.ts';

export interface RemediationServiceDeps extends DecisionDeps {
  /** Lowest tier of each registered action, for `explain`. */
  readonly actions: readonly { readonly id: string; readonly tier: Tier }[];
}

/** Everything people may do with a remediation. Each is one transaction, and each answers with the real state. */
export function createRemediationService(deps: RemediationServiceDeps): RemediationService {
  const { store } = deps;
  return {
    request: (given) => {
      const input = givenReason(given);
      return decide(
        deps,
        input,
        'request',
        (row) => judgeRequester(deps, input, row),
        (tx, row, who) => requestInTx(tx, deps, row, who, input),
      );
    },
    approve: (input) => approve(deps, givenReason(input)),
    reject: async (input) => reject(deps, neededReason(input)),
    cancel: (input) => cancel(deps, givenReason(input)),
    stop: (input) => stop(deps, givenReason(input)),
    undo: (input) => undoRemediation(deps, givenReason(input)),
    breakGlass: async (input) => breakGlass(deps, input),
    closeFollowUp: async (input) => closeFollowUp(deps, input),
    followUps: (limit) => store.tx((tx) => tx.remediations.openFollowUps(limit)),
    resolve: async (input) => resolve(deps, neededReason(input)),
    get: (idOrHandle) =>
      store.tx(async (tx) => {
        const remediation = await tx.remediations.get(idOrHandle);
        if (remediation === undefined) return undefined;
        const approvals = await tx.remediations.approvals(remediation.id);
        return { remediation, approvals, steps: await tx.remediations.steps(remediation.id) };
      }),
    list: ({ environment, open, limit }) =>
      store.tx((tx) =>
        tx.remediations.list({
          limit,
          ...present({ environment }),
          ...(open === true
            ? {
                states: [
                  'proposed',
                  'requested',
                  'approved',
                  'executing',
                  'verifying',
                  'rolling_back',
                  'indeterminate',
                ],
              }
            : {}),
        }),
      ),
    explain: (actionId, environment) => explain(deps, actionId, environment),
  };
}

function approversOf(deps: DecisionDeps, row: Pick<RemediationRow, 'tier'>) {
  return deps.policy.rule(row.tier)?.by ?? [];
}

/** R-A3, R-A4, R-A8: an eligible approver now who already was one when it was requested. */
function barred(row: RemediationRow, who: Decider): { refused: string; facts?: Facts } | undefined {
  if (row.requesterId === who.personId) return { refused: 'own-request' };
  if (!row.eligible.includes(who.personId)) return { refused: 'joined-after-request' };
  return undefined;
}

function approve(deps: DecisionDeps, input: DecisionInput): Promise<Decided> {
  return decide(
    deps,
    input,
    'approve',
    async (row) => {
      const judged = await judge(deps, input, approversOf(deps, row));
      return judged.ok ? ((await placeClosed(deps, row)) ?? judged) : judged;
    },
    async (tx, row, who) => {
      const before = await tx.remediations.approvals(row.id);
      const mine = before.find((item) => item.personId === who.personId);
      if (mine?.decision === 'approve') return { moved: false, note: 'already-recorded' };
      if (row.state !== 'requested') return { moved: false, note: 'too-late' };
      const forged = await decisionFault(tx, deps, row);
      if (forged !== undefined) {
        if (forged !== 'not-begun') await alarmForged(tx, deps, row, forged);
        return { refused: 'decision-forged', facts: { why: forged } };
      }
      const rule = deps.policy.rule(row.tier);
      if (rule === undefined) return { refused: 'no-approver' };
      const reason = barred(row, who) ?? (await forbiddenNow(tx, deps, row));
      if (reason !== undefined) return reason;
      const last = countedApprovals(row, before).length + 1 >= rule.approvals;
      const other = last ? await tx.remediations.ahead(row) : undefined;
      if (other?.state === 'indeterminate') return unknownHolder(other);
      await saveDecision(tx, deps, row, who, 'approve', input);
      // R-A1: counted again from the rows, under the lock this transaction holds.
      const counted = countedApprovals(row, await tx.remediations.approvals(row.id));
      if (counted.length >= rule.approvals) return approveInTx(tx, deps, row, who, { other });
      await changeRemediation(
        tx,
        deps,
        row,
        'remediation.approval',
        {},
        {
          ...who.cause,
          event: 'approved',
          facts: { approvals: counted.length, needed: rule.approvals },
        },
      );
      return { moved: true, note: 'recorded' };
    },
  );
}

/** R-A1, R-A5, R-A8: one vote a person, for this very plan, of people who were eligible when it was requested. */
export function countedApprovals(
  row: Pick<RemediationRow, 'planHash' | 'eligible' | 'requesterId'>,
  approvals: readonly ApprovalRow[],
): readonly ApprovalRow[] {
  return approvals.filter(
    (item) =>
      item.decision === 'approve' &&
      item.planHash === row.planHash &&
      row.eligible.includes(item.personId) &&
      item.personId !== row.requesterId,
  );
}

async function saveDecision(
  tx: TxOf<'remediations'>,
  deps: DecisionDeps,
  row: RemediationRow,
  who: Decider,
  decision: 'approve' | 'reject',
  input: DecisionInput,
): Promise<void> {
  await tx.remediations.saveApproval(row.id, {
    personId: who.personId,
    person: input.by,
    decision,
    planHash: row.planHash,
    policyVersion: deps.policy.version,
    payloadDigest: input.payloadDigest,
    ...present({ reason: input.reason }),
  });
}

function reject(deps: DecisionDeps, input: DecisionInput & { readonly reason: string }): Promise<Decided> {
  return decide(
    deps,
    input,
    'reject',
    (row) => judge(deps, input, approversOf(deps, row)),
    async (tx, row, who) => {
      const before = await tx.remediations.approvals(row.id);
      const mine = before.find((item) => item.personId === who.personId);
      if (mine?.decision === 'reject') return { moved: false, note: 'already-recorded' };
      if (row.state !== 'requested') return { moved: false, note: 'too-late' };
      const reason = barred(row, who);
      if (reason !== undefined) return reason;
      await saveDecision(tx, deps, row, who, 'reject', input);
      await moveRemediation(tx, deps, row, 'rejected', who.cause);
      return { moved: true, note: 'recorded' };
    },
  );
}

function cancel(deps: DecisionDeps, input: DecisionInput): Promise<Decided> {
  return decide(
    deps,
    input,
    'cancel',
    (row) => judgeStopper(deps, input, row),
    async (tx, row, who): Promise<Outcome> => {
      if (row.state === 'cancelled') return { moved: false, note: 'already-recorded' };
      if (row.state !== 'proposed' && row.state !== 'requested' && row.state !== 'approved')
        return { moved: false, note: 'too-late' };
      await moveRemediation(tx, deps, row, 'cancelled', who.cause);
      return { moved: true, note: 'recorded' };
    },
  );
}

function stop(deps: DecisionDeps, input: DecisionInput): Promise<Decided> {
  return decide(
    deps,
    input,
    'stop',
    (row) => judgeStopper(deps, input, row),
    async (tx, row, who): Promise<Outcome> => {
      if (row.abortRequested) return { moved: false, note: 'already-recorded' };
      if (row.state !== 'executing') return { moved: false, note: 'too-late' };
      await changeRemediation(
        tx,
        deps,
        row,
        'remediation.stop',
        { abortRequested: true },
        {
          ...who.cause,
          event: 'stop-requested',
        },
      );
      return { moved: true, note: 'recorded' };
    },
  );
}

/** A person checked the target and states the outcome: a new fence stops any holder of the old one. */
function resolve(
  deps: DecisionDeps,
  input: DecisionInput & { readonly to: 'failed' | 'verifying'; readonly reason: string },
): Promise<Decided> {
  return decide(
    deps,
    input,
    'resolve',
    (row) => judge(deps, input, [...deps.policy.onCall, ...approversOf(deps, row)]),
    async (tx, row, who) => {
      if (row.state !== 'indeterminate') return { moved: false, note: 'too-late' };
      const now = await tx.now();
      const fence = await tx.remediations.nextFence(row.environment, row.target);
      await moveRemediation(tx, deps, row, input.to, {
        ...who.cause,
        change: {
          fence,
          leaseUntil: now,
          ...(input.to === 'verifying'
            ? { verifyUntil: new Date(now.getTime() + row.plan.verifyWithinMs) }
            : { outcome: { reason: 'resolved-by-person' } }),
        },
      });
      await tx.notify('remediations', row.id);
      return { moved: true, note: 'recorded' };
    },
  );
}

async function explain(
  deps: RemediationServiceDeps,
  actionId: string,
  environment: string,
): Promise<Explanation> {
  const action = deps.actions.find((item) => item.id === actionId);
  if (action === undefined)
    throw new AppError('NOT_FOUND', 'no such remediation', { facts: { reason: 'no-action', id: actionId } });
  const rule = deps.policy.rule(action.tier);
  const everybody = await everybodyOn(rule?.by ?? [], deps.directory);
  return {
    actionId,
    environment,
    tier: action.tier,
    needed: rule?.approvals ?? 0,
    people: everybody.map(({ userId, standing }) => ({
      personId: standing.ok ? standing.personId : userId,
      mayApprove: standing.ok,
      why: standing.ok ? `on ${rule?.byNames.join(', ') ?? ''}` : standing.why,
    })),
  };
}
