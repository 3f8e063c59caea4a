import type { Watches, WatchTurn } from '../../domain/ports/watches.ts';
import type { WatchedLook } from '../../domain/watch/now.ts';
import type { WatchState } from '../../domain/watch/watch.ts';
import { ids, json } from './gate.ts';
import { ms, type Query, withoutNulls } from './query.ts';

export function createWatches(query: Query): Watches {
  return {
    async last(environment) {
      const { rows } = await query<WatchedLook>(
        'SELECT state, looked_at AS at FROM watches WHERE environment = $1 AND looked_at IS NOT NULL',
        ids(environment),
      );
      return rows[0];
    },
    async take(environment, everyMs, forMs) {
      const { rows } = await query<{ turn: number; state: WatchState; looked_at: Date | null }>(
        `INSERT INTO watches (environment, taken_until) VALUES ($1, clock_timestamp() + ${ms(3)})
         ON CONFLICT (environment) DO UPDATE SET turn = watches.turn + 1, taken_until = EXCLUDED.taken_until
         WHERE (watches.looked_at IS NULL OR watches.looked_at <= clock_timestamp() - ${ms(2)})
           AND (watches.taken_until IS NULL OR watches.taken_until < clock_timestamp())
         RETURNING turn, state, looked_at`,
        [...ids(environment), everyMs, forMs],
      );
      const [row] = rows;
      if (row === undefined) return undefined;
      return withoutNulls<WatchTurn>({ turn: Number(row.turn), state: row.state, lastAt: row.looked_at });
    },
    async finish(environment, turn, state) {
      const { count } = await query(
        `UPDATE watches SET state = $3, looked_at = clock_timestamp(), taken_until = NULL
         WHERE environment = $1 AND turn = $2`,
        [...ids(environment), turn, json(state)],
      );
      return count === 1;
    },
  };
}
