import { randomBytes } from 'node:crypto';
import type { Redactor } from '@aetherius/redact';
import { type AuditAnchor, auditHash, auditMac } from '../../domain/audit/audit.ts';
import { brokenHead, confirmedAction, heldAction, type RecordEnd } from '../../domain/audit/record.ts';
import type { AuditEntry, AuditRow } from '../../domain/audit/rows.ts';
import { auditSignatureText, type SigningStart, signingStartText } from '../../domain/audit/signature.ts';
import { type AuditText, removedThrough, setAside, textsRemovedAction } from '../../domain/audit/texts.ts';
import type { RemediationState } from '../../domain/fix/approval.ts';
import { AppError } from '../../domain/kernel/errors.ts';
import type { Facts } from '../../domain/kernel/facts.ts';
import { present } from '../../domain/kernel/present.ts';
import type { Signer } from '../../domain/kernel/signing.ts';
import { wholeJson } from '../../domain/kernel/text.ts';
import type { Audit } from '../../domain/ports/audit.ts';
import { asIs, ids, jsonAsIs } from './gate.ts';
import { type Query, withoutNulls } from './query.ts';

/** Key of the MACs (R-L2). It comes from the process, never from the database. */
export interface AuditKey {
  readonly id: string;
  readonly secret: string | Uint8Array;
}

interface StoredAudit {
  readonly seq: number;
  readonly prev_hash: string;
  readonly hash: string;
  readonly mac: string;
  readonly key_id: string;
  readonly ts: Date;
  readonly actor: string;
  readonly actor_team: string;
  readonly action: string;
  readonly remediation_id: string | null;
  readonly plan_hash: string | null;
  readonly from_state: RemediationState | null;
  readonly to_state: RemediationState | null;
  readonly policy_version: string | null;
  readonly reason: string | null;
  readonly request_ids: readonly string[];
  readonly payload_digest: string | null;
  readonly facts: Facts;
  readonly signature: string | null;
  readonly signed_by: string | null;
}

interface Head {
  readonly seq: number;
  readonly hash: string;
  readonly ts: Date;
}

/** The head as the appending process has it, and the last row; nulls without a row. */
interface LockedHead {
  readonly seq: number | null;
  readonly hash: string | null;
  readonly ts: Date | null;
  readonly last_seq: number | null;
  readonly last_hash: string | null;
}

/** Rows that say that texts are removed, a day each. */
const removalsRead = 100;

const anchorColumns = 'seq, hash, mac, key_id AS "keyId", place, at';

export function createAudit(
  query: Query,
  key: AuditKey,
  redactor: Redactor,
  {
    signer,
    onBroken,
  }: {
    readonly signer?: Signer | undefined;
    /** The head is not the last row: nothing was appended. */
    readonly onBroken?: ((facts: Facts) => void) | undefined;
  } = {},
): Audit {
  const lockHead = async (): Promise<Head> => {
    const { rows } = await query<LockedHead>('SELECT * FROM lock_audit_head()');
    const end = endOf(rows[0]);
    const why = brokenHead(end);
    const ts = rows[0]?.ts;
    if (why === undefined && end.head !== undefined && ts != null) return { ...end.head, ts };
    onBroken?.(why ?? {});
    throw new AppError('NOT_ALLOWED', 'the head of the audit log is not its last row', {
      facts: { ...why, reason: 'record-broken' },
    });
  };
  return {
    async append(given) {
      // Hashed as it is stored.
      const entry = wholeJson(given);
      const head = await lockHead();
      const { entry: kept, texts } = setAside(withoutSecrets(entry, redactor), key.secret, newSalt);
      const unsealed = { ...kept, seq: head.seq + 1, prevHash: head.hash, keyId: key.id, ts: head.ts };
      const hash = auditHash(unsealed, head.hash);
      const row: AuditRow = {
        ...unsealed,
        hash,
        mac: auditMac(key.secret, hash),
        ...signatureOf(hash, signer),
      };
      await insert(query, row, texts);
      return row;
    },
    async rows(from, limit) {
      const { rows } = await query<StoredAudit>(
        'SELECT * FROM audit_log WHERE seq >= $1 ORDER BY seq LIMIT $2',
        ids(from, limit),
      );
      return rows.map(toAuditRow);
    },
    async texts(from, to) {
      const { rows } = await query<AuditText>(
        'SELECT seq, field, salt, text FROM audit_texts WHERE seq BETWEEN $1 AND $2 ORDER BY seq, field',
        ids(from, to),
      );
      return rows;
    },
    async textsRemovedThrough() {
      const { rows } = await query<Pick<StoredAudit, 'facts'>>(
        `SELECT facts FROM audit_log WHERE action = '${textsRemovedAction}' ORDER BY seq DESC LIMIT 1`,
      );
      return rows[0] === undefined ? 0 : removedThrough(rows[0]);
    },
    async textRemovals() {
      const { rows } = await query<StoredAudit>(
        `SELECT * FROM audit_log WHERE action = '${textsRemovedAction}' ORDER BY seq DESC LIMIT ${removalsRead}`,
      );
      return rows.map(toAuditRow);
    },
    async firstSince(at) {
      const { rows } = await query<Pick<Head, 'seq'>>(
        'SELECT seq FROM audit_log WHERE ts >= $1 ORDER BY seq LIMIT 1',
        [at],
      );
      return rows[0]?.seq;
    },
    async lastBefore(at) {
      const { rows } = await query<Pick<Head, 'seq'>>(
        'SELECT seq FROM audit_log WHERE ts < $1 ORDER BY seq DESC LIMIT 1',
        [at],
      );
      return rows[0]?.seq;
    },
    async of(remediationId) {
      const { rows } = await query<StoredAudit>(
        'SELECT * FROM audit_log WHERE remediation_id = $1 ORDER BY seq',
        ids(remediationId),
      );
      return rows.map(toAuditRow);
    },
    async signingStart() {
      const { rows } = await query<SigningStart>(
        'SELECT seq, hash, signed_by AS "signedBy", signature FROM signing_start',
      );
      return rows[0];
    },
    async beginSigning() {
      if (signer === undefined) return false;
      const { seq, hash } = await lockHead();
      const { count } = await query(
        `INSERT INTO signing_start (seq, hash, signed_by, signature) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
        ids(seq, hash, signer.keyId, signer.sign(signingStartText({ seq, hash }))),
      );
      return count === 1;
    },
    async head() {
      const { rows } = await query<Head>(`SELECT seq, hash, greatest(ts, 'epoch') AS ts FROM audit_head`);
      if (rows[0] === undefined) throw new AppError('BUG', 'the audit log has no head');
      return rows[0];
    },
    async headIfAny() {
      const { rows } = await query<Pick<Head, 'seq' | 'hash'>>('SELECT seq, hash FROM audit_head');
      return rows[0];
    },
    async end() {
      const { rows } = await query<LockedHead>(
        `SELECT head.seq, head.hash, head.ts, last.seq AS last_seq, last.hash AS last_hash
         FROM (SELECT) AS one LEFT JOIN audit_head AS head ON true
           LEFT JOIN LATERAL (SELECT seq, hash FROM audit_log ORDER BY seq DESC LIMIT 1) AS last ON true`,
      );
      return endOf(rows[0]);
    },
    async hashesAt(seqs) {
      const { rows } = await query<{ readonly seq: number; readonly hash: string }>(
        'SELECT seq, hash FROM audit_log WHERE seq = ANY($1)',
        [[...seqs]],
      );
      return new Map(rows.map(({ seq, hash }) => [seq, hash]));
    },
    async marks() {
      const { rows } = await query<StoredAudit>(
        `SELECT newest.* FROM unnest($1::text[]) AS kind, LATERAL
           (SELECT * FROM audit_log WHERE action = kind AND action IN ('audit.confirmed', 'audit.held')
            ORDER BY seq DESC LIMIT 1) AS newest`,
        [[asIs(confirmedAction), asIs(heldAction)]],
      );
      const found = rows.map(toAuditRow);
      return present({
        confirmed: found.find(({ action }) => action === confirmedAction),
        held: found.find(({ action }) => action === heldAction),
      });
    },
    async anchors() {
      const { rows } = await query<AuditAnchor>(
        `SELECT ${anchorColumns} FROM audit_anchors ORDER BY at, seq, place`,
      );
      return rows;
    },
    async lastAnchors(places) {
      const { rows } = await query<AuditAnchor>(
        `SELECT last.* FROM unnest($1::text[]) AS wanted, LATERAL
           (SELECT ${anchorColumns} FROM audit_anchors WHERE place = wanted ORDER BY at DESC, seq DESC LIMIT 1) AS last`,
        [places.map(asIs)],
      );
      return rows;
    },
    async saveAnchor({ seq, hash, mac, keyId, place, at }) {
      await query(
        `INSERT INTO audit_anchors (seq, hash, mac, key_id, place, at) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT DO NOTHING`,
        ids(seq, hash, mac, keyId, place, at),
      );
    },
  };
}

function endOf(row: LockedHead | undefined): RecordEnd {
  const { seq = null, hash = null, last_seq: lastSeq = null, last_hash: lastHash = null } = row ?? {};
  return present({
    head: seq === null || hash === null ? undefined : { seq, hash },
    last: lastSeq === null || lastHash === null ? undefined : { seq: lastSeq, hash: lastHash },
  });
}

const newSalt = (): string => randomBytes(16).toString('hex');

function signatureOf(hash: string, signer: Signer | undefined): Pick<AuditRow, 'signature' | 'signedBy'> {
  if (signer === undefined) return {};
  return { signature: signer.sign(auditSignatureText(signer.keyId, hash)), signedBy: signer.keyId };
}

/** Before the hash is made: what is hashed is what is stored. */
function withoutSecrets(entry: AuditEntry, redactor: Redactor) {
  return {
    ...entry,
    requestIds: entry.requestIds ?? [],
    facts: redactor.leaves(entry.facts ?? {}) as Facts,
    ...present({ reason: entry.reason === undefined ? undefined : redactor.text(entry.reason) }),
  };
}

/** The head moves with the row, by a trigger of the owner's (R-L3). */
async function insert(query: Query, row: AuditRow, texts: readonly Omit<AuditText, 'seq'>[]): Promise<void> {
  await query(
    `WITH added AS (
       INSERT INTO audit_log (seq, prev_hash, hash, mac, key_id, ts, actor, actor_team, action, remediation_id,
         plan_hash, from_state, to_state, policy_version, reason, request_ids, payload_digest, facts, signature, signed_by)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)
       RETURNING seq)
     INSERT INTO audit_texts (seq, field, salt, text)
     SELECT added.seq, field, salt, text FROM added,
       jsonb_to_recordset($21::jsonb) AS given (field text, salt text, text text)`,
    [
      ...ids(
        row.seq,
        row.prevHash,
        row.hash,
        row.mac,
        row.keyId,
        row.ts,
        row.actor,
        row.actorTeam,
        row.action,
      ),
      ...ids(row.remediationId, row.planHash, row.from, row.to, row.policyVersion, row.reason),
      ...[jsonAsIs(row.requestIds), asIs(row.payloadDigest), jsonAsIs(row.facts)],
      ...[...ids(row.signature, row.signedBy), jsonAsIs(texts)],
    ],
  );
}

function toAuditRow(row: StoredAudit): AuditRow {
  return withoutNulls<AuditRow>({
    seq: row.seq,
    prevHash: row.prev_hash,
    hash: row.hash,
    mac: row.mac,
    keyId: row.key_id,
    ts: row.ts,
    actor: row.actor,
    actorTeam: row.actor_team,
    action: row.action,
    remediationId: row.remediation_id ?? undefined,
    planHash: row.plan_hash ?? undefined,
    from: row.from_state ?? undefined,
    to: row.to_state ?? undefined,
    policyVersion: row.policy_version ?? undefined,
    reason: row.reason ?? undefined,
    requestIds: row.request_ids,
    payloadDigest: row.payload_digest ?? undefined,
    facts: row.facts,
    signature: row.signature ?? undefined,
    signedBy: row.signed_by ?? undefined,
  });
}
