import type { DigestDifference } from '../digest/digest.ts';
import type { Person } from '../fix/approval.ts';
import type { HealthReport } from '../health/health.ts';
import type { Facts } from '../kernel/facts.ts';
import type { Finding } from '../look/finding.ts';
import type { ApprovalRow, RemediationRow, Rendered, StepRow } from '../ports/store.ts';
import type { Language, Run } from '../run/run.ts';

/**
 * How the services put things into words without knowing any: implemented by `bot/views`, passed in by `main`.
 * Every result names the environment, the time, who asked and how long it took.
 */
export interface Renderer {
  /** The thread's first message: queued, filling in, complete. One table, worst first. */
  health(view: HealthView, language: Language): Rendered;
  /** One finding in the thread: what, numbers, since when, what it means, what to do, and the offer. */
  finding(view: FindingView, language: Language): Rendered;
  /** A run that ended without an answer. */
  runFailed(
    view: { readonly run: Run; readonly reference: string; readonly error: unknown },
    language: Language,
  ): Rendered;
  /** A fix that was asked for by name and cannot be offered. */
  offerRefused(
    view: { readonly run: Run; readonly remediation: string; readonly reason: string; readonly facts: Facts },
    language: Language,
  ): Rendered;
  /** The one card of a remediation through its whole life; buttons by state. */
  remediation(view: RemediationView, language: Language): Rendered;
  /** Public line in the thread for each decision, step and verdict (S6). */
  remediationEvent(view: RemediationEvent, language: Language): Rendered;
  digest(
    view: { readonly difference: DigestDifference; readonly run: Run; readonly runId: string },
    language: Language,
  ): Rendered;
}

export interface HealthView {
  readonly run: Run;
  readonly report: HealthReport;
  /** A fix of one of its findings has succeeded since: shown, and the colour follows the last verification. */
  readonly repaired: readonly { readonly part: string; readonly handle: string }[];
  readonly detailsButton?: string;
  /** Button id that fills in an issue from this run. */
  readonly reportButton?: string;
  readonly now: Date;
}

export interface FindingView {
  readonly run: Run;
  readonly finding: Finding;
  readonly offers: readonly Offer[];
  /** Remedies that cannot be offered here, with the reason (`offer.refused.<reason>`). */
  readonly refused: readonly {
    readonly remediation: string;
    readonly reason: string;
    readonly facts: Facts;
  }[];
  /** Button id that starts the matching diagnosis, when there is one. */
  readonly diagnoseButton?: string;
}

export interface Offer {
  readonly remediation: RemediationRow;
  /** Button row ids by purpose. */
  readonly buttons: Readonly<Partial<Record<RemediationButton, string>>>;
}

export const remediationButtons = ['request', 'approve', 'reject', 'cancel', 'stop', 'undo'] as const;
export type RemediationButton = (typeof remediationButtons)[number];

export interface RemediationView {
  readonly remediation: RemediationRow;
  readonly approvals: readonly ApprovalRow[];
  readonly steps: readonly StepRow[];
  readonly needed: number;
  readonly buttons: Readonly<Partial<Record<RemediationButton, string>>>;
  readonly undoValidUntil?: Date;
  readonly now: Date;
}

export interface RemediationEvent {
  readonly remediation: RemediationRow;
  /** Catalogue key `event.<kind>`. */
  readonly kind:
    | 'requested'
    | 'approved'
    | 'rejected'
    | 'cancelled'
    | 'expired'
    | 'superseded'
    | 'stale'
    | 'executing'
    | 'step-done'
    | 'stop-requested'
    | 'verifying'
    | 'succeeded'
    | 'failed'
    | 'rolling_back'
    | 'rolled_back'
    | 'rollback_failed'
    | 'indeterminate'
    | 'reminder'
    | 'refused';
  readonly by?: Person;
  readonly reason?: string;
  readonly facts: Facts;
}
