import type { SlackSockets, SocketCount } from '../../domain/ports/slack-sockets.ts';
import { ids } from './gate.ts';
import type { Query } from './query.ts';

const columns = 'slack, ours, in_a_row AS "inARow"';

export function createSlackSockets(query: Query): SlackSockets {
  return {
    async report(process, open) {
      await query(
        `INSERT INTO slack_sockets (process, open) VALUES ($1, $2)
         ON CONFLICT (process) DO UPDATE SET open = excluded.open, seen_at = clock_timestamp()`,
        ids(process, open),
      );
      await query("DELETE FROM slack_sockets WHERE seen_at < clock_timestamp() - interval '1 hour'", []);
    },
    async ours() {
      const { rows } = await query<{ ours: number }>(
        `SELECT coalesce(sum(open), 0)::int AS ours FROM slack_sockets
         WHERE seen_at > clock_timestamp() - interval '30 seconds'`,
        [],
      );
      return rows[0]?.ours ?? 0;
    },
    async compared({ slack, ours }) {
      const { rows } = await query<SocketCount>(
        `INSERT INTO slack_socket_count (slack, ours, in_a_row) VALUES ($1, $2, ($1::int > $2::int)::int)
         ON CONFLICT (singleton) DO UPDATE SET slack = excluded.slack, ours = excluded.ours,
           in_a_row = CASE WHEN excluded.in_a_row = 0 THEN 0 ELSE slack_socket_count.in_a_row + 1 END,
           counted_at = clock_timestamp()
         RETURNING ${columns}`,
        ids(slack, ours),
      );
      return rows[0] ?? { slack, ours, inARow: 0 };
    },
    async last() {
      const { rows } = await query<SocketCount>(`SELECT ${columns} FROM slack_socket_count`, []);
      return rows[0];
    },
  };
}
