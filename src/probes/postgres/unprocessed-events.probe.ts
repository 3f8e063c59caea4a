import { z } from 'zod';
import { AppError, TargetError } from '../../domain/kernel/errors.ts';
import { present } from '../../domain/kernel/present.ts';
import { defineProbe } from '../../domain/probe/probe.ts';
import type { PostgresTarget } from '../../domain/probe/targets/postgres.ts';
import type { With } from '../../domain/probe/targets/targets.ts';

/** By which an event is marked as processed. */
const column = 'processed';

/** SQLSTATE of a column that is not there (PostgreSQL, appendix A). */
const UNDEFINED_COLUMN = '42703';

/** Says which column the table has in place of the one that was asked for. */
async function columnMissing(
  postgres: PostgresTarget,
  table: string,
  signal: AbortSignal,
): Promise<AppError> {
  const columns = await postgres.query<{ name: string }>(
    'agentManager',
    `SELECT attname AS name FROM pg_attribute WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped`,
    [table],
    { signal },
  );
  const similar = columns.map(({ name }) => name).filter((name) => name.includes(column));
  return new AppError('NOT_FOUND', 'the table has no such column', {
    facts: { reason: 'column-missing', ...{ table, column }, similar: similar.join(', ') || '–' },
  });
}

export const postgresUnprocessedEvents = defineProbe({
  id: 'postgres.unprocessed-events',
  doc: `Are there events that were stored but never marked as processed?

Counts \`processed = false\` among events old enough that they should have been processed.
A table without that column is named, with the column that comes near.`,
  params: z.strictObject({
    olderThanSeconds: z
      .number()
      .positive()
      .default(120)
      .describe('Age from which an unprocessed event counts, in seconds.'),
  }),
  part: 'postgres',
  needs: ['postgres'],
  timeoutMs: 6_000,
  emits: ['UNPROCESSED_EVENTS'],
  async run({ olderThanSeconds }, { deps, signal }: { deps: With<'postgres'>; signal: AbortSignal }) {
    const { events } = deps.platform.tables;
    if (deps.postgres.databaseName('agentManager') === undefined)
      return { status: 'skipped', reason: 'not-configured' };
    const [row] = await deps.postgres
      .query<{ count: string; oldest: Date | null }>(
        'agentManager',
        `SELECT count(*) AS count, min(timestamp) AS oldest FROM ${events}
        WHERE NOT ${column} AND timestamp < now() - make_interval(secs => $1)`,
        [olderThanSeconds],
        { signal },
      )
      .catch(async (error: unknown) => {
        if (!(error instanceof TargetError) || error.facts.sqlstate !== UNDEFINED_COLUMN) throw error;
        throw await columnMissing(deps.postgres, events, signal);
      });
    const count = Number(row?.count ?? 0);
    if (count === 0) return { status: 'healthy', facts: { unprocessed: 0 } };
    return {
      status: 'unhealthy',
      findings: [
        {
          code: 'UNPROCESSED_EVENTS',
          severity: 'warning',
          part: 'postgres',
          subject: events,
          facts: { unprocessed: count, olderThanSeconds },
          ...present({ since: row?.oldest?.toISOString() }),
        },
      ],
    };
  },
});
