import { Pool } from 'pg';
import type { AnchorPlaceName, AuditAnchor } from '../../domain/audit/audit-anchor.ts';
import { AppError } from '../../domain/kernel/errors.ts';
import type { AnchorPlace } from '../../domain/ports/anchor-place.ts';
import { clientConfig, type DatabaseConfig } from '../store/connection.ts';
import { sqlState } from '../store/errors.ts';

const place: AnchorPlaceName = 'postgres';
const recentRows = 100;
const pageRows = 1_000;
const columns = `id, seq, hash, mac, key_id AS "keyId", at`;

interface Stored extends Omit<AuditAnchor, 'place'> {
  readonly id: number;
}

/**
 * A table in another PostgreSQL (deploy/anchors.sql). The login that writes there may add and read; the processes that
 * only compare get one that may read.
 */
export function postgresAnchors(database: DatabaseConfig): AnchorPlace {
  const pool = new Pool({
    ...clientConfig(database),
    max: 2,
    idleTimeoutMillis: 60_000,
    query_timeout: 5_000,
  });
  // An idle connection that breaks would end the process; the next question opens another.
  pool.on('error', () => undefined);
  const ask = async (text: string, values: readonly unknown[]): Promise<readonly Stored[]> => {
    try {
      return (await pool.query<Stored>(text, [...values])).rows;
    } catch (cause) {
      throw new AppError('DEPENDENCY_UNAVAILABLE', 'the anchors in the second PostgreSQL cannot be used', {
        cause,
        facts: { place, code: sqlState(cause) ?? (cause as NodeJS.ErrnoException).code ?? 'unknown' },
      });
    }
  };
  return {
    name: place,
    async recent() {
      const rows = await ask(`SELECT ${columns} FROM aetherius_anchors ORDER BY id DESC LIMIT $1`, [
        recentRows,
      ]);
      return rows.toReversed().map(toAnchor);
    },
    async *all() {
      for (let after = 0; ; ) {
        const rows = await ask(
          `SELECT ${columns} FROM aetherius_anchors WHERE id > $1 ORDER BY id LIMIT $2`,
          [after, pageRows],
        );
        const last = rows.at(-1);
        if (last === undefined) return;
        yield* rows.map(toAnchor);
        after = last.id;
      }
    },
    async write({ seq, hash, mac, keyId, at }) {
      await ask('INSERT INTO aetherius_anchors (seq, hash, mac, key_id, at) VALUES ($1, $2, $3, $4, $5)', [
        ...[seq, hash, mac, keyId, at],
      ]);
    },
    close: () => pool.end(),
  };
}

function toAnchor({ seq, hash, mac, keyId, at }: Stored): AuditAnchor {
  return { seq, hash, mac, keyId, at, place };
}
