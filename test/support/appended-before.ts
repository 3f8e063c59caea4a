/** How the version before this one appends to the audit: its two statements, word for word, over a login of a process. */
import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { auditHash, auditMac } from '../../src/domain/audit/audit.ts';
import type { AuditEntry } from '../../src/domain/audit/rows.ts';
import { setAside } from '../../src/domain/audit/texts.ts';
import { auditKey } from './postgres.ts';

const lockHead = `SELECT seq, hash, date_trunc('milliseconds', greatest(ts, clock_timestamp())) AS ts
     FROM audit_head FOR UPDATE`;

const insert = `WITH added AS (
       INSERT INTO audit_log (seq, prev_hash, hash, mac, key_id, ts, actor, actor_team, action, remediation_id,
         plan_hash, from_state, to_state, policy_version, reason, request_ids, payload_digest, facts, signature, signed_by)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)
       RETURNING seq, hash, ts),
     typed AS (
       INSERT INTO audit_texts (seq, field, salt, text)
       SELECT added.seq, field, salt, text FROM added,
         jsonb_to_recordset($21::jsonb) AS given (field text, salt text, text text))
     UPDATE audit_head SET seq = added.seq, hash = added.hash, ts = added.ts FROM added`;

export interface ProcessOfBefore {
  /** One transaction with these rows in it. */
  append(...entries: readonly AuditEntry[]): Promise<void>;
  end(): Promise<void>;
}

export async function processOfBefore(url: string): Promise<ProcessOfBefore> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  const append = async (given: AuditEntry): Promise<void> => {
    const { rows } = await client.query<{ seq: string; hash: string; ts: Date }>(lockHead);
    const [head] = rows;
    if (head === undefined) throw new Error('the audit log has no head');
    const { entry, texts } = setAside(
      { ...given, requestIds: [], facts: given.facts ?? {} },
      auditKey.secret,
      () => randomBytes(16).toString('hex'),
    );
    const row = { ...entry, seq: Number(head.seq) + 1, prevHash: head.hash, keyId: auditKey.id, ts: head.ts };
    const hash = auditHash(row, head.hash);
    const own = [row.seq, row.prevHash, hash, auditMac(auditKey.secret, hash), row.keyId, row.ts, row.actor];
    const more = [
      row.actorTeam,
      row.action,
      row.remediationId,
      row.planHash,
      row.from,
      row.to,
      row.policyVersion,
    ];
    const rest = [
      row.reason,
      '[]',
      row.payloadDigest,
      JSON.stringify(row.facts),
      null,
      null,
      JSON.stringify(texts),
    ];
    await client.query(insert, [...own, ...more, ...rest]);
  };
  return {
    async append(...entries) {
      await client.query('BEGIN');
      try {
        for (const entry of entries) await append(entry);
        await client.query('COMMIT');
      } catch (error) {
        await client.query('ROLLBACK');
        throw error;
      }
    },
    end: () => client.end(),
  };
}
