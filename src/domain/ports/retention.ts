/** What is removed by its age, in the order in which it becomes free. */
export const retentionKinds = [
  'inbox',
  'bundles',
  'inventories',
  'alerts',
  'incidents',
  'mutes',
  'uploads',
  'outbox',
  'buttons',
  'messages',
  'runs',
  'typed',
] as const;
export type RetentionKind = (typeof retentionKinds)[number];

/** A look at so many of the oldest rows of a kind. */
export interface RetentionBatch {
  readonly olderThanMs: number;
  /** Rows that are looked at; those of them that nothing needs are removed. */
  readonly limit: number;
  /** Where the look before this one ended. */
  readonly after?: string;
}

export interface RetentionResult {
  readonly looked: number;
  readonly removed: number;
  /** Where this look ended; undefined when there was nothing to look at. */
  readonly last?: string;
}

export interface Retention {
  /**
   * One statement, alone in its transaction; the server ends a session that is idle with its locks. It waits for no row that somebody else holds, where it
   * may know. What is open, or needed by what is open, stays: it is looked at again another time.
   */
  remove(kind: RetentionKind, batch: RetentionBatch): Promise<RetentionResult>;
  /**
   * R-L7: the row of the audit up to which texts have become old, and how many those are; undefined: there is no old text of which no row
   * says so yet. It looks at the oldest thousand.
   */
  typedDue(olderThanMs: number): Promise<{ readonly through: number; readonly texts: number } | undefined>;
}
