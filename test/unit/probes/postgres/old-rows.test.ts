import { describe, expect, it } from 'vitest';
import { postgresOldRows } from '../../../../src/probes/postgres/old-rows.probe.ts';
import { fakePostgres, probeContext } from '../../../support/probe-context.ts';

const withPg = (answers: Parameters<typeof fakePostgres>[0]) =>
  probeContext({ postgres: fakePostgres(answers) });

describe('postgres.old-rows', () => {
  it('counts what is due for a clean-up', async () => {
    const look = (count: number) =>
      postgresOldRows.run(
        { database: 'agentManager', most: 50_000 },
        withPg({ 'AS count': [{ count, oldest: new Date('2026-01-01') }] }),
      );

    expect(await look(100)).toMatchObject({ status: 'healthy' });
    expect(await look(120_000)).toMatchObject({
      findings: [{ code: 'PG_OLD_ROWS', since: '2026-01-01T00:00:00.000Z' }],
    });
  });
});
