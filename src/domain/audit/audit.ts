import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { canonicalJson } from '../kernel/canonical.ts';
import type { AuditAnchor } from './audit-anchor.ts';
import type { AuditRow } from './rows.ts';

export type { AuditAnchor };

/** Names the format, so that a hash of ours is never the hash of something else. */
export const auditDomain = 'aetherius-audit-v1';

/** What goes before the first row. */
export const auditGenesis = '0'.repeat(64);

export type UnsealedAuditRow = Omit<AuditRow, 'hash' | 'mac' | 'prevHash' | 'signature' | 'signedBy'>;

/** R-L2: lower-case hex SHA-256 of domain ‖ canonical row ‖ previous hash; `ts` counts in milliseconds. */
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

/** R-L2: lower-case hex HMAC-SHA-256 of the hash, with a key the database does not hold. */
export function auditMac(key: string | Uint8Array, hash: string): string {
  return createHmac('sha256', key).update(hash).digest('hex');
}

/** MAC of an anchor, with its time, so that a writer to its place cannot forge one. */
export function anchorMac(
  key: string | Uint8Array,
  anchor: Pick<AuditAnchor, 'seq' | 'hash' | 'keyId' | 'at'>,
): string {
  const { seq, hash, keyId, at } = anchor;
  const text = `${auditDomain}-anchor\n${keyId}\n${seq}\n${hash}\n${at.toISOString()}`;
  return createHmac('sha256', key).update(text).digest('hex');
}

/** Keys by id; retired ones stay, so that old rows can still be checked. */
export type AuditKeys = ReadonlyMap<string, string | Uint8Array>;

/**
 * What is wrong with a log (R-L6). Of its rows: `row-altered` (the columns do not give the hash), `gap`, `link-broken`,
 * `mac-invalid` (not signed with the key it names), `key-unknown`, and where processes sign: `signature-missing`,
 * `signature-invalid`, `signer-unknown`, `signer-wrong` (a kind of process that may not write such a row). Of its end: `everything-deleted`, `tail-cut` (rows
 * are missing that the head still names), `head-put-back` (rows are missing, or are there, and the head was set to
 * hide it), `row-behind-head` (a row that no append of ours made), `older-state` (the database as a whole is older than
 * an anchor outside), `anchor-mismatch` (an anchor remembers another row). Of the places: `anchor-missing` (one that was
 * written is gone), `anchor-unreachable` (a place cannot be read, so nothing is said of it). Of an export: `export-altered`
 * (the file is not the one that its manifest describes), `manifest-forged` (none of our keys has sealed the manifest). Of
 * what people typed (R-L7): `text-altered` (it is not what its row names), `text-missing` (it is gone, and no row says so).
 */
export const auditFaults = [
  'row-altered',
  'gap',
  'link-broken',
  'tail-cut',
  'head-put-back',
  'everything-deleted',
  'older-state',
  'row-behind-head',
  'mac-invalid',
  'key-unknown',
  'signature-missing',
  'signature-invalid',
  'signer-unknown',
  'signer-wrong',
  'anchor-missing',
  'anchor-unreachable',
  'anchor-mismatch',
  'export-altered',
  'manifest-forged',
  'text-altered',
  'text-missing',
] as const;
export type AuditFault = (typeof auditFaults)[number];

/** The worst first: what is gone, what was changed, what no process of ours has written, and what cannot be told. */
const faultsByWeight: readonly AuditFault[] = [
  ...(['everything-deleted', 'tail-cut', 'gap', 'link-broken', 'row-altered', 'head-put-back'] as const),
  ...(['row-behind-head', 'mac-invalid', 'signature-invalid', 'signer-wrong', 'signer-unknown'] as const),
  ...(['signature-missing', 'key-unknown', 'older-state', 'anchor-mismatch', 'anchor-missing'] as const),
  ...(['manifest-forged', 'text-missing', 'text-altered', 'export-altered', 'anchor-unreachable'] as const),
];

/** The worse of two; of two that weigh the same, the first. */
export const worstFault = <F extends Pick<AuditFinding, 'verdict'>>(one: F, other: F): F =>
  faultsByWeight.indexOf(other.verdict) < faultsByWeight.indexOf(one.verdict) ? other : one;

export interface AuditFinding {
  readonly verdict: AuditFault;
  readonly seq: number;
  readonly detail: string;
}

/** Where a walk over the log stands: the next row must fit onto it. */
export interface AuditPosition {
  readonly seq: number;
  readonly hash: string;
}

export const auditStart: AuditPosition = { seq: 0, hash: auditGenesis };

/**
 * Checks one row against the position before it. Everything is computed from the row's own columns (R-L6):
 * the stored hash is compared, never believed.
 */
export function checkAuditRow(
  before: AuditPosition,
  row: AuditRow,
  keys: AuditKeys,
): { readonly at: AuditPosition } | AuditFinding {
  const fault = (verdict: AuditFault, detail: string): AuditFinding => ({ verdict, seq: row.seq, detail });
  if (row.seq !== before.seq + 1)
    return fault('gap', `row ${before.seq + 1} is missing, the next one is ${row.seq}`);
  if (row.prevHash !== before.hash)
    return fault('link-broken', `row ${row.seq} does not continue row ${before.seq}`);
  const hash = auditHash(row, before.hash);
  if (hash !== row.hash) return fault('row-altered', `the columns of row ${row.seq} do not give its hash`);
  const key = keys.get(row.keyId);
  if (key === undefined) return fault('key-unknown', `row ${row.seq} is signed with key ${row.keyId}`);
  if (!sameText(auditMac(key, hash), row.mac))
    return fault('mac-invalid', `row ${row.seq} was not signed with key ${row.keyId}`);
  return { at: { seq: row.seq, hash } };
}

/** Whether an anchor was signed by us: undefined, or what is wrong with it. */
export function checkAnchorMac(anchor: AuditAnchor, keys: AuditKeys): AuditFinding | undefined {
  const fault = (verdict: AuditFault, detail: string): AuditFinding => ({ verdict, seq: anchor.seq, detail });
  const key = keys.get(anchor.keyId);
  if (key === undefined)
    return fault('key-unknown', `the anchor in ${anchor.place} is signed with key ${anchor.keyId}`);
  if (!sameText(anchorMac(key, anchor), anchor.mac))
    return fault('mac-invalid', `the anchor in ${anchor.place} was not signed with key ${anchor.keyId}`);
  return undefined;
}

/** Whether a row was signed by us, by its own columns alone; its place in the chain is not looked at. */
export function isSigned(row: AuditRow, keys: AuditKeys): boolean {
  const key = keys.get(row.keyId);
  const hash = auditHash(row, row.prevHash);
  return key !== undefined && hash === row.hash && sameText(auditMac(key, hash), row.mac);
}

/** Checks an anchor against the hash the log has at its place; `undefined`: the log ends before it. */
export function checkAnchor(
  anchor: AuditAnchor,
  hashAtSeq: string | undefined,
  keys: AuditKeys,
): AuditFinding | undefined {
  const forged = checkAnchorMac(anchor, keys);
  if (forged !== undefined) return forged;
  const fault = (verdict: AuditFault, detail: string): AuditFinding => ({ verdict, seq: anchor.seq, detail });
  if (hashAtSeq === undefined)
    return fault('older-state', `${anchor.place} remembers row ${anchor.seq}, which is not there`);
  if (hashAtSeq !== anchor.hash)
    return fault('anchor-mismatch', `${anchor.place} remembers another row ${anchor.seq}`);
  return undefined;
}

/**
 * The same for a walk that goes on after a fault (R-L6): everything that is wrong with the row, and where the next one must
 * fit. After a row that does not fit the walk goes on from what the row itself says, so that one fault hides no other.
 */
export function walkAuditRow(
  before: AuditPosition,
  row: AuditRow,
  keys: AuditKeys,
): { readonly at: AuditPosition; readonly faults: readonly AuditFinding[] } {
  const checked = checkAuditRow(before, row, keys);
  if ('at' in checked) return { at: checked.at, faults: [] };
  const at = { seq: row.seq, hash: row.hash };
  if (checked.verdict !== 'gap' && checked.verdict !== 'link-broken') return { at, faults: [checked] };
  // Its columns by themselves.
  const own = checkAuditRow({ seq: row.seq - 1, hash: row.prevHash }, row, keys);
  return { at, faults: 'verdict' in own ? [checked, own] : [checked] };
}

function sameText(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}
