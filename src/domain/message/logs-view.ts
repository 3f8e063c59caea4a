import type { LogReport } from '../logs/report.ts';
import type { PartId } from '../platform/part.ts';
import type { Language, Run } from '../run/run.ts';
import type { Rendered } from './rendered.ts';

/** The logs of a part or of a message: being read, read, or of a part that there is not. */
export interface LogsView {
  readonly run: Run;
  readonly now: Date;
  /** As it was typed. */
  readonly named: string;
  /** What stands in a message of Slack, text or files: no run that anybody can ask for. */
  readonly attached?: true;
  readonly read?: {
    /** Absent for what stands in a message. */
    readonly part?: PartId;
    readonly report: LogReport;
    /** Buttons that ask for a cause, by what they ask for (`D1`, `H2 redis`). */
    readonly asks: readonly { readonly ask: string; readonly button: string }[];
  };
}

/** How a log is put into words; implemented by `bot/views/logs.view.ts`. */
export interface LogsRenderer {
  logs(view: LogsView, language: Language): Rendered;
  /** The picture of its timeline: its title, and what it shows for a reader who cannot see it. */
  pictureWords(view: LogsView, language: Language): { readonly title: string; readonly alt: string };
}
