import { describe, expect, it } from 'vitest';
import { postgresMissingIndexes } from '../../../../src/probes/postgres/missing-indexes.probe.ts';
import { postgresInTurn, probeContext } from '../../../support/probe-context.ts';

describe('postgres.missing-indexes', () => {
  const size = (table: string) => ({ table, rows: 1_000_000, mib: 200.4 });
  const columns = (table: string, ...names: readonly string[]) => names.map((column) => ({ table, column }));
  const look = (
    present: readonly object[],
    sizes: readonly object[] = [size('events')],
    database: 'agentManager' | 'orchestrator' = 'agentManager',
  ) => postgresMissingIndexes.run({ database }, probeContext({ postgres: postgresInTurn(present, sizes) }));
  const subjects = async (...of: Parameters<typeof look>) => {
    const outcome = await look(...of);
    return outcome.status === 'unhealthy' ? outcome.findings.map(({ subject }) => subject) : outcome.status;
  };

  it('looks at columns, not at names', async () => {
    expect(await look(columns('events', 'cluster_id', 'severity', 'timestamp'))).toMatchObject({
      status: 'healthy',
      facts: { wanted: 3, missing: 0 },
    });
    expect(await look(columns('events', 'cluster_id', 'severity'))).toMatchObject({
      findings: [
        {
          code: 'PG_INDEX_MISSING',
          subject: 'events(timestamp)',
          facts: { rows: 1_000_000, mib: 200, index: 'idx_events_timestamp', database: 'agent_manager' },
        },
      ],
    });
  });

  it('wants the five of the guide', async () => {
    expect(await subjects([])).toEqual(['events(cluster_id)', 'events(severity)', 'events(timestamp)']);
    expect(await subjects([], [size('workflow_executions')], 'orchestrator')).toEqual([
      ...['workflow_executions(workflow_id)', 'workflow_executions(status)'],
    ]);
  });

  it('does not take an index of another table for one', async () => {
    expect(await subjects(columns('clusters', 'cluster_id', 'severity', 'timestamp'))).toHaveLength(3);
  });

  it('has no say about a table or a database that is not there', async () => {
    expect(await look([], [])).toMatchObject({ status: 'skipped', reason: 'no-data' });
    expect(await subjects([], [size('other')])).toBe('healthy');
    const postgres = { ...postgresInTurn(), databaseName: () => undefined };
    expect(
      await postgresMissingIndexes.run({ database: 'agentManager' }, probeContext({ postgres })),
    ).toMatchObject({ status: 'skipped', reason: 'not-configured' });
  });
});
