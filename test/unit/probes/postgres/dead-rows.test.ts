import { describe, expect, it } from 'vitest';
import { postgresDeadRows } from '../../../../src/probes/postgres/dead-rows.probe.ts';
import { postgresInTurn, probeContext } from '../../../support/probe-context.ts';

describe('postgres.dead-rows', () => {
  const row = { table: 'events', dead: 0, live: 0, bytes: 8192, vacuumed: null };
  const look = (...rows: readonly object[]) =>
    postgresDeadRows.run(
      postgresDeadRows.params.parse({ database: 'agentManager' }),
      probeContext({ postgres: postgresInTurn(rows) }),
    );

  it.each([
    [9_999, 'healthy'],
    [10_000, 'unhealthy'],
    [10_001, 'unhealthy'],
  ])('counts a table from as many dead rows on as it is told: %i', async (dead, status) => {
    expect(await look({ ...row, dead })).toMatchObject({ status });
  });

  it.each([
    // One digit counts: 39.94 is 39.9 %, 39.95 is 40 %.
    [39_940, 'healthy'],
    [39_960, 'unhealthy'],
    [40_000, 'unhealthy'],
    [40_010, 'unhealthy'],
  ])('and only when they are that share of it: %i of 100 000', async (dead, status) => {
    expect(await look({ ...row, dead, live: 100_000 - dead })).toMatchObject({ status });
  });

  it('says when the table was vacuumed last, if it ever was', async () => {
    const vacuumed = new Date('2026-03-01T00:00:00Z');

    expect(await look({ ...row, dead: 20_000, vacuumed }, row)).toMatchObject({
      findings: [
        {
          code: 'PG_DEAD_ROWS',
          subject: 'events',
          facts: { percent: 100, bytes: 8192, vacuumedAt: '2026-03-01T00:00:00.000Z' },
        },
      ],
      facts: { tables: 2 },
    });
    expect(JSON.stringify(await look({ ...row, dead: 20_000 }))).not.toContain('vacuumedAt');
  });

  it('has no say where the database is not configured', async () => {
    const postgres = { ...postgresInTurn(), databaseName: () => undefined };

    expect(
      await postgresDeadRows.run(
        { database: 'agentManager', minRows: 1, percent: 1 },
        probeContext({ postgres }),
      ),
    ).toMatchObject({ status: 'skipped', reason: 'not-configured' });
  });
});
