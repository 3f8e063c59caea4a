import { describe, expect, it } from 'vitest';
import { TargetError } from '../../../../src/domain/kernel/errors.ts';
import { postgresIndexHealth } from '../../../../src/probes/postgres/index-health.probe.ts';
import { fakePostgres, postgresInTurn, probeContext } from '../../../support/probe-context.ts';

const MIB = 1024 * 1024;

describe('postgres.index-health', () => {
  const index = { oid: '1', schema: 'public', name: 'idx', table: 'events', bytes: '1000', valid: true };
  const extensions = (...names: readonly string[]) => names.map((extname) => ({ extname }));
  const look = (...answers: readonly (readonly object[])[]) =>
    postgresIndexHealth.run(
      { database: 'agentManager' },
      probeContext({ postgres: postgresInTurn(...answers) }),
    );

  it('names an invalid index without any extension, and cannot tell the rest without them', async () => {
    const seen = (valid: boolean) => look([], [{ ...index, valid }]);

    expect(await seen(false)).toMatchObject({
      findings: [{ code: 'INDEX_INVALID', subject: 'public.idx' }],
    });
    expect(await seen(true)).toMatchObject({ status: 'skipped', reason: 'not-installed' });
  });

  it.each([
    [44, 'unhealthy'],
    [45, 'healthy'],
    [46, 'healthy'],
  ])('takes an index for bloated whose leaves are less than 45 %% full: %i', async (density, status) => {
    const large = { ...index, bytes: `${5 * MIB}` };

    expect(await look(extensions('pgstattuple'), [large], [{ density }])).toMatchObject({
      status,
      ...(status === 'healthy'
        ? {}
        : { findings: [{ code: 'INDEX_BLOATED', facts: { densityPercent: density, mib: 5 } }] }),
    });
  });

  it.each([
    [4 * MIB - 1, 'healthy'],
    [4 * MIB, 'unhealthy'],
    [4 * MIB + 1, 'unhealthy'],
  ])('measures what is worth a rebuild, from 4 MiB on: %i bytes', async (bytes, status) => {
    const answers = [extensions('pgstattuple'), [{ ...index, bytes: `${bytes}` }], [{ density: 10 }]];

    expect(await look(...answers)).toMatchObject({ status });
  });

  it.each([
    [512 * MIB, 'INDEX_CORRUPT'],
    [512 * MIB + 1, undefined],
  ])('checks what amcheck reads in one run, up to 512 MiB: %i bytes', async (bytes, code) => {
    const answers = [extensions('amcheck'), [{ ...index, bytes: `${bytes}` }]];
    const postgres = fakePostgres(() => {
      const rows = answers.shift();
      if (rows === undefined) throw new TargetError('protocol', 'broken', { facts: { sqlstate: 'XX002' } });
      return rows;
    });
    const outcome = await postgresIndexHealth.run({ database: 'agentManager' }, probeContext({ postgres }));

    expect(outcome.status === 'unhealthy' ? outcome.findings[0]?.code : undefined).toBe(code);
  });

  it.each([
    ['XX001', 'INDEX_CORRUPT'],
    ['XX002', 'INDEX_CORRUPT'],
    ['42501', 'rejected'],
  ])('takes only what amcheck says for corruption: SQLSTATE %s', async (sqlstate, expected) => {
    const answers = [extensions('amcheck'), [index]];
    const postgres = fakePostgres(() => {
      const rows = answers.shift();
      if (rows !== undefined) return rows;
      throw new TargetError('protocol', 'no', { facts: { sqlstate, detail: 'x'.repeat(300) } });
    });
    const outcome = await postgresIndexHealth
      .run({ database: 'agentManager' }, probeContext({ postgres }))
      .catch(() => 'rejected' as const);

    if (expected === 'rejected') expect(outcome).toBe('rejected');
    else
      expect(outcome).toMatchObject({
        findings: [{ code: expected, severity: 'critical', facts: { error: `${'x'.repeat(199)}…` } }],
      });
  });

  it('asks about the very index that it names', async () => {
    const asked: (readonly unknown[])[] = [];
    const answers = [
      extensions('amcheck', 'pgstattuple'),
      ['7', '8'].map((oid) => ({ ...index, oid, name: `idx${oid}`, bytes: `${5 * MIB}` })),
    ];
    const postgres = fakePostgres((values) => {
      const rows = answers.shift();
      if (rows !== undefined) return rows;
      asked.push(values);
      return [{ density: values[0] === '8' ? 10 : 90 }];
    });
    const outcome = await postgresIndexHealth.run({ database: 'agentManager' }, probeContext({ postgres }));

    expect(asked).toEqual([['7'], ['7'], ['8'], ['8']]);
    expect(outcome).toMatchObject({ findings: [{ code: 'INDEX_BLOATED', subject: 'public.idx8' }] });
  });

  it('is well when every index is sound and compact', async () => {
    const both = extensions('amcheck', 'pgstattuple');

    expect(await look(both, [{ ...index, bytes: `${5 * MIB}` }], [], [{ density: 90 }])).toMatchObject({
      status: 'healthy',
      facts: { indexes: 1, amcheck: true, pgstattuple: true },
    });
  });

  it('has no say where the database is not configured', async () => {
    const postgres = { ...postgresInTurn(), databaseName: () => undefined };

    expect(
      await postgresIndexHealth.run({ database: 'agentManager' }, probeContext({ postgres })),
    ).toMatchObject({ status: 'skipped', reason: 'not-configured' });
  });
});
