export const directoryKinds = ['installation', 'person', 'group', 'channel'] as const;

export type DirectoryKind = (typeof directoryKinds)[number];

/** What the bot has read from Slack about people, for processes that hold no Slack token. */
export interface DirectorySnapshots {
  /** The entry, held against change until the transaction ends; `ageMs` by the database clock. */
  get(
    kind: DirectoryKind,
    id: string,
  ): Promise<{ readonly data: unknown; readonly ageMs: number } | undefined>;
  /** `readAt`: database time before Slack was asked. An older read never replaces a newer one. */
  save(kind: DirectoryKind, id: string, data: unknown, readAt: Date): Promise<void>;
}
