import { describe, expect, it } from 'vitest';
import { postgresLockWaits } from '../../../../src/probes/postgres/lock-waits.probe.ts';
import { fakePostgres, probeContext } from '../../../support/probe-context.ts';

const withPg = (answers: Parameters<typeof fakePostgres>[0]) =>
  probeContext({ postgres: fakePostgres(answers) });

describe('postgres.lock-waits', () => {
  const behind = (waiter: number, seconds: number | null, pid = 71) => ({
    ...{ waiter, seconds, pid, application: 'report', user: 'r', database: 'agent_manager' },
    ...{ state: 'idle in transaction', open: 60, since: null },
  });
  const locks = (...looks: readonly (readonly object[])[]) => {
    const rest = [...looks];
    return postgresLockWaits.run({ seconds: 1 }, withPg({ pg_blocking_pids: () => rest.shift() ?? [] }));
  };

  it('names the root that blocks, with all that wait behind it', async () => {
    const waits = [behind(5, 9), behind(6, 2)];

    expect(await locks(waits, waits)).toMatchObject({
      findings: [
        {
          code: 'PG_LOCK_BLOCKS',
          subject: 'pid 71',
          facts: { waiting: 2, longestSeconds: 9, openSeconds: 60 },
        },
      ],
    });
  });

  it('takes for blocked only who waits for the same session at both looks', async () => {
    expect(await locks([behind(5, 9)], [])).toMatchObject({ status: 'healthy' });
    expect(await locks([behind(5, 9)], [behind(6, 9)])).toMatchObject({ status: 'healthy' });
    expect(await locks([behind(5, 9)], [behind(5, 9, 72)])).toMatchObject({ status: 'healthy' });
    expect(await locks([behind(5, 0.1)], [behind(5, 0.2)])).toMatchObject({ status: 'healthy' });
    expect(await locks([behind(5, 0.3)], [behind(5, 1.6)])).toMatchObject({
      findings: [{ facts: { longestSeconds: 2 } }],
    });
  });

  it('measures a wait whose beginning is hidden by the time between the looks', async () => {
    expect(await locks([behind(5, null)], [behind(5, null)])).toMatchObject({
      findings: [{ code: 'PG_LOCK_BLOCKS', facts: { waiting: 1, longestSeconds: 1 } }],
    });
  });
});
