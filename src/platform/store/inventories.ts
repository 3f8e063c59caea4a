import type { Inventory, KeptInventory } from '../../domain/platform/inventory.ts';
import type { Inventories } from '../../domain/ports/inventories.ts';
import { ids, json } from './gate.ts';
import type { Query } from './query.ts';

interface Row {
  readonly areas: Inventory['areas'];
  readonly seen_at: { readonly areas: Inventory['seenAt']; readonly tried: string };
  readonly since: Date;
  readonly looked_at: Date;
}

export function createInventories(query: Query): Inventories {
  const list = async (sql: string, values: readonly unknown[]): Promise<readonly KeptInventory[]> => {
    const { rows } = await query<Row>(
      `SELECT areas, seen_at, since, looked_at FROM inventories ${sql}`,
      values,
    );
    return rows.map(({ areas, seen_at: seen, since, looked_at: lookedAt }) => ({
      ...{ areas, seenAt: seen.areas, triedAt: seen.tried, since, lookedAt },
    }));
  };
  const first = async (sql: string, values: readonly unknown[]) => (await list(sql, values))[0];
  return {
    last: (environment, most) =>
      list('WHERE environment = $1 ORDER BY id DESC LIMIT $2', ids(environment, most)),
    latest: (environment) => first('WHERE environment = $1 ORDER BY id DESC LIMIT 1', ids(environment)),
    at: (environment, time) =>
      first('WHERE environment = $1 ORDER BY since <= $2 DESC, abs(extract(epoch FROM since - $2)) LIMIT 1', [
        ...ids(environment),
        ...ids(time),
      ]),
    async keep(environment, { areas, seenAt, triedAt }) {
      // Compared as it stands there: what the gate takes out is out of both.
      await query(
        `WITH last AS (SELECT id, areas FROM inventories WHERE environment = $1 ORDER BY id DESC LIMIT 1),
         same AS (UPDATE inventories SET seen_at = $3, looked_at = clock_timestamp() FROM last
           WHERE inventories.id = last.id AND last.areas = $2::jsonb RETURNING 1)
         INSERT INTO inventories (environment, areas, seen_at)
         SELECT $1, $2, $3 WHERE NOT EXISTS (SELECT FROM same)`,
        [...ids(environment), json(areas), json({ areas: seenAt, tried: triedAt })],
      );
    },
  };
}
