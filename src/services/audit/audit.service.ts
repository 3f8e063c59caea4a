import {
  type AuditKeys,
  type AuditPosition,
  auditStart,
  checkAnchor,
  checkAuditRow,
} from '../../domain/audit/audit.ts';
import type { AuditRow } from '../../domain/audit/rows.ts';
import type { StoreOf } from '../../domain/ports/store.ts';
import type { AuditService, AuditVerdict } from './contract.ts';

const page = 1_000;

/** Reads and checks the audit log. It never writes to it: each service writes what it does itself. */
export function createAuditService(deps: {
  readonly store: StoreOf<'audit'>;
  readonly keys: AuditKeys;
}): AuditService {
  const { store, keys } = deps;
  return {
    verify: () => verify(store, keys),
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

/** R-L6: walks the whole log; the first fault is the verdict. */
async function verify(store: StoreOf<'audit'>, keys: AuditKeys): Promise<AuditVerdict> {
  const { head, anchors } = await store.tx(async (tx) => ({
    head: await tx.audit.head(),
    anchors: await tx.audit.anchors(),
  }));
  const wanted = new Map<number, string | undefined>(anchors.map((anchor) => [anchor.seq, undefined]));
  let at: AuditPosition = auditStart;
  while (at.seq < head.seq) {
    const from = at.seq + 1;
    const rows = await store.tx((tx) => tx.audit.rows(from, page));
    for (const row of rows) {
      const checked = checkAuditRow(at, row, keys);
      if ('verdict' in checked) return checked;
      at = checked.at;
      if (wanted.has(at.seq)) wanted.set(at.seq, at.hash);
      if (at.seq === head.seq) break;
    }
    if (rows.length === 0) break;
  }
  for (const anchor of anchors) {
    const fault = checkAnchor(anchor, wanted.get(anchor.seq), keys);
    if (fault !== undefined) return fault;
  }
  // The head row is the anchor inside of the database: it catches a tail that was cut without touching it.
  if (at.seq < head.seq)
    return { verdict: 'shorter-than-anchor', seq: head.seq, detail: `the log ends at row ${at.seq}` };
  if (at.hash !== head.hash)
    return { verdict: 'anchor-mismatch', seq: head.seq, detail: 'the head names another last row' };
  return { verdict: 'intact', rows: at.seq, head: at.hash };
}
