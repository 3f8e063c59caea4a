import type { Facts } from '../kernel/facts.ts';
import type { Person } from '../kernel/person.ts';

/** The state machine of docs/rules/approval.md, as data (R-M1). Services move rows; this says which moves exist. */
export const remediationStates = [
  'proposed',
  'requested',
  'approved',
  'executing',
  'verifying',
  'succeeded',
  'failed',
  'rolling_back',
  'rolled_back',
  'rollback_failed',
  'rejected',
  'expired',
  'cancelled',
  'superseded',
  'stale',
  'indeterminate',
] as const;

export type RemediationState = (typeof remediationStates)[number];

export const transitions: Readonly<Record<RemediationState, readonly RemediationState[]>> = {
  proposed: ['requested', 'cancelled', 'expired', 'superseded'],
  requested: ['approved', 'rejected', 'cancelled', 'expired', 'superseded'],
  approved: ['executing', 'stale', 'cancelled', 'expired', 'superseded'],
  executing: ['verifying', 'failed', 'stale', 'rolling_back', 'indeterminate'],
  verifying: ['succeeded', 'failed', 'rolling_back', 'indeterminate'],
  rolling_back: ['rolled_back', 'rollback_failed', 'indeterminate'],
  indeterminate: ['verifying', 'failed', 'rolling_back'],
  succeeded: [],
  failed: [],
  rolled_back: [],
  rollback_failed: [],
  rejected: [],
  expired: [],
  cancelled: [],
  superseded: [],
  stale: [],
};

/** States that hold the lock on their target (R-X2). */
export const openStates: readonly RemediationState[] = [
  'approved',
  'executing',
  'verifying',
  'rolling_back',
  'indeterminate',
];

/** The handle of the fix that an approved one waits for, by what its row says. */
export function waitedFor(outcome: Facts | undefined): string | undefined {
  const other = outcome?.other;
  const waits = outcome?.waiting === 'target' || outcome?.waiting === 'target-unknown';
  return waits && typeof other === 'string' ? other : undefined;
}

/** What is kept of an offer that ended because a newer look saw well what it was for. */
export const mendedOffer: Facts = { reason: 'mended' };
export const isMendedOffer = (outcome: Facts | undefined): boolean => outcome?.reason === 'mended';

/** What is kept of an offer whose object another fix has changed since. */
export const overtakenBy = ({ id }: { readonly id: string }): Facts => ({ reason: 'overtaken', by: id });

/** Id of the fix that has changed its object since; undefined: no fix has. */
export function overtaker(outcome: Facts | undefined): string | undefined {
  const by = outcome?.by;
  return outcome?.reason === 'overtaken' && typeof by === 'string' ? by : undefined;
}

export function isTerminal(state: RemediationState): boolean {
  return transitions[state].length === 0;
}

export function mayMove(from: RemediationState, to: RemediationState): boolean {
  return transitions[from].includes(to);
}

/** Canonical id: one person is one id, also across the workspaces of a Grid (R-A4, R-A5). */
export function personId(person: Pick<Person, 'teamId' | 'userId' | 'enterpriseId'>): string {
  return `${person.enterpriseId ?? person.teamId}:${person.userId}`;
}
