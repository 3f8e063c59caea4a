import type { AlertNotes, IncomingAlert } from '../../domain/alert/body.ts';
import type { Incident, IncidentHead } from '../../domain/alert/incident.ts';
import type { Alerts, StoredAlert, TakenAlert } from '../../domain/ports/alerts.ts';
import type { Language } from '../../domain/run/run.ts';
import { asIs, ids, json } from './gate.ts';
import { ms, type Query, withoutNulls } from './query.ts';

interface AlertRow {
  readonly id: number;
  readonly environment: string;
  readonly fingerprint: string;
  readonly starts_at: Date;
  readonly status: StoredAlert['status'];
  readonly ends_at: Date | null;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly notes: AlertNotes;
}

interface IncidentRow {
  readonly id: string;
  readonly environment: string;
  readonly symptom: string;
  readonly channel: string;
  readonly language: Language;
  readonly message_id: string;
  readonly run_id: string | null;
  readonly opened_at: Date;
  readonly last_at: Date;
  readonly resolved_at: Date | null;
  readonly alerts: number;
  readonly said: number;
  readonly line_at: Date | null;
  readonly names: readonly string[];
  readonly unsaid: readonly string[];
  readonly muted_by: readonly string[] | null;
}

/** What its diagnosis left in the summary of its run. */
const mutedBy = `(SELECT r.summary->'muted' FROM runs r WHERE r.id = incidents.run_id AND r.state = 'complete')`;
const columns = `id, environment, symptom, channel, language, message_id, run_id, opened_at, last_at, resolved_at, alerts,
  said, line_at, names, unsaid, ${mutedBy} AS muted_by`;
/** Of one key of advisory locks: who takes alerts. */
const turnLock = 7_401_924;
/** The end of an alert `a` has arrived. */
const isOver = `EXISTS (SELECT FROM alerts e WHERE e.environment = a.environment AND e.fingerprint = a.fingerprint
  AND e.starts_at = a.starts_at AND e.status = 'resolved')`;

const toAlert = (row: AlertRow): StoredAlert =>
  withoutNulls<StoredAlert>({
    id: row.id,
    environment: row.environment,
    fingerprint: row.fingerprint,
    startsAt: row.starts_at,
    status: row.status,
    endsAt: row.ends_at,
    name: row.name,
    labels: row.labels,
    notes: row.notes,
  });

const toIncident = (row: IncidentRow): Incident =>
  withoutNulls<Incident>({
    id: row.id,
    environment: row.environment,
    symptom: row.symptom,
    channel: row.channel,
    language: row.language,
    messageId: row.message_id,
    runId: row.run_id,
    openedAt: row.opened_at,
    lastAt: row.last_at,
    resolvedAt: row.resolved_at,
    alerts: row.alerts,
    said: row.said,
    lineAt: row.line_at,
    names: row.names,
    unsaid: row.unsaid,
    mutedBy: row.muted_by,
  });

/** One statement stores all of them, or no alert. Those that are there stay as they are. */
export const addAlerts = `INSERT INTO alerts (environment, fingerprint, starts_at, status, ends_at, name, labels, notes)
  SELECT $1, fingerprint, starts_at, status, ends_at, name, labels, notes
  FROM ROWS FROM (unnest($2::text[], $3::timestamptz[], $4::timestamptz[], $5::text[]),
      jsonb_to_recordset($6) AS (name text, labels jsonb, notes jsonb))
    AS came (fingerprint, starts_at, ends_at, status, name, labels, notes)
  ON CONFLICT DO NOTHING`;

/** Its parameters. Texts pass the gate; what an alert is told by does not, because it must stay what it is. */
export function addedAlerts(environment: string, alerts: readonly IncomingAlert[]): readonly unknown[] {
  const rows = alerts.map(({ labels, notes, name }) => ({ labels, notes, name }));
  const keys = alerts.map(({ fingerprint, startsAt, endsAt, status }) => [
    fingerprint,
    startsAt.toISOString(),
    endsAt?.toISOString() ?? null,
    status,
  ]);
  return [
    ...ids(environment),
    ...[0, 1, 2, 3].flatMap((column) => ids(keys.map((key) => key[column]))),
    json(rows),
  ];
}

export function createAlerts(query: Query): Alerts {
  return {
    async add(environment, alerts) {
      if (alerts.length > 0) await query(addAlerts, addedAlerts(environment, alerts));
    },
    ...taking(query),
    ...telling(query),
  };
}

function taking(query: Query): Pick<Alerts, 'turn' | 'waiting' | 'take' | 'incidentsOf'> {
  return {
    async turn() {
      const { rows } = await query<{ mine: boolean }>('SELECT pg_try_advisory_xact_lock($1) AS mine', [
        turnLock,
      ]);
      return rows[0]?.mine === true;
    },
    async waiting(limit) {
      const { rows } = await query<AlertRow>(
        `SELECT id, environment, fingerprint, starts_at, status, ends_at, name, labels, notes FROM alerts
         WHERE taken_at IS NULL ORDER BY id LIMIT $1`,
        [limit],
      );
      return rows.map(toAlert);
    },
    async take(alerts, incidentId) {
      await query(
        'UPDATE alerts SET taken_at = clock_timestamp(), incident_id = $2 WHERE id = ANY($1::bigint[])',
        [asIs(alerts), asIs(incidentId)],
      );
    },
    async incidentsOf(ends) {
      const { rows } = await query<{ id: number; incident_id: string }>(
        `SELECT e.id, a.incident_id FROM alerts e JOIN alerts a ON a.environment = e.environment
           AND a.fingerprint = e.fingerprint AND a.starts_at = e.starts_at AND a.status = 'firing'
         WHERE e.id = ANY($1::bigint[]) AND a.incident_id IS NOT NULL`,
        [asIs(ends)],
      );
      return new Map(rows.map((row) => [row.id, row.incident_id]));
    },
  };
}

function telling(query: Query): Omit<Alerts, keyof ReturnType<typeof taking> | 'add'> {
  const list = async (rest: string, values: readonly unknown[]) => {
    const { rows } = await query<IncidentRow>(`SELECT ${columns} FROM incidents ${rest}`, values);
    return rows.map(toIncident);
  };
  return {
    latest: async (environment, symptom) =>
      (
        await list('WHERE environment = $1 AND symptom = $2 ORDER BY opened_at DESC LIMIT 1', [
          ...ids(environment),
          symptom,
        ])
      )[0],
    get: async (id) => (await list('WHERE id = $1', ids(id)))[0],
    async namedWithin(environment, within) {
      const { rows } = await query<{ n: number }>(
        `SELECT count(*) AS n FROM incidents WHERE environment = $1 AND symptom LIKE '? %'
           AND opened_at > clock_timestamp() - ${ms(2)}`,
        [...ids(environment), within],
      );
      return rows[0]?.n ?? 0;
    },
    async open({ id, environment, symptom, channel, language, messageId, runId, alerts, names }) {
      await query(
        `INSERT INTO incidents (id, environment, symptom, channel, language, message_id, run_id, alerts, said, names)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, $9)`,
        [...ids(id, environment), symptom, ...ids(channel, language, messageId, runId), alerts, json(names)],
      );
    },
    async joined(id, { names, unsaid, count }) {
      await query(
        `UPDATE incidents SET alerts = alerts + $2, names = $3, unsaid = $4, last_at = clock_timestamp(),
           resolved_at = NULL WHERE id = $1`,
        [...ids(id), count, json(names), json(unsaid)],
      );
    },
    async told(id) {
      await query(
        `UPDATE incidents SET said = alerts, unsaid = '[]', line_at = clock_timestamp() WHERE id = $1`,
        ids(id),
      );
    },
    untold: (forMs, limit) =>
      list(`WHERE said < alerts AND line_at < clock_timestamp() - ${ms(1)} ORDER BY line_at LIMIT $2`, [
        forMs,
        limit,
      ]),
    async resolve(id) {
      await query(
        'UPDATE incidents SET resolved_at = clock_timestamp() WHERE id = $1 AND resolved_at IS NULL',
        ids(id),
      );
    },
    muted: (limit) =>
      list(
        `WHERE resolved_at IS NULL AND run_id IS NOT NULL AND ${mutedBy} IS NOT NULL
         ORDER BY coalesce(line_at, opened_at) LIMIT $1`,
        [limit],
      ),
    async lookedAgain(id, { messageId, runId }) {
      await query(
        `UPDATE incidents SET message_id = $2, run_id = $3, said = alerts, unsaid = '[]', line_at = clock_timestamp()
         WHERE id = $1`,
        ids(id, messageId, runId),
      );
    },
    newest: (environment, limit) =>
      list('WHERE environment = $1 ORDER BY opened_at DESC, id LIMIT $2', [...ids(environment), limit]),
    inThread: ({ channel, threadTs }) =>
      list(
        `WHERE message_id IN (SELECT id FROM messages WHERE channel = $1 AND (ts = $2 OR thread_ts = $2))
         ORDER BY opened_at, id LIMIT 20`,
        ids(channel, threadTs),
      ),
    async of(id, limit) {
      // The end of an alert is a row of its own, and may have come before anybody took its begin.
      const { rows } = await query<AlertRow & { readonly received_at: Date }>(
        `SELECT id, environment, fingerprint, starts_at, status, ends_at, name, labels, notes, received_at FROM alerts a
         WHERE incident_id = $1 OR (status = 'resolved' AND EXISTS (SELECT FROM alerts b WHERE b.incident_id = $1
           AND b.environment = a.environment AND b.fingerprint = a.fingerprint AND b.starts_at = a.starts_at))
         ORDER BY received_at, id LIMIT $2`,
        [...ids(id), limit],
      );
      return rows.map((row): TakenAlert => ({ ...toAlert(row), receivedAt: row.received_at }));
    },
    async headOf(messageId) {
      const { rows } = await query<{
        environment: string;
        language: Language;
        names: readonly string[];
        alerts: number;
        open: number;
        since: Date | null;
        until: Date | null;
        opened_at: Date;
        resolved_at: Date | null;
      }>(
        `SELECT i.environment, i.language, i.names, i.alerts, i.opened_at, i.resolved_at, of_it.*
         FROM incidents i, LATERAL (
           SELECT count(*) FILTER (WHERE a.status = 'firing' AND NOT ${isOver}) AS open, min(a.starts_at) AS since,
             max(a.ends_at) AS until FROM alerts a WHERE a.incident_id = i.id) AS of_it
         WHERE i.message_id = $1`,
        ids(messageId),
      );
      const [row] = rows;
      if (row === undefined) return undefined;
      const { environment, language, names, alerts, open } = row;
      return withoutNulls<IncidentHead>({
        ...{ environment, language, names, alerts, open },
        since: row.since ?? row.opened_at,
        until: row.resolved_at === null ? null : (row.until ?? row.resolved_at),
      });
    },
  };
}
