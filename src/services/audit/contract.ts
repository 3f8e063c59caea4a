import type { AuditFault } from '../../domain/audit/audit.ts';
import type { AnchorPlaceName } from '../../domain/audit/audit-anchor.ts';
import type { AuditRow } from '../../domain/audit/rows.ts';

/** What one place outside was found to hold. */
export interface VerifiedPlace {
  readonly place: AnchorPlaceName;
  readonly anchors: number;
  /** Of those: older ones that a person has answered by a confirmation. */
  readonly answered: number;
  /** The newest row that it remembers. */
  readonly seq?: number;
}

export type AuditVerdict =
  | {
      readonly verdict: 'intact';
      readonly rows: number;
      readonly head: string;
      /** Empty: nobody outside remembers the record, and a cut end would not show. */
      /** Rows whose signature was checked; absent where no public keys are configured. */
      readonly signed?: number;
      readonly places: readonly VerifiedPlace[];
    }
  | {
      readonly verdict: AuditFault;
      readonly seq: number;
      readonly detail: string;
      /** Of the end and of the places: the row at which the log ends. */
      readonly last?: number;
      /** Of `anchor-…` and `older-state`: the place that says so. */
      readonly place?: AnchorPlaceName;
    };

export interface AuditService {
  verify(): Promise<AuditVerdict>;
  list(remediationId: string | undefined, limit: number): Promise<readonly AuditRow[]>;
}
