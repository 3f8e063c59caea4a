import type { AnchorPlaceName, AuditAnchor } from '../audit/audit-anchor.ts';
import type { Marks, RecordEnd } from '../audit/record.ts';
import type { AuditEntry, AuditRow } from '../audit/rows.ts';
import type { SigningStart } from '../audit/signature.ts';
import type { AuditText } from '../audit/texts.ts';

export interface Audit {
  /**
   * Serialised by the head row; hash and MAC are made here, and what people typed is set aside (R-L7). AppError NOT_ALLOWED
   * `record-broken` where the head is not the last row: nothing is added to it then (R-L3).
   */
  append(entry: AuditEntry): Promise<AuditRow>;
  rows(from: number, limit: number): Promise<readonly AuditRow[]>;
  /** What people typed, of these rows (both ends included), in their order; what was removed is left out. */
  texts(from: number, to: number): Promise<readonly AuditText[]>;
  /** The row up to which texts were removed; 0 when no text was removed. Not checked yet. */
  textsRemovedThrough(): Promise<number>;
  /** The rows that say so, the newest first: not checked yet, and not all of a long life. */
  textRemovals(): Promise<readonly AuditRow[]>;
  /** The first row that was written at this time or later; undefined: there is no such row. */
  firstSince(at: Date): Promise<number | undefined>;
  /** The last row that was written before this time. */
  lastBefore(at: Date): Promise<number | undefined>;
  /** Those of one fix, oldest first. */
  of(remediationId: string): Promise<readonly AuditRow[]>;
  /** R-L9: where signing began; undefined without signing. */
  signingStart(): Promise<SigningStart | undefined>;
  /** Writes down that it begins after the last row; false where it has begun, or this process has no key. */
  beginSigning(): Promise<boolean>;
  head(): Promise<{ readonly seq: number; readonly hash: string; readonly ts: Date }>;
  /** The same, and undefined where somebody has taken it away. */
  headIfAny(): Promise<{ readonly seq: number; readonly hash: string } | undefined>;
  /** The head and the last row, at one moment. */
  end(): Promise<RecordEnd>;
  /** The hashes of these rows, by number; what is not there is left out. */
  hashesAt(seqs: readonly number[]): Promise<ReadonlyMap<number, string>>;
  /** The newest row of each kind of mark; not checked yet. */
  marks(): Promise<Marks>;
  /** R-L5: heads that were written down elsewhere, in that order; of all places. */
  anchors(): Promise<readonly AuditAnchor[]>;
  /** The last one of each of these places. */
  lastAnchors(places: readonly AnchorPlaceName[]): Promise<readonly AuditAnchor[]>;
  saveAnchor(anchor: AuditAnchor): Promise<void>;
}
