import type { RemediationState } from '../fix/approval.ts';
import type { Plan } from '../fix/remediation.ts';
import type { ApprovalRow, FollowUp, RemediationRow, StepRow } from '../fix/rows.ts';
import type { Facts } from '../kernel/facts.ts';
import type { Person } from '../kernel/person.ts';
import type { Surface } from '../run/run.ts';

/** Columns a transition may set; everything else is fixed at proposal. */
export type RemediationChange = Partial<{
  requester: Person;
  requesterId: string;
  reason: string;
  eligible: readonly string[];
  glass: true;
  policyVersion: string;
  requestedAt: Date;
  requestExpiresAt: Date;
  approvedAt: Date;
  approvalExpiresAt: Date;
  waitsFor: string;
  attempt: number;
  fence: number;
  leaseOwner: string;
  leaseUntil: Date;
  imageVersion: string;
  abortRequested: boolean;
  verifyUntil: Date;
  outcome: Facts;
  evidenceDigest: string;
  successor: string;
  finishedAt: Date;
  live: Facts;
  liveAt: Date;
  privatePlace: boolean;
  /** A request moves with its place only (R-S7). */
  surface: Surface;
}>;

/** The row as the writer has seen it: any of these is another one now, and nothing is written. */
export type RemediationGuard = Pick<RemediationRow, 'id' | 'state' | 'version' | 'fence'>;

export interface Remediations {
  insert(row: {
    readonly id: string;
    readonly handle: string;
    readonly plan: Plan;
    readonly planHash: string;
    readonly findingKey?: string;
    readonly runId?: string;
    readonly undoOf?: string;
    readonly surface?: Surface;
    readonly offerExpiresAt: Date;
  }): Promise<void>;
  get(idOrHandle: string): Promise<RemediationRow | undefined>;
  /** SELECT … FOR UPDATE: the lock under which every decision is made (R-A1). */
  lock(idOrHandle: string): Promise<RemediationRow | undefined>;
  list(filter: {
    readonly environment?: string;
    readonly states?: readonly RemediationState[];
    readonly target?: string;
    /** About one of the same real objects, in whatever environment. */
    readonly identity?: Facts;
    readonly runId?: string;
    readonly successor?: string;
    readonly undoOf?: string;
    /** Those that live in this channel. */
    readonly channel?: string;
    /** Those that ended then or later. */
    readonly finishedSince?: Date;
    readonly limit: number;
  }): Promise<readonly RemediationRow[]>;
  /** `WHERE id AND state = from AND version AND fence`; false when 0 rows moved: re-read and tell the real state. */
  move(row: RemediationGuard, to: RemediationState, change: RemediationChange): Promise<boolean>;
  /** Sets columns without a change of state, under the same guard. */
  change(row: RemediationGuard, change: RemediationChange): Promise<boolean>;
  approvals(id: string): Promise<readonly ApprovalRow[]>;
  /** R-A5: one row a person, version + 1 when the mind changed. */
  saveApproval(
    id: string,
    approval: {
      readonly personId: string;
      readonly person: Person;
      readonly decision: ApprovalRow['decision'];
      readonly planHash: string;
      readonly policyVersion: string;
      readonly reason?: string;
      readonly payloadDigest: string;
    },
  ): Promise<void>;
  /** R-A9: one for a fix, open until somebody who is not among `people` closes it. */
  openFollowUp(id: string, people: readonly string[]): Promise<void>;
  /** False: there is no open one. The database refuses one of its people. */
  closeFollowUp(
    id: string,
    closed: { readonly by: Person; readonly personId: string; readonly note: string },
  ): Promise<boolean>;
  followUp(id: string): Promise<FollowUp | undefined>;
  /** Those that are open, oldest first; of one environment, or of all. */
  openFollowUps(limit: number, environment?: string): Promise<readonly FollowUp[]>;
  /** R-A16: signs what stands in the row as the bot's; nothing without a key. */
  seal(row: RemediationRow): Promise<void>;
  /** Serialises proposals for the same real objects until the transaction ends. */
  lockTarget(identity: Facts): Promise<void>;
  /** R-X2: the open remediation that holds one of these objects, or the same target by name. */
  holder(of: Pick<Plan, 'environment' | 'target' | 'identity'>): Promise<RemediationRow | undefined>;
  /** The fix that this one must wait for: what holds one of its objects, else what was approved before it. */
  ahead(of: RemediationRow): Promise<RemediationRow | undefined>;
  /** Approved ones that wait for their object, and have one in common with this fix. */
  behind(of: RemediationRow): Promise<readonly RemediationRow[]>;
  /** R-X3: next fence of the target. */
  nextFence(environment: string, target: string): Promise<number>;
  steps(id: string): Promise<readonly StepRow[]>;
  /** R-X4. False when the fence is stale (the row's fence is another): stop, touch nothing. */
  intent(
    id: string,
    step: {
      readonly direction: 'apply' | 'undo';
      readonly idx: number;
      readonly attempt: number;
      readonly fence: number;
    },
  ): Promise<boolean>;
  /** How far an open step is, as its facts (R-X16). False when the fence is stale, or the step is over. */
  progress(
    id: string,
    step: {
      readonly direction: 'apply' | 'undo';
      readonly idx: number;
      readonly attempt: number;
      readonly fence: number;
      readonly facts: Facts;
    },
  ): Promise<boolean>;
  outcome(
    id: string,
    step: {
      readonly direction: 'apply' | 'undo';
      readonly idx: number;
      readonly attempt: number;
      readonly fence: number;
      readonly outcome: 'done' | 'observed-done' | 'failed' | 'not-done';
      readonly facts: Facts;
    },
  ): Promise<boolean>;
  /**
   * Approved ones to (re-)enqueue, and open ones whose lease ended (FOR UPDATE SKIP LOCKED). `late`: it was handed over,
   * and has not been claimed for `lateMs`; without `lateMs` no row is late.
   */
  dispatchable(
    environments: readonly string[],
    olderThanMs: number,
    limit: number,
    lateMs?: number,
  ): Promise<readonly (RemediationRow & { readonly late: boolean })[]>;
  markEnqueued(id: string): Promise<void>;
  /** proposed/requested/approved past their expiry by the database clock. */
  overdue(limit: number): Promise<readonly RemediationRow[]>;
}
