import { describe, expect, it } from 'vitest';
import { postgresSlowStatements } from '../../../../src/probes/postgres/slow-statements.probe.ts';
import { fakePostgres, postgresInTurn, probeContext } from '../../../support/probe-context.ts';

describe('postgres.slow-statements', () => {
  const params = postgresSlowStatements.params.parse({});
  const look = (...answers: readonly (readonly object[])[]) =>
    postgresSlowStatements.run(params, probeContext({ postgres: postgresInTurn(...answers) }));
  const statement = { query: 'SELECT * FROM events', calls: 3, mean: 420.4, max: 900 };

  it('says "not installed" without the extension, and shows the worst with it', async () => {
    for (const view of [[{ present: false }], []])
      expect(await look(view)).toMatchObject({ status: 'skipped', reason: 'not-installed' });
    expect(await look([{ present: true }], [statement])).toMatchObject({
      findings: [
        { code: 'PG_SLOW_STATEMENTS', severity: 'warning', part: 'postgres', facts: { meanMs: 420 } },
      ],
    });
  });

  it('is well when no statement is slow', async () => {
    expect(await look([{ present: true }], [])).toMatchObject({ status: 'healthy', facts: { slow: 0 } });
  });

  it('shows each with its mean and how often it ran', async () => {
    const second = { query: 'SELECT 1', calls: 1, mean: 101, max: 101 };

    expect(await look([{ present: true }], [statement, second])).toMatchObject({
      findings: [
        {
          subject: 'agent_manager',
          facts: { slow: 2, meanMs: 420, maxMs: 900, calls: 3 },
          excerpts: [
            {
              source: 'pg_stat_statements',
              lines: ['420 ms × 3: SELECT * FROM events', '101 ms × 1: SELECT 1'],
            },
          ],
        },
      ],
    });
  });

  it('has no say where the database is not configured', async () => {
    const postgres = { ...postgresInTurn(), databaseName: () => undefined };

    expect(await postgresSlowStatements.run(params, probeContext({ postgres }))).toMatchObject({
      status: 'skipped',
      reason: 'not-configured',
    });
  });

  it('asks for statements that take more than a tenth of a second on average', async () => {
    const asked: (readonly unknown[])[] = [];
    const postgres = fakePostgres((values) => {
      asked.push(values);
      return [{ present: true }].slice(asked.length - 1);
    });

    await postgresSlowStatements.run(params, probeContext({ postgres }));

    expect(asked).toMatchObject([[], [100, expect.stringContaining('vacuum')]]);
  });
});
