import type {
  Outbox,
  OutboxItem,
  OutboxKind,
  OutboxMethod,
  OutboxPayloads,
} from '../../domain/message/outbox.ts';
import { ms, type Query, withoutNulls } from './query.ts';

type Transaction = <T>(work: (query: Query) => Promise<T>) => Promise<T>;

interface StoredItem {
  readonly id: string;
  readonly kind: OutboxKind;
  readonly method: OutboxMethod;
  readonly lane: string;
  readonly priority: number;
  readonly version: number | null;
  readonly attempts: number;
  readonly created_at: Date;
  readonly payload: OutboxPayloads[OutboxKind];
  readonly message_id: string | null;
  readonly purpose: string | null;
  readonly channel: string | null;
  readonly ts: string | null;
  readonly thread_ts: string | null;
  readonly sent_version: number;
  readonly tried_before: boolean;
}

/** Claims of all senders take turns: two of them must not each find the same lane free. */
const claimLock = 0x6165_7468_6f75;

const claim = `
WITH due AS (
  SELECT DISTINCT ON (o.lane) o.id
  FROM outbox o
  LEFT JOIN messages m ON m.id = o.message_id
  LEFT JOIN messages p ON p.id = m.parent_id
  WHERE o.due_at <= clock_timestamp()
    AND (o.state = 'pending' OR (o.state = 'sending' AND o.leased_until < clock_timestamp()))
    AND NOT EXISTS (SELECT FROM outbox busy WHERE busy.lane = o.lane AND busy.state = 'sending'
      AND busy.leased_until >= clock_timestamp())
    AND (m.parent_id IS NULL OR p.ts IS NOT NULL OR p.lost IS NOT NULL)
    AND (o.kind <> 'upload' OR o.message_id IS NULL OR m.ts IS NOT NULL OR m.lost IS NOT NULL)
    AND o.lane <> ALL($4)
    AND CASE WHEN o.kind <> 'render' THEN o.kind WHEN m.ts IS NULL THEN 'post' ELSE 'update' END <> ALL($5)
  ORDER BY o.lane, o.priority, o.seq
), taken AS (
  UPDATE outbox SET state = 'sending', attempts = attempts + 1, leased_by = $1,
    leased_until = clock_timestamp() + ${ms(2)}
  WHERE id IN (SELECT id FROM due LIMIT $3) AND state IN ('pending', 'sending') RETURNING *
)
SELECT o.id, o.kind, o.lane, o.priority, o.version, o.attempts, o.created_at, o.payload, o.message_id,
  CASE WHEN o.kind <> 'render' THEN o.kind WHEN m.ts IS NULL THEN 'post' ELSE 'update' END AS method,
  m.purpose, m.channel, m.ts, coalesce(m.thread_ts, p.thread_ts, p.ts) AS thread_ts,
  coalesce(m.sent_version, 0) AS sent_version,
  EXISTS (SELECT FROM outbox older WHERE older.message_id = o.message_id AND older.kind = 'render'
    AND older.version < o.version AND older.attempts > 0) AS tried_before
FROM taken o LEFT JOIN messages m ON m.id = o.message_id LEFT JOIN messages p ON p.id = m.parent_id
ORDER BY o.priority, o.seq`;

function toItem(row: StoredItem): OutboxItem {
  const message =
    row.message_id === null || row.purpose === null || row.channel === null
      ? undefined
      : withoutNulls<NonNullable<OutboxItem['message']>>({
          id: row.message_id,
          purpose: row.purpose,
          channel: row.channel,
          ts: row.ts ?? undefined,
          threadTs: row.thread_ts ?? undefined,
          sentVersion: row.sent_version,
        });
  return withoutNulls<OutboxItem>({
    id: row.id,
    kind: row.kind,
    method: row.method,
    lane: row.lane,
    priority: row.priority,
    version: row.version ?? undefined,
    attempts: row.attempts,
    triedBefore: row.tried_before,
    createdAt: row.created_at,
    message,
    payload: row.payload,
  } as OutboxItem);
}

export function createOutbox(transaction: Transaction): Outbox {
  return { ...claiming(transaction), ...settling(transaction), ...watching(transaction) };
}

function claiming(transaction: Transaction): Pick<Outbox, 'claim'> {
  return {
    claim: (owner, { limit, leaseMs, heldMethods = [], heldLanes = [] }) =>
      transaction(async (query) => {
        await query('SELECT pg_advisory_xact_lock($1)', [claimLock]);
        const { rows } = await query<StoredItem>(claim, [owner, leaseMs, limit, heldLanes, heldMethods]);
        return rows.map(toItem);
      }),
  };
}

function settling(transaction: Transaction): Pick<Outbox, 'sent' | 'retry' | 'fail'> {
  return {
    sent: (id, owner, { ts, replaced = false }) =>
      transaction(async (query) => {
        const { rows } = await query<{ message_id: string | null; version: number | null; kind: OutboxKind }>(
          `UPDATE outbox SET state = 'sent', sent_at = clock_timestamp(), leased_until = NULL, error = NULL
           WHERE id = $1 AND leased_by = $2 AND state = 'sending' RETURNING message_id, version, kind`,
          [id, owner],
        );
        const row = rows[0];
        if (row === undefined) return false;
        if (row.message_id !== null && row.kind === 'render') {
          await query(
            `UPDATE messages SET ts = CASE WHEN $4 THEN $2 ELSE coalesce(ts, $2) END,
               sent_version = greatest(sent_version, $3)
             WHERE id = $1`,
            [row.message_id, ts ?? null, row.version ?? 0, replaced],
          );
        }
        return true;
      }),
    // A newer render made while this one was in flight takes its place.
    retry: (id, owner, { afterMs, error }) =>
      transaction(async (query) => {
        const { count } = await query(
          `UPDATE outbox o SET leased_until = NULL, error = $4, due_at = clock_timestamp() + ${ms(3)},
             state = CASE WHEN EXISTS (SELECT FROM outbox newer WHERE newer.message_id = o.message_id
               AND o.kind = 'render' AND newer.kind = 'render' AND newer.version > o.version
               AND newer.state = 'pending') THEN 'superseded' ELSE 'pending' END
           WHERE id = $1 AND leased_by = $2 AND state = 'sending'`,
          [id, owner, afterMs, error],
        );
        return count === 1;
      }),
    fail: (id, owner, { error, lost }) =>
      transaction(async (query) => {
        const { rows } = await query<{ message_id: string | null }>(
          `UPDATE outbox SET state = 'failed', leased_until = NULL, error = $3
           WHERE id = $1 AND leased_by = $2 AND state = 'sending' RETURNING message_id`,
          [id, owner, error],
        );
        const row = rows[0];
        if (row === undefined) return false;
        if (row.message_id !== null && lost !== undefined) {
          await query('UPDATE messages SET lost = $2 WHERE id = $1', [row.message_id, lost]);
        }
        return true;
      }),
  };
}

function watching(transaction: Transaction): Pick<Outbox, 'nextDue' | 'depth'> {
  return {
    nextDue: () =>
      transaction(async (query) => {
        const { rows } = await query<{ wait: number | null }>(
          `SELECT extract(epoch FROM min(CASE WHEN state = 'sending' THEN leased_until ELSE due_at END)
             - clock_timestamp())::double precision * 1000 AS wait
           FROM outbox WHERE state IN ('pending', 'sending')`,
        );
        const wait = rows[0]?.wait ?? undefined;
        return wait === undefined ? undefined : Math.max(0, Math.ceil(wait));
      }),
    depth: () =>
      transaction(async (query) => {
        const { rows } = await query<{ n: number }>(
          `SELECT count(*) AS n FROM outbox WHERE state IN ('pending', 'sending')`,
        );
        return rows[0]?.n ?? 0;
      }),
  };
}

/** Removes what was sent or replaced long ago; failures are kept four times as long. */
export function createOutboxSweep(query: Query) {
  return async (olderThanMs: number): Promise<number> => {
    const { count } = await query(
      `DELETE FROM outbox WHERE (state IN ('sent', 'superseded') AND created_at < clock_timestamp() - ${ms(1)})
         OR (state = 'failed' AND created_at < clock_timestamp() - 4 * ${ms(1)})`,
      [olderThanMs],
    );
    return count;
  };
}
