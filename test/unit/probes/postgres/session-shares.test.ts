import { describe, expect, it } from 'vitest';
import { postgresSessionShares } from '../../../../src/probes/postgres/session-shares.probe.ts';
import { fakeRuntime } from '../../../support/fake-runtime.ts';
import { postgresInTurn, probeContext } from '../../../support/probe-context.ts';

describe('postgres.session-shares', () => {
  const shares = (totals: object, largest: object) =>
    postgresSessionShares.run({}, probeContext({ postgres: postgresInTurn([totals], [largest]) }));
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
      const answers = [[{ ...totals, leaked: 0 }], [{ ...totals, leaked: second }]];
      return postgresSessionShares.run(
        {},
        probeContext({ postgres: postgresInTurn(...answers, [{ ...app, sessions: 80 }]) }),
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
        probeContext({
          postgres: postgresInTurn([{ ...full, leakedElsewhere: 40 }], [app, { ...other, sessions: 44 }]),
        }),
      ),
    ).toMatchObject(elsewhere);
  });

  it('does not call others whose database nobody has recognised', async () => {
    const postgres = {
      ...postgresInTurn(
        [full],
        [{ ...app, application: '(no name)', database: 'plays', ours: false, sessions: 50 }],
      ),
      databaseSource: (id: string) =>
        id === 'orchestrator' ? ('documented' as const) : ('observed' as const),
    };

    await expect(postgresSessionShares.run({}, probeContext({ postgres }))).rejects.toMatchObject({
      facts: { reason: 'database-not-recognised', part: 'orchestrator-service' },
    });
  });

  it('says who holds how many, and that nobody does where the limit is what is too low', async () => {
    expect(await shares(full, app)).toMatchObject({
      findings: [
        {
          ...{ part: 'postgres', subject: 'agent-manager' },
          facts: {
            ...{ application: 'agent-manager', applicationSessions: 45, applicationIdle: 40 },
            ...{ database: 'agent_manager', used: 95, max: 100 },
          },
        },
      ],
    });
    expect(await shares({ ...full, used: 9, max: 12 }, { ...app, sessions: 5 })).toMatchObject({
      findings: [{ part: 'postgres', subject: 'max_connections', facts: { wanted: 200 } }],
    });
    // No limit is wanted where the pools are at fault; a name of no part of the platform is none.
    const pools = await shares(full, { ...app, application: 'reporting' });
    expect(pools).toMatchObject({ findings: [{ facts: { applicationPart: null } }] });
    expect(JSON.stringify(pools)).not.toContain('wanted');
    expect(await shares(full, app)).toMatchObject({
      findings: [{ facts: { applicationPart: 'agent-manager' } }],
    });
  });

  it.each([
    // All of them at work: each write is slow.
    [{ application: 'agent-manager', idle: 2 }, 'PG_CONNECTIONS_BUSY'],
    [{ application: 'agent-manager', idle: 22, leaked: 1 }, 'PG_POOLS_TOO_LARGE'],
    [{ application: '(no name)' }, 'PG_POOLS_TOO_LARGE'],
    // A foreign client in the platform's own database.
    [{ application: 'reports-export' }, 'PG_CONNECTIONS_UNPLACED'],
    [{ application: 'psql' }, 'PG_CONNECTIONS_UNPLACED'],
    [{ application: 'pgbench', idle: 0 }, 'PG_CONNECTIONS_BUSY'],
    // More than half of all for one stranger, at work or not.
    [{ application: 'pgbench', idle: 0, sessions: 57 }, 'PG_CONNECTIONS_UNPLACED'],
    [{ application: 'agent-manager', idle: 0, sessions: 57 }, 'PG_CONNECTIONS_BUSY'],
  ])('calls a pool what is idle and of a part: %o', async (one, expected) => {
    expect(await shares(full, { ...app, ...one })).toMatchObject({ findings: [{ code: expected }] });
  });

  it('calls nothing too low while most connections are at work', async () => {
    const [one, two] = [
      { ...app, sessions: 30, idle: 3 },
      { ...app, application: 'orchestrator-service', sessions: 30, idle: 3 },
    ];
    const ask = (...rows: readonly object[]) =>
      postgresSessionShares.run(
        {},
        probeContext({ postgres: postgresInTurn([{ ...full, max: 200, used: 180 }], rows) }),
      );

    expect(await ask(one, two)).toMatchObject({ findings: [{ code: 'PG_CONNECTIONS_BUSY' }] });
    expect(await ask({ ...one, idle: 28 }, { ...two, idle: 28 })).toMatchObject({
      findings: [{ code: 'PG_LIMIT_TOO_LOW' }],
    });
  });

  it.each([
    ['10.0.0.7', 'PG_POOLS_TOO_LARGE'],
    ['10.9.9.9', 'PG_CONNECTIONS_UNPLACED'],
  ])('looks where connections without a name come from: %s', async (client, expected) => {
    const unnamed = { ...app, application: '(no name)' };
    const runtime = fakeRuntime({ 'agent-manager': [{ address: { host: '10.0.0.7', ports: [8080] } }] });
    const postgres = postgresInTurn([full], [unnamed], [{ client, sessions: 45 }]);

    expect(await postgresSessionShares.run({}, probeContext({ postgres, runtime }))).toMatchObject({
      findings: [{ code: expected }],
    });
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

  const codeOf = async (totals: object, ...rows: readonly object[]) => {
    const outcome = await postgresSessionShares.run(
      {},
      probeContext({ postgres: postgresInTurn([totals], rows) }),
    );
    return outcome.status === 'unhealthy' ? outcome.findings[0]?.code : outcome.status;
  };

  it.each([
    // 79 of 100 usable connections round to 79 %, 79.5 to 80 %.
    [{ used: 158, max: 203 }, 'healthy'],
    [{ used: 159, max: 203 }, 'PG_LIMIT_TOO_LOW'],
    [{ used: 160, max: 203 }, 'PG_LIMIT_TOO_LOW'],
    [{ used: 1, max: 3 }, 'PG_LIMIT_TOO_LOW'],
  ])('is short of connections from 80 %% of those that are not reserved: %o', async (totals, expected) => {
    expect(await codeOf({ ...full, ...totals }, { ...app, sessions: 1 })).toBe(expected);
  });

  it.each([
    [91, 'warning'],
    [92, 'critical'],
    [97, 'critical'],
  ])('is critical from 95 %% on: %i of 97 sessions', async (used, severity) => {
    expect(await shares({ ...full, used }, app)).toMatchObject({ findings: [{ severity }] });
  });

  it.each([
    [29, 'PG_POOLS_TOO_LARGE'],
    [30, 'PG_SESSIONS_LEAKED'],
    [31, 'PG_SESSIONS_LEAKED'],
  ])('blames leaks from three tenths of the sessions on: %i of 100', async (leaked, code) => {
    expect(await codeOf({ ...full, used: 100, max: 103, leaked }, app)).toBe(code);
  });

  it.each([
    [29, 'PG_POOLS_TOO_LARGE'],
    [30, 'PG_CONNECTIONS_ELSEWHERE'],
  ])('and leaks of others from the same share on: %i of 100', async (leakedElsewhere, code) => {
    expect(await codeOf({ ...full, used: 100, max: 103, leakedElsewhere }, app)).toBe(code);
  });

  it.each([
    [29, 'PG_POOLS_TOO_LARGE'],
    [30, 'inconclusive'],
  ])('cannot tell from the same share of hidden sessions on: %i of 100', async (hidden, code) => {
    expect(await codeOf({ ...full, used: 100, max: 103, hidden }, app)).toBe(code);
  });

  it.each([
    [37, 100, 'PG_LIMIT_TOO_LOW'],
    [38, 100, 'PG_POOLS_TOO_LARGE'],
    [39, 100, 'PG_POOLS_TOO_LARGE'],
    [60, 99, 'PG_LIMIT_TOO_LOW'],
  ])('blames a pool of %i where at least 100 connections are allowed: %i', async (sessions, max, code) => {
    expect(await codeOf({ ...full, used: 90, max, reserved: 0 }, { ...app, sessions })).toBe(code);
  });

  it.each([
    [50, 'PG_POOLS_TOO_LARGE'],
    [51, 'PG_CONNECTIONS_ELSEWHERE'],
  ])('says that others hold most from the first half on: %i of 100', async (theirs, code) => {
    const rows = [app, { ...app, application: 'a', ours: false, sessions: 30 }].concat({
      ...{ ...app, application: 'b', ours: false, sessions: theirs - 30 },
    });

    expect(await codeOf({ ...full, used: 100, max: 103 }, ...rows)).toBe(code);
  });

  it('names the application of the platform that leaks most', async () => {
    const rows = [
      { ...app, application: 'shop', ours: false, leaked: 60 },
      { ...app, application: 'web', leaked: 10 },
      { ...app, application: 'report', leaked: 30 },
    ];

    expect(
      await postgresSessionShares.run(
        {},
        probeContext({ postgres: postgresInTurn([{ ...full, leaked: 60 }], rows) }),
      ),
    ).toMatchObject({ findings: [{ code: 'PG_SESSIONS_LEAKED', subject: 'report' }] });
  });

  it('waits a little longer than a session has to be idle, before the second look', async () => {
    const totals = { ...full, used: 100, max: 103, inTransaction: 30 };
    const context = probeContext({ postgres: postgresInTurn([totals], [totals], [app]) });
    const start = context.now().getTime();

    await postgresSessionShares.run({}, context);

    expect(context.now().getTime() - start).toBe(5_250);
  });

  it.each([
    ['few are in a transaction', { inTransaction: 29 }],
    ['they are known to be left', { inTransaction: 40, leaked: 30 }],
    ['there is room', { inTransaction: 40, used: 70 }],
  ])('looks once when %s', async (_why, more) => {
    const context = probeContext({
      postgres: postgresInTurn([{ ...full, used: 100, max: 103, ...more }], [app]),
    });
    const start = context.now().getTime();

    await postgresSessionShares.run({}, context);

    expect(context.now().getTime()).toBe(start);
  });

  it('has nothing to say without totals', async () => {
    expect(await postgresSessionShares.run({}, probeContext({ postgres: postgresInTurn([]) }))).toMatchObject(
      { status: 'skipped', reason: 'no-data' },
    );
  });
});
