import type { Ids } from '../../domain/kernel/clock.ts';
import { present } from '../../domain/kernel/present.ts';
import type { OutboxKind, OutboxPayloads } from '../../domain/message/outbox.ts';
import { outboxText, type Seal } from '../../domain/message/seal.ts';
import { priorityOf, type Urgency, waitsAsTheOlder } from '../../domain/message/sending.ts';
import type { Messages } from '../../domain/ports/messages.ts';
import { ids as asIds, asIs, type RedactorOf, slackJson, storedSlackJson } from './gate.ts';
import { channelOf } from './listener.ts';
import { ms, type Query, withoutNulls } from './query.ts';

interface OutboxRow {
  readonly id?: string;
  readonly kind: OutboxKind;
  readonly messageId?: string;
  readonly lane: string;
  readonly urgency: Urgency;
  readonly payload: unknown;
  /** The run that it belongs to. */
  readonly answer?: string;
}

/**
 * Writes messages with their outbox rows, and tells the senders of the lane once the transaction is committed.
 * Few statements, because a person waits for them.
 */
export function createMessages(query: Query, ids: Ids, sealing: Sealing): Messages {
  return {
    ...rendering(query, ids, sealing),
    ...single(createSend(query, ids, sealing)),
    ...finding(query),
    async renumber(from, to) {
      await query('UPDATE messages SET channel = $2 WHERE channel = $1', asIds(from, to));
    },
  };
}

const channel = channelOf('outbox');

interface Sealing {
  readonly seal: Seal | undefined;
  readonly redactorOf: RedactorOf;
}

type Sealed = Omit<Parameters<typeof outboxText>[0], 'messageId' | 'version'> &
  Partial<Pick<Parameters<typeof outboxText>[0], 'messageId' | 'version'>>;

/** The payload and its seal, as they are stored; `answer` is the run that it belongs to. */
function sealed({ seal, redactorOf }: Sealing, row: Sealed, answer: string | undefined): readonly unknown[] {
  const { messageId, version, payload } = row;
  if (seal === undefined) return [slackJson(payload, answer), null];
  const { text, parameter } = storedSlackJson(payload, redactorOf(answer));
  const stored: unknown = JSON.parse(text);
  return [parameter, asIs(seal.make(outboxText({ ...row, messageId, version, payload: stored })))];
}

type Send = (row: OutboxRow) => Promise<void>;

function createSend(query: Query, ids: Ids, sealing: Sealing): Send {
  return async (row) => {
    const { id = ids.uuid(), kind, messageId, payload } = row;
    await query(
      `WITH added AS (
         INSERT INTO outbox (id, kind, message_id, lane, priority, payload, mac) VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (id) DO NOTHING RETURNING lane)
       SELECT pg_notify($8, lane) FROM added`,
      [
        ...asIds(id, kind, messageId, row.lane, priorityOf(row.urgency)),
        ...[...sealed(sealing, { id, kind, messageId, payload }, row.answer), asIs(channel)],
      ],
    );
  };
}

function rendering(
  query: Query,
  ids: Ids,
  sealing: Sealing,
): Pick<Messages, 'post' | 'update' | 'again' | 'withhold'> {
  return {
    async post({
      id,
      purpose,
      channel: place,
      threadTs,
      parentId,
      runId,
      remediationId,
      rendered,
      urgency,
      holdMs,
    }) {
      const itemId = ids.uuid();
      const item = { id: itemId, kind: 'render', messageId: id, version: 1, payload: rendered } as const;
      await query(
        `WITH message AS (
           INSERT INTO messages (id, purpose, run_id, remediation_id, channel, parent_id, thread_ts, version)
           VALUES ($1, $2, $3, $4, $5, $6, $7, 1)
           ON CONFLICT (id) DO NOTHING RETURNING id, channel
         ), added AS (
           INSERT INTO outbox (id, kind, message_id, lane, priority, version, payload, mac, due_at)
           SELECT $8, 'render', id, channel, $9, 1, $10, $11, clock_timestamp() + ${ms(13)} FROM message RETURNING lane)
         SELECT pg_notify($12, lane) FROM added`,
        [
          ...asIds(id, purpose, runId, remediationId, place, parentId, threadTs),
          ...[asIs(itemId), priorityOf(urgency), ...sealed(sealing, item, runId), asIs(channel), holdMs ?? 0],
        ],
      );
      return id;
    },
    async update(messageId, rendered, urgency) {
      // First the lock: the next statement then sees every render made before this one.
      const { rows } = await query<{ version: number; run_id: string | null }>(
        'UPDATE messages SET version = version + 1 WHERE id = $1 RETURNING version, run_id',
        asIds(messageId),
      );
      if (rows[0] === undefined) return;
      const { version, run_id: runId } = rows[0];
      const itemId = ids.uuid();
      const item = { id: itemId, kind: 'render', messageId, version, payload: rendered } as const;
      // An answer that still waits behind a decision keeps the decision's place.
      await query(
        `WITH older AS (
           UPDATE outbox SET state = 'superseded'
           WHERE message_id = $1 AND kind = 'render' AND state = 'pending' RETURNING priority, due_at
         ), added AS (
           INSERT INTO outbox (id, kind, message_id, lane, priority, version, payload, mac, due_at)
           SELECT $2, 'render', id, channel, least($3::smallint, (SELECT min(priority) FROM older)), $4, $5, $6,
             greatest(clock_timestamp(), (SELECT max(due_at) FROM older WHERE $8))
           FROM messages WHERE id = $1 RETURNING lane)
         SELECT pg_notify($7, lane) FROM added`,
        [
          ...asIds(messageId, itemId, priorityOf(urgency), version),
          ...[...sealed(sealing, item, runId ?? undefined), asIs(channel)],
          waitsAsTheOlder(urgency),
        ],
      );
    },
    async withhold(messageId) {
      // The lock first, as above: no process makes a newer render meanwhile.
      const { rows } = await query<{ free: boolean }>(
        'UPDATE messages SET version = version + 1 WHERE id = $1 RETURNING ts IS NULL AND lost IS NULL AS free',
        asIds(messageId),
      );
      if (rows[0]?.free !== true) return false;
      // What was tried once may stand in Slack, whatever was answered.
      const { count } = await query(
        `UPDATE outbox SET state = 'superseded' WHERE state = 'pending' AND (message_id = $1
           OR message_id IN (SELECT id FROM messages WHERE parent_id = $1))
           AND NOT EXISTS (SELECT FROM outbox tried WHERE tried.message_id = $1
             AND (tried.state = 'sending' OR tried.attempts > 0))`,
        asIds(messageId),
      );
      return count > 0;
    },
    async again(messageId, urgency) {
      // The lock first, as above: the newest render is then the newest.
      const { rows } = await query<{ version: number }>(
        `UPDATE messages SET version = version + 1 WHERE id = $1
           AND EXISTS (SELECT FROM outbox WHERE message_id = $1 AND kind = 'render')
           AND (ts IS NOT NULL OR lost IS NOT NULL OR EXISTS (SELECT FROM outbox WHERE message_id = $1
             AND kind = 'render' AND state <> 'superseded')) RETURNING version`,
        asIds(messageId),
      );
      if (rows[0] === undefined) return;
      // Without a seal, no matter who wrote it: the copy has no power of its own (R-A10).
      await query(
        `WITH newest AS (
           SELECT payload FROM outbox WHERE message_id = $1 AND kind = 'render'
           ORDER BY version DESC LIMIT 1
         ), older AS (
           UPDATE outbox SET state = 'superseded'
           WHERE message_id = $1 AND kind = 'render' AND state = 'pending' RETURNING priority, due_at
         ), added AS (
           INSERT INTO outbox (id, kind, message_id, lane, priority, version, payload, due_at)
           SELECT $2, 'render', $1, (SELECT channel FROM messages WHERE id = $1),
             least($3::smallint, (SELECT min(priority) FROM older)), $4, payload,
             greatest(clock_timestamp(), (SELECT max(due_at) FROM older WHERE $6))
           FROM newest RETURNING lane)
         SELECT pg_notify($5, lane) FROM added`,
        [
          ...asIds(messageId, ids.uuid(), priorityOf(urgency), rows[0].version),
          ...[asIs(channel), waitsAsTheOlder(urgency)],
        ],
      );
    },
  };
}

function single(send: Send): Pick<Messages, 'ephemeral' | 'home' | 'upload' | 'page'> {
  return {
    page: (page) => send({ kind: 'page', lane: `page:${page.fix}`, urgency: 'decision', payload: page }),
    ephemeral: (to, rendered) =>
      send({
        kind: 'ephemeral',
        lane: to.channel,
        urgency: 'decision',
        payload: { ...to, rendered },
      }),
    home: (to, view) =>
      send({ kind: 'home', lane: `home:${to.userId}`, urgency: 'progress', payload: { ...to, view } }),
    upload: ({ id, parentId, runId, ...file }) =>
      send({
        kind: 'upload',
        lane: laneOf(file, parentId),
        urgency: 'answer',
        payload: file,
        ...present({ id, messageId: parentId, answer: runId }),
      }),
  };
}

/** A bundle is on its way for longer, and a picture is worth no wait: nothing else of a channel stands behind them. */
function laneOf(file: OutboxPayloads['upload'], parentId: string | undefined): string {
  if ('bundle' in file) return `bundle:${file.bundle}`;
  return 'picture' in file && parentId !== undefined ? `picture:${parentId}` : file.channel;
}

function finding(query: Query): Pick<Messages, 'find'> {
  return {
    async find({ id, ids, runId, remediationId, purpose }) {
      const { rows } = await query<{
        id: string;
        purpose: string;
        channel: string;
        ts: string | null;
        thread_ts: string | null;
        parent_id: string | null;
        lost: string | null;
      }>(
        `SELECT id, purpose, channel, ts, thread_ts, parent_id, lost FROM messages
         WHERE ($1::uuid IS NULL OR run_id = $1) AND ($2::uuid IS NULL OR remediation_id = $2)
           AND ($3::text IS NULL OR purpose = $3) AND ($4::uuid[] IS NULL OR id = ANY($4))
           AND ($1::uuid IS NOT NULL OR $2::uuid IS NOT NULL OR $4::uuid[] IS NOT NULL)
         ORDER BY created_at, id`,
        [...asIds(runId, remediationId, purpose), (id === undefined ? ids : [id])?.map(asIs) ?? null],
      );
      return rows.map((row) =>
        withoutNulls<Awaited<ReturnType<Messages['find']>>[number]>({
          id: row.id,
          purpose: row.purpose,
          channel: row.channel,
          ts: row.ts ?? undefined,
          threadTs: row.thread_ts ?? undefined,
          parentId: row.parent_id ?? undefined,
          lost: row.lost ?? undefined,
        }),
      );
    },
  };
}
