import type { Facts } from '../../domain/kernel/facts.ts';
import { buttonText, type Seal } from '../../domain/message/seal.ts';
import type { Button, Buttons } from '../../domain/ports/buttons.ts';
import { asIs, ids, json } from './gate.ts';
import { ms, type Query, withoutNulls } from './query.ts';

interface StoredButton {
  readonly id: string;
  readonly purpose: string;
  readonly run_id: string | null;
  readonly remediation_id: string | null;
  readonly plan_hash: string | null;
  readonly data: Facts;
  readonly places: readonly string[] | null;
  readonly mac: string | null;
  readonly of_before: boolean;
  readonly expired: boolean;
}

const columns = `id, purpose, run_id, remediation_id, plan_hash, data, places, mac, of_before,
  expires_at <= clock_timestamp() AS expired`;

export function createButtons(query: Query, seal: Seal | undefined): Buttons {
  const toButton = (row: StoredButton): Button => {
    const button = withoutNulls<Omit<Button, 'sealed'>>({
      id: row.id,
      purpose: row.purpose,
      runId: row.run_id ?? undefined,
      remediationId: row.remediation_id ?? undefined,
      planHash: row.plan_hash ?? undefined,
      data: row.data,
      places: row.places ?? [],
      ofBefore: row.of_before,
      expired: row.expired,
    });
    return { ...button, sealed: seal?.holds(buttonText(button), row.mac ?? undefined) ?? false };
  };
  return {
    async create({ id, purpose, runId, remediationId, planHash, data, places, ttlMs }) {
      const mac =
        places === undefined
          ? undefined
          : seal?.make(buttonText({ id, purpose, remediationId, planHash, places }));
      await query(
        `INSERT INTO buttons (id, purpose, run_id, remediation_id, plan_hash, data, places, mac, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, clock_timestamp() + ${ms(9)})`,
        [
          ...[...ids(id, purpose, runId, remediationId, planHash), json(data ?? {}, runId)],
          ...[places === undefined ? null : places.map(asIs), asIs(mac), ttlMs],
        ],
      );
    },
    async get(id) {
      const { rows } = await query<StoredButton>(`SELECT ${columns} FROM buttons WHERE id = $1`, ids(id));
      return rows[0] === undefined ? undefined : toButton(rows[0]);
    },
    async newestOf(remediationId) {
      const { rows } = await query<StoredButton>(
        `SELECT ${columns} FROM buttons WHERE remediation_id = $1 ORDER BY created_at DESC, id LIMIT 1`,
        ids(remediationId),
      );
      return rows[0] === undefined ? undefined : toButton(rows[0]);
    },
  };
}
