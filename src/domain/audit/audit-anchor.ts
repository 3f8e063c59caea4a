/** A head that was written down outside of the log (R-L5). */
export interface AuditAnchor {
  readonly seq: number;
  readonly hash: string;
  readonly mac: string;
  readonly keyId: string;
  readonly place: string;
}
