import type { Facts } from '../kernel/facts.ts';
import type { Person } from '../kernel/person.ts';
import type { Signature } from '../kernel/signing.ts';
import type { Surface } from '../run/run.ts';
import type { RemediationState } from './approval.ts';
import type { Plan, Tier } from './remediation.ts';

export interface RemediationRow {
  readonly id: string;
  readonly handle: string;
  readonly environment: string;
  readonly actionId: string;
  readonly actionVersion: number;
  readonly target: string;
  readonly state: RemediationState;
  readonly version: number;
  readonly tier: Tier;
  readonly plan: Plan;
  readonly planHash: string;
  /** What moves, as it was seen last; absent until the first look after the plan was made. */
  readonly live?: Facts;
  readonly liveAt?: Date;
  readonly findingKey?: string;
  readonly runId?: string;
  readonly undoOf?: string;
  readonly surface?: Surface;
  /** Whether people outside may not know of the place where it was asked for. */
  readonly privatePlace: boolean;
  readonly proposedAt: Date;
  readonly offerExpiresAt: Date;
  readonly requester?: Person;
  readonly requesterId?: string;
  readonly reason?: string;
  /** For how many days the reason was kept; absent while it stands there, and when no reason was given. */
  readonly reasonKeptDays?: number;
  /** Person ids who could approve when it was requested (R-A8). */
  readonly eligible: readonly string[];
  /** Approved without the quorum, by break-glass (R-A9). */
  readonly glass?: true;
  readonly policyVersion?: string;
  readonly requestedAt?: Date;
  readonly requestExpiresAt?: Date;
  readonly approvedAt?: Date;
  readonly approvalExpiresAt?: Date;
  /** It was approved while this fix held the same object, and begins when that has ended (R-X2). */
  readonly waitsFor?: string;
  readonly attempt: number;
  readonly fence?: number;
  readonly leaseOwner?: string;
  readonly leaseUntil?: Date;
  readonly abortRequested: boolean;
  readonly verifyUntil?: Date;
  readonly outcome?: Facts;
  readonly evidenceDigest?: string;
  readonly successor?: string;
  readonly finishedAt?: Date;
  /** Of the bot, over what was asked for and approved. */
  readonly seal?: Signature;
}

export interface ApprovalRow {
  readonly personId: string;
  readonly person: Person;
  readonly decision: 'approve' | 'reject' | 'break-glass';
  readonly planHash: string;
  readonly policyVersion: string;
  readonly reason?: string;
  /** As that of a fix. */
  readonly reasonKeptDays?: number;
  readonly version: number;
  readonly decidedAt: Date;
  /** Of the bot, and the id of its key. */
  readonly signature?: string;
  readonly signedBy?: string;
}

/** R-A9: what break-glass leaves to be looked at, until somebody else closes it. */
export interface FollowUp {
  readonly remediationId: string;
  readonly handle: string;
  readonly environment: string;
  readonly actionId: string;
  /** Person ids of those who did it or asked for it: these persons may not close it. */
  readonly people: readonly string[];
  readonly openedAt: Date;
  readonly closedAt?: Date;
  readonly closedBy?: Person;
  readonly note?: string;
}

export interface StepRow {
  readonly direction: 'apply' | 'undo';
  readonly idx: number;
  readonly attempt: number;
  readonly fence: number;
  readonly intentAt: Date;
  readonly outcome?: 'done' | 'observed-done' | 'failed' | 'not-done';
  readonly outcomeAt?: Date;
  readonly facts: Facts;
}
