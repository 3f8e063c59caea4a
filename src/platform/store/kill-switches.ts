import type { KillSwitch } from '../../domain/fix/kill-switch.ts';
import type { Person } from '../../domain/kernel/person.ts';
import type { KillSwitches } from '../../domain/ports/kill-switches.ts';
import { asIs, ids, jsonAsIs } from './gate.ts';
import { ms, type Query, withoutNulls } from './query.ts';

interface Stored {
  readonly scope: string;
  readonly reason: string;
  readonly by: Person;
  readonly at: Date;
  readonly until: Date | null;
}

const columns = 'scope, reason, by, at, until';
const isOn = 'active AND (until IS NULL OR until > clock_timestamp())';

const toSwitch = ({ scope, reason, by, at, until }: Stored): KillSwitch =>
  withoutNulls<KillSwitch>({ scope, reason, by, at, until: until ?? undefined });

export function createKillSwitches(query: Query): KillSwitches {
  return {
    async active(actionId) {
      const { rows } = await query<Stored>(
        `SELECT ${columns} FROM kill_switches WHERE ${isOn} AND scope IN ('*', $1) ORDER BY scope LIMIT 1`,
        ids(actionId),
      );
      return rows[0] === undefined ? undefined : toSwitch(rows[0]);
    },
    async list() {
      const { rows } = await query<Stored>(
        `SELECT ${columns} FROM kill_switches WHERE ${isOn} ORDER BY scope`,
        [],
      );
      return rows.map(toSwitch);
    },
    async set(scope, { active, by, reason, forMs }) {
      await query(
        `INSERT INTO kill_switches (scope, active, by, reason, until)
         VALUES ($1, $2, $3, $4, clock_timestamp() + ${ms(5)})
         ON CONFLICT (scope) DO UPDATE SET active = excluded.active, by = excluded.by,
           reason = excluded.reason, until = excluded.until, at = clock_timestamp()`,
        [asIs(scope), active, jsonAsIs(by), reason, forMs ?? null],
      );
    },
  };
}
