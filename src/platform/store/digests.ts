import type { Digests } from '../../domain/ports/digests.ts';
import { asIs, ids, json } from './gate.ts';
import type { Query } from './query.ts';

export function createDigests(query: Query): Digests {
  const finished = async (channel: string, environment: string, limit: number) => {
    const { rows } = await query<{ local_date: string; findings: readonly unknown[]; finished_at: Date }>(
      `SELECT local_date, coalesce(findings, '[]') AS findings, finished_at FROM digests
       WHERE channel = $1 AND environment = $2 AND finished_at IS NOT NULL
       ORDER BY local_date DESC LIMIT $3`,
      ids(channel, environment, limit),
    );
    return rows.map((row) => ({
      localDate: row.local_date,
      findings: row.findings,
      finishedAt: row.finished_at,
    }));
  };
  return {
    async insert({ channel, environment, localDate, dueAt, runId }) {
      const { count } = await query(
        `INSERT INTO digests (channel, environment, local_date, due_at, run_id) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (channel, local_date) DO NOTHING`,
        ids(channel, environment, localDate, dueAt, runId),
      );
      return count === 1;
    },
    last: async (channel, environment) => (await finished(channel, environment, 1))[0],
    async finish(runId, findings) {
      await query('UPDATE digests SET findings = $2, finished_at = clock_timestamp() WHERE run_id = $1', [
        asIs(runId),
        json(findings, runId),
      ]);
    },
    recent: (channel, environment, days) => finished(channel, environment, days),
    async latestDate(channel) {
      const { rows } = await query<{ local_date: string | null }>(
        'SELECT max(local_date) AS local_date FROM digests WHERE channel = $1',
        ids(channel),
      );
      return rows[0]?.local_date ?? undefined;
    },
  };
}
