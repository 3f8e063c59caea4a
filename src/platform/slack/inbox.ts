import { createHmac, timingSafeEqual } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { canonicalJson } from '../../domain/kernel/canonical.ts';
import type { Logger } from '../../domain/kernel/clock.ts';
import { AppError } from '../../domain/kernel/errors.ts';
import { present } from '../../domain/kernel/present.ts';
import type { Secret } from '../../domain/kernel/secret.ts';
import { wellFormed } from '../../domain/kernel/text.ts';
import { within } from '../../domain/kernel/within.ts';
import { applicationRole, clientConfig, type DatabaseConfig } from '../store/connection.ts';
import { noAnswer, translate } from '../store/errors.ts';
import { asIs, ids, plainRedactor, type RedactorOf, storedSlackJson } from '../store/gate.ts';
import { answerable } from '../store/inbox.ts';
import { createGatedPool } from '../store/pool.ts';

export interface InboxOptions {
  readonly database: DatabaseConfig;
  readonly logger: Logger;
  readonly poolSize?: number;
  /** Default `aetherius_app`; `null` stays the role that logged in. */
  readonly role?: string | null;
  /** Deliveries are signed with what only processes with it can know: any other row of the inbox is ignored. */
  readonly token: Secret;
  readonly onForged?: (key: string) => void;
  /** What stands in the gate; default redactors that know no secrets. */
  readonly redactorOf?: RedactorOf;
}

/**
 * How long a delivery may be worked on before another process takes it over: longer than any handler takes, and
 * short enough that somebody whose bot was killed still waits for the answer.
 */
const leaseSeconds = 20;
/** Slack's users have given up by then; a click from an hour ago must not act. */
const tooOldMinutes = 15;
const mostAttempts = 3;

/** No answer came, or not in time; the server itself has refused nothing. */
const isUnreachable = (error: unknown): boolean =>
  error instanceof AppError && error.code === 'DEPENDENCY_UNAVAILABLE' && error.facts.sqlstate === undefined;

const accept = `
WITH wanted (key, kind, digest, body) AS (
  VALUES ($1::text, $2::text, $3::text, $4::jsonb)
), nonce AS (
  INSERT INTO inbox (key, kind, payload_digest, handled_at)
  SELECT 'signature:' || $5::text, 'signature', $3, clock_timestamp() WHERE $5::text IS NOT NULL
  ON CONFLICT (key) DO NOTHING RETURNING key
), first AS (
  INSERT INTO inbox (key, kind, payload_digest, payload, mac, leased_until)
  SELECT key, kind, digest, body, $6::text, clock_timestamp() + interval '${leaseSeconds} seconds' FROM wanted
  WHERE $5::text IS NULL OR EXISTS (SELECT FROM nonce)
  ON CONFLICT (key) DO NOTHING RETURNING key
)
SELECT count(*)::int AS fresh FROM first`;

/**
 * Deliveries as they are accepted (R-S1, R-S2). It has connections of its own and one statement a delivery, because the
 * ack waits for it; other work in PostgreSQL must not delay it.
 */
export function createDeliveryInbox(options: InboxOptions) {
  const { redactorOf = plainRedactor } = options;
  /** Over the id of the delivery and what is stored of it. */
  const key = createHmac('sha256', options.token.reveal()).update('deliveries').digest();
  const macOf = (id: string, body: unknown): string =>
    createHmac('sha256', key)
      .update(`${wellFormed(id)}\n${canonicalJson(body)}`)
      .digest('hex');
  const isOurs = (id: string, body: unknown, mac: string | null): boolean => {
    const expected = Buffer.from(macOf(id, body));
    const given = Buffer.from(mac ?? '');
    return expected.length === given.length && timingSafeEqual(expected, given);
  };
  const role = options.role === undefined ? applicationRole : options.role;
  const { pool, alone } = createGatedPool({
    config: clientConfig({ ...options.database, connectTimeoutMs: 1200 }),
    settings: { ...present({ role: role ?? undefined }), statement_timeout: 1400 },
    size: options.poolSize ?? 4,
    idleMs: 300_000,
    logger: options.logger,
    ...present({ redactorOf: options.redactorOf }),
  });

  const query = async <Row extends object>(
    text: string,
    values: readonly unknown[],
    timeoutMs = 5000,
  ): Promise<readonly Row[]> => {
    try {
      // Also bounds the wait for a free connection, which the driver's own timeouts do not.
      return (await within(timeoutMs, alone<Row>(text, values, timeoutMs), { late: noAnswer })).rows;
    } catch (error) {
      throw translate(error);
    }
  };

  return {
    async accept(
      delivery: {
        readonly key: string;
        readonly kind: string;
        readonly digest: string;
        readonly signature?: string;
        readonly body: unknown;
      },
      timeoutMs: number,
    ): Promise<boolean> {
      const { key, kind, digest, body, signature = null } = delivery;
      const { text, parameter } = storedSlackJson(body, redactorOf(undefined));
      const values = [
        ...ids(key, kind, digest),
        parameter,
        asIs(signature),
        asIs(macOf(key, JSON.parse(text))),
      ];
      const rows = await query<{ fresh: number }>(accept, values, timeoutMs);
      return rows[0]?.fresh === 1;
    },
    async handled(key: string): Promise<void> {
      await query(
        `UPDATE inbox SET handled_at = clock_timestamp(), payload = ${answerable} WHERE key = $1`,
        ids(key),
      );
    },
    /** Those that are too old, or ended as many processes as may be, are given up: what was typed goes. */
    async abandoned(limit: number): Promise<readonly { readonly key: string; readonly body: unknown }[]> {
      const rows = await query<{ key: string; body: unknown; mac: string | null }>(
        `WITH given_up AS (
           UPDATE inbox SET handled_at = clock_timestamp(), payload = ${answerable}
           WHERE handled_at IS NULL AND payload IS NOT NULL AND leased_until < clock_timestamp()
             AND (attempts >= ${mostAttempts} OR received_at <= clock_timestamp() - interval '${tooOldMinutes} minutes')
         )
         UPDATE inbox SET attempts = attempts + 1,
           leased_until = clock_timestamp() + interval '${leaseSeconds} seconds'
         WHERE key IN (
           SELECT key FROM inbox
           WHERE handled_at IS NULL AND payload IS NOT NULL AND leased_until < clock_timestamp()
             AND attempts < ${mostAttempts} AND received_at > clock_timestamp() - interval '${tooOldMinutes} minutes'
           ORDER BY received_at LIMIT $1 FOR UPDATE SKIP LOCKED)
         RETURNING key, payload AS body, mac`,
        [limit],
      );
      const ours = rows.filter(({ key, body, mac }) => isOurs(key, body, mac));
      for (const { key } of rows.filter((row) => !ours.includes(row))) {
        options.logger.error({ delivery: key }, 'a delivery that no bot has written down is not handled');
        await query(
          'UPDATE inbox SET handled_at = clock_timestamp(), payload = NULL WHERE key = $1',
          ids(key),
        );
        options.onForged?.(key);
      }
      return ours.map(({ key, body }) => ({ key, body }));
    },
    /** The `response_url` of the delivery that started this run, while Slack still takes it. */
    async responseUrlOf(
      runId: string,
    ): Promise<{ readonly url: string; readonly userId: string } | undefined> {
      const rows = await query<{ url: string | null; user_id: string | null }>(
        `SELECT i.payload->>'response_url' AS url, coalesce(i.payload->>'user_id', i.payload->'user'->>'id') AS user_id
         FROM runs r JOIN inbox i ON i.key = r.dedupe_key
         WHERE r.id = $1 AND i.received_at > clock_timestamp() - interval '29 minutes'`,
        ids(runId),
      );
      const row = rows[0];
      return row?.url == null || row.user_id === null ? undefined : { url: row.url, userId: row.user_id };
    },
    async runOfMessage(messageId: string): Promise<string | undefined> {
      const rows = await query<{ run_id: string | null }>(
        'SELECT run_id FROM messages WHERE id = $1',
        ids(messageId),
      );
      return rows[0]?.run_id ?? undefined;
    },
    async sawHome(userId: string, teamId: string): Promise<void> {
      await query(
        `INSERT INTO home_viewers (user_id, team_id) VALUES ($1, $2)
         ON CONFLICT (user_id) DO UPDATE SET team_id = excluded.team_id, opened_at = clock_timestamp()`,
        ids(userId, teamId),
      );
    },
    /** Those whose Home is kept current: who looked within a day, the latest first. */
    async homeViewers(
      limit: number,
    ): Promise<readonly { readonly userId: string; readonly teamId: string }[]> {
      return query<{ userId: string; teamId: string }>(
        `SELECT user_id AS "userId", team_id AS "teamId" FROM home_viewers
         WHERE opened_at > clock_timestamp() - interval '1 day' ORDER BY opened_at DESC LIMIT $1`,
        [limit],
      );
    },
    /**
     * Opens a connection, so that the first command does not wait for one. On a busy machine the first one may take longer
     * than a delivery may wait, and that ends no start: it is tried for `warmMs` (default ten seconds).
     */
    async warm(warmMs = 10_000): Promise<void> {
      const ends = performance.now() + warmMs;
      for (;;) {
        try {
          await query('SELECT 1', []);
          return;
        } catch (error) {
          if (!isUnreachable(error) || performance.now() > ends) throw error;
          options.logger.warn({ err: error }, 'the delivery inbox is not connected yet');
          await delay(100);
        }
      }
    },
    async close(): Promise<void> {
      await pool.end();
    },
  };
}
export type SlackInbox = ReturnType<typeof createDeliveryInbox>;
