import type { DigestDifference } from '../digest/digest.ts';
import type { FollowUp, RemediationRow } from '../fix/rows.ts';
import type { OverdueChange } from '../fix/temporary.ts';
import type { Facts } from '../kernel/facts.ts';
import type { Person } from '../kernel/person.ts';
import type { Language, Run } from '../run/run.ts';
import type { FindingView } from './finding-view.ts';
import type { HealthView } from './health-view.ts';
import type { Page } from './outbox.ts';
import type { RemediationEvent, RemediationView } from './remediation-view.ts';
import type { Rendered } from './rendered.ts';

export interface OtherFixesView {
  readonly run: Run;
  /** `button`: opaque id of a row in `buttons`. */
  readonly choices: readonly {
    readonly remediation: string;
    readonly params: Facts;
    readonly button: string;
  }[];
}

/** A fix of the time that a digest tells of. */
export interface FixOfDay {
  readonly remediation: RemediationRow;
  readonly approvedBy: readonly Person[];
}

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
  /** The menu of what may be done instead of the recommended fix. */
  otherFixes(view: OtherFixesView, language: Language): Rendered;
  /** The one card of a remediation through its whole life; buttons by state. */
  remediation(view: RemediationView, language: Language): Rendered;
  /** Public line in the thread for each decision, step and verdict (R-S6). */
  remediationEvent(view: RemediationEvent, language: Language): Rendered;
  /** What a page says, in one sentence of plain text. */
  page(event: Page['event'], row: RemediationRow, language: Language): string;
  digest(
    view: {
      readonly difference: DigestDifference;
      readonly run: Run;
      readonly runId: string;
      /** As in a `HealthView`. */
      readonly held?: Facts;
      /** R-A9: what break-glass left open in this environment, oldest first. */
      readonly followUps?: readonly FollowUp[];
      /** R-X17: temporary changes of this environment that are over their time, oldest first. */
      readonly overdue?: readonly OverdueChange[];
      /** What became of fixes since the digest before, with who approved them; the latest first. */
      readonly fixes?: readonly FixOfDay[];
    },
    language: Language,
  ): Rendered;
}
