import type { Person, RemediationState } from '../domain/fix/approval.ts';
import type { Facts } from '../domain/kernel/facts.ts';
import type { ApprovalRow, AuditRow, RemediationRow, StepRow } from '../domain/ports/store.ts';
import type { IssueReport } from '../domain/report/issue-report.ts';
import type { Language, Run, RunKind, RunSource, RunWithOutcomes, Surface } from '../domain/run/run.ts';

/**
 * The use cases, as handlers and the command line see them. Slack entry points and commands know these
 * types and nothing behind them.
 */
export interface Services {
  readonly runs: RunService;
  readonly remediations: RemediationService;
  readonly digests: DigestService;
  readonly reports: ReportService;
  readonly audit: AuditService;
}

export interface StartRun {
  readonly kind: RunKind;
  readonly environment: string;
  readonly params?: Facts;
  readonly source: RunSource;
  readonly requestedBy?: Person;
  readonly surface?: Surface;
  /** Same key, same run: a redelivered command starts nothing. */
  readonly dedupeKey?: string;
}

export interface RunService {
  /**
   * Stores the run and its first message in one transaction, then hints the courier.
   * `courier: 'down'` means that Redis did not take the job; the run stands in PostgreSQL and is found there.
   * AppError NOT_FOUND for an unknown environment.
   */
  start(
    input: StartRun,
  ): Promise<{ readonly runId: string; readonly duplicate: boolean; readonly courier: 'ok' | 'down' }>;
  get(runId: string): Promise<RunWithOutcomes | undefined>;
  history(environment: string | undefined, limit: number): Promise<readonly Run[]>;
}

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
  /** Where it was pressed, for S7. */
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

export interface DigestService {
  now(input: {
    readonly surface: Surface;
    readonly environment: string;
    readonly by: Person;
    readonly dedupeKey?: string;
  }): Promise<{ readonly runId: string }>;
  configure(input: {
    readonly channel: string;
    readonly teamId: string;
    readonly by: Person;
    readonly enabled?: boolean;
    readonly at?: string;
  }): Promise<{
    readonly enabled: boolean;
    readonly at: string;
    readonly timezone: string;
    readonly next?: Date;
  }>;
}

/** Which run a report is about, the first of these that names one; everything left out is asked no further. */
export interface ReportQuery {
  /** Id of a run, or its last eight digits. */
  readonly run?: string;
  /** Latest run of the thread, else of the channel. */
  readonly place?: { readonly channel: string; readonly threadTs?: string };
  /** Else the latest run of this person. */
  readonly by?: Person;
  readonly environment?: string;
  readonly language: Language;
}

export interface MadeReport {
  readonly report: IssueReport;
  /** The issue's text, Markdown. */
  readonly text: string;
}

export interface ReportService {
  /** Undefined: there is no such run, or none that is over and has looked at something. */
  make(query: ReportQuery): Promise<MadeReport | undefined>;
  /** The text as a file under the run's own answer, where its evidence has been seen; undefined: it has no answer in Slack. */
  attach(made: MadeReport): Promise<{ readonly channel: string } | undefined>;
}

export type AuditVerdict =
  | { readonly verdict: 'intact'; readonly rows: number; readonly head: string }
  | {
      readonly verdict:
        | 'row-altered'
        | 'link-broken'
        | 'gap'
        | 'shorter-than-anchor'
        | 'anchor-mismatch'
        | 'mac-invalid'
        | 'key-unknown';
      readonly seq: number;
      readonly detail: string;
    };

export interface AuditService {
  verify(): Promise<AuditVerdict>;
  list(remediationId: string | undefined, limit: number): Promise<readonly AuditRow[]>;
}
