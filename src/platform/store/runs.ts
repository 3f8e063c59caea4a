import type { Facts } from '../../domain/kernel/facts.ts';
import type { Person } from '../../domain/kernel/person.ts';
import type { PartId } from '../../domain/platform/part.ts';
import type { Runs } from '../../domain/ports/runs.ts';
import type { Finding } from '../../domain/probe/finding.ts';
import type { Cause, ProbeOutcome, SkipReason } from '../../domain/probe/probe.ts';
import type { Language, Mended, Run, RunKind, RunSource, RunState, Surface } from '../../domain/run/run.ts';
import { asIs, ids, json, jsonAsIs } from './gate.ts';
import { ms, type Query, withoutNulls } from './query.ts';

interface RunRow {
  readonly id: string;
  readonly kind: RunKind;
  readonly environment: string;
  readonly params: Facts;
  readonly state: RunState;
  readonly attempt: number;
  readonly source: RunSource;
  readonly requested_by: Person | null;
  readonly surface: Surface | null;
  readonly created_at: Date;
  readonly started_at: Date | null;
  readonly finished_at: Date | null;
  readonly summary: unknown;
  readonly mended_at: Date | null;
}

interface OutcomeRow {
  readonly key: string;
  readonly probe: string;
  readonly part: PartId;
  readonly status: ProbeOutcome['status'];
  readonly findings: readonly Finding[];
  readonly facts: Facts;
  readonly reason: SkipReason | null;
  readonly cause: Cause | null;
  readonly started_at: Date;
  readonly duration_ms: number;
}

const columns = `id, kind, environment, params, state, attempt, source, requested_by, surface, created_at,
  started_at, finished_at, summary, mended_at`;

function toRun(row: RunRow): Run {
  return withoutNulls<Run>({
    id: row.id,
    kind: row.kind,
    environment: row.environment,
    params: row.params,
    state: row.state,
    attempt: row.attempt,
    source: row.source,
    requestedBy: row.requested_by ?? undefined,
    surface: row.surface ?? undefined,
    createdAt: row.created_at,
    startedAt: row.started_at ?? undefined,
    finishedAt: row.finished_at ?? undefined,
    summary: row.summary,
    mendedAt: row.mended_at ?? undefined,
  });
}

function toOutcome(row: OutcomeRow): ProbeOutcome {
  return withoutNulls<ProbeOutcome>({
    key: row.key,
    probe: row.probe,
    part: row.part,
    status: row.status,
    findings: row.findings,
    facts: row.facts,
    reason: row.reason ?? undefined,
    cause: row.cause ?? undefined,
    startedAt: row.started_at.toISOString(),
    durationMs: row.duration_ms,
  });
}

export function createRuns(query: Query): Runs {
  return { ...reading(query), ...claiming(query), ...mending(query), ...waiting(query) };
}

function reading(
  query: Query,
): Pick<Runs, 'insert' | 'get' | 'list' | 'latest' | 'inThread' | 'byReference' | 'byDedupeKey'> {
  const one = async (condition: string, values: readonly unknown[]) => {
    const { rows } = await query<RunRow>(`SELECT ${columns} FROM runs WHERE ${condition}`, values);
    return rows[0] === undefined ? undefined : toRun(rows[0]);
  };
  return {
    async insert(run) {
      const { count } = await query(
        `INSERT INTO runs (id, kind, environment, params, state, source, requested_by, surface, dedupe_key)
         VALUES ($1, $2, $3, $4, 'queued', $5, $6, $7, $8) ON CONFLICT (dedupe_key) DO NOTHING`,
        [
          ...ids(run.id, run.kind, run.environment),
          ...[json(run.params, run.id), asIs(run.source)],
          ...[jsonAsIs(run.requestedBy), jsonAsIs(run.surface), asIs(run.dedupeKey)],
        ],
      );
      return count === 1;
    },
    async get(id) {
      const run = await one('id = $1', ids(id));
      if (run === undefined) return undefined;
      const { rows } = await query<OutcomeRow>(
        `SELECT key, probe, part, status, findings, facts, reason, cause, started_at, duration_ms
         FROM run_probes WHERE run_id = $1 ORDER BY key`,
        ids(id),
      );
      return { ...run, outcomes: rows.map(toOutcome) };
    },
    async list({ environment, kind, limit }) {
      const { rows } = await query<RunRow>(
        `SELECT ${columns} FROM runs
         WHERE ($1::text IS NULL OR environment = $1) AND ($2::text IS NULL OR kind = $2)
         ORDER BY created_at DESC, id DESC LIMIT $3`,
        ids(environment, kind, limit),
      );
      return rows.map(toRun);
    },
    async latest({ kinds, environment, channel, threadTs, requestedBy, unseen }) {
      const { rows } = await query<RunRow>(
        `SELECT ${columns} FROM runs
         WHERE kind = ANY($1) AND state IN ('complete', 'failed', 'expired')
           AND ($2::text IS NULL OR environment = $2)
           AND ($3::text IS NULL OR $4::text IS NOT NULL OR surface->>'channel' = $3)
           AND ($4::text IS NULL OR id IN (
             SELECT run_id FROM messages WHERE channel = $3 AND (ts = $4 OR thread_ts = $4)))
           AND ($5::jsonb IS NULL OR requested_by @> $5)
           AND ($6 OR EXISTS (SELECT FROM run_probes WHERE run_id = runs.id))
         ORDER BY created_at DESC, id DESC LIMIT 1`,
        [
          ...ids(kinds, environment, channel, threadTs),
          requestedBy === undefined
            ? null
            : jsonAsIs({ teamId: requestedBy.teamId, userId: requestedBy.userId }),
          unseen === true,
        ],
      );
      return rows[0] === undefined ? undefined : toRun(rows[0]);
    },
    async inThread({ channel, threadTs }, limit) {
      const { rows } = await query<RunRow>(
        `SELECT ${columns} FROM runs
         WHERE id IN (SELECT run_id FROM messages WHERE channel = $1 AND (ts = $2 OR thread_ts = $2))
            OR (surface->>'channel' = $1 AND surface->>'threadTs' = $2)
         ORDER BY created_at, id LIMIT $3`,
        [...ids(channel, threadTs), limit],
      );
      return rows.map(toRun);
    },
    async byReference(reference) {
      const { rows } = await query<RunRow>(
        `SELECT ${columns} FROM runs WHERE id::text = $1 OR right(id::text, 8) = $1
         ORDER BY created_at DESC LIMIT 1`,
        ids(reference.toLowerCase()),
      );
      return rows[0] === undefined ? undefined : toRun(rows[0]);
    },
    byDedupeKey: (key) => one('dedupe_key = $1', ids(key)),
  };
}

function claiming(query: Query): Pick<Runs, 'claim' | 'clean' | 'extend' | 'saveOutcomes' | 'finish'> {
  return {
    async claim(id, owner, leaseMs, environments) {
      const { rows } = await query<RunRow>(
        `UPDATE runs SET state = 'running', attempt = attempt + 1, lease_owner = $2,
           lease_until = clock_timestamp() + ${ms(3)}, started_at = coalesce(started_at, clock_timestamp())
         WHERE id = $1 AND (state = 'queued' OR (state = 'running' AND lease_until < clock_timestamp()))
           AND ($4::text[] IS NULL OR environment = ANY($4))
         RETURNING ${columns}`,
        ids(id, owner, leaseMs, environments),
      );
      return rows[0] === undefined ? undefined : toRun(rows[0]);
    },
    async clean(id, owner, params) {
      const { rows } = await query<{ held: number }>(
        `WITH run AS (
           UPDATE runs SET params = $3 WHERE id = $1 AND lease_owner = $2 AND state = 'running' RETURNING dedupe_key
         )
         SELECT count(*)::int AS held, count(settle_delivery(dedupe_key))::int AS settled FROM run`,
        [...ids(id, owner), json(params, id)],
      );
      return rows[0]?.held === 1;
    },
    async extend(id, owner, leaseMs) {
      const { count } = await query(
        `UPDATE runs SET lease_until = clock_timestamp() + ${ms(3)}
         WHERE id = $1 AND lease_owner = $2 AND state = 'running'`,
        ids(id, owner, leaseMs),
      );
      return count === 1;
    },
    async saveOutcomes(id, outcomes) {
      if (outcomes.length === 0) return;
      const rows = outcomes.map(({ startedAt, durationMs, ...outcome }) => ({
        ...outcome,
        started_at: startedAt,
        duration_ms: Math.round(durationMs),
      }));
      await query(
        `INSERT INTO run_probes (run_id, key, probe, part, status, findings, facts, reason, cause, started_at,
           duration_ms)
         SELECT $1::uuid, key, probe, part, status, findings, facts, reason, cause, started_at, duration_ms
         FROM jsonb_to_recordset($2) AS fresh (key text, probe text, part text, status text, findings jsonb,
           facts jsonb, reason text, cause jsonb, started_at timestamptz, duration_ms integer)
         ON CONFLICT (run_id, key) DO UPDATE SET probe = excluded.probe, part = excluded.part,
           status = excluded.status, findings = excluded.findings, facts = excluded.facts,
           reason = excluded.reason, cause = excluded.cause, started_at = excluded.started_at,
           duration_ms = excluded.duration_ms`,
        [asIs(id), json(rows, id)],
      );
    },
    async finish(id, owner, state, summary) {
      const { count } = await query(
        `UPDATE runs SET state = $3, summary = $4, finished_at = clock_timestamp(), lease_until = NULL
         WHERE id = $1 AND lease_owner = $2 AND state = 'running'`,
        [...ids(id, owner, state), json(summary, id)],
      );
      return count === 1;
    },
  };
}

function mending(query: Query): Pick<Runs, 'unmended' | 'mend' | 'unmend' | 'mendedOf'> {
  return {
    async unmended(environment, { before, withinMs, limit }) {
      const { rows } = await query<RunRow>(
        `SELECT ${columns} FROM runs
         WHERE environment = $1 AND kind IN ('health', 'diagnose') AND state = 'complete' AND mended_at IS NULL
           AND finished_at < $2 AND finished_at > clock_timestamp() - ${ms(3)}
           AND summary->>'overall' IN ('findings', 'cause-found')
           AND EXISTS (SELECT FROM messages WHERE run_id = runs.id AND purpose = 'root' AND lost IS NULL)
         ORDER BY finished_at DESC, id LIMIT $4`,
        ids(environment, before, withinMs, limit),
      );
      return rows.map(toRun);
    },
    async mend(id, fix) {
      const { count } = await query(
        `UPDATE runs SET mended_at = coalesce(mended_at, clock_timestamp()), mended_by = $2
         WHERE id = $1 AND (mended_at IS NULL OR (mended_by IS NULL AND $2::uuid IS NOT NULL))`,
        ids(id, fix),
      );
      return count === 1;
    },
    async unmend(id) {
      const { count } = await query(
        'UPDATE runs SET mended_at = NULL, mended_by = NULL WHERE id = $1 AND mended_at IS NOT NULL',
        ids(id),
      );
      return count === 1;
    },
    async mendedOf(id) {
      const { rows } = await query<{
        environment: string;
        language: Language | null;
        at: Date;
        handle: string | null;
      }>(
        `SELECT r.environment, r.surface->>'language' AS language, r.mended_at AS at, f.handle
         FROM runs r LEFT JOIN remediations f ON f.id = r.mended_by WHERE r.id = $1 AND r.mended_at IS NOT NULL`,
        ids(id),
      );
      const [row] = rows;
      return row && withoutNulls<Mended>({ ...row, language: row.language ?? 'en' });
    },
  };
}

/** Since when an unclaimed run waits for a worker. */
const waitsSince = `(CASE state WHEN 'running' THEN lease_until ELSE created_at END)`;

function waiting(query: Query): Pick<Runs, 'waiting' | 'markEnqueued' | 'expire'> {
  return {
    async waiting(environments, olderThanMs, limit, lateMs) {
      const late = `${waitsSince} <= clock_timestamp() - ${ms(4)}`;
      const { rows } = await query<
        Pick<RunRow, 'id' | 'environment' | 'kind' | 'attempt'> & { readonly late: boolean }
      >(
        `SELECT id, environment, kind, attempt,
           coalesce(enqueued_at >= ${waitsSince} AND ${late}, false) AS late FROM runs
         WHERE environment = ANY($1) AND (
           (state = 'queued' AND coalesce(enqueued_at, created_at) <= clock_timestamp() - ${ms(2)})
           OR (state = 'running' AND lease_until < clock_timestamp() AND (
             enqueued_at IS NULL OR enqueued_at < lease_until OR enqueued_at <= clock_timestamp() - ${ms(2)}))
           OR ((state = 'queued' OR (state = 'running' AND lease_until < clock_timestamp()))
             AND ${late} AND enqueued_at < ${waitsSince} + ${ms(4)}))
         ORDER BY created_at, id LIMIT $3`,
        ids(environments, olderThanMs, limit, lateMs),
      );
      return rows;
    },
    async markEnqueued(id) {
      await query('UPDATE runs SET enqueued_at = clock_timestamp() WHERE id = $1', ids(id));
    },
    async expire(olderThanMs, limit) {
      const { rows } = await query<RunRow>(
        `UPDATE runs SET state = 'expired', finished_at = clock_timestamp(), lease_until = NULL,
           params = CASE WHEN attempt = 0 THEN '{}' ELSE params END
         WHERE id IN (
           SELECT id FROM runs WHERE created_at < clock_timestamp() - ${ms(1)}
             AND (state = 'queued' OR (state = 'running' AND lease_until < clock_timestamp()))
           ORDER BY created_at LIMIT $2 FOR UPDATE SKIP LOCKED)
         RETURNING ${columns}`,
        [olderThanMs, limit],
      );
      return rows.map(toRun);
    },
  };
}
