import type { AuditAnchor } from '../audit/audit-anchor.ts';
import type { AuditEntry, AuditRow } from '../audit/rows.ts';

export interface Audit {
  /** Serialised by the head row; hash and MAC are made here. */
  append(entry: AuditEntry): Promise<AuditRow>;
  rows(from: number, limit: number): Promise<readonly AuditRow[]>;
  head(): Promise<{ readonly seq: number; readonly hash: string; readonly ts: Date }>;
  /** R-L5: heads that were written down elsewhere, oldest first. */
  anchors(): Promise<readonly AuditAnchor[]>;
  saveAnchor(anchor: AuditAnchor & { readonly reference?: string }): Promise<void>;
}
