import type { AuditRow } from '../../domain/audit/rows.ts';

export type AuditVerdict =
  | { readonly verdict: 'intact'; readonly rows: number; readonly head: string }
  | {
      readonly verdict:
        | 'row-altered'
        | 'link-broken'
        | 'gap'
        | 'shorter-than-anchor'
        | 'anchor-mismatch'
        | 'mac-invalid'
        | 'key-unknown';
      readonly seq: number;
      readonly detail: string;
    };

export interface AuditService {
  verify(): Promise<AuditVerdict>;
  list(remediationId: string | undefined, limit: number): Promise<readonly AuditRow[]>;
}
