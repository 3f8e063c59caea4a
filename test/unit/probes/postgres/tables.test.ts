import { describe, expect, it } from 'vitest';
import { asInGuide } from '../../../../src/domain/platform/platform.ts';
import { postgresTables } from '../../../../src/probes/postgres/tables.probe.ts';
import { postgresInTurn, probeContext } from '../../../support/probe-context.ts';

describe('postgres.tables', () => {
  const look = (database: 'agentManager' | 'orchestrator', ...names: readonly string[]) =>
    postgresTables.run(
      { database },
      probeContext({ postgres: postgresInTurn(names.map((name) => ({ name }))) }),
    );

  it('names every table of the platform that is not there', async () => {
    expect(await look('agentManager', 'agents', 'clusters', 'events', 'commands')).toMatchObject({
      status: 'healthy',
      facts: { tables: 4 },
    });
    expect(await look('orchestrator', 'workflows')).toMatchObject({
      findings: [
        {
          code: 'PG_TABLES_MISSING',
          severity: 'critical',
          subject: 'orchestrator',
          facts: { missing: 'workflow_executions, strategies', count: 2 },
        },
      ],
    });
  });

  it('does not miss tables in a database that has others, which may be named so there', async () => {
    const other = (tables: number) =>
      postgresTables.run(
        { database: 'orchestrator' },
        probeContext({
          platform: asInGuide,
          postgres: {
            ...postgresInTurn(),
            query: async (_database, _sql, values) =>
              ((values?.length ?? 0) > 0 ? [] : [{ count: tables }]) as never,
          },
        }),
      );

    await expect(other(3)).rejects.toMatchObject({ facts: { reason: 'tables-not-recognised' } });
    expect(await other(0)).toMatchObject({ findings: [{ code: 'PG_TABLES_MISSING' }] });
  });

  it('has no say where the database is not configured', async () => {
    const postgres = { ...postgresInTurn(), databaseName: () => undefined };

    expect(await postgresTables.run({ database: 'agentManager' }, probeContext({ postgres }))).toMatchObject({
      status: 'skipped',
      reason: 'not-configured',
    });
  });
});
