import type { RemediationState } from '../../domain/fix/approval.ts';
import type { Plan, Tier } from '../../domain/fix/remediation.ts';
import type { RemediationRow } from '../../domain/fix/rows.ts';
import type { Facts } from '../../domain/kernel/facts.ts';
import type { Person } from '../../domain/kernel/person.ts';
import type { RemediationChange } from '../../domain/ports/remediations.ts';
import type { Surface } from '../../domain/run/run.ts';
import { asIs, json, jsonAsIs } from './gate.ts';
import { withoutNulls } from './query.ts';

export interface StoredRemediation {
  readonly id: string;
  readonly handle: string;
  readonly environment: string;
  readonly action_id: string;
  readonly action_version: number;
  readonly target: string;
  readonly state: RemediationState;
  readonly version: number;
  readonly tier: Tier;
  readonly plan: Plan;
  readonly plan_hash: string;
  readonly live: Facts | null;
  readonly live_at: Date | null;
  readonly finding_key: string | null;
  readonly run_id: string | null;
  readonly undo_of: string | null;
  readonly surface: Surface | null;
  readonly private_place: boolean;
  readonly proposed_at: Date;
  readonly offer_expires_at: Date;
  readonly requester: Person | null;
  readonly requester_id: string | null;
  readonly reason: string | null;
  readonly reason_kept_days: number | null;
  readonly eligible: readonly string[] | null;
  readonly glass: boolean;
  readonly policy_version: string | null;
  readonly requested_at: Date | null;
  readonly request_expires_at: Date | null;
  readonly approved_at: Date | null;
  readonly approval_expires_at: Date | null;
  readonly waits_for: string | null;
  readonly attempt: number;
  readonly fence: number | null;
  readonly lease_owner: string | null;
  readonly lease_until: Date | null;
  readonly abort_requested: boolean;
  readonly verify_until: Date | null;
  readonly outcome: Facts | null;
  readonly evidence_digest: string | null;
  readonly successor: string | null;
  readonly finished_at: Date | null;
  readonly seal: string | null;
  readonly sealed_by: string | null;
}

export const remediationColumns = `id, handle, environment, action_id, action_version, target, state, version,
  tier, plan, plan_hash, live, live_at, finding_key, run_id, undo_of, surface, private_place, proposed_at, offer_expires_at, requester,
  requester_id, reason, reason_kept_days, eligible, glass, policy_version, requested_at, request_expires_at, approved_at,
  approval_expires_at, waits_for, attempt, fence, lease_owner, lease_until, abort_requested, verify_until, outcome,
  evidence_digest, successor, finished_at, seal, sealed_by`;

export function toRemediation(row: StoredRemediation): RemediationRow {
  return withoutNulls<RemediationRow>({
    id: row.id,
    handle: row.handle,
    environment: row.environment,
    actionId: row.action_id,
    actionVersion: row.action_version,
    target: row.target,
    state: row.state,
    version: row.version,
    tier: row.tier,
    plan: row.plan,
    planHash: row.plan_hash,
    live: row.live ?? undefined,
    liveAt: row.live_at ?? undefined,
    findingKey: row.finding_key ?? undefined,
    runId: row.run_id ?? undefined,
    undoOf: row.undo_of ?? undefined,
    surface: row.surface ?? undefined,
    privatePlace: row.private_place,
    proposedAt: row.proposed_at,
    offerExpiresAt: row.offer_expires_at,
    requester: row.requester ?? undefined,
    requesterId: row.requester_id ?? undefined,
    reason: row.reason ?? undefined,
    reasonKeptDays: row.reason_kept_days ?? undefined,
    eligible: row.eligible ?? [],
    glass: row.glass ? true : undefined,
    policyVersion: row.policy_version ?? undefined,
    requestedAt: row.requested_at ?? undefined,
    requestExpiresAt: row.request_expires_at ?? undefined,
    approvedAt: row.approved_at ?? undefined,
    approvalExpiresAt: row.approval_expires_at ?? undefined,
    waitsFor: row.waits_for ?? undefined,
    attempt: row.attempt,
    fence: row.fence ?? undefined,
    leaseOwner: row.lease_owner ?? undefined,
    leaseUntil: row.lease_until ?? undefined,
    abortRequested: row.abort_requested,
    verifyUntil: row.verify_until ?? undefined,
    outcome: row.outcome ?? undefined,
    evidenceDigest: row.evidence_digest ?? undefined,
    successor: row.successor ?? undefined,
    finishedAt: row.finished_at ?? undefined,
    seal:
      row.seal === null || row.sealed_by === null
        ? undefined
        : { signature: row.seal, signedBy: row.sealed_by },
  });
}

/** Column of each changeable member; only what stands here can be set after the proposal. */
const changeable = {
  requester: 'requester',
  requesterId: 'requester_id',
  reason: 'reason',
  eligible: 'eligible',
  glass: 'glass',
  policyVersion: 'policy_version',
  requestedAt: 'requested_at',
  requestExpiresAt: 'request_expires_at',
  approvedAt: 'approved_at',
  approvalExpiresAt: 'approval_expires_at',
  waitsFor: 'waits_for',
  attempt: 'attempt',
  fence: 'fence',
  leaseOwner: 'lease_owner',
  leaseUntil: 'lease_until',
  imageVersion: 'image_version',
  abortRequested: 'abort_requested',
  verifyUntil: 'verify_until',
  outcome: 'outcome',
  evidenceDigest: 'evidence_digest',
  successor: 'successor',
  finishedAt: 'finished_at',
  live: 'live',
  liveAt: 'live_at',
  privatePlace: 'private_place',
  surface: 'surface',
} as const satisfies Readonly<Record<keyof RemediationChange, string>>;

/** What people or targets have said; the rest are ids, states, numbers and times. */
const said: Readonly<Partial<Record<keyof RemediationChange, (value: unknown) => unknown>>> = {
  reason: (reason) => reason,
  outcome: (outcome) => json(outcome),
  live: (live) => json(live),
  requester: jsonAsIs,
  surface: jsonAsIs,
  eligible: jsonAsIs,
};

/** `, column = $n` for each given member, parameters from `first` on. */
export function assignments(
  change: RemediationChange,
  first: number,
): { readonly sql: string; readonly values: readonly unknown[] } {
  const values: unknown[] = [];
  let sql = '';
  for (const key of Object.keys(changeable) as (keyof RemediationChange)[]) {
    const value = change[key];
    if (value === undefined) continue;
    sql += `, ${changeable[key]} = $${first + values.length}`;
    values.push((said[key] ?? asIs)(value));
  }
  return { sql, values };
}
