import { describe, expect, it } from 'vitest';
import { postgresIdleInTransaction } from '../../../../src/probes/postgres/idle-in-transaction.probe.ts';
import { postgresInTurn, probeContext } from '../../../support/probe-context.ts';

describe('postgres.idle-in-transaction', () => {
  const row = {
    ...{ application: 'exporter', database: 'agent_manager', sessions: 2, oldest: 900 },
    ...{ since: new Date('2026-03-01T09:50:00Z'), pids: [7, 8] },
  };
  const look = (...answers: readonly (readonly object[])[]) =>
    postgresIdleInTransaction.run(
      postgresIdleInTransaction.params.parse({}),
      probeContext({ postgres: postgresInTurn(...answers) }),
    );

  it('names who left them, in which of our databases, since when', async () => {
    expect(await look([row, { ...row, database: 'other', sessions: 3 }])).toMatchObject({
      findings: [
        {
          code: 'PG_IDLE_IN_TRANSACTION_LEAKED',
          subject: 'exporter@agent_manager',
          since: '2026-03-01T09:50:00.000Z',
          facts: { databaseId: 'agentManager', thresholdSeconds: 300, pids: '7, 8', oldestSeconds: 900 },
        },
        { subject: 'exporter@other' },
      ],
      facts: { sessions: 5 },
    });
    expect(JSON.stringify(await look([{ ...row, database: 'other' }]))).not.toContain('databaseId');
  });

  it('R-P10: gives lines to copy no session of a tool or a person to end', async () => {
    const facts = async (application: string) => {
      const result = await look([{ ...row, application }]);
      return result.status === 'unhealthy' ? result.findings[0].facts : {};
    };

    expect(await facts('exporter')).toMatchObject({ pids: '7, 8', pidsToEnd: '7, 8' });
    for (const tool of ['pg_dump', 'psql', 'DBeaver 24.1 - Main', 'migrate'])
      expect(Object.keys(await facts(tool)), tool).not.toContain('pidsToEnd');
  });

  it.each([
    [[{ sessions: 0 }], 'healthy'],
    [[], 'healthy'],
    [[{ sessions: 1 }], 'inconclusive'],
  ])('says that nothing is left only when nothing is hidden: %o', async (hidden, status) => {
    expect(await look([], hidden)).toMatchObject({ status });
  });

  it('asks for hidden sessions only when none was found', async () => {
    expect(await look([row])).toMatchObject({ status: 'unhealthy' });
  });
});
