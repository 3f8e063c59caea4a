import type { RemediationState } from '../fix/approval.ts';
import type { AllowList } from '../fix/eligibility.ts';
import type { KillSwitch } from '../fix/kill-switch.ts';
import type { ApprovalRow, RemediationRow, StepRow } from '../fix/rows.ts';
import type { Facts } from '../kernel/facts.ts';
import type { Person } from '../kernel/person.ts';
import type { Finding } from '../probe/finding.ts';

export const remediationButtons = [
  'request',
  'approve',
  'reject',
  'cancel',
  'break-glass',
  'stop',
  'undo',
  'resolve',
] as const;

export type RemediationButton = (typeof remediationButtons)[number];

export interface RemediationView {
  readonly remediation: RemediationRow;
  readonly approvals: readonly ApprovalRow[];
  readonly steps: readonly StepRow[];
  readonly needed: number;
  /** Whoever asks for it has to type a reason. */
  readonly reasonNeeded?: true;
  readonly buttons: Readonly<Partial<Record<RemediationButton, string>>>;
  /** Those who are asked to approve it. */
  readonly asked?: AllowList;
  /** It is read by one of them, outside of the place where it was asked for. */
  readonly direct?: true;
  /** For them: what was found, and where the thread opens. */
  readonly because?: Finding;
  readonly link?: string;
  /** The newest undo of a fix that worked, while it stands open or after it has worked. */
  readonly undo?: Pick<RemediationRow, 'handle' | 'state' | 'finishedAt'>;
  readonly undoValidUntil?: Date;
  /** The same fix, or another change of the same object, asked for or under way: nothing can be pressed here meanwhile. */
  readonly elsewhere?: Elsewhere;
  /** Another fix of the same answer, of a part that this one's part stands on: it is done first. */
  readonly first?: RemediationRow;
  /** What this one waits for, or has waited for until its approval ran out (R-X2). */
  readonly other?: RemediationRow;
  /** It is switched off: nothing can be pressed with effect meanwhile (R-X10). */
  readonly off?: KillSwitch;
  readonly now: Date;
}

export interface Elsewhere {
  readonly state: RemediationState;
  /** It is another change of the same object, after which this one can be asked for. */
  readonly another?: true;
  /** It is another change, which has changed what this one starts from. */
  readonly overtook?: true;
  /** When it ended, and when it was taken back since. */
  readonly endedAt?: Date;
  readonly takenBackAt?: Date;
  /** Absent where people here may not know of the place. */
  readonly place?: { readonly channel: string; readonly handle: string };
}

export interface RemediationEvent {
  readonly remediation: RemediationRow;
  /** Catalogue key `event.<kind>`. */
  readonly kind:
    | 'requested'
    | 'approved'
    | 'waits'
    | 'rejected'
    | 'cancelled'
    | 'moved-place'
    | 'expired'
    | 'superseded'
    | 'stale'
    | 'executing'
    | 'stop-requested'
    | 'verifying'
    | 'succeeded'
    | 'failed'
    | 'rolling_back'
    | 'rolled_back'
    | 'rollback_failed'
    | 'indeterminate'
    | 'reminder'
    | 'escalated'
    | 'reminder-unknown'
    | 'break-glass'
    | 'break-glass-first'
    | 'break-glass-told'
    | 'follow-up-closed'
    | 'temporary-over'
    | 'temporary-gone'
    | 'temporary-kept'
    | 'temporary-unseen'
    | 'came-back'
    | 'refused';
  readonly by?: Person;
  readonly reason?: string;
  readonly facts: Facts;
  /** Below the line, by what they do. */
  readonly buttons?: RemediationView['buttons'];
}
