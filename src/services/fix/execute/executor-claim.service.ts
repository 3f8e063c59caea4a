import { heldReason } from '../../../domain/audit/record.ts';
import { type AllowList, mayDecide } from '../../../domain/fix/eligibility.ts';
import { planDrift } from '../../../domain/fix/execution.ts';
import { directoryMaxAgeMs } from '../../../domain/fix/policy.ts';
import { planHash, planSchema, type Remediation } from '../../../domain/fix/remediation.ts';
import type { ApprovalRow, RemediationRow } from '../../../domain/fix/rows.ts';
import { AppError } from '../../../domain/kernel/errors.ts';
import type { Facts } from '../../../domain/kernel/facts.ts';
import type { Person } from '../../../domain/kernel/person.ts';
import type { TxOf } from '../../../domain/ports/store.ts';
import { countedGlass } from '../decide/break-glass.service.ts';
import { alarmForged, decisionFault } from '../decide/decision-proof.service.ts';
import { countedApprovals } from '../decide/remediation.service.ts';
import { switchFacts, timeForbids } from '../decide/remediation-decide.service.ts';
import type { MoveRepository } from '../decide/remediation-deps.ts';
import { snapshotDirectory } from '../decide/remediation-directory.service.ts';
import { changeRemediation, expireIfDue, moveRemediation } from '../decide/remediation-move.service.ts';
import { waitingFor } from '../decide/remediation-request.service.ts';
import { limitReached, tier3Busy } from '../remediation-limits.ts';
import { ownClaims } from '../self-identity.ts';
import { contextOf, defaultLeaseMs, type ExecutorDeps } from './executor-deps.ts';
import { otherHand } from './executor-step.service.ts';
import { Hold } from './hold.ts';

/** `stale`: it will never run. `wait`: not now; it stays approved until its approval expires (R-X8). */
export type Barrier =
  | { readonly kind: 'stale'; readonly facts: Facts }
  | { readonly kind: 'wait'; readonly reason: string; readonly facts: Facts };

const stale = (facts: Facts): Barrier => ({ kind: 'stale', facts });
const wait = (reason: string, facts: Facts = {}): Extract<Barrier, { kind: 'wait' }> => ({
  kind: 'wait',
  reason,
  facts,
});

/**
 * approved → executing: the target is looked at first, then everything that the database knows is checked under
 * the row's lock, and only there the fence is taken. Undefined: somebody or something else decided.
 */
export async function claim(
  deps: ExecutorDeps,
  seen: RemediationRow,
  signal: AbortSignal,
): Promise<Hold | undefined> {
  if (seen.plan.schemaVersion > planSchema) return undefined;
  const remediation = deps.remediations.find((item) => item.id === seen.actionId);
  // What another fix is changing now is not looked at: it would be found changed, and this one stale.
  if (seen.waitsFor !== undefined && (await stillWaits(deps, seen.id))) return undefined;
  const outside = (await recordBarrier(deps)) ?? (await lookAtTarget(deps, seen, remediation, signal));
  const began = deps.monotonic();
  const claimed = await deps.store
    .tx(async (tx) => {
      const locked = await tx.remediations.lock(seen.id);
      if (locked === undefined) return undefined;
      const row = await expireIfDue(tx, deps, locked);
      if (row.state !== 'approved') return undefined;
      const barrier =
        (await forgedBarrier(tx, deps, row)) ??
        (await targetBarrier(tx, row)) ??
        outside ??
        (await insideBarrier(tx, deps, row));
      if (barrier === undefined) return begin(tx, deps, row);
      await heldBack(tx, deps, row, barrier);
      return undefined;
    })
    .catch((error: unknown) => {
      // R-X2: another one took the object between our look and our move. It is looked at again in some seconds.
      if (error instanceof AppError && error.facts.reason === 'target-busy') return undefined;
      throw error;
    });
  if (claimed?.fence === undefined || remediation === undefined) return undefined;
  const leaseEnds = began + (deps.leaseMs ?? defaultLeaseMs);
  const { id, fence, attempt } = claimed;
  return new Hold(deps, { id, fence, attempt, remediation, leaseEnds });
}

/** R-X2: the fix that holds the object, or was approved for it before this one. */
async function targetBarrier(tx: TxOf<'remediations'>, row: RemediationRow): Promise<Barrier | undefined> {
  const other = await tx.remediations.ahead(row);
  if (other === undefined) return undefined;
  const { waiting, ...facts } = waitingFor(other);
  return wait(waiting, facts);
}

/** Says what it waits for, or that its time is over; false: the object is free. */
async function stillWaits(deps: ExecutorDeps, id: string): Promise<boolean> {
  return deps.store.tx(async (tx) => {
    const locked = await tx.remediations.lock(id);
    const row = locked === undefined ? undefined : await expireIfDue(tx, deps, locked);
    if (row?.state !== 'approved') return true;
    const barrier = await targetBarrier(tx, row);
    if (barrier === undefined) return false;
    await heldBack(tx, deps, row, barrier);
    return true;
  });
}

/**
 * R-L5: on a record that is older than an anchor outside, what runs now may have run before. Where no place can be
 * asked, that is not known, and it waits.
 */
export async function recordBarrier({
  record,
}: Pick<ExecutorDeps, 'record'>): Promise<Extract<Barrier, { kind: 'wait' }> | undefined> {
  const found = await record.check();
  if (found.state === 'held') return wait(heldReason(found), found.why);
  return found.state === 'unconfirmed' ? wait('record-unconfirmed') : undefined;
}

async function begin(
  tx: TxOf<MoveRepository>,
  deps: ExecutorDeps,
  row: RemediationRow,
): Promise<RemediationRow> {
  const now = await tx.now();
  const fence = await tx.remediations.nextFence(row.environment, row.target);
  return moveRemediation(tx, deps, row, 'executing', {
    facts: { worker: deps.workerId, image: deps.imageVersion, attempt: row.attempt + 1, fence },
    change: {
      attempt: row.attempt + 1,
      fence,
      leaseOwner: deps.workerId,
      leaseUntil: new Date(now.getTime() + (deps.leaseMs ?? defaultLeaseMs)),
      imageVersion: deps.imageVersion,
    },
  });
}

/** The first time it waits for a reason is written down; that it still does is not. */
async function heldBack(
  tx: TxOf<MoveRepository>,
  deps: ExecutorDeps,
  row: RemediationRow,
  barrier: Barrier,
): Promise<void> {
  if (barrier.kind === 'stale') {
    await moveRemediation(tx, deps, row, 'stale', {
      facts: barrier.facts,
      change: { outcome: barrier.facts },
    });
    return;
  }
  if (barrier.reason === 'directory') await tx.notify('directory', 'refresh');
  const { waiting, other } = row.outcome ?? {};
  if (waiting === barrier.reason && other === barrier.facts.other) return;
  await changeRemediation(
    tx,
    deps,
    row,
    'remediation.claim-held',
    { outcome: { waiting: barrier.reason, ...barrier.facts } },
    { facts: { reason: barrier.reason, ...barrier.facts } },
  );
}

/**
 * R-P3, R-P5, R-X14 as far as they need the target: the plan is made anew and compared. An undo's plan was saved, so
 * its preconditions alone are checked, by each step.
 */
export async function lookAtTarget(
  deps: ExecutorDeps,
  row: RemediationRow,
  remediation: Remediation | undefined,
  signal: AbortSignal,
): Promise<Barrier | undefined> {
  if (remediation === undefined)
    return stale({ differing: 'action', expected: row.actionId, observed: 'unknown' });
  if (remediation.version !== row.actionVersion)
    return stale({ differing: 'action version', expected: row.actionVersion, observed: remediation.version });
  if (planHash(row.plan) !== row.planHash) return stale({ differing: 'plan hash' });
  try {
    const context = await contextOf(deps, row.environment, signal);
    const own = await ownClaims(row.plan, remediation, context, deps.self);
    if (own.length > 0) return stale({ differing: 'self-target', observed: own.join(', ') });
    if (row.undoOf !== undefined) return undefined;
    const params = remediation.params.safeParse(row.plan.params);
    if (!params.success) return stale({ differing: 'params' });
    const now = await remediation.plan(params.data, context);
    const drift = planDrift(row.plan, now);
    return drift === undefined
      ? undefined
      : stale({ ...drift, ...(await otherHand(deps, remediation, row)) });
  } catch (err) {
    if (err instanceof AppError && err.code === 'CONFLICT') return stale({ differing: 'plan', ...err.facts });
    if (err instanceof AppError && err.code !== 'BUG') return wait('cannot-look', { code: err.code });
    deps.logger.error(
      { err, remediation: row.id },
      'the target of an approved remediation cannot be checked',
    );
    return wait('cannot-look');
  }
}

/** R-A16: before all else, since every other check believes the rows. */
async function forgedBarrier(
  tx: TxOf<MoveRepository>,
  deps: ExecutorDeps,
  row: RemediationRow,
): Promise<Barrier | undefined> {
  const fault = await decisionFault(tx, deps, row);
  if (fault === undefined) return undefined;
  if (fault === 'not-begun') return wait('signing-not-begun');
  await alarmForged(tx, deps, row, fault);
  return stale({ reason: 'decision-forged', why: fault });
}

async function insideBarrier(
  tx: TxOf<'directory' | 'killSwitches' | 'remediations'>,
  deps: ExecutorDeps,
  row: RemediationRow,
): Promise<Barrier | undefined> {
  const kill = await tx.killSwitches.active(row.actionId);
  if (kill !== undefined) return wait('kill-switch', switchFacts(kill));
  const forbidden = await timeForbids(tx, deps, row);
  if (forbidden !== undefined) return wait(forbidden);
  const approvers = await approversStillCount(tx, deps, row);
  if (approvers !== undefined) return approvers;
  const limit = row.undoOf === undefined ? await limitReached(tx, deps.policy, row.plan) : undefined;
  if (limit !== undefined) return wait(limit.reason, limit.facts);
  return (await tier3Busy(tx, deps.policy, row)) ? wait('tier-3-at-once') : undefined;
}

/**
 * R-A3 and R-A8 again for everybody who counted: still active, still on the list, by today's policy and a snapshot
 * that is fresh. Where no other person had to approve, the requester counts.
 */
async function approversStillCount(
  tx: TxOf<'directory' | 'remediations'>,
  deps: ExecutorDeps,
  row: RemediationRow,
): Promise<Barrier | undefined> {
  const rule = deps.policy.rule(row.tier);
  if (rule === undefined) return stale({ differing: 'policy', observed: 'no person may approve' });
  const votes = await tx.remediations.approvals(row.id);
  if (row.glass === true) return glassStillCounts(tx, deps, row, votes);
  const counted = countedApprovals(row, votes);
  const people =
    rule.approvals === 0 && row.requester !== undefined
      ? [row.requester]
      : counted.map((approval) => approval.person);
  if (people.length < rule.approvals || people.length === 0)
    return stale({ differing: 'approvals', expected: rule.approvals, observed: people.length });
  return allOnLists(tx, deps, people, rule.by);
}

/** R-A9: it took the place of the quorum, and of nothing else: those who did it must still be on its list. */
function glassStillCounts(
  tx: TxOf<'directory'>,
  deps: ExecutorDeps,
  row: RemediationRow,
  votes: readonly ApprovalRow[],
): Promise<Barrier | undefined> | Barrier {
  const glass = deps.policy.glass(row.tier);
  if (glass === undefined) return stale({ differing: 'policy', observed: 'no person may break the glass' });
  const people = countedGlass(row, votes).map(({ person }) => person);
  if (people.length < glass.people)
    return stale({ differing: 'approvals', expected: glass.people, observed: people.length });
  return allOnLists(tx, deps, people, glass.by);
}

async function allOnLists(
  tx: TxOf<'directory'>,
  deps: ExecutorDeps,
  people: readonly Person[],
  lists: readonly AllowList[],
): Promise<Barrier | undefined> {
  const directory = snapshotDirectory(tx, deps.directoryMaxAgeMs ?? directoryMaxAgeMs);
  for (const person of people) {
    const standing = await mayDecide(person, lists, directory);
    if (standing.ok) continue;
    if (standing.why === 'directory-unavailable') return wait('directory', { detail: standing.detail });
    return stale({ differing: 'approver', approver: person.userId, observed: standing.why });
  }
  return undefined;
}
