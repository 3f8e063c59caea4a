import { createHash, createHmac } from 'node:crypto';
import { canonicalJson } from './canonical.ts';
import type { AuditRow } from './store.ts';

/** Names the format, so that a hash of ours is never the hash of something else. */
export const auditDomain = 'aetherius-audit-v1';

/** What goes before the first row. */
export const auditGenesis = '0'.repeat(64);

export type UnsealedAuditRow = Omit<AuditRow, 'hash' | 'mac' | 'prevHash'>;

/** L2: lower-case hex SHA-256 of domain ‖ canonical row ‖ previous hash; `ts` counts in milliseconds. */
export function auditHash(row: UnsealedAuditRow, prevHash: string): string {
  const canonical = canonicalJson({
    seq: row.seq,
    keyId: row.keyId,
    ts: row.ts.toISOString(),
    actor: row.actor,
    actorTeam: row.actorTeam,
    action: row.action,
    remediationId: row.remediationId,
    planHash: row.planHash,
    from: row.from,
    to: row.to,
    policyVersion: row.policyVersion,
    reason: row.reason,
    requestIds: row.requestIds ?? [],
    payloadDigest: row.payloadDigest,
    facts: row.facts ?? {},
  });
  return createHash('sha256').update(`${auditDomain}\n${canonical}\n${prevHash}`).digest('hex');
}

/** L2: lower-case hex HMAC-SHA-256 of the hash, with a key the database does not hold. */
export function auditMac(key: string | Uint8Array, hash: string): string {
  return createHmac('sha256', key).update(hash).digest('hex');
}
