import { present } from '../../domain/kernel/present.ts';
import type { StoredToken, TokenOwner, Tokens } from '../../domain/ports/tokens.ts';
import { asIs, ids, jsonAsIs } from './gate.ts';
import { type Query, withoutNulls } from './query.ts';

interface Stored {
  readonly id: string;
  readonly digest: string;
  readonly owner: TokenOwner;
  readonly name: string;
  readonly created_at: Date;
  readonly expires_at: Date;
  readonly last_used_at: Date | null;
  readonly revoked_at: Date | null;
}

const columns = 'id, digest, owner, name, created_at, expires_at, last_used_at, revoked_at';
/** `$1`, `$2`: user and workspace. */
const liveOf = `owner ->> 'userId' = $1 AND owner ->> 'teamId' = $2
  AND revoked_at IS NULL AND expires_at > clock_timestamp()`;

const toToken = (row: Stored): StoredToken =>
  withoutNulls<StoredToken>({
    id: row.id,
    digest: row.digest,
    owner: row.owner,
    name: row.name,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    lastUsedAt: row.last_used_at ?? undefined,
    revokedAt: row.revoked_at ?? undefined,
  });

export function createTokens(query: Query): Tokens {
  return {
    async insert({ id, digest, owner, name, expiresAt }) {
      const { teamId, userId, enterpriseId } = owner;
      await query('INSERT INTO tokens (id, digest, owner, name, expires_at) VALUES ($1, $2, $3, $4, $5)', [
        ...ids(id, digest),
        jsonAsIs({ teamId, userId, ...present({ enterpriseId }) }),
        name,
        asIs(expiresAt),
      ]);
    },
    async get(id) {
      const { rows } = await query<Stored>(`SELECT ${columns} FROM tokens WHERE id = $1`, ids(id));
      return rows[0] === undefined ? undefined : toToken(rows[0]);
    },
    async live({ userId, teamId }) {
      const { rows } = await query<Stored>(
        `SELECT ${columns} FROM tokens WHERE ${liveOf} ORDER BY created_at DESC`,
        ids(userId, teamId),
      );
      return rows.map(toToken);
    },
    async used(id) {
      await query('UPDATE tokens SET last_used_at = clock_timestamp() WHERE id = $1', ids(id));
    },
    async revoke(id, { userId, teamId }) {
      const { count } = await query(
        `UPDATE tokens SET revoked_at = clock_timestamp() WHERE ${liveOf} AND id = $3`,
        ids(userId, teamId, id),
      );
      return count === 1;
    },
  };
}
