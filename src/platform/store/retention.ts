import { textsRemovedAction } from '../../domain/audit/texts.ts';
import type { Retention, RetentionKind } from '../../domain/ports/retention.ts';
import { ids } from './gate.ts';
import { ms, type Query } from './query.ts';

/** `$1` age in milliseconds, `$2` rows to look at, `$3` and `$4` where the last look ended: a time and a key. */
interface Kind {
  readonly table: string;
  /** What the age counts from, and what tells rows of one moment apart. */
  readonly at: string;
  readonly key: string;
  readonly keyType: 'text' | 'uuid' | 'bigint';
  /** Which rows of that age belong to the kind at all, by their own columns. */
  readonly of?: string;
  /** Of a row `t` that was looked at: nothing needs it any more. */
  readonly free: string;
  /** Rows of which the role may take the lock without waiting. */
  readonly skipsLocked: boolean;
}

const cutoff = `statement_timestamp() - ${ms(1)}`;
const final = `('succeeded','failed','rolled_back','rollback_failed','rejected','expired','cancelled','superseded','stale')`;
/** The fix of a row is over, if it has one. */
const fixIsOver = `NOT EXISTS (SELECT FROM remediations f WHERE f.id = t.remediation_id AND f.state NOT IN ${final})
      AND NOT EXISTS (SELECT FROM follow_ups u WHERE u.remediation_id = t.remediation_id AND u.closed_at IS NULL)
      AND NOT EXISTS (SELECT FROM temporary_changes c WHERE c.remediation_id = t.remediation_id AND c.closed_at IS NULL)`;

const kinds: Readonly<Record<Exclude<RetentionKind, 'typed'>, Kind>> = {
  inbox: {
    ...{ table: 'inbox', at: 'received_at', key: 'key', keyType: 'text' },
    ...{ free: 'true', skipsLocked: false },
  },
  // Bytes alone: the row of a bundle goes with its run.
  bundles: {
    ...{ table: 'bundle_pieces', at: 'created_at', key: 'seq', keyType: 'bigint' },
    ...{ free: 'true', skipsLocked: false },
  },
  // What is known now stays.
  inventories: {
    ...{ table: 'inventories', at: 'looked_at', key: 'id', keyType: 'bigint' },
    free: `EXISTS (SELECT FROM inventories newer WHERE newer.environment = t.environment AND newer.id > t.id)`,
    skipsLocked: false,
  },
  alerts: {
    ...{ table: 'alerts', at: 'received_at', key: 'id', keyType: 'bigint' },
    ...{ free: 'true', skipsLocked: false },
  },
  incidents: {
    ...{ table: 'incidents', at: 'opened_at', key: 'id', keyType: 'uuid' },
    ...{ free: 'NOT EXISTS (SELECT FROM alerts a WHERE a.incident_id = t.id)', skipsLocked: false },
  },
  // What people typed goes with it.
  mutes: {
    ...{ table: 'mutes', at: 'created_at', key: 'id', keyType: 'uuid' },
    ...{ free: 't.ended_at IS NOT NULL OR t.until < statement_timestamp()', skipsLocked: false },
  },
  uploads: {
    ...{ table: 'outbox', at: 'created_at', key: 'seq', keyType: 'bigint' },
    of: `kind = 'upload'`,
    ...{ free: `t.state IN ('sent', 'superseded', 'failed')`, skipsLocked: true },
  },
  outbox: {
    ...{ table: 'outbox', at: 'created_at', key: 'seq', keyType: 'bigint' },
    of: `kind <> 'upload'`,
    free: `(t.state IN ('sent', 'superseded')
      OR (t.state = 'failed' AND t.created_at < statement_timestamp() - 4 * ${ms(1)}))`,
    skipsLocked: true,
  },
  buttons: {
    ...{ table: 'buttons', at: 'expires_at', key: 'id', keyType: 'text' },
    ...{ free: fixIsOver, skipsLocked: false },
  },
  // A thread goes with its youngest message; what another message hangs on goes after it.
  messages: {
    ...{ table: 'messages', at: 'created_at', key: 'id', keyType: 'uuid' },
    free: `${fixIsOver}
      AND NOT EXISTS (SELECT FROM messages child WHERE child.parent_id = t.id)
      AND NOT EXISTS (SELECT FROM outbox o WHERE o.message_id = t.id)
      AND NOT EXISTS (SELECT FROM runs r WHERE r.id = t.run_id AND r.state IN ('queued', 'running'))
      AND NOT EXISTS (SELECT FROM messages young WHERE young.channel = t.channel
        AND hashtextextended(young.thread_ts, 0) = hashtextextended(coalesce(t.thread_ts, t.ts), 0)
        AND young.thread_ts = coalesce(t.thread_ts, t.ts) AND young.created_at >= ${cutoff})`,
    skipsLocked: true,
  },
  // The last complete one of its kind and environment stays, and what a fix came from stays with the fix.
  runs: {
    ...{ table: 'runs', at: 'created_at', key: 'id', keyType: 'uuid' },
    free: `t.state IN ('complete', 'failed', 'expired')
      AND NOT EXISTS (SELECT FROM remediations f WHERE f.run_id = t.id)
      AND NOT EXISTS (SELECT FROM messages m WHERE m.run_id = t.id)
      AND NOT EXISTS (SELECT FROM buttons b WHERE b.run_id = t.id)
      AND NOT EXISTS (SELECT FROM digests d WHERE d.run_id = t.id AND NOT EXISTS (SELECT FROM old_digests o
        WHERE o.channel = d.channel AND o.local_date = d.local_date))
      AND (t.state <> 'complete' OR EXISTS (SELECT FROM runs newer WHERE newer.environment = t.environment
        AND newer.kind = t.kind AND newer.state = 'complete' AND newer.created_at > t.created_at))`,
    skipsLocked: true,
  },
};

/** A digest that a newer one of its channel follows is compared with nothing any more; it goes with its run. */
const oldDigests = `old_digests AS MATERIALIZED (
    SELECT d.channel, d.local_date, d.run_id FROM digests d JOIN looked ON looked.id = d.run_id
    WHERE EXISTS (SELECT FROM digests newer WHERE newer.channel = d.channel AND newer.environment = d.environment
      AND newer.finished_at IS NOT NULL AND newer.due_at > d.due_at)
  ),`;

function statement(kind: keyof typeof kinds): string {
  const { table, at, key, keyType, of, free, skipsLocked } = kinds[kind];
  const runs = kind === 'runs';
  return `WITH looked AS MATERIALIZED (
      SELECT ${at}, ${key} FROM ${table}
      WHERE ${at} < ${cutoff} AND (${at}, ${key}) > ($3::timestamptz, $4::${keyType})${of === undefined ? '' : ` AND ${of}`}
      ORDER BY ${at}, ${key} LIMIT $2
    ), ${runs ? oldDigests : ''}
    free AS MATERIALIZED (
      SELECT t.${key} FROM ${table} t JOIN looked USING (${key}) WHERE ${free}
      ${skipsLocked ? 'FOR UPDATE OF t SKIP LOCKED' : ''}
    ), ${
      runs
        ? `freed AS (DELETE FROM digests d USING old_digests o, free WHERE d.channel = o.channel
            AND d.local_date = o.local_date AND o.run_id = free.id),`
        : ''
    }
    gone AS (DELETE FROM ${table} USING free WHERE ${table}.${key} = free.${key} RETURNING 1)
    SELECT (SELECT count(*) FROM looked) AS looked, (SELECT count(*) FROM gone) AS removed, last.*
    FROM (SELECT 1) AS one LEFT JOIN (SELECT ${at}::text AS at, ${key}::text AS key FROM looked
      ORDER BY looked.${at} DESC, looked.${key} DESC LIMIT 1) AS last ON true`;
}

const statements = Object.fromEntries(
  Object.keys(kinds).map((kind) => [kind, statement(kind as keyof typeof kinds)]),
) as Readonly<Record<keyof typeof kinds, string>>;

/** The row of the audit up to which it says that texts are removed. */
const through = `coalesce((SELECT (facts->>'through')::bigint FROM audit_log WHERE action = '${textsRemovedAction}'
  ORDER BY seq DESC LIMIT 1), 0)`;

/** Texts of which the audit says that they are removed, and the same texts in the rows that they were typed for. */
const typed = `WITH gone AS (
    DELETE FROM audit_texts WHERE (seq, field) IN (SELECT seq, field FROM audit_texts WHERE seq <= ${through}
      ORDER BY seq, field LIMIT $2::integer) RETURNING 1)
  SELECT (SELECT count(*) FROM gone) + forget_typed($1::double precision, $2::integer) AS removed`;

/** Together with the time of the statement less than 100 ms. */
const idleMs = 20;

const first = { text: '', uuid: '00000000-0000-0000-0000-000000000000', bigint: '-1' } as const;

export function createRetention(query: Query): Retention {
  return {
    async remove(kind, { olderThanMs, limit, after }) {
      // A process that is stopped between the statement and COMMIT would hold every lock: the server ends its session.
      await query(`SET LOCAL idle_in_transaction_session_timeout = ${idleMs}`);
      if (kind === 'typed') {
        const { rows } = await query<{ removed: number }>(typed, [olderThanMs, limit]);
        const removed = rows[0]?.removed ?? 0;
        return removed === 0 ? { looked: 0, removed } : { looked: limit, removed, last: '' };
      }
      const [at = '-infinity', key = first[kinds[kind].keyType]] = after?.split(' | ') ?? [];
      const { rows } = await query<{
        looked: number;
        removed: number;
        at: string | null;
        key: string | null;
      }>(statements[kind], [olderThanMs, limit, ...ids(at, key)]);
      const row = rows[0];
      if (row === undefined || row.at === null) return { looked: 0, removed: 0 };
      return { looked: row.looked, removed: row.removed, last: `${row.at} | ${row.key ?? ''}` };
    },
    async typedDue(olderThanMs) {
      const { rows } = await query<{ through: number | null; texts: number }>(
        `SELECT max(seq) AS through, count(*) AS texts
         FROM (SELECT seq, (SELECT ts FROM audit_log WHERE audit_log.seq = audit_texts.seq) AS ts
           FROM audit_texts WHERE seq > ${through} ORDER BY seq LIMIT 1000) AS oldest
         WHERE ts < ${cutoff}`,
        [olderThanMs],
      );
      const [row] = rows;
      return row === undefined || row.through === null
        ? undefined
        : { through: row.through, texts: row.texts };
    },
  };
}
