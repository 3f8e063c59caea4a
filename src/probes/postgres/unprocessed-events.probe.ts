import { z } from 'zod';
import { present } from '../../domain/kernel/present.ts';
import { defineProbe } from '../../domain/probe/probe.ts';
import type { With } from '../../domain/probe/targets/targets.ts';

export const postgresUnprocessedEvents = defineProbe({
  id: 'postgres.unprocessed-events',
  doc: `Are there events that were stored but never marked as processed?

Counts \`processed = false\` among events old enough that they should have been processed.`,
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
    const [row] = await deps.postgres.query<{ count: string; oldest: Date | null }>(
      'agentManager',
      `SELECT count(*) AS count, min(timestamp) AS oldest FROM ${events}
        WHERE NOT processed AND timestamp < now() - make_interval(secs => $1)`,
      [olderThanSeconds],
      { signal },
    );
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
