import type { Ids } from '../../domain/clock.ts';
import type { OutboxKind } from '../../domain/outbox.ts';
import type { Messages } from '../../domain/store.ts';
import { json, present, type Query } from './query.ts';

interface OutboxRow {
  readonly kind: OutboxKind;
  readonly messageId?: string;
  readonly lane: string;
  readonly priority?: 0 | 1;
  readonly version?: number;
  readonly payload: unknown;
}

/** Writes messages with their outbox rows; `wake` tells the senders once the transaction is committed. */
export function createMessages(query: Query, ids: Ids, wake: (lane: string) => Promise<void>): Messages {
  const send = async (row: OutboxRow) => {
    await query(
      `INSERT INTO outbox (id, kind, message_id, lane, priority, version, payload)
       VALUES ($1, $2, $3, $4, $5, $6, $7)`,
      [
        ...[ids.uuid(), row.kind, row.messageId ?? null, row.lane, row.priority ?? 0],
        ...[row.version ?? null, json(row.payload)],
      ],
    );
    await wake(row.lane);
  };
  return { ...rendering(query, send), ...single(send), ...finding(query) };
}

type Send = (row: OutboxRow) => Promise<void>;

function rendering(query: Query, send: Send): Pick<Messages, 'post' | 'update'> {
  return {
    async post({ id, purpose, channel, threadTs, parentId, runId, remediationId, rendered, priority }) {
      await query(
        `INSERT INTO messages (id, purpose, run_id, remediation_id, channel, parent_id, thread_ts, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, 1)`,
        [id, purpose, runId ?? null, remediationId ?? null, channel, parentId ?? null, threadTs ?? null],
      );
      await send({
        kind: 'render',
        messageId: id,
        lane: channel,
        version: 1,
        payload: rendered,
        ...(priority === undefined ? {} : { priority }),
      });
      return id;
    },
    async update(messageId, rendered, { priority } = {}) {
      const { rows } = await query<{ channel: string; version: number }>(
        'UPDATE messages SET version = version + 1 WHERE id = $1 RETURNING channel, version',
        [messageId],
      );
      const message = rows[0];
      if (message === undefined) return;
      // An answer that still waits behind a decision keeps the decision's place.
      const { rows: older } = await query<{ priority: 0 | 1 }>(
        `UPDATE outbox SET state = 'superseded'
         WHERE message_id = $1 AND kind = 'render' AND state = 'pending' RETURNING priority`,
        [messageId],
      );
      const urgent = older.some((row) => row.priority === 0) ? 0 : priority;
      await send({
        kind: 'render',
        messageId,
        lane: message.channel,
        version: message.version,
        payload: rendered,
        ...(urgent === undefined ? {} : { priority: urgent }),
      });
    },
  };
}

function single(send: Send): Pick<Messages, 'ephemeral' | 'home' | 'upload'> {
  return {
    ephemeral: (to, rendered) => send({ kind: 'ephemeral', lane: to.channel, payload: { ...to, rendered } }),
    home: (to, view) =>
      send({ kind: 'home', lane: `home:${to.userId}`, priority: 1, payload: { ...to, view } }),
    upload: ({ parentId, ...file }) =>
      send({
        kind: 'upload',
        lane: file.channel,
        payload: file,
        ...(parentId === undefined ? {} : { messageId: parentId }),
      }),
  };
}

function finding(query: Query): Pick<Messages, 'find'> {
  return {
    async find({ runId, remediationId, purpose }) {
      const { rows } = await query<{
        id: string;
        purpose: string;
        channel: string;
        ts: string | null;
        thread_ts: string | null;
        parent_id: string | null;
      }>(
        `SELECT id, purpose, channel, ts, thread_ts, parent_id FROM messages
         WHERE ($1::uuid IS NULL OR run_id = $1) AND ($2::uuid IS NULL OR remediation_id = $2)
           AND ($3::text IS NULL OR purpose = $3) AND ($1::uuid IS NOT NULL OR $2::uuid IS NOT NULL)
         ORDER BY created_at, id`,
        [runId ?? null, remediationId ?? null, purpose ?? null],
      );
      return rows.map((row) =>
        present<Awaited<ReturnType<Messages['find']>>[number]>({
          id: row.id,
          purpose: row.purpose,
          channel: row.channel,
          ts: row.ts ?? undefined,
          threadTs: row.thread_ts ?? undefined,
          parentId: row.parent_id ?? undefined,
        }),
      );
    },
  };
}
