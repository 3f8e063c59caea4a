import type { Redactor } from '@aetherius/redact';
import type { Person } from '../../domain/kernel/person.ts';
import type { Mute } from '../../domain/mute/mute.ts';
import type { Mutes, PastMute } from '../../domain/ports/mutes.ts';
import { asIs, ids, jsonAsIs } from './gate.ts';
import { ms, type Query, withoutNulls } from './query.ts';

interface Stored {
  readonly id: string;
  readonly environment: string;
  readonly part: Mute['part'];
  readonly finding_code: Mute['cause'];
  readonly evidence: NonNullable<Mute['evidence']> | null;
  readonly severity: Mute['severity'];
  readonly kind: Mute['kind'];
  readonly until: Date | null;
  readonly while_there: boolean;
  readonly reason: string;
  readonly by: Person;
  readonly created_at: Date;
}

const columns =
  'id, environment, part, finding_code, evidence, severity, kind, until, while_there, reason, by, created_at';
const isOpen = 'ended_at IS NULL AND (until IS NULL OR until > clock_timestamp())';

const toMute = (row: Stored): Mute =>
  withoutNulls<Mute>({
    id: row.id,
    environment: row.environment,
    part: row.part,
    cause: row.finding_code,
    evidence: row.evidence,
    severity: row.severity,
    kind: row.kind,
    until: row.until,
    whileThere: row.while_there,
    reason: row.reason,
    by: row.by,
    at: row.created_at,
  });

/** A reason is stored without what the redactor takes for a secret: it is shown wherever the mute is. */
export function createMutes(query: Query, redactor: Redactor): Mutes {
  return {
    async active(environment) {
      const { rows } = await query<Stored>(
        `SELECT ${columns} FROM mutes WHERE ${isOpen} AND ($1::text IS NULL OR environment = $1)
         ORDER BY created_at DESC, id`,
        ids(environment),
      );
      return rows.map(toMute);
    },
    async get(id) {
      const { rows } = await query<Stored>(`SELECT ${columns} FROM mutes WHERE id = $1`, ids(id));
      return rows[0] === undefined ? undefined : toMute(rows[0]);
    },
    async within(environment, { from, to }, limit) {
      const { rows } = await query<Stored & { ended_at: Date | null; ended: PastMute['ended'] | null }>(
        `SELECT ${columns}, ended_at, ended FROM mutes
         WHERE environment = $1 AND (created_at BETWEEN $2 AND $3 OR ended_at BETWEEN $2 AND $3)
         ORDER BY created_at, id LIMIT $4`,
        [...ids(environment), from, to, limit],
      );
      return rows.map((row) =>
        withoutNulls<PastMute>({ ...toMute(row), endedAt: row.ended_at, ended: row.ended }),
      );
    },
    async add({ id, environment, part, cause, evidence, severity, kind, forMs, whileThere, reason, by }) {
      await query(
        `UPDATE mutes SET ended_at = clock_timestamp(), ended = 'replaced'
         WHERE environment = $1 AND part = $2 AND finding_code = $3 AND ended_at IS NULL`,
        ids(environment, part, cause),
      );
      await query(
        `INSERT INTO mutes (id, environment, part, finding_code, severity, kind, until, while_there, reason, by, evidence)
         VALUES ($1, $2, $3, $4, $5, $6, clock_timestamp() + ${ms(7)}, $8, $9, $10, $11)`,
        [
          ...ids(id, environment, part, cause, severity, kind),
          ...[
            forMs ?? null,
            whileThere,
            redactor.text(reason),
            jsonAsIs(by),
            evidence === undefined ? null : jsonAsIs(evidence),
          ],
        ],
      );
    },
    async end(id, why) {
      const { count } = await query(
        'UPDATE mutes SET ended_at = clock_timestamp(), ended = $2 WHERE id = $1 AND ended_at IS NULL',
        [asIs(id), asIs(why)],
      );
      return count > 0;
    },
  };
}
