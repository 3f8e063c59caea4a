import { describe, expect, it } from 'vitest';
import { postgresSessionShares } from '../../../../src/probes/postgres/session-shares.probe.ts';
import { fakePostgres, probeContext } from '../../../support/probe-context.ts';

const withPg = (answers: Parameters<typeof fakePostgres>[0]) =>
  probeContext({ postgres: fakePostgres(answers) });

describe('postgres.session-shares', () => {
  const shares = (totals: object, largest: object) =>
    postgresSessionShares.run({}, withPg({ 'AS used': [totals], 'AS application': [largest] }));
  const app = {
    application: 'agent-manager',
    user: 'a',
    database: 'agent_manager',
    ours: true,
    sessions: 45,
    idle: 40,
    leaked: 0,
  };

  const full = {
    used: 95,
    max: 100,
    reserved: 3,
    leaked: 0,
    leakedElsewhere: 0,
    hidden: 0,
    inTransaction: 0,
  };

  it('names leaks before pools and pools before the limit, and nothing while there is room', async () => {
    expect(await shares({ ...full, used: 20 }, app)).toMatchObject({
      status: 'healthy',
    });
    expect(await shares({ ...full, leaked: 60 }, app)).toMatchObject({
      findings: [{ code: 'PG_SESSIONS_LEAKED' }],
    });
    expect(await shares({ ...full, leaked: 1 }, app)).toMatchObject({
      findings: [{ code: 'PG_POOLS_TOO_LARGE', subject: 'agent-manager' }],
    });
    expect(await shares({ ...full, used: 9, max: 12 }, { ...app, sessions: 5 })).toMatchObject({
      findings: [{ code: 'PG_LIMIT_TOO_LOW' }],
    });
  });

  it('looks a second time at sessions that are idle in a transaction only now', async () => {
    const looks = (second: number) => {
      const totals = { ...full, used: 90, inTransaction: 75 };
      const answers = [
        { ...totals, leaked: 0 },
        { ...totals, leaked: second },
      ];
      return postgresSessionShares.run(
        {},
        withPg({ 'AS used': () => answers.splice(0, 1), 'AS application': [{ ...app, sessions: 80 }] }),
      );
    };

    expect(await looks(74)).toMatchObject({ findings: [{ code: 'PG_SESSIONS_LEAKED' }] });
    expect(await looks(2)).toMatchObject({ findings: [{ code: 'PG_POOLS_TOO_LARGE' }] });
  });

  it('blames neither limit nor pools when others than the platform hold the connections', async () => {
    const other = { ...app, application: 'shop', database: 'shop', ours: false, sessions: 50 };
    const elsewhere = { findings: [{ code: 'PG_CONNECTIONS_ELSEWHERE', subject: 'shop' }] };

    expect(await shares(full, other)).toMatchObject(elsewhere);
    expect(await shares({ ...full, used: 9, max: 12 }, { ...other, sessions: 6 })).toMatchObject(elsewhere);
    expect(
      await postgresSessionShares.run(
        {},
        withPg({
          'AS used': [{ ...full, leakedElsewhere: 40 }],
          'AS application': [app, { ...other, sessions: 44 }],
        }),
      ),
    ).toMatchObject(elsewhere);
  });

  it('concludes nothing by elimination while what could be leaks is hidden', async () => {
    expect(await shares({ ...full, hidden: 60 }, app)).toMatchObject({
      status: 'inconclusive',
      cause: { facts: { reason: 'sessions-hidden', hidden: 60 } },
    });
    expect(await shares({ ...full, hidden: 60, leaked: 40 }, app)).toMatchObject({
      findings: [{ code: 'PG_SESSIONS_LEAKED' }],
    });
    expect(await shares({ ...full, hidden: 1 }, app)).toMatchObject({
      findings: [{ code: 'PG_POOLS_TOO_LARGE' }],
    });
  });
});
