export interface Inbox {
  /** False: this delivery was accepted before. */
  accept(entry: {
    readonly key: string;
    readonly kind: string;
    readonly payloadDigest: string;
  }): Promise<boolean>;
}
