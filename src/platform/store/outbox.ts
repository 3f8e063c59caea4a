import type { Ids } from '../../domain/kernel/clock.ts';
import type {
  Closed,
  Outbox,
  OutboxItem,
  OutboxKind,
  OutboxMethod,
  OutboxPayloads,
} from '../../domain/message/outbox.ts';
import { outboxText, type Seal } from '../../domain/message/seal.ts';
import { movedPurpose, priorityOf, urgencyOf } from '../../domain/message/sending.ts';
import { ids as asIds, asIs, slackJson } from './gate.ts';
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
  readonly run_id: string | null;
  readonly channel: string | null;
  readonly ts: string | null;
  readonly thread_ts: string | null;
  readonly parent_ts: string | null;
  readonly moved_from: string | null;
  readonly sent_version: number;
  readonly tried_before: boolean;
  readonly movable: boolean;
  readonly file_id: string | null;
  readonly remediation_id: string | null;
  readonly mac: string | null;
}

/** Claims of all senders take turns: two of them must not each find the same lane free. */
const claimLock = 0x6165_7468_6f75;

/** How an item `o` of message `m` goes out. */
const method = `CASE WHEN o.kind <> 'render' THEN o.kind WHEN m.ts IS NULL THEN 'post' ELSE 'update' END`;
const answer = priorityOf('answer');
/** The answer of a message that has shown only progress. */
const movable = `(o.kind = 'render' AND o.priority = ${answer} AND m.ts IS NOT NULL AND NOT m.answered)`;
/** Parameters 1 to 3 are what is closed: methods, their lanes or null, and from which priority on. */
const closed = (what: string) => `EXISTS (SELECT FROM unnest($1::text[], $2::text[], $3::smallint[])
    AS closed (method, lane, priority)
  WHERE closed.method = ${what} AND (closed.lane IS NULL OR closed.lane = o.lane)
    AND o.priority >= closed.priority)`;

/** Items that may be sent as soon as they are due: nothing of their lane is in flight and no limit is in the way. */
const open = `
  FROM outbox o
  LEFT JOIN messages m ON m.id = o.message_id
  LEFT JOIN messages p ON p.id = m.parent_id
  WHERE (o.state = 'pending' OR (o.state = 'sending' AND o.leased_until < clock_timestamp()))
    AND NOT EXISTS (SELECT FROM outbox busy WHERE busy.lane = o.lane AND busy.state = 'sending'
      AND busy.leased_until >= clock_timestamp())
    AND (m.parent_id IS NULL OR p.ts IS NOT NULL OR p.lost IS NOT NULL)
    AND (o.kind <> 'upload' OR o.message_id IS NULL OR m.ts IS NOT NULL OR m.lost IS NOT NULL)
    AND (NOT ${closed(method)} OR (${movable} AND NOT ${closed(`'post'`)}))`;

/** What has a parent is a part of an answer: whole answers of others go first. */
const claim = `
WITH due AS (
  SELECT DISTINCT ON (o.lane) o.id, o.priority, o.seq,
    (o.priority = ${answer} AND m.parent_id IS NOT NULL) AS part
  ${open} AND o.due_at <= clock_timestamp()
  ORDER BY o.lane, o.priority, part, o.seq
), taken AS (
  UPDATE outbox SET state = 'sending', attempts = attempts + 1, leased_by = $4,
    leased_until = clock_timestamp() + ${ms(5)}
  WHERE id IN (SELECT id FROM due ORDER BY priority, part, seq LIMIT $6) AND state IN ('pending', 'sending')
  RETURNING *
)
SELECT o.id, o.kind, o.lane, o.priority, o.version, o.attempts, o.created_at, o.payload, o.file_id, o.message_id, o.mac,
  ${method} AS method, ${movable} AS movable,
  m.purpose, m.run_id, m.remediation_id, m.channel, m.ts, coalesce(m.thread_ts, p.thread_ts, p.ts) AS thread_ts, p.ts AS parent_ts,
  m.moved_from, coalesce(m.sent_version, 0) AS sent_version,
  EXISTS (SELECT FROM outbox older WHERE older.message_id = o.message_id AND older.kind = 'render'
    AND older.version < o.version AND older.version > m.sent_version AND older.attempts > 0) AS tried_before
FROM taken o LEFT JOIN messages m ON m.id = o.message_id LEFT JOIN messages p ON p.id = m.parent_id
ORDER BY o.priority, (o.priority = ${answer} AND m.parent_id IS NOT NULL), o.seq`;

function closedParameters(all: readonly Closed[]): readonly unknown[] {
  return asIds(
    all.map((one) => one.method),
    all.map((one) => one.lane ?? null),
    all.map((one) => priorityOf(one.from)),
  );
}

function toItem(row: StoredItem, seal: Seal | undefined): OutboxItem {
  const { id, kind, message_id: messageId, version, payload, mac } = row;
  const text = outboxText({
    ...{ id, kind, payload },
    ...{ messageId: messageId ?? undefined, version: version ?? undefined },
  });
  const message =
    row.message_id === null || row.purpose === null || row.channel === null
      ? undefined
      : withoutNulls<NonNullable<OutboxItem['message']>>({
          id: row.message_id,
          purpose: row.purpose,
          runId: row.run_id ?? undefined,
          remediationId: row.remediation_id ?? undefined,
          channel: row.channel,
          ts: row.ts ?? undefined,
          threadTs: row.thread_ts ?? undefined,
          parentTs: row.parent_ts ?? undefined,
          movedFrom: row.moved_from ?? undefined,
          sentVersion: row.sent_version,
        });
  return withoutNulls<OutboxItem>({
    id: row.id,
    kind: row.kind,
    method: row.method,
    lane: row.lane,
    urgency: urgencyOf(row.priority),
    version: row.version ?? undefined,
    attempts: row.attempts,
    triedBefore: row.tried_before,
    movable: row.movable,
    fileId: row.file_id ?? undefined,
    createdAt: row.created_at,
    sealed: seal?.holds(text, mac ?? undefined) ?? false,
    message,
    payload: row.payload,
  } as OutboxItem);
}

export function createOutbox(transaction: Transaction, ids: Ids, seal: Seal | undefined): Outbox {
  return {
    ...claiming(transaction, seal),
    ...moving(transaction, ids),
    ...settling(transaction),
    ...watching(transaction),
  };
}

function claiming(transaction: Transaction, seal: Seal | undefined): Pick<Outbox, 'claim'> {
  return {
    claim: (owner, { limit, leaseMs, closed: all = [] }) =>
      transaction(async (query) => {
        await query('SELECT pg_advisory_xact_lock($1)', [claimLock]);
        const values = [...closedParameters(all), asIs(owner), leaseMs, limit];
        const { rows } = await query<StoredItem>(claim, values);
        return rows.map((row) => toItem(row, seal));
      }),
  };
}

/** What is left behind is edited no sooner than a second after whatever it has shown. */
const leftAfterMs = 1000;

function moving(transaction: Transaction, ids: Ids): Pick<Outbox, 'move'> {
  return {
    move: (id, owner, left) =>
      transaction(async (query) => {
        const { count } = await query(
          `WITH moved AS (
             UPDATE messages m SET moved_from = m.ts, ts = NULL FROM outbox o
             WHERE o.id = $1 AND o.leased_by = $2 AND o.state = 'sending' AND m.id = o.message_id
               AND m.ts IS NOT NULL AND NOT m.answered
             RETURNING m.id, m.run_id, m.channel, m.thread_ts, m.moved_from
           ), stays AS (
             INSERT INTO messages (id, purpose, run_id, channel, parent_id, thread_ts, ts, version, answered)
             SELECT $3, $4, run_id, channel, id, thread_ts, moved_from, 1, true FROM moved RETURNING id, channel
           )
           INSERT INTO outbox (id, kind, message_id, lane, priority, version, payload, due_at)
           SELECT $5, 'render', id, channel, $6, 1, $7, clock_timestamp() + ${ms(8)} FROM stays`,
          [
            ...asIds(id, owner, ids.uuid(), movedPurpose, ids.uuid(), priorityOf('progress')),
            ...[slackJson(left), leftAfterMs],
          ],
        );
        return count === 1;
      }),
  };
}

function settling(transaction: Transaction): Pick<Outbox, 'sent' | 'given' | 'extend' | 'retry' | 'fail'> {
  return {
    given: (id, owner, fileId) =>
      transaction(async (query) => {
        const { count } = await query(
          `UPDATE outbox SET file_id = $3 WHERE id = $1 AND leased_by = $2 AND state = 'sending'`,
          asIds(id, owner, fileId),
        );
        return count === 1;
      }),
    extend: (id, owner, leaseMs) =>
      transaction(async (query) => {
        const { count } = await query(
          `UPDATE outbox SET leased_until = clock_timestamp() + ${ms(3)}
           WHERE id = $1 AND leased_by = $2 AND state = 'sending'`,
          asIds(id, owner, leaseMs),
        );
        return count === 1;
      }),
    sent: (id, owner, { ts, channel, replaced = false }) =>
      transaction(async (query) => {
        const { rows } = await query<Pick<StoredItem, 'message_id' | 'version' | 'kind' | 'priority'>>(
          `UPDATE outbox SET state = 'sent', sent_at = clock_timestamp(), leased_until = NULL, error = NULL
           WHERE id = $1 AND leased_by = $2 AND state = 'sending'
           RETURNING message_id, version, kind, priority`,
          asIds(id, owner),
        );
        const row = rows[0];
        if (row === undefined) return false;
        if (row.message_id !== null && row.kind === 'render') {
          await query(
            `UPDATE messages SET ts = CASE WHEN $4 THEN $2 ELSE coalesce(ts, $2) END,
               sent_version = greatest(sent_version, $3), answered = answered OR $5,
               channel = coalesce($6, channel)
             WHERE id = $1`,
            [
              ...asIds(row.message_id, ts, row.version ?? 0, replaced),
              urgencyOf(row.priority) !== 'progress',
              ...asIds(channel),
            ],
          );
        }
        return true;
      }),
    // A newer render made while this one was in flight takes its place.
    retry: (id, owner, { afterMs, error, unsent = false }) =>
      transaction(async (query) => {
        const { count } = await query(
          `UPDATE outbox o SET leased_until = NULL, error = $4, due_at = clock_timestamp() + ${ms(3)},
             attempts = CASE WHEN $5 THEN attempts - 1 ELSE attempts END,
             state = CASE WHEN EXISTS (SELECT FROM outbox newer WHERE newer.message_id = o.message_id
               AND o.kind = 'render' AND newer.kind = 'render' AND newer.version > o.version
               AND newer.state = 'pending') THEN 'superseded' ELSE 'pending' END
           WHERE id = $1 AND leased_by = $2 AND state = 'sending'`,
          [...asIds(id, owner, afterMs), error, unsent],
        );
        return count === 1;
      }),
    fail: (id, owner, { error, lost }) =>
      transaction(async (query) => {
        const { rows } = await query<{ message_id: string | null }>(
          `UPDATE outbox SET state = 'failed', leased_until = NULL, error = $3
           WHERE id = $1 AND leased_by = $2 AND state = 'sending' RETURNING message_id`,
          [...asIds(id, owner), error],
        );
        const row = rows[0];
        if (row === undefined) return false;
        if (row.message_id !== null && lost !== undefined) {
          await query('UPDATE messages SET lost = $2 WHERE id = $1', [asIs(row.message_id), lost]);
        }
        return true;
      }),
  };
}

function watching(transaction: Transaction): Pick<Outbox, 'nextDue' | 'depth'> {
  return {
    nextDue: ({ closed: all = [] } = {}) =>
      transaction(async (query) => {
        const { rows } = await query<{ wait: number | null }>(
          `SELECT extract(epoch FROM least(
               (SELECT min(o.due_at) ${open}),
               (SELECT min(leased_until) FROM outbox WHERE state = 'sending')
             ) - clock_timestamp())::double precision * 1000 AS wait`,
          closedParameters(all),
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
