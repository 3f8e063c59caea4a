import type { Person } from '../../domain/kernel/person.ts';
import type { IssueReport } from '../../domain/report/issue-report.ts';
import type { Language } from '../../domain/run/run.ts';

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
  /** Undefined: there is no such run, or no finished run with checks. */
  make(query: ReportQuery): Promise<MadeReport | undefined>;
  /** The text as a file under the run's own answer, where its evidence has been seen; undefined: it has no answer in Slack. */
  attach(made: MadeReport): Promise<{ readonly channel: string } | undefined>;
}
