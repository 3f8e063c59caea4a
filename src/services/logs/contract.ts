import type { Person } from '../../domain/kernel/person.ts';
import type { LogQuery, LogReport } from '../../domain/logs/report.ts';
import type { PartId } from '../../domain/platform/part.ts';
import type { Platform } from '../../domain/platform/platform.ts';
import type { Surface } from '../../domain/run/run.ts';

/** Reads the logs of a part from the process that asks, with its credentials. */
export interface LogsHere {
  /**
   * `part`: its id, or what people call it, or `all` for every part that runs, of which the report then is; AppError NOT_FOUND `unknown-part`. What could not be read stands in the
   * report, also that nothing says what runs the parts. `redact` takes secrets out of what
   * is shown.
   */
  read(input: {
    readonly environment: string;
    readonly part: string;
    readonly query: LogQuery & { readonly since: number };
    readonly container?: string;
    readonly redact: (text: string) => string;
    readonly signal: AbortSignal;
  }): Promise<{ readonly part?: PartId; readonly report: LogReport; readonly platform: Platform }>;
}

/** Keeps reading the log of a part. */
export interface LogsFollowed {
  /**
   * As `read`, and again after each `pause`, until that rejects or `signal` fires; resolves to all that was read then.
   * `onRead` is told after each round. Rejects as `read` does where the first round does.
   */
  follow(
    input: Parameters<LogsHere['read']>[0] & {
      readonly pause: () => Promise<void>;
      readonly onRead: (report: LogReport, platform: Platform) => void;
    },
  ): ReturnType<LogsHere['read']>;
}

export interface AttachedLogsInput {
  readonly environment: string;
  /** The thread of the message. */
  readonly surface: Surface;
  /** What stands in the message, without Slack's escapes. */
  readonly texts: readonly string[];
  readonly fileIds: readonly string[];
  readonly requestedBy: Person;
  /** Same key, same answer. */
  readonly dedupeKey: string;
}

/** Reads logs that people put into Slack. */
export interface AttachedLogs {
  /** Resolves when the answer, or why there is none, is in the outbox. Rejects where PostgreSQL is away. */
  answer(input: AttachedLogsInput): Promise<void>;
  /** The beginning and the end of the text of these files, as far as `ms` milliseconds reach; empty for what is no text. */
  skim(fileIds: readonly string[], ms: number): Promise<string>;
}
