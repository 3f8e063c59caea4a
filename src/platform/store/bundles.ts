import type { Bundles, StoredBundle } from '../../domain/ports/bundles.ts';
import { asIs, ids } from './gate.ts';
import { type Query, withoutNulls } from './query.ts';

/** Bytes of pieces were cleaned when the bundle was made, and are no text any more: they pass the gate (ADR 0035). */
export function createBundles(query: Query): Bundles {
  return {
    async begin(runId) {
      await query('INSERT INTO bundles (run_id) VALUES ($1) ON CONFLICT (run_id) DO NOTHING', ids(runId));
      await query('DELETE FROM bundle_pieces WHERE run_id = $1', ids(runId));
    },
    async add(runId, at, piece) {
      await query(
        'INSERT INTO bundle_pieces (run_id, at, piece) VALUES ($1, $2, $3) ON CONFLICT (run_id, at) DO NOTHING',
        [...ids(runId), at, asIs(Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength))],
      );
    },
    async finish(runId, { bytes, sha256 }) {
      await query('UPDATE bundles SET bytes = $2, sha256 = $3 WHERE run_id = $1', [
        ...ids(runId),
        bytes,
        ...ids(sha256),
      ]);
    },
    async get(runId) {
      const { rows } = await query<{ bytes: number; sha256: string; file_id: string | null }>(
        'SELECT bytes, sha256, file_id FROM bundles WHERE run_id = $1 AND sha256 IS NOT NULL',
        ids(runId),
      );
      const [row] = rows;
      if (row === undefined) return undefined;
      const { bytes, sha256, file_id: fileId } = row;
      return withoutNulls<StoredBundle>({ bytes, sha256, fileId: fileId ?? undefined });
    },
    async piece(runId, at) {
      const { rows } = await query<{ piece: Uint8Array }>(
        'SELECT piece FROM bundle_pieces WHERE run_id = $1 AND at = $2',
        [...ids(runId), at],
      );
      return rows[0]?.piece;
    },
    async given(runId, fileId) {
      await query('UPDATE bundles SET file_id = $2 WHERE run_id = $1', ids(runId, fileId));
    },
    async forget(runId) {
      await query('DELETE FROM bundle_pieces WHERE run_id = $1', ids(runId));
    },
  };
}
