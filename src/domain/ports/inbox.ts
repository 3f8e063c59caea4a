export interface Inbox {
  /** False: this delivery was accepted before. */
  accept(entry: {
    readonly key: string;
    readonly kind: string;
    readonly payloadDigest: string;
  }): Promise<boolean>;
  /** Forgets deliveries longer ago than any redelivery or replay may come; returns how many. */
  sweep(olderThanMs: number): Promise<number>;
}
