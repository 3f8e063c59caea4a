import { describe, expect, it } from 'vitest';
import { TargetError } from '../../../../src/domain/kernel/errors.ts';
import { postgresConnection } from '../../../../src/probes/postgres/connection.probe.ts';
import { fakePostgres, probeContext } from '../../../support/probe-context.ts';
import { taking } from '../../../support/taking.ts';

describe('postgres.connection', () => {
  const params = postgresConnection.params.parse({});
  const look = (rows: () => readonly object[] = () => [{ version: '18.1', standby: true }]) =>
    postgresConnection.run(params, probeContext({ postgres: fakePostgres(rows) }));
  const fails = (sqlstate: string, stage: 'protocol' | 'auth' | 'dns' | 'refused' = 'protocol') =>
    look(() => {
      throw new TargetError(stage, 'no', { facts: { sqlstate } });
    });

  it.each([
    [[500], 'healthy'],
    [[501, 500], 'healthy'],
    [[501, 501], 'unhealthy'],
  ])('is slow above half a second, twice: %o', async (ms, status) => {
    expect(await taking(ms, () => look())).toMatchObject({ status });
  });

  it('says how slow, and what answers', async () => {
    expect(await taking([700, 600], () => look())).toMatchObject({
      findings: [{ code: 'PG_SLOW', subject: 'agent_manager', facts: { latencyMs: 600, thresholdMs: 500 } }],
      facts: { version: '18.1', standby: true, database: 'agent_manager' },
    });
    expect(await taking([1], () => look(() => []))).toMatchObject({
      facts: { version: '', standby: false },
    });
  });

  it.each([
    ['3D000', 'PG_DATABASE_MISSING'],
    ['57P03', 'PG_STARTING'],
    ['53300', 'PG_TOO_MANY_CONNECTIONS'],
  ])('tells SQLSTATE %s apart', async (sqlstate, code) => {
    expect(await fails(sqlstate)).toMatchObject({
      findings: [{ code, severity: 'critical', subject: 'agent_manager', facts: { sqlstate } }],
    });
  });

  it('does not call a database missing whose name is only the guide’s', async () => {
    const postgres = {
      ...fakePostgres(() => {
        throw new TargetError('protocol', 'no', { facts: { sqlstate: '3D000' } });
      }),
      databaseSource: () => 'documented' as const,
    };

    await expect(postgresConnection.run(params, probeContext({ postgres }))).rejects.toMatchObject({
      facts: { reason: 'database-not-recognised', part: 'agent-manager' },
    });
  });

  it('names what else the connection fails of, and fails itself where it cannot look', async () => {
    expect(await fails('0', 'refused')).toMatchObject({
      findings: [{ code: 'ENDPOINT_REFUSED', facts: { database: 'agent_manager' } }],
    });
    await expect(fails('28P01', 'auth')).rejects.toMatchObject({ stage: 'auth' });
    await expect(fails('0', 'dns')).rejects.toMatchObject({ stage: 'dns' });
    await expect(
      look(() => {
        throw new Error('other');
      }),
    ).rejects.toThrow('other');
  });

  it('has no say where the database is not configured', async () => {
    const postgres = { ...fakePostgres(() => []), databaseName: () => undefined };

    expect(await postgresConnection.run(params, probeContext({ postgres }))).toMatchObject({
      status: 'skipped',
      reason: 'not-configured',
    });
  });
});
