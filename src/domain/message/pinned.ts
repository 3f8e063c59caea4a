/** A message of a thread that somebody has pinned. */
export interface PinnedMessage {
  /** When it was written. */
  readonly at: Date;
  /** As Slack has it, with its markup. */
  readonly text: string;
  /** Slack's id of its author. */
  readonly by?: string;
}
