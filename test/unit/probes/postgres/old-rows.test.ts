import { describe, expect, it } from 'vitest';
import { postgresOldRows } from '../../../../src/probes/postgres/old-rows.probe.ts';
import { fakePostgres, postgresInTurn, probeContext } from '../../../support/probe-context.ts';

describe('postgres.old-rows', () => {
  const look = (
    count: number,
    database: 'agentManager' | 'orchestrator' = 'agentManager',
    oldest: Date | null = new Date('2026-01-01'),
  ) =>
    postgresOldRows.run(
      postgresOldRows.params.parse({ database }),
      probeContext({ postgres: postgresInTurn([{ count, oldest }]) }),
    );

  it('counts what is due for a clean-up', async () => {
    expect(await look(100)).toMatchObject({ status: 'healthy' });
    expect(await look(120_000)).toMatchObject({
      findings: [{ code: 'PG_OLD_ROWS', since: '2026-01-01T00:00:00.000Z' }],
    });
  });

  it.each([
    [49_999, 'healthy'],
    [50_000, 'unhealthy'],
    [50_001, 'unhealthy'],
  ])('calls it due from as many rows as it is told: %i', async (count, status) => {
    expect(await look(count)).toMatchObject({ status, facts: { rows: count } });
  });

  it.each([
    [199_999, false],
    [200_000, true],
  ])('says from four times as many that there may be more: %i', async (count, atLeast) => {
    expect(await look(count)).toMatchObject({ findings: [{ facts: { rows: count, atLeast } }] });
  });

  it('keeps events for 30 days and executions for 90', async () => {
    expect(await look(60_000)).toMatchObject({ findings: [{ subject: 'events', facts: { days: 30 } }] });
    expect(await look(60_000, 'orchestrator')).toMatchObject({
      findings: [{ subject: 'workflow_executions', facts: { days: 90 } }],
    });
  });

  it('says no time where none is known, and has no say about a database that is not configured', async () => {
    expect(JSON.stringify(await look(60_000, 'agentManager', null))).not.toContain('since');
    const postgres = { ...postgresInTurn(), databaseName: () => undefined };
    expect(
      await postgresOldRows.run({ database: 'agentManager', most: 1 }, probeContext({ postgres })),
    ).toMatchObject({ status: 'skipped', reason: 'not-configured' });
  });

  it('counts no further than that', async () => {
    const asked: unknown[] = [];
    const postgres = fakePostgres((values) => {
      asked.push(...values);
      return [];
    });

    await postgresOldRows.run(postgresOldRows.params.parse({}), probeContext({ postgres }));

    expect(asked).toEqual([200_000]);
  });
});
