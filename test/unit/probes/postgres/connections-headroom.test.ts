import { describe, expect, it } from 'vitest';
import { TargetError } from '../../../../src/domain/kernel/errors.ts';
import { postgresConnectionsHeadroom } from '../../../../src/probes/postgres/connections-headroom.probe.ts';
import { fakePostgres, postgresInTurn, probeContext } from '../../../support/probe-context.ts';

describe('postgres.connections-headroom', () => {
  const row = { used: 0, max: 203, reserved: 3, idle: 5, in_transaction: 2 };
  const top = { name: 'agent-manager', sessions: 40, idle: 30 };
  const look = (used: number, ...tops: readonly (readonly object[])[]) =>
    postgresConnectionsHeadroom.run(
      postgresConnectionsHeadroom.params.parse({}),
      probeContext({ postgres: postgresInTurn([{ ...row, used }], ...tops) }),
    );

  it.each([
    ['documented', { facts: { reason: 'database-not-recognised', part: 'agent-manager' } }],
    ['observed', { stage: 'protocol' }],
  ] as const)('says why it cannot look where no database has the name that is %s', async (source, why) => {
    const missing = new TargetError('protocol', 'no', { facts: { sqlstate: '3D000' } });
    const postgres = {
      ...fakePostgres(() => {
        throw missing;
      }),
      databaseSource: () => source,
    };

    await expect(
      postgresConnectionsHeadroom.run({ percent: 80 }, probeContext({ postgres })),
    ).rejects.toMatchObject(why);
  });

  it.each([
    // Whole percents of the 200 that are not reserved: 79.5 rounds to 80.
    [158, 'healthy'],
    [159, 'unhealthy'],
    [160, 'unhealthy'],
  ])('is near the limit from the share on that it is told: %i of 200', async (used, status) => {
    expect(await look(used, [top], [top])).toMatchObject({ status });
  });

  it.each([
    [188, 'warning'],
    [189, 'critical'],
    [190, 'critical'],
  ])('is critical from 95 %% on: %i of 200', async (used, severity) => {
    expect(await look(used, [top], [top])).toMatchObject({ findings: [{ severity }] });
  });

  it('says how many are left, and who holds most', async () => {
    expect(await look(180, [top], [{ ...top, name: 'agent_manager' }])).toMatchObject({
      findings: [
        {
          code: 'PG_CONNECTIONS_NEAR_LIMIT',
          facts: {
            ...{ percent: 90, headroom: 20, thresholdPercent: 80, idle: 5, idleInTransaction: 2 },
            ...{ application: 'agent-manager', applicationSessions: 40, applicationIdle: 30 },
            ...{ database: 'agent_manager', databaseSessions: 40 },
          },
        },
      ],
    });
    expect(await look(210, [], [])).toMatchObject({ findings: [{ facts: { headroom: 0 } }] });
  });

  it('has nothing to say without an answer', async () => {
    expect(
      await postgresConnectionsHeadroom.run(
        postgresConnectionsHeadroom.params.parse({}),
        probeContext({ postgres: postgresInTurn([]) }),
      ),
    ).toMatchObject({ status: 'skipped', reason: 'no-data' });
  });
});
