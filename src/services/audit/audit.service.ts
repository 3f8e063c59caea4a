import type { AuditKeys } from '../../domain/audit/audit.ts';
import type { AuditRow } from '../../domain/audit/rows.ts';
import type { Trust } from '../../domain/kernel/signing.ts';
import type { AnchorPlace } from '../../domain/ports/anchor-place.ts';
import type { StoreOf } from '../../domain/ports/store.ts';
import type { AuditService } from './contract.ts';
import { verifyAudit } from './verify.service.ts';

const page = 1_000;

/** Reads and checks the audit log. It never writes to it: each service writes what it does itself. */
export function createAuditService(deps: {
  readonly store: StoreOf<'audit'>;
  readonly keys: AuditKeys;
  /** Where heads stand outside; default nowhere. */
  readonly places?: readonly AnchorPlace[];
  /** Whose signatures count; without it none is asked for. */
  readonly trust?: Trust | undefined;
}): AuditService {
  const { store, keys, places = [], trust } = deps;
  return {
    verify: () => verifyAudit(store, keys, places, trust),
    async list(remediationId, limit) {
      const found: AuditRow[] = [];
      const head = await store.tx((tx) => tx.audit.head());
      // Newest first, by pages from the end.
      for (let to = head.seq; to > 0 && found.length < limit; to -= page) {
        const from = Math.max(1, to - page + 1);
        const rows = await store.tx((tx) => tx.audit.rows(from, to - from + 1));
        found.push(
          ...rows
            .toReversed()
            .filter((row) => remediationId === undefined || row.remediationId === remediationId),
        );
      }
      return found.slice(0, limit);
    },
  };
}
