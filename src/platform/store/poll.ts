import type { Topic } from '../../domain/ports/store.ts';
import type { Change } from './listener.ts';
import type { Query } from './query.ts';

/** Those who wait for the directory are asked for at most this often, in milliseconds: Slack limits the answer. */
const directoryEveryMs = 5000;

/**
 * What notifications would have said since the last call: the log has grown, runs wait, messages are due, a claim waits
 * for the directory. A hint as they are: the same may be said twice.
 */
export function createPoll(): (query: Query) => Promise<readonly Change[]> {
  let grown: string | undefined;
  let asked = Number.NEGATIVE_INFINITY;
  return async (query) => {
    const { rows } = await query<{ topic: Topic; payload: string; now: number }>(
      `SELECT topic, payload, extract(epoch FROM clock_timestamp())::float8 * 1000 AS now FROM (
         SELECT 'remediations' AS topic, seq::text AS payload FROM audit_head
         UNION ALL SELECT 'runs', '' WHERE EXISTS (SELECT FROM runs WHERE state = 'queued')
         UNION ALL (SELECT DISTINCT 'outbox', lane FROM outbox
                    WHERE state = 'pending' AND due_at <= clock_timestamp() LIMIT 50)
         UNION ALL SELECT 'directory', 'refresh' WHERE EXISTS (
           SELECT FROM remediations WHERE state = 'approved' AND outcome->>'waiting' = 'directory')) AS changes`,
    );
    return rows.flatMap(({ topic, payload, now }): readonly Change[] => {
      if (topic === 'remediations') {
        if (grown === payload) return [];
        grown = payload;
      }
      if (topic === 'directory') {
        if (now - asked < directoryEveryMs) return [];
        asked = now;
      }
      return [{ topic, payload }];
    });
  };
}
