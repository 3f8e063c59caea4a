import type { AnchorPlaceName } from '../../domain/audit/audit-anchor.ts';
import type { ExportFormat, ExportManifest } from '../../domain/audit/export.ts';
import type { AuditRow } from '../../domain/audit/rows.ts';
import type { Person } from '../../domain/kernel/person.ts';
import type { RecordFault } from './faults.ts';

export type { RecordFault };

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
  /** The worst of what is wrong, and all of it in the order of the log. */
  | (RecordFault & {
      readonly faults: readonly RecordFault[];
      /** So many more, which are not told one by one. */
      readonly more?: number;
    });

export interface AuditService {
  verify(): Promise<AuditVerdict>;
  list(remediationId: string | undefined, limit: number): Promise<readonly AuditRow[]>;
}

/** What `audit verify --export` says of one file. */
export type ExportVerdict =
  | {
      readonly verdict: 'intact';
      readonly rows: number;
      readonly from: number;
      readonly to: number;
      readonly head: string;
      readonly sha256: string;
      readonly signed?: number;
    }
  | Exclude<AuditVerdict, { verdict: 'intact' }>;

export interface ExportQuery {
  readonly by: Person;
  readonly format: ExportFormat;
  /** The first row, by its number or by the time since which it was written; default: row 1. */
  readonly from?: number | Date;
  /** The last row, or the time before which it was written; default: up to now. */
  readonly to?: number | Date;
  readonly requestId: string;
}

/** The file in parts, one after the other; at the end what stands beside it. */
export type ExportPart = { readonly text: string } | { readonly manifest: ExportManifest };

export interface ExportService {
  /**
   * Begins an export for somebody of the highest tier; it is written down before this resolves. AppError NOT_ALLOWED for
   * anybody else, written down too; NOT_FOUND when there is no such row.
   */
  open(query: ExportQuery): Promise<AsyncIterable<ExportPart>>;
}
