import type { DirectorySnapshots } from '../../domain/ports/directory.ts';
import { ids, jsonAsIs } from './gate.ts';
import type { Query } from './query.ts';

export function createDirectory(query: Query): DirectorySnapshots {
  return {
    async get(kind, id) {
      const { rows } = await query<{ data: unknown; age: number }>(
        `SELECT data, extract(epoch FROM clock_timestamp() - refreshed_at)::double precision * 1000 AS age
         FROM directory_snapshot WHERE kind = $1 AND id = $2 FOR SHARE`,
        ids(kind, id),
      );
      return rows[0] === undefined ? undefined : { data: rows[0].data, ageMs: rows[0].age };
    },
    async save(kind, id, data, readAt) {
      await query(
        `INSERT INTO directory_snapshot (kind, id, data, refreshed_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (kind, id) DO UPDATE SET data = excluded.data, refreshed_at = excluded.refreshed_at
         WHERE directory_snapshot.refreshed_at <= excluded.refreshed_at`,
        [...ids(kind, id), jsonAsIs(data), readAt],
      );
    },
  };
}
