import { describe, expect, it } from 'vitest';
import { postgresSlowStatements } from '../../../../src/probes/postgres/slow-statements.probe.ts';
import { fakePostgres, probeContext } from '../../../support/probe-context.ts';

const withPg = (answers: Parameters<typeof fakePostgres>[0]) =>
  probeContext({ postgres: fakePostgres(answers) });

describe('postgres.slow-statements', () => {
  it('says "not installed" without the extension, and shows the worst with it', async () => {
    const params = { database: 'agentManager', meanMs: 100 } as const;

    expect(
      await postgresSlowStatements.run(params, withPg({ to_regclass: [{ present: false }] })),
    ).toMatchObject({ status: 'skipped', reason: 'not-installed' });
    expect(
      await postgresSlowStatements.run(
        params,
        withPg({
          to_regclass: [{ present: true }],
          'FROM pg_stat_statements': [{ query: 'SELECT * FROM events', calls: 3, mean: 420, max: 900 }],
        }),
      ),
    ).toMatchObject({ findings: [{ code: 'PG_SLOW_STATEMENTS', facts: { meanMs: 420 } }] });
  });
});
