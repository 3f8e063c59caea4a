import { describe, expect, it } from 'vitest';
import { postgresLockWaits } from '../../../../src/probes/postgres/lock-waits.probe.ts';
import { postgresInTurn, probeContext } from '../../../support/probe-context.ts';

describe('postgres.lock-waits', () => {
  const behind = (waiter: number, seconds: number | null, pid = 71) => ({
    ...{ waiter, seconds, pid, application: 'report', user: 'r', database: 'agent_manager' },
    ...{ state: 'idle in transaction', open: 60, since: null },
  });
  const locks = (...looks: readonly (readonly object[])[]) =>
    postgresLockWaits.run({ seconds: 1 }, probeContext({ postgres: postgresInTurn(...looks) }));

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

  it.each([
    [0.999, 'healthy'],
    [1, 'unhealthy'],
    [1.001, 'unhealthy'],
  ])('takes a wait for one from the second on that it is told: %f', async (seconds, status) => {
    expect(await locks([behind(5, seconds)], [behind(5, seconds)])).toMatchObject({ status });
  });

  it('does not look again where nothing waits', async () => {
    expect(await locks([])).toMatchObject({ status: 'healthy', facts: { roots: 0 } });
  });

  it.each([
    [0.2, 450],
    [1, 1_250],
    [3, 3_250],
    [60, 3_250],
  ])('waits for %f s and a little between the looks, three seconds at most', async (seconds, ms) => {
    const waits = [behind(5, 100)];
    const context = probeContext({ postgres: postgresInTurn(waits, waits) });
    const start = context.now().getTime();

    await postgresLockWaits.run({ seconds }, context);

    expect(context.now().getTime() - start).toBe(ms);
  });

  it('names the five worst: most waiters first, then the longest wait', async () => {
    const waits = [
      ...[1, 2, 3, 4, 5, 6].map((pid) => behind(100 + pid, 10 * pid, pid)),
      ...[behind(201, 2, 9), behind(202, 3, 9)],
    ];
    const outcome = await locks(waits, waits);

    expect(outcome.status === 'unhealthy' && outcome.findings.map(({ subject }) => subject)).toEqual([
      ...['pid 9', 'pid 6', 'pid 5', 'pid 4', 'pid 3'],
    ]);
    expect(outcome).toMatchObject({ facts: { roots: 7 } });
  });

  it('says since when the transaction is open, which is at least as long as others wait', async () => {
    const since = new Date('2026-03-01T10:00:00Z');
    const waits = [{ ...behind(5, 90), since }];

    expect(await locks(waits, waits)).toMatchObject({
      findings: [{ since: '2026-03-01T10:00:00.000Z', facts: { openSeconds: 90, longestSeconds: 90 } }],
    });
  });
});
