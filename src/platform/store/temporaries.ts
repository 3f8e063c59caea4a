import type { OverdueChange, TemporaryChange } from '../../domain/fix/temporary.ts';
import type { Temporaries } from '../../domain/ports/temporaries.ts';
import { ids } from './gate.ts';
import { ms, type Query, withoutNulls } from './query.ts';
import { safeNow } from './remediations.ts';

interface Row {
  readonly remediation_id: string;
  readonly ends_at: Date;
  readonly version: string;
  readonly over_at: Date | null;
  readonly unseen_since: Date | null;
}

const toChange = (row: Row): TemporaryChange =>
  withoutNulls<TemporaryChange>({
    remediationId: row.remediation_id,
    endsAt: row.ends_at,
    version: Number(row.version),
    overAt: row.over_at ?? undefined,
    unseenSince: row.unseen_since ?? undefined,
  });

export function createTemporaries(query: Query): Temporaries {
  return {
    async keep(remediationId, endsAt) {
      await query(
        `INSERT INTO temporary_changes (remediation_id, ends_at, due_at) VALUES ($1, $2, $2)
         ON CONFLICT (remediation_id) DO NOTHING`,
        ids(remediationId, endsAt),
      );
    },
    async claim(environments, leaseMs, limit) {
      const { rows } = await query<Row>(
        `UPDATE temporary_changes SET version = version + 1, due_at = ${safeNow} + ${ms(2)}
         WHERE remediation_id IN (
           SELECT remediation_id FROM temporary_changes JOIN remediations ON remediations.id = remediation_id
           WHERE closed_at IS NULL AND due_at <= ${safeNow} AND environment = ANY($1)
           ORDER BY due_at, remediation_id LIMIT $3 FOR UPDATE OF temporary_changes SKIP LOCKED)
         RETURNING remediation_id, ends_at, version, over_at, unseen_since`,
        ids(environments, leaseMs, limit),
      );
      return rows.map(toChange);
    },
    async settle({ remediationId, version }, led) {
      const of = ids(remediationId, version);
      const ours = 'remediation_id = $1 AND version = $2 AND closed_at IS NULL';
      const { count } =
        'outcome' in led
          ? await query(
              `UPDATE temporary_changes SET version = version + 1, closed_at = clock_timestamp(), outcome = $3,
                 unseen_since = NULL WHERE ${ours}`,
              [...of, ...ids(led.outcome)],
            )
          : await query(
              `UPDATE temporary_changes SET version = version + 1, due_at = ${safeNow} + ${ms(3)},
                 unseen_since = CASE WHEN $4 THEN NULL ELSE coalesce(unseen_since, clock_timestamp()) END,
                 over_at = CASE WHEN $5 THEN clock_timestamp() ELSE over_at END WHERE ${ours}`,
              [...of, led.afterMs, led.seen, led.over],
            );
      return count === 1;
    },
    async close(remediationId, outcome) {
      const { count } = await query(
        `UPDATE temporary_changes SET version = version + 1, closed_at = clock_timestamp(), outcome = $2,
           unseen_since = NULL WHERE remediation_id = $1 AND closed_at IS NULL`,
        ids(remediationId, outcome),
      );
      return count === 1;
    },
    async over(environment, limit) {
      const { rows } = await query<Row & { readonly handle: string; readonly action_id: string }>(
        `SELECT remediation_id, ends_at, temporary_changes.version, over_at, unseen_since, handle, action_id
         FROM temporary_changes JOIN remediations ON remediations.id = remediation_id
         WHERE closed_at IS NULL AND ends_at <= ${safeNow} AND environment = $1
         ORDER BY ends_at, remediation_id LIMIT $2`,
        ids(environment, limit),
      );
      return rows.map((row) =>
        withoutNulls<OverdueChange>({
          handle: row.handle,
          actionId: row.action_id,
          endsAt: row.ends_at,
          unseenSince: row.unseen_since ?? undefined,
        }),
      );
    },
  };
}
