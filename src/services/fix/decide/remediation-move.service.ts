import {
  isTerminal,
  openStates,
  overtakenBy,
  personId,
  type RemediationState,
  waitedFor,
} from '../../../domain/fix/approval.ts';
import { toDoFirst } from '../../../domain/fix/remedies.ts';
import type { RemediationRow } from '../../../domain/fix/rows.ts';
import { AppError } from '../../../domain/kernel/errors.ts';
import type { Facts } from '../../../domain/kernel/facts.ts';
import { type Person, proofOf } from '../../../domain/kernel/person.ts';
import { present } from '../../../domain/kernel/present.ts';
import type { RemediationChange } from '../../../domain/ports/remediations.ts';
import type { TxOf } from '../../../domain/ports/store.ts';
import { type DecisionDeps, type MoveRepository, system } from './remediation-deps.ts';
import type { EventInput } from './remediation-messages.service.ts';
import { isOvertaken, isSameChange, offersBeside } from './same-fix.ts';

/** Who moves a remediation, and what is kept about it in the audit (R-L2). */
export interface Cause {
  readonly by?: Person;
  /** Canonical id when it is known; else what the payload says. */
  readonly personId?: string;
  readonly reason?: string;
  readonly requestId?: string;
  readonly payloadDigest?: string;
  readonly facts?: Facts;
  /** Told in the thread as; default: the name of the new state, when the catalogue has one. */
  readonly event?: EventInput['kind'] | 'none';
}

type Deps = Pick<DecisionDeps, 'messages' | 'policy' | 'onVerdict'>;

function actorOf(cause: Cause): { readonly actor: string; readonly actorTeam: string } {
  if (cause.by === undefined) return system;
  return { actor: cause.personId ?? personId(cause.by), actorTeam: cause.by.teamId };
}

function common(row: RemediationRow, cause: Cause, policyVersion: string) {
  return {
    ...actorOf(cause),
    remediationId: row.id,
    planHash: row.planHash,
    policyVersion,
    ...present({
      reason: cause.reason,
      requestIds: cause.requestId === undefined ? undefined : [cause.requestId],
      payloadDigest: cause.payloadDigest,
      facts: factsOf(row, cause),
    }),
  };
}

/**
 * An undo is named as one in each of its rows, and a token in each row of what it decided. Why fixes were switched off is
 * what a person has typed: it stands beside the row of the switch, and not in the rows of what it blocks (R-L7).
 */
function factsOf(row: RemediationRow, cause: Cause): Facts {
  const { why, ...others } = cause.facts ?? {};
  const facts = cause.facts?.reason === 'kill-switch' ? others : { ...others, ...present({ why }) };
  return { ...facts, ...proofOf(cause.by), ...present({ undoOf: row.undoOf }) };
}

const verdicts: readonly RemediationState[] = ['succeeded', 'failed', 'rolled_back', 'rollback_failed'];

/** R-S14: how far it is stands in the card, which is edited; the thread has decisions and verdicts. */
const shownByCard: ReadonlySet<RemediationState> = new Set(['executing', 'verifying']);
const isOffer = (state: RemediationState): state is 'proposed' | 'requested' =>
  state === 'proposed' || state === 'requested';

/**
 * One move of the state machine: row, audit and messages together (R-L1, R-S3). The caller holds the row's lock;
 * AppError CONFLICT when the row is not what the caller saw, and everything rolls back.
 */
export async function moveRemediation(
  tx: TxOf<MoveRepository>,
  deps: Deps,
  row: RemediationRow,
  to: RemediationState,
  cause: Cause & { readonly change?: RemediationChange },
): Promise<RemediationRow> {
  const change = isTerminal(to) ? { ...cause.change, finishedAt: await tx.now() } : (cause.change ?? {});
  if (!(await tx.remediations.move(row, to, change)))
    throw new AppError('CONFLICT', 'the remediation moved under its own lock', {
      facts: { reason: 'moved' },
    });
  const moved = await reread(tx, row.id);
  await deps.messages.card(tx, moved);
  await deps.messages.copies(tx, moved);
  const kind = cause.event ?? ((cause.by === undefined && shownByCard.has(to)) || isOffer(to) ? 'none' : to);
  if (kind !== 'none') await deps.messages.event(tx, moved, eventOf(kind, cause));
  if (moved.undoOf !== undefined && (to === 'requested' || isTerminal(to)))
    await showUndone(tx, deps, moved.undoOf);
  if (verdicts.includes(to)) await deps.onVerdict?.(tx, moved);
  if (to !== 'superseded' && moved.undoOf === undefined) await tellOthers(tx, deps, moved);
  if (isTerminal(to)) await showNext(tx, deps, moved);
  // R-X2: what waited for it begins; whoever looks into PostgreSQL would find it a little later.
  if (openStates.includes(row.state) && isTerminal(to))
    for (const { id } of await tx.remediations.behind(moved)) await tx.notify('remediations', id);
  await tx.audit.append({
    action: `remediation.${to}`,
    from: row.state,
    to,
    ...common(moved, cause, deps.policy.version),
  });
  return moved;
}

/** The card of what is taken back, and those that say that it was done there, say what became of it. */
async function showUndone(tx: TxOf<MoveRepository>, deps: Deps, undoOf: string): Promise<void> {
  await deps.messages.card(tx, await reread(tx, undoOf));
  for (const other of await tx.remediations.list({ successor: undoOf, limit: 50 }))
    await deps.messages.card(tx, other);
}

/**
 * Every place that offers the same fix shows what became of it; where it is done, the others are done with it. Another
 * change of the same object can be asked for once this one has ended, unless this one has changed what it starts from.
 */
async function tellOthers(tx: TxOf<MoveRepository>, deps: Deps, moved: RemediationRow): Promise<void> {
  if (moved.state === 'proposed') return;
  for (const other of await offersBeside(tx, moved)) {
    const same = isSameChange(moved, other);
    const over = moved.state === 'succeeded' && (same || isOvertaken(moved, other));
    if (!over || other.environment !== moved.environment) {
      await deps.messages.card(tx, other);
      continue;
    }
    const locked = await tx.remediations.lock(other.id);
    if (locked?.state !== 'proposed') continue;
    const shown = await moveRemediation(tx, deps, locked, 'superseded', {
      event: 'none',
      change: same ? { successor: moved.id } : { outcome: overtakenBy(moved) },
    });
    if (same) await deps.onVerdict?.(tx, shown);
  }
}

/** Cards of the same answer that said that this one is to be done first say so no more. */
async function showNext(tx: TxOf<MoveRepository>, deps: Deps, moved: RemediationRow): Promise<void> {
  if (moved.runId === undefined || moved.undoOf !== undefined) return;
  const others = await tx.remediations.list({ runId: moved.runId, states: ['proposed'], limit: 50 });
  for (const other of others)
    if (toDoFirst(other.plan.part, [moved], ({ plan }) => plan.part) !== undefined)
      await deps.messages.card(tx, other);
}

/** A change without a change of state, with its audit row. */
export async function changeRemediation(
  tx: TxOf<Exclude<MoveRepository, 'runs'>>,
  deps: Deps,
  row: RemediationRow,
  action: string,
  change: RemediationChange,
  cause: Cause,
): Promise<RemediationRow> {
  if (!(await tx.remediations.change(row, change)))
    throw new AppError('CONFLICT', 'the remediation moved under its own lock', {
      facts: { reason: 'moved' },
    });
  const changed = await reread(tx, row.id);
  await deps.messages.card(tx, changed);
  if (cause.event !== undefined && cause.event !== 'none')
    await deps.messages.event(tx, changed, eventOf(cause.event, cause));
  await tx.audit.append({
    action,
    from: row.state,
    to: row.state,
    ...common(changed, cause, deps.policy.version),
  });
  return changed;
}

/** A refused attempt is kept as well (R-L1). */
export async function auditRefusal(
  tx: TxOf<'audit'>,
  row: RemediationRow,
  decision: string,
  cause: Cause,
  policyVersion: string,
): Promise<void> {
  await tx.audit.append({
    action: 'remediation.refused',
    from: row.state,
    ...common(row, cause, policyVersion),
    facts: { ...factsOf(row, cause), decision },
  });
}

/** R-A9: who closed a follow-up, and with what note. */
export async function auditFollowUp(
  tx: TxOf<'audit'>,
  row: RemediationRow,
  cause: Cause,
  policyVersion: string,
): Promise<void> {
  await tx.audit.append({
    action: 'remediation.follow-up-closed',
    from: row.state,
    to: row.state,
    ...common(row, cause, policyVersion),
  });
}

function eventOf(kind: EventInput['kind'], cause: Cause): EventInput {
  return {
    kind,
    ...present({ by: cause.by, reason: cause.reason, facts: cause.facts }),
  };
}

export async function reread(tx: TxOf<'remediations'>, id: string): Promise<RemediationRow> {
  const row = await tx.remediations.get(id);
  if (row === undefined) throw new AppError('BUG', 'a remediation disappeared', { facts: { id } });
  return row;
}

/** The moment after which a waiting row may only expire; undefined when its state does not expire. */
export function expiryOf(row: RemediationRow): Date | undefined {
  if (row.state === 'proposed') return row.offerExpiresAt;
  if (row.state === 'requested') return row.requestExpiresAt;
  if (row.state === 'approved') return row.approvalExpiresAt;
  return undefined;
}

/** How it stood when its time was over; one that waited for another fix says for which. */
export function expiryFacts({ state, outcome }: Pick<RemediationRow, 'state' | 'outcome'>): Facts {
  const waited = state === 'approved' ? waitedFor(outcome) : undefined;
  return { was: state, ...(waited === undefined ? {} : { reason: 'waited', other: waited }) };
}

/** Whoever reads an expired row late moves it (database clock). Returns the row as it is then. */
export async function expireIfDue(
  tx: TxOf<MoveRepository>,
  deps: Deps,
  row: RemediationRow,
): Promise<RemediationRow> {
  const expiry = expiryOf(row);
  if (expiry === undefined || (await tx.now()) < expiry) return row;
  return moveRemediation(tx, deps, row, 'expired', { facts: expiryFacts(row) });
}

/** – → proposed: the audit row of a fresh proposal, in the transaction that inserted it. */
export async function auditProposal(
  tx: TxOf<'audit' | 'remediations'>,
  deps: Deps,
  id: string,
  cause: Cause,
): Promise<RemediationRow> {
  const row = await reread(tx, id);
  await tx.audit.append({
    action: 'remediation.proposed',
    to: 'proposed',
    ...common(row, cause, deps.policy.version),
  });
  return row;
}
