import type { Facts } from '../../domain/kernel/facts.ts';
import type { Button, Buttons } from '../../domain/ports/buttons.ts';
import { ids, json } from './gate.ts';
import { ms, type Query, withoutNulls } from './query.ts';

export function createButtons(query: Query): Buttons {
  return {
    async create({ id, purpose, runId, remediationId, planHash, data, ttlMs }) {
      await query(
        `INSERT INTO buttons (id, purpose, run_id, remediation_id, plan_hash, data, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, clock_timestamp() + ${ms(7)})`,
        [...ids(id, purpose, runId, remediationId, planHash), ...[json(data ?? {}, runId), ttlMs]],
      );
    },
    async get(id) {
      const { rows } = await query<{
        id: string;
        purpose: string;
        run_id: string | null;
        remediation_id: string | null;
        plan_hash: string | null;
        data: Facts;
        expired: boolean;
      }>(
        `SELECT id, purpose, run_id, remediation_id, plan_hash, data, expires_at <= clock_timestamp() AS expired
         FROM buttons WHERE id = $1`,
        ids(id),
      );
      const row = rows[0];
      if (row === undefined) return undefined;
      return withoutNulls<Button>({
        id: row.id,
        purpose: row.purpose,
        runId: row.run_id ?? undefined,
        remediationId: row.remediation_id ?? undefined,
        planHash: row.plan_hash ?? undefined,
        data: row.data,
        expired: row.expired,
      });
    },
  };
}
