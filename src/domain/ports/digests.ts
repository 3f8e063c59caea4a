export interface Digests {
  /** False: this channel's digest of that local day exists. */
  insert(digest: {
    readonly channel: string;
    readonly environment: string;
    readonly localDate: string;
    readonly dueAt: Date;
    readonly runId: string;
  }): Promise<boolean>;
  last(
    channel: string,
    environment: string,
  ): Promise<
    | { readonly localDate: string; readonly findings: readonly unknown[]; readonly finishedAt: Date }
    | undefined
  >;
  finish(runId: string, findings: readonly unknown[]): Promise<void>;
  /** History for the 7-day strip, newest first. */
  recent(
    channel: string,
    environment: string,
    days: number,
  ): Promise<readonly { readonly localDate: string; readonly findings: readonly unknown[] }[]>;
  /** Local date of the newest digest of the channel, finished or not. */
  latestDate(channel: string): Promise<string | undefined>;
}
