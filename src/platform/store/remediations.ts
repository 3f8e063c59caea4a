import type { Redactor } from '@aetherius/redact';
import { mayMove, openStates, type RemediationState } from '../../domain/fix/approval.ts';
import { sealText, voteText } from '../../domain/fix/decision-proof.ts';
import type { ApprovalRow, FollowUp, RemediationRow } from '../../domain/fix/rows.ts';
import { AppError } from '../../domain/kernel/errors.ts';
import type { Person } from '../../domain/kernel/person.ts';
import type { Signer } from '../../domain/kernel/signing.ts';
import type { RemediationGuard, Remediations } from '../../domain/ports/remediations.ts';
import { asIs, ids, jsonAsIs } from './gate.ts';
import { ms, type Query, withoutNulls } from './query.ts';
import { assignments, remediationColumns, type StoredRemediation, toRemediation } from './remediation-row.ts';
import { createSteps } from './steps.ts';

export function createRemediations(query: Query, redactor: Redactor, signer?: Signer): Remediations {
  return {
    ...proposing(query, redactor),
    ...moving(query),
    ...deciding(query, signer),
    ...followingUp(query),
    ...createSteps(query),
    ...dispatching(query),
  };
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

function proposing(query: Query, redactor: Redactor): Pick<Remediations, 'insert' | 'get' | 'lock' | 'list'> {
  const one = async (idOrHandle: string, lock: string): Promise<RemediationRow | undefined> => {
    const column = uuid.test(idOrHandle) ? 'id' : 'handle';
    const { rows } = await query<StoredRemediation>(
      `SELECT ${remediationColumns} FROM remediations WHERE ${column} = $1 ${lock}`,
      ids(idOrHandle),
    );
    return rows[0] === undefined ? undefined : toRemediation(rows[0]);
  };
  return {
    async insert({ id, handle, plan, planHash, findingKey, runId, undoOf, surface, offerExpiresAt }) {
      // What is approved and hashed is what will run, so it cannot lose its secrets: with one it is not stored.
      if (redactor.holdsSecret(plan))
        throw new AppError('BUG', 'a secret stands in a plan', { facts: { action: plan.actionId } });
      await query(
        `INSERT INTO remediations (id, handle, environment, action_id, action_version, target, state, tier, plan,
           plan_hash, finding_key, run_id, undo_of, surface, offer_expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, 'proposed', $7, $8, $9, $10, $11, $12, $13, $14)`,
        [
          ...ids(id, handle, plan.environment, plan.actionId, plan.actionVersion, plan.target, plan.tier),
          ...[jsonAsIs(plan), asIs(planHash), findingKey ?? null],
          ...[asIs(runId), asIs(undoOf), jsonAsIs(surface), offerExpiresAt],
        ],
      );
    },
    get: (idOrHandle) => one(idOrHandle, ''),
    lock: (idOrHandle) => one(idOrHandle, 'FOR UPDATE'),
    async list({
      environment,
      states,
      target,
      identity,
      runId,
      successor,
      undoOf,
      channel,
      finishedSince,
      limit,
    }) {
      const { rows } = await query<StoredRemediation>(
        `SELECT ${remediationColumns} FROM remediations
         WHERE ($1::text IS NULL OR environment = $1) AND ($2::text[] IS NULL OR state = ANY($2))
           AND ($3::text IS NULL OR target = $3) AND ($4::uuid IS NULL OR run_id = $4)
           AND ($6::jsonb IS NULL OR claims && ${claimsOf(6)}) AND ($7::uuid IS NULL OR successor = $7)
           AND ($8::uuid IS NULL OR undo_of = $8) AND ($9::text IS NULL OR surface->>'channel' = $9)
           AND ($10::timestamptz IS NULL OR finished_at >= $10)
         ORDER BY proposed_at DESC, id DESC LIMIT $5`,
        [
          ...ids(environment, states, target, runId, limit),
          ...[
            identity === undefined ? null : jsonAsIs(identity),
            ...ids(successor, undoOf, channel, finishedSince),
          ],
        ],
      );
      return rows.map(toRemediation);
    },
  };
}

/** The claims of an identity, made by the database as it makes those of a plan. */
const claimsOf = (parameter: number): string =>
  `plan_claims(jsonb_build_object('identity', $${parameter}::jsonb))`;

/** As in the index of open targets: one that waits holds nothing. */
const holds = `(state IN ('executing','verifying','rolling_back','indeterminate')
  OR (state = 'approved' AND waits_for IS NULL))`;

function moving(
  query: Query,
): Pick<Remediations, 'move' | 'change' | 'lockTarget' | 'holder' | 'ahead' | 'behind' | 'nextFence'> {
  const guarded = async (
    row: RemediationGuard,
    to: RemediationState,
    change: Parameters<Remediations['move']>[2],
  ) => {
    const { sql, values } = assignments(change, 6);
    const { count } = await query(
      `UPDATE remediations SET state = $5, version = version + 1${sql}
       WHERE id = $1 AND state = $2 AND version = $3 AND fence IS NOT DISTINCT FROM $4::bigint`,
      [...ids(row.id, row.state, row.version, row.fence, to), ...values],
    );
    return count === 1;
  };
  return {
    async move(row, to, change) {
      if (!mayMove(row.state, to)) {
        throw new AppError('BUG', 'no such move of a remediation', { facts: { from: row.state, to } });
      }
      return await guarded(row, to, change);
    },
    change: (row, change) => guarded(row, row.state, change),
    async lockTarget(identity) {
      // In one order for everybody, so that two that want several never wait for each other.
      await query(
        `SELECT pg_advisory_xact_lock(hash)
         FROM (SELECT DISTINCT hashtextextended(claim, 0) AS hash FROM unnest(${claimsOf(1)}) AS claim ORDER BY 1) AS all_of`,
        [jsonAsIs(identity)],
      );
    },
    async holder({ environment, target, identity }) {
      const { rows } = await query<StoredRemediation>(
        `SELECT ${remediationColumns} FROM remediations
         WHERE id IN (SELECT remediation_id FROM target_locks WHERE claim = ANY(${claimsOf(1)}))
            OR (environment = $2 AND target = $3 AND ${holds})
         ORDER BY proposed_at, id LIMIT 1`,
        [jsonAsIs(identity), ...ids(environment, target)],
      );
      return rows[0] === undefined ? undefined : toRemediation(rows[0]);
    },
    async ahead({ id, environment, target, approvedAt }) {
      // What holds the object comes before what waits for it as well, and of those the one that was approved first.
      const { rows } = await query<StoredRemediation>(
        `SELECT ${remediationColumns} FROM remediations
         WHERE id <> $1 AND state = ANY($2)
           AND (claims && (SELECT claims FROM remediations WHERE id = $1) OR (environment = $3 AND target = $4))
           AND (${holds} OR (approval_expires_at > ${safeNow}
             AND ($5::timestamptz IS NULL OR (approved_at, id) < ($5, $1))))
         ORDER BY ${holds} DESC, approved_at, id LIMIT 1`,
        [...ids(id, openStates, environment, target), approvedAt ?? null],
      );
      return rows[0] === undefined ? undefined : toRemediation(rows[0]);
    },
    async behind({ id, environment, target }) {
      const { rows } = await query<StoredRemediation>(
        `SELECT ${remediationColumns} FROM remediations
         WHERE id <> $1 AND state = 'approved' AND waits_for IS NOT NULL
           AND (claims && (SELECT claims FROM remediations WHERE id = $1) OR (environment = $2 AND target = $3))
         ORDER BY approved_at, id`,
        ids(id, environment, target),
      );
      return rows.map(toRemediation);
    },
    async nextFence(environment, target) {
      const { rows } = await query<{ fence: number }>(
        `INSERT INTO fences (environment, target, fence) VALUES ($1, $2, 1)
         ON CONFLICT (environment, target) DO UPDATE SET fence = fences.fence + 1 RETURNING fence`,
        ids(environment, target),
      );
      const fence = rows[0]?.fence;
      if (fence === undefined) throw new AppError('BUG', 'no fence was returned');
      return fence;
    },
  };
}

interface StoredApproval {
  readonly person_id: string;
  readonly person: Person;
  readonly decision: ApprovalRow['decision'];
  readonly plan_hash: string;
  readonly policy_version: string;
  readonly reason: string | null;
  readonly reason_kept_days: number | null;
  readonly version: number;
  readonly decided_at: Date;
  readonly signature: string | null;
  readonly signed_by: string | null;
}

function deciding(
  query: Query,
  signer: Signer | undefined,
): Pick<Remediations, 'approvals' | 'saveApproval' | 'seal'> {
  return {
    async approvals(id) {
      const { rows } = await query<StoredApproval>(
        `SELECT person_id, person, decision, plan_hash, policy_version, reason, reason_kept_days, version, decided_at,
           signature, signed_by
         FROM approvals WHERE remediation_id = $1 ORDER BY decided_at, person_id`,
        ids(id),
      );
      return rows.map((row) =>
        withoutNulls<ApprovalRow>({
          personId: row.person_id,
          person: row.person,
          decision: row.decision,
          planHash: row.plan_hash,
          policyVersion: row.policy_version,
          reason: row.reason ?? undefined,
          reasonKeptDays: row.reason_kept_days ?? undefined,
          version: row.version,
          decidedAt: row.decided_at,
          signature: row.signature ?? undefined,
          signedBy: row.signed_by ?? undefined,
        }),
      );
    },
    async seal(row) {
      if (signer === undefined) return;
      await query(
        'UPDATE remediations SET seal = $2, sealed_by = $3 WHERE id = $1',
        ids(row.id, signer.sign(sealText(row)), signer.keyId),
      );
    },
    async saveApproval(id, approval) {
      await query(
        `INSERT INTO approvals (remediation_id, person_id, person, decision, plan_hash, policy_version, reason,
           payload_digest, signature, signed_by)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
         ON CONFLICT (remediation_id, person_id) DO UPDATE SET person = excluded.person,
           decision = excluded.decision, plan_hash = excluded.plan_hash,
           policy_version = excluded.policy_version, reason = excluded.reason,
           payload_digest = excluded.payload_digest, signature = excluded.signature,
           signed_by = excluded.signed_by, version = approvals.version + 1,
           decided_at = clock_timestamp()`,
        [
          ...[asIs(id), asIs(approval.personId), jsonAsIs(approval.person)],
          ...ids(approval.decision, approval.planHash, approval.policyVersion),
          ...[approval.reason ?? null, asIs(approval.payloadDigest)],
          ...ids(signer?.sign(voteText(id, approval)), signer?.keyId),
        ],
      );
    },
  };
}

interface StoredFollowUp {
  readonly remediation_id: string;
  readonly handle: string;
  readonly environment: string;
  readonly action_id: string;
  readonly people: readonly string[];
  readonly opened_at: Date;
  readonly closed_at: Date | null;
  readonly closed_by: Person | null;
  readonly note: string | null;
}

const followUpRows = `SELECT remediation_id, handle, environment, action_id, people, opened_at, closed_at, closed_by, note
  FROM follow_ups JOIN remediations ON remediations.id = remediation_id`;

const toFollowUp = (row: StoredFollowUp): FollowUp =>
  withoutNulls<FollowUp>({
    remediationId: row.remediation_id,
    handle: row.handle,
    environment: row.environment,
    actionId: row.action_id,
    people: row.people,
    openedAt: row.opened_at,
    closedAt: row.closed_at ?? undefined,
    closedBy: row.closed_by ?? undefined,
    note: row.note ?? undefined,
  });

function followingUp(
  query: Query,
): Pick<Remediations, 'openFollowUp' | 'closeFollowUp' | 'followUp' | 'openFollowUps'> {
  return {
    async openFollowUp(id, people) {
      await query('INSERT INTO follow_ups (remediation_id, people) VALUES ($1, $2)', ids(id, people));
    },
    async closeFollowUp(id, { by, personId, note }) {
      const { count } = await query(
        `UPDATE follow_ups SET closed_at = clock_timestamp(), closed_by = $2, closed_by_id = $3, note = $4
         WHERE remediation_id = $1 AND closed_at IS NULL`,
        [asIs(id), jsonAsIs(by), asIs(personId), note],
      );
      return count === 1;
    },
    async followUp(id) {
      const { rows } = await query<StoredFollowUp>(`${followUpRows} WHERE remediation_id = $1`, ids(id));
      return rows[0] === undefined ? undefined : toFollowUp(rows[0]);
    },
    async openFollowUps(limit, environment) {
      const { rows } = await query<StoredFollowUp>(
        `${followUpRows} WHERE closed_at IS NULL AND ($2::text IS NULL OR environment = $2)
         ORDER BY opened_at, remediation_id LIMIT $1`,
        ids(limit, environment),
      );
      return rows.map(toFollowUp);
    },
  };
}

/** Expiry uses the later of the clock and the last audit row, so that a clock set back opens nothing again. */
export const safeNow = 'greatest(clock_timestamp(), (SELECT ts FROM audit_head))';

/** An open one whose outcome could not be read is checked again, but not every few seconds. */
const lookAgainMs = 60_000;

/** Since when an unclaimed one waits for a worker. */
const waitsSince = `(CASE state WHEN 'approved' THEN approved_at ELSE coalesce(lease_until, updated_at) END)`;

function dispatching(query: Query): Pick<Remediations, 'dispatchable' | 'markEnqueued' | 'overdue'> {
  const running = openStates.filter((state) => state !== 'approved' && state !== 'indeterminate');
  return {
    async dispatchable(environments, olderThanMs, limit, lateMs) {
      const late = `${waitsSince} <= clock_timestamp() - ${ms(6)}`;
      const { rows } = await query<StoredRemediation & { readonly late: boolean }>(
        `SELECT ${remediationColumns}, coalesce(enqueued_at >= ${waitsSince} AND ${late}, false) AS late
         FROM remediations
         WHERE environment = ANY($1) AND (
           (state = 'approved' AND approval_expires_at > ${safeNow}
             AND (enqueued_at IS NULL OR enqueued_at <= clock_timestamp() - ${ms(2)}))
           OR (state = ANY($4) AND lease_until < clock_timestamp() AND (enqueued_at IS NULL
             OR enqueued_at < lease_until OR enqueued_at <= clock_timestamp() - ${ms(2)}))
           OR (((state = 'approved' AND approval_expires_at > ${safeNow})
               OR (state = ANY($4) AND lease_until < clock_timestamp()))
             AND ${late} AND enqueued_at < ${waitsSince} + ${ms(6)})
           OR (state = 'indeterminate' AND coalesce(lease_until, '-infinity') < clock_timestamp()
             AND greatest(enqueued_at, updated_at) <= clock_timestamp() - ${ms(5)}))
         ORDER BY coalesce(approved_at, proposed_at), id LIMIT $3 FOR UPDATE SKIP LOCKED`,
        ids(environments, olderThanMs, limit, running, Math.max(olderThanMs, lookAgainMs), lateMs),
      );
      return rows.map((row) => ({ ...toRemediation(row), late: row.late }));
    },
    async markEnqueued(id) {
      await query('UPDATE remediations SET enqueued_at = clock_timestamp() WHERE id = $1', ids(id));
    },
    async overdue(limit) {
      const { rows } = await query<StoredRemediation>(
        `SELECT ${remediationColumns} FROM remediations
         WHERE (state = 'proposed' AND offer_expires_at <= ${safeNow})
            OR (state = 'requested' AND request_expires_at <= ${safeNow})
            OR (state = 'approved' AND approval_expires_at <= ${safeNow})
         ORDER BY proposed_at, id LIMIT $1 FOR UPDATE SKIP LOCKED`,
        [limit],
      );
      return rows.map(toRemediation);
    },
  };
}
