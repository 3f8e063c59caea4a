import type { RecordState } from '../../domain/audit/record.ts';
import type { RemediationState } from '../../domain/fix/approval.ts';
import type { KillSwitch } from '../../domain/fix/kill-switch.ts';
import type { Plan } from '../../domain/fix/remediation.ts';
import type { ApprovalRow, FollowUp, RemediationRow, StepRow } from '../../domain/fix/rows.ts';
import type { Facts } from '../../domain/kernel/facts.ts';
import type { Person } from '../../domain/kernel/person.ts';

/** What every decision answers: the state it found and left, and whether this call moved it. */
export interface Decided {
  readonly remediation: RemediationRow;
  readonly moved: boolean;
  readonly from: RemediationState;
  /** Catalogue key `decision.<note>` for the person: `recorded`, `already-recorded`, `too-late`, … */
  readonly note: string;
}

export interface DecisionInput {
  readonly id: string;
  readonly by: Person;
  /** Required when a button carried one; the hash shown to the person. */
  readonly planHash?: string;
  readonly reason?: string;
  /** Where it was pressed, for R-S7. */
  readonly channel?: string;
  /** Slack trigger id or command-line request id, for the audit. */
  readonly requestId: string;
  readonly payloadDigest: string;
}

export interface RemediationService {
  /** proposed → requested (→ approved at once for tiers 0 and 1). Refusals are AppError NOT_ALLOWED, audited. */
  request(input: DecisionInput): Promise<Decided>;
  approve(input: DecisionInput): Promise<Decided>;
  reject(input: DecisionInput & { readonly reason: string }): Promise<Decided>;
  cancel(input: DecisionInput): Promise<Decided>;
  /** Sets the abort flag of an executing one; honoured between steps. */
  stop(input: DecisionInput): Promise<Decided>;
  /** Proposes and requests the undo of a succeeded one, while it is valid. */
  undo(input: DecisionInput): Promise<Decided>;
  /** indeterminate → failed | verifying by a person who looked, with a reason. */
  resolve(
    input: DecisionInput & { readonly to: 'failed' | 'verifying'; readonly reason: string },
  ): Promise<Decided>;
  /** requested → approved without the quorum, in an emergency (R-A9); a reason of at least 20 characters. */
  breakGlass(input: DecisionInput & { readonly reason: string }): Promise<Decided>;
  /** Ends what break-glass left, by somebody who had no part in it; the reason is the note. */
  closeFollowUp(input: DecisionInput & { readonly reason: string }): Promise<Decided>;
  /** Those that are open, oldest first. */
  followUps(limit: number): Promise<readonly FollowUp[]>;
  get(idOrHandle: string): Promise<
    | {
        readonly remediation: RemediationRow;
        readonly approvals: readonly ApprovalRow[];
        readonly steps: readonly StepRow[];
      }
    | undefined
  >;
  list(filter: {
    readonly environment?: string;
    readonly open?: boolean;
    readonly limit: number;
  }): Promise<readonly RemediationRow[]>;
  /** Who could approve this action now, and why (not). */
  explain(actionId: string, environment: string): Promise<Explanation>;
}

/** What Slack said of a channel, or of the app as a whole. */
export interface ChangedPlace {
  readonly channel: string;
  readonly why: 'shared' | 'archived' | 'deleted' | 'left';
  /** Of the delivery, for the audit. */
  readonly requestId: string;
  readonly payloadDigest: string;
}

/** R-S7: open requests leave a channel in which nobody may decide any more. */
export interface PlaceService {
  /** They move to the fallback channel, or are cancelled; offers are cancelled. Says how many. */
  closed(place: ChangedPlace): Promise<{ readonly moved: number; readonly cancelled: number }>;
  /** The same channel under another id. */
  renumbered(change: { readonly from: string; readonly to: string }): Promise<void>;
  /** The app was taken out of Slack, or its token was: what waits there is cancelled. */
  gone(
    event: Omit<ChangedPlace, 'channel' | 'why'> & { readonly why: 'uninstalled' | 'token-revoked' },
  ): Promise<{ readonly moved: number; readonly cancelled: number }>;
}

export interface SwitchInput extends Omit<DecisionInput, 'id' | 'planHash'> {
  /** `*`, or the id of a remediation. */
  readonly scope: string;
  readonly reason: string;
  /** Ends by itself after so many milliseconds. */
  readonly forMs?: number;
}

/** R-X10: stops all fixes or one kind. AppError NOT_ALLOWED for whoever may not, NOT_FOUND for an unknown scope. */
export interface KillSwitchService {
  list(): Promise<readonly KillSwitch[]>;
  /** Fixes that are approved or under way: what a switch lets end its step, and what it lets wait. */
  underWay(): Promise<readonly RemediationRow[]>;
  stop(input: SwitchInput): Promise<void>;
  release(input: SwitchInput): Promise<void>;
  /** Whether the record is what places outside remember of it (R-L5). */
  record(): Promise<RecordState>;
  /**
   * Lets the bot go on with a record that is older than its anchors: only those of the highest tier, with a reason. What
   * was open in it ends. AppError NOT_ALLOWED for whoever may not, CONFLICT where nothing has to be confirmed.
   */
  confirmRecord(input: Omit<SwitchInput, 'scope' | 'forMs'>): Promise<{ readonly ended: number }>;
}

export interface Explanation {
  readonly actionId: string;
  readonly environment: string;
  readonly tier: number;
  readonly needed: number;
  readonly people: readonly {
    readonly personId: string;
    readonly mayApprove: boolean;
    readonly why: string;
  }[];
}

/** A plan of the process that asks; it is no offer, and is stored nowhere. */
export interface PlanHere {
  plan(input: {
    readonly environment: string;
    readonly remediation: string;
    readonly params: Readonly<Record<string, string>>;
    readonly signal: AbortSignal;
  }): Promise<
    { readonly plan: Plan; readonly planHash: string } | { readonly reason: string; readonly facts: Facts }
  >;
}
