import type { LogState, LogTally, LogTallyOptions } from '../logs/analysis.ts';
import type { LogSource } from '../logs/report.ts';

/** Counts logs outside of the thread that talks to people. */
export interface LogThreads {
  /** `limits`: of all sources together. `signal` ends the thread. */
  start(options: LogTallyOptions, limits: LogLimits, signal: AbortSignal): LogThread;
}

export interface LogLimits {
  /** Bytes after unpacking that are read; what is more is left out and said to be. */
  readonly mostBytes: number;
  /** They are text already: nothing is unpacked, and nothing refused. */
  readonly plain?: true;
}

export interface LogThread {
  /** The next source; the one before it has ended. `part`: whose log it is, where that is known. */
  source(name: string, part?: LogTallyOptions['part']): LogThreadSource;
  /** Whole entries of a plain file that is open in this process, read by the thread itself after what came before. */
  piece(name: string, piece: FilePiece): void;
  /** After the end of every source. Rejects when the thread died of what it read. */
  tally(): Promise<LogTally>;
  /** All that was counted, for whoever puts several together; likewise. */
  state(): Promise<LogState>;
  stop(): Promise<void>;
}

/** Bytes of a file by its descriptor, which stays open until `state` or `tally` was answered. */
export interface FilePiece {
  readonly fd: number;
  readonly from: number;
  readonly to: number;
}

export interface LogThreadSource {
  /** Resolves when the thread has room for more; false when it wants no more of this source. The bytes are gone then. */
  push(bytes: Uint8Array): Promise<boolean>;
  end(outcome?: Pick<LogSource, 'failed' | 'facts'>): void;
}

/** Files that people attached in Slack. */
export interface AttachedFiles {
  /**
   * A file by its id. AppError INVALID_INPUT or DEPENDENCY_UNAVAILABLE with a reason whose words are `cause.<reason>`:
   * `log-file-gone`, `log-file-no-access`, `log-file-elsewhere`, `log-file-too-large`, `log-file-unread`; its `name` is among the facts where Slack told it.
   */
  open(
    id: string,
    options: { readonly mostBytes: number; readonly signal: AbortSignal },
  ): Promise<{ readonly name: string; readonly bytes: AsyncIterable<Uint8Array> }>;
}

/** Makes one for a question; the signal ends its threads. */
export type CountLogs = (options: LogTallyOptions, signal: AbortSignal) => LogCounter;

/** Counts logs of any size, one after the other. */
export interface LogCounter {
  /** `part`: whose log it is, where that is known. */
  source(
    name: string,
    part?: LogTallyOptions['part'],
  ): {
    /** Resolves when there is room for more. The bytes must not change after. */
    push(bytes: Uint8Array): Promise<void>;
    end(outcome?: Pick<LogSource, 'failed' | 'facts' | 'cut'>): Promise<void>;
  };
  /** Takes a large plain file without its bytes going through here; false: it is no such file, and has to be pushed. */
  file(name: string, path: string): Promise<boolean>;
  /** After the end of every source. */
  tally(): Promise<LogTally>;
  stop(): Promise<void>;
}
