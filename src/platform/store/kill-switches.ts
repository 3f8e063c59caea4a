import type { KillSwitches } from '../../domain/ports/kill-switches.ts';
import { asIs, ids, jsonAsIs } from './gate.ts';
import type { Query } from './query.ts';

export function createKillSwitches(query: Query): KillSwitches {
  return {
    async active(actionId) {
      const { rows } = await query<{ scope: string; reason: string }>(
        `SELECT scope, reason FROM kill_switches WHERE active AND scope IN ('*', $1) ORDER BY scope LIMIT 1`,
        ids(actionId),
      );
      return rows[0];
    },
    async set(scope, active, by, reason) {
      await query(
        `INSERT INTO kill_switches (scope, active, by, reason) VALUES ($1, $2, $3, $4)
         ON CONFLICT (scope) DO UPDATE SET active = excluded.active, by = excluded.by,
           reason = excluded.reason, at = clock_timestamp()`,
        [asIs(scope), active, jsonAsIs(by), reason],
      );
    },
  };
}
